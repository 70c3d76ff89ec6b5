"""Each rule: what it finds, where, and what it leaves in peace."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from studiogate.images.dockerfile.facts import Subject
from studiogate.images.dockerfile.judging import ADVICE, judged
from studiogate.images.dockerfile.rstudios import scanned
from studiogate.images.recipe.workbench import SCANNED
from studiogate.landscape.image import Kind

TODAY = date(2026, 11, 22)
SHA = "a" * 64
PINNED = f"FROM ubuntu:24.04@sha256:{SHA}\n"
PUBLISHED = Path(__file__).parent / "published.dockerfile"
SESSION = "2026.08.2+200.pro1"


def found(
    text: str,
    kind: Kind | None = None,
    *,
    name: str = "",
    files: Mapping[str, str] | None = None,
) -> set[tuple[str, int]]:
    subject = Subject(
        "Dockerfile", TODAY, name=name, kind=kind, session=SESSION, files=files or {}
    )
    said = judged(text, subject)
    return {
        (one.code, int(one.where.removeprefix("Dockerfile:")))
        for one in (*said.faults, *said.advice)
    }


def test_f_68_the_published_sample_shows_each_of_its_faults() -> None:
    text = PUBLISHED.read_text(encoding="utf-8")
    lines = text.splitlines()

    def line(part: str) -> int:
        return next(number for number, one in enumerate(lines, 1) if part in one)

    said = found(text, "rstudio")

    assert {
        ("base-latest", line("FROM public")),
        ("el7", line("SYSTEM=centos7")),
        ("el7", line("r/centos-7")),
        ("el7", line("rstudio-drivers-${DRIVERS}.el7")),
        ("curl-without-fail", line("curl -o session.rpm")),
        ("curl-without-fail", line("r/centos-7")),
        ("curl-without-fail", line("7C152C12")),
        ("download-without-checksum", line("curl -o session.rpm")),
        ("download-without-checksum", line("r/centos-7")),
        ("download-without-checksum", line("7C152C12")),
        ("undefined-variable", line("PYTHON_VERSION")),
        ("session-version", line("curl -o session.rpm")),
        ("session-os", line("curl -o session.rpm")),
        ("python-unreadable", line("boto3")),
    } <= said
    assert {code for code, _ in said} == {
        "base-latest", "el7", "curl-without-fail", "download-without-checksum",
        "undefined-variable", "session-version", "session-os", "python-unreadable",
    }  # fmt: skip


def test_s6_08_a_mismatch_is_said_in_the_words_that_rstudio_would_use() -> None:
    subject = Subject("Dockerfile", TODAY, kind="rstudio", session="2025.05.1+513.pro3")

    said = judged(PUBLISHED.read_text(encoding="utf-8"), subject)

    assert any(
        one.what
        == "Session version 1.4.1717-3 does not match server version 2025.05.1+513.pro3"
        for one in said.faults
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no-base"),
        ("FROM ubuntu", "base-latest"),
        ("FROM ubuntu:latest", "base-latest"),
        ("FROM ubuntu:24.04", "base-not-pinned"),
        ("ARG B=ubuntu:24.04\nFROM $B", "base-not-pinned"),
        ("FROM $B", "undefined-variable"),
        (f"FROM amazonlinux:2@sha256:{SHA}", "base-ended"),
        (f"FROM centos:7@sha256:{SHA}", "base-ended"),
        (f"FROM acme/base:1@sha256:{SHA}", "base-unknown"),
        (PINNED + "RUN echo $NOBODY", "undefined-variable"),
        (PINNED + "ARG V\nRUN echo $V", "undefined-variable"),
        (PINNED + "COPY a /opt/$WHERE/", "undefined-variable"),
        (f"FROM acme/base:1@sha256:{SHA}\nRUN echo $MAMBA_USER", "variable-of-base"),
        (PINNED + "RUN curl -sSL https://x/y | sh", "download-without-checksum"),
        (PINNED + 'RUN bash -c "$(curl -fsSL https://x/y)"', "download-without-checksum"),
        (PINNED + "RUN wget https://x/y && sh y", "download-without-checksum"),
        (PINNED + "RUN yum install -y https://x/y.rpm", "download-without-checksum"),
        (PINNED + "RUN pip install https://x/y.whl", "download-without-checksum"),
        (PINNED + "RUN pip install 'y @ https://x/y.whl'", "download-without-checksum"),
        (PINNED + "RUN x=1 && V=$(curl -fsSL https://x/y)", "download-without-checksum"),
        (PINNED + "RUN <<EOF\ncurl -fO https://x/y\nEOF", "download-without-checksum"),
        (PINNED + f"RUN curl -fO https://x/y\nRUN echo '{SHA}  y' | sha256sum -c -", "download-without-checksum"),
        (PINNED + f"RUN curl -fO https://x/a && curl -fO https://x/b && echo '{SHA}  a' | sha256sum -c", "download-without-checksum"),
        (PINNED + "RUN curl -O https://x/y", "curl-without-fail"),
        (PINNED + "RUN curl -kfO https://x/y", "download-untrusted"),
        (PINNED + "RUN wget --no-check-certificate https://x/y", "download-untrusted"),
        (PINNED + "ADD https://x/y /opt/", "add-without-checksum"),
        (PINNED + "RUN pip install --index-url http://x/simple y", "plain-http"),
        (PINNED + "RUN R -e \"install.packages('x', repos='http://cran.example')\"", "plain-http"),
        (PINNED + "ENV AWS_SECRET_ACCESS_KEY=abc", "secret-in-variable"),
        (PINNED + "ARG GITHUB_TOKEN=abc", "secret-in-variable"),
        ("ARG DB_PASSWORD=abc\n" + PINNED, "secret-in-variable"),
        (PINNED + "RUN echo AKIAABCDEFGHIJKLMNOP", "secret-in-text"),
        (PINNED + "RUN git clone https://me:word@github.com/a/b", "secret-in-text"),
        (PINNED + "COPY .aws /srv/.aws", "secret-copied"),
        (PINNED + 'COPY ["id_rsa", "/srv/"]', "secret-copied"),
        (PINNED + "COPY .netrc tls.key /srv/", "secret-copied"),
        (PINNED + "COPY . /opt/", "copies-everything"),
        (PINNED + "COPY x /opt/ml/model", "folder-reserved"),
        (PINNED + "RUN yum install -y thing-1.el7.x86_64", "el7"),
        (PINNED + "RUN pip install boto3", "python-bounds"),
        (PINNED + "RUN pip install 'awscli>=2'", "python-bounds"),
    ],
)  # fmt: skip
def test_a_fault_is_found_by_its_rule_alone(text: str, code: str) -> None:
    alone = {one for one, _ in found(text)}

    assert code in alone
    assert alone - {code} <= {"curl-without-fail", "download-without-checksum", "base-unknown"}


@pytest.mark.parametrize(
    "text",
    [
        PINNED,
        f"FROM ubuntu:24.04@sha256:{SHA} AS one\nFROM one",
        "FROM scratch\nCOPY a /",
        PINNED + "ARG V=1\nRUN echo $V $PATH $HOME ${X:-x}",
        PINNED + "RUN for V in 1 2; do echo $V; done; X=1; echo $X",
        PINNED + "RUN . /etc/os-release && echo $VERSION_CODENAME",
        PINNED + "RUN awk '{print $NF}' x; echo \\$Y",
        PINNED + f"RUN curl -fsSLO https://x/y && echo '{SHA}  y' | sha256sum -c -",
        PINNED + f"RUN echo '{SHA}  y' > sums; curl -fO https://x/y; sha256sum --check sums",
        PINNED + f"ADD --checksum=sha256:{SHA} https://x/y /opt/",
        PINNED + "RUN pip install --index-url https://x/simple 'boto3>1.0,<2.0' awscli~=1.40",
        PINNED + "RUN curl -f http://localhost:8080/up && echo " + SHA + " | sha256sum -c",
        PINNED + "ENV TOKEN_FILE=/run/token AWS_WEB_IDENTITY_TOKEN_FILE=/x",
        PINNED + "ARG PASSWORD\nRUN --mount=type=secret,id=x cat /run/secrets/x",
        PINNED + "COPY --from=0 /srv/.aws /x",
        PINNED + "RUN git clone https://github.com/a/b",
    ],
)
def test_what_is_in_order_is_left_in_peace(text: str) -> None:
    assert found(text, files={".dockerignore": "*\n"}) == set()


def test_a_secret_is_never_repeated() -> None:
    secret = "AKIAABCDEFGHIJKLMNOP"
    text = PINNED + f"ENV API_KEY={secret}\nRUN curl https://me:hunter22@x.example/{secret}"

    said = judged(text, Subject("Dockerfile", TODAY))

    told = " ".join(f"{one.what} {one.remedy}" for one in (*said.faults, *said.advice))
    assert len(said.faults) > 2
    assert secret not in told
    assert "hunter22" not in told


JUPYTER = PINNED + "USER 1000:100\n"
SERVED = "--ServerApp.port=8888 --ServerApp.base_url=/jupyterlab/default"


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("jupyterlab", JUPYTER, "entry-missing"),
        ("jupyterlab", JUPYTER + "CMD jupyter lab --port 8889 --ServerApp.base_url=/jupyterlab/default", "port"),
        ("jupyterlab", JUPYTER + f"CMD jupyter lab --ip 127.0.0.1 {SERVED}", "address"),
        ("jupyterlab", JUPYTER + "CMD jupyter lab --port 8888", "path"),
        ("jupyterlab", PINNED + f"CMD jupyter lab {SERVED}", "user-root"),
        ("jupyterlab", PINNED + f"USER root\nCMD jupyter lab {SERVED}", "user-root"),
        ("jupyterlab", PINNED + f"USER 1001\nCMD jupyter lab {SERVED}", "user"),
        ("jupyterlab", JUPYTER + f"COPY x /home/sagemaker-user/\nCMD jupyter lab {SERVED}", "home-hidden"),
        ("codeeditor", JUPYTER + "CMD sagemaker-code-editor --base-path /CodeEditor/default", "connection-token"),
        ("codeeditor", JUPYTER + "CMD sagemaker-code-editor --without-connection-token", "path"),
    ],
)  # fmt: skip
def test_what_sagemaker_would_not_start_is_said(kind: Kind, text: str, code: str) -> None:
    assert {one for one, _ in found(text, kind)} == {code}


def test_sagemakers_own_images_bring_how_they_are_started() -> None:
    base = f"FROM public.ecr.aws/sagemaker/sagemaker-distribution:3-cpu@sha256:{SHA}\n"

    assert {one for one, _ in found(base, "jupyterlab")} == {"base-unknown"}


COMPLETE = (
    PINNED
    + "RUN apt-get install -y sudo default-jdk libpng-dev && R -e 'reticulate'\n"
    + "ENV RSTUDIO_CONNECT_URL=x RSTUDIO_PACKAGE_MANAGER_URL=x "
    + "RSTUDIO_FORCE_NON_ZERO_EXIT_CODE=1\n"
)
GOOD_R = "RUN ln -s /opt/R/4.5.1/bin/R /usr/local/bin/R\n"
GOOD_SESSION = (
    "COPY x /x\nRUN apt-get install -y ./rstudio-workbench-2026.08.2-200.pro1-amd64.deb\n"
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (COMPLETE + GOOD_R, "session-missing"),
        (COMPLETE + GOOD_SESSION, "r-missing"),
        (COMPLETE + GOOD_SESSION + "RUN /opt/R/4.5.1/bin/R --version", "r-no-default"),
        (
            COMPLETE + GOOD_R + "RUN echo rstudio-workbench-2025.05.1-513.pro3-amd64.deb",
            "session-version",
        ),
        (
            COMPLETE
            + GOOD_R
            + "RUN echo /server/rhel9/x86_64/rstudio-workbench-rhel-2026.08.2-200.pro1-x86_64.rpm",
            "session-os",
        ),
        (
            COMPLETE
            + GOOD_R
            + GOOD_SESSION
            + "RUN cd R-4.5.1 && ./configure --prefix=/srv/r/4.5.1",
            "r-elsewhere",
        ),
        (
            COMPLETE + GOOD_R + GOOD_SESSION + "RUN dpkg -i rstudio-drivers.deb",
            "drivers-unknown",
        ),
        (COMPLETE + GOOD_R + GOOD_SESSION + "RUN pip install numpy", "python-package-missing"),
        ((COMPLETE + GOOD_R + GOOD_SESSION).replace("sudo ", ""), "package-missing"),
        (
            (COMPLETE + GOOD_R + GOOD_SESSION).replace("RSTUDIO_CONNECT_URL=x", ""),
            "setting-missing",
        ),
    ],
)
def test_what_rstudio_would_not_take_is_said(text: str, code: str) -> None:
    assert {one for one, _ in found(text, "rstudio")} - {"session-ends-soon"} == {code}


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 6, 4), None),
        (date(2026, 6, 6), "session-ends-soon"),
        (date(2026, 12, 5), "session-ends-soon"),
        (date(2026, 12, 6), "session-ended"),
    ],
)
def test_s6_08_a_version_that_sagemaker_ends_is_said_before_its_day(
    day: date, code: str | None
) -> None:
    old = "2025.05.1+513.pro3"
    text = COMPLETE + GOOD_R + GOOD_SESSION.replace("2026.08.2-200.pro1", "2025.05.1-513.pro3")

    said = judged(text, Subject("Dockerfile", day, kind="rstudio", session=old))

    assert [one.code for one in (*said.faults, *said.advice)] == ([code] if code else [])


def test_a_good_image_for_rstudio_has_no_fault() -> None:
    assert found(COMPLETE + GOOD_R + GOOD_SESSION, "rstudio") == set()


@pytest.mark.parametrize("folder", SCANNED)
def test_s6_11_every_folder_that_rstudio_scans_is_known(folder: str) -> None:
    assert scanned(folder.replace("*", "4.5.1"))


@pytest.mark.parametrize(
    "folder", ["/srv/R", "/opt/R", "/opt/R/4/5", "/opt/Rx", "/usr/lib/R2", "/usr/me/R"]
)
def test_s6_11_other_folders_are_not(folder: str) -> None:
    assert not scanned(folder)


@pytest.mark.parametrize("folder", ["/usr", "/usr/local", "/opt/local"])
def test_s6_11_a_prefix_counts_by_where_its_r_ends_up(folder: str) -> None:
    assert scanned(folder)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("r-4.5", True), ("lab", True), ("R-4.5", False), ("r_4.5", False), ("r--4", False),
        ("-r", False), ("r.", False), ("a" * 63, True), ("a" * 64, False),
    ],
)  # fmt: skip
def test_s6_21_a_name_is_one_that_sagemaker_and_ecr_take(name: str, is_one: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (("name", 1) in found(PINNED, name=name)) is not is_one


def test_advice_stops_nothing() -> None:
    subject = Subject("Dockerfile", TODAY)

    said = judged(f"FROM ubuntu:22.04@sha256:{SHA}\n", subject)
    later = judged(f"FROM ubuntu:22.04@sha256:{SHA}\n", Subject("Dockerfile", date(2027, 1, 1)))

    assert said.faults == said.advice == later.faults == ()
    assert [(one.code, one.advice) for one in later.advice] == [("base-ends-soon", True)]
    assert {one.code for one in later.advice} <= ADVICE
