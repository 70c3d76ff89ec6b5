"""What `images init` writes: it passes its own checks, whatever is switched on."""

import re
from datetime import date

import pytest
from hypothesis import given

from studiogate.errors import ImageError
from studiogate.images.dockerfile.facts import Subject
from studiogate.images.dockerfile.judging import judged
from studiogate.images.recipe.choices import R_PACKAGES, chosen
from studiogate.images.recipe.pins import LOCK, lock_read
from studiogate.images.recipe.writing import files
from studiogate.landscape.image import Image, Kind, Recipe, RStudio
from tests.kit.recipes import SOURCES, TODAY, images, pins_for, rstudios


def folder(image: Image, rstudio: RStudio | None = None, name: str = "r-4.5") -> dict[str, str]:
    choices = chosen(name, image, today=TODAY, rstudio=rstudio)
    return dict(files(choices, pins_for(choices), SOURCES))


@given(images(), rstudios)
def test_whatever_is_switched_on_passes_every_check(
    image: Image, rstudio: RStudio | None
) -> None:
    choices = chosen("r-4.5", image, today=TODAY, rstudio=rstudio)
    written = files(choices, pins_for(choices), SOURCES)
    subject = Subject(
        "Dockerfile",
        TODAY,
        name="r-4.5",
        kind=image.kind,
        session=choices.session,
        python=image.recipe.python,
        files=written,
    )

    found = judged(written["Dockerfile"], subject)

    assert {one.code for one in found.faults} == set()
    assert {one.code for one in found.advice} <= {"session-ends-soon"}


@given(images(), rstudios)
def test_the_same_choices_write_the_same_and_the_lock_says_what_was_written(
    image: Image, rstudio: RStudio | None
) -> None:
    once, again = folder(image, rstudio), folder(image, rstudio)
    locked = lock_read(once[LOCK])

    assert once == again
    assert set(locked.written) == set(once) - {LOCK}


def dockerfile(kind: Kind = "rstudio", /, **recipe: object) -> str:
    image = Image(kind=kind, recipe=Recipe.model_validate(recipe))
    return folder(image)["Dockerfile"]


def test_s6_10_s6_11_every_r_is_below_opt_and_the_first_is_the_default() -> None:
    text = dockerfile(r=["4.5.1", "4.4.3"])

    assert re.findall(r"pkgs/r-(\S+)_1_amd64\.deb", text) == ["4.5.1", "4.4.3"]
    assert "ln -s /opt/R/4.5.1/bin/R /usr/local/bin/R;" in text
    assert "ln -s /opt/R/4.5.1/bin/Rscript /usr/local/bin/Rscript;" in text
    assert "/opt/R/4.4.3/bin/Rscript /opt/studiogate/packages.R reticulate" in text


def test_s6_08_s6_09_the_session_is_the_services_and_its_package_is_for_the_base() -> None:
    newest = dockerfile(r=["4.5.1"])
    pinned = dockerfile(r=["4.5.1"], session="2025.05.1+513.pro3", base="ubuntu:22.04")

    assert "server/noble/amd64/rstudio-workbench-2026.08.2-200.pro1-amd64.deb" in newest
    assert "server/jammy/amd64/rstudio-workbench-2025.05.1-513.pro3-amd64.deb" in pinned


def test_s6_12_the_drivers_are_named_or_not_there_at_all() -> None:
    with_drivers = folder(Image(kind="rstudio"))
    without = folder(Image(kind="rstudio", recipe=Recipe(drivers=False)))

    assert (
        "cp /opt/rstudio-drivers/odbcinst.ini.sample /etc/odbcinst.ini"
        in (with_drivers["Dockerfile"])
    )
    assert "        odbcinst \\\n" in with_drivers["Dockerfile"]  # a package of its own
    assert '"odbc"' in with_drivers["packages.R"]
    assert "odbc" not in without["Dockerfile"] + without["packages.R"]


def test_s6_13_packages_are_the_usual_ones_within_their_bounds_and_of_one_day() -> None:
    written = folder(
        Image(
            kind="rstudio",
            recipe=Recipe(r_packages=("tidymodels",), python_packages=("boto3==1.40.1",)),
        )
    )

    assert all(f'"{one}"' in written["packages.R"] for one in (*R_PACKAGES, "tidymodels"))
    assert "cran/__linux__/noble/2026-11-22" in written["packages.R"]
    assert written["requirements.txt"].splitlines() == [
        "boto3==1.40.1",  # in the place of our bounds, which it is within
        "awscli>1.0,<2.0",
        "sagemaker[local]<3",
        "sagemaker-studio-image-build",
        "numpy",
    ]
    assert (
        "--index-url https://packagemanager.posit.co/pypi/2026-11-22/simple"
        in (written["Dockerfile"])
    )


def test_a_lobs_own_package_manager_takes_the_place_of_the_public_one() -> None:
    own = RStudio(package_manager_url="https://packages.acme.example/cran/latest")

    written = folder(Image(kind="rstudio"), own)

    assert 'CRAN = "https://packages.acme.example/cran/2026-11-22"' in written["packages.R"]
    assert "packagemanager.posit.co/cran" not in written["Dockerfile"]


@pytest.mark.parametrize(
    ("kind", "path"),
    [("jupyterlab", "/jupyterlab/default"), ("codeeditor", "/codeeditor/default")],
)
def test_an_app_is_served_where_sagemaker_looks_as_nobody_special(
    kind: Kind, path: str
) -> None:
    text = dockerfile(kind)

    assert text.count("EXPOSE 8888\nUSER 1000:100\nWORKDIR /home/sagemaker-user\n") == 1
    assert path in text.splitlines()[-1]
    assert text.splitlines()[-1].startswith("ENTRYPOINT [")


def test_code_editor_finds_its_node_while_it_is_built_and_when_it_starts() -> None:
    text = dockerfile("codeeditor")

    path, made, tried, starts = (
        text.index(mark)
        for mark in (
            "ENV PATH=/opt/code-editor/bin:$PATH",
            " create --yes --prefix /opt/code-editor ",
            "    sagemaker-code-editor --help",
            'ENTRYPOINT ["/opt/code-editor/bin/sagemaker-code-editor"',
        )
    )
    assert path < made < tried < starts


def test_what_starts_with_a_notebook_installs_into_its_python_and_finds_what_it_needs() -> None:
    theirs = "chown -R 1000:100 /opt/python;"
    plain = folder(Image(kind="jupyterlab"))
    asked = plain["requirements.txt"].splitlines()

    assert plain["Dockerfile"].index("pip install") < plain["Dockerfile"].index(theirs)
    assert {"boto3>1.0,<2.0", "pandas", "pyarrow"} <= set(asked)
    assert theirs not in dockerfile("rstudio")
    assert "pandas" not in folder(Image(kind="rstudio"))["requirements.txt"]


def test_a_download_is_used_only_after_its_checksum_was_compared() -> None:
    steps = dockerfile(r=["4.5.1", "4.4.3"]).split("RUN ")
    fetching = [one for one in steps if "curl -fsSL" in one]

    assert len(fetching) == 4  # two of R, Workbench, drivers
    for step in fetching:
        fetched, checked, used = (
            step.index(mark) for mark in ("curl -fsSL", "sha256sum -c -", "apt-get install")
        )
        assert fetched < checked < used


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        ({"base": "amazonlinux:2023"}, "a recipe cannot be written for the base"),
        ({"base": "acme/base:1"}, "a recipe cannot be written for the base"),
        ({"base": "ubuntu:20.04"}, "gets no security updates since 2025-05-29"),
        ({"base": "ubuntu:24.04\nRUN evil"}, "not a reference"),
        ({"base": "debian:13"}, "Posit has no Workbench"),
        ({"r_packages": ['x";q()']}, "not how a package of R"),
        ({"python_packages": ["--index-url=http://x"]}, "not how a package of Python"),
        ({"python_packages": ["a@https://x/y.whl"]}, "not how a package of Python"),
        ({"r": ["4.5"]}, "is not one version"),
    ],
)
def test_what_cannot_be_built_or_could_say_more_than_it_names_is_refused(
    recipe: dict[str, object], why: str
) -> None:
    with pytest.raises(ImageError, match=why):
        dockerfile("rstudio", **recipe)


def test_a_base_is_refused_from_the_day_after_its_end() -> None:
    image = Image(kind="jupyterlab", recipe=Recipe(base="ubuntu:22.04"))

    assert chosen("lab", image, today=date(2027, 6, 1)).release.codename == "jammy"
    with pytest.raises(ImageError, match="no security updates"):
        chosen("lab", image, today=date(2027, 6, 2))


def test_a_checksum_that_is_missing_stops_it() -> None:
    choices = chosen("r", Image(kind="rstudio"), today=TODAY)
    other = pins_for(chosen("lab", Image(kind="jupyterlab"), today=TODAY))

    with pytest.raises(ImageError, match=r"is not in checksums\.lock"):
        files(choices, other, SOURCES)
