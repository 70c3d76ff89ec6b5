"""Docker, by how it is asked: it has a daemon, which the tests have not."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from studiogate.errors import ImageError
from studiogate.images.builders.found import builder
from studiogate.images.parts import Builder, Built, Login
from tests.kit.containers import write_context
from tests.kit.played_builders import Answer, Played

ID = "sha256:" + "4d" * 32
DIGEST = "sha256:" + "66" * 32
HOST = "111111111111.dkr.ecr.eu-central-1.amazonaws.com"
URI = f"{HOST}/studiogate/r-4.5:4d4d4d4d4d4d"
LOGIN = Login(registry=HOST, user="AWS", password=SecretStr("the-password"))
BUILT = Built("studiogate/r-4.5:latest", ID)
NOWHERE = 'exec: "/nothing": stat /nothing: no such file or directory: unknown.\n'
INSPECTED = [
    {
        "Id": ID,
        "Architecture": "amd64",
        "Os": "linux",
        "Config": {
            "User": "1000:100",
            "ExposedPorts": {"8888/tcp": {}},
            "Env": ["PATH=/usr/local/bin:/bin", "EMPTY=", "TWO=a=b"],
            "Entrypoint": ["jupyter", "lab"],
            "Cmd": None,
            "Labels": {"studiogate.image": "r-4.5"},
        },
    }
]
SERVER = ("version", {"out": "28.2.2 28.2.2\n"})
BUILDX = ("buildx version", {"out": "github.com/docker/buildx v0.23.0\n"})
NO_BUILDX = ("buildx version", {"err": "docker: unknown command\n", "code": 1})
CONTEXT = ("context inspect", {"out": "unix:///run/user/1000/docker.sock\n"})


def silent(line: str) -> None:
    """Somebody who does not listen."""


def played(tmp_path: Path, *answers: Answer) -> tuple[Played, Builder]:
    docker = Played(tmp_path, "docker", [*answers, BUILDX, SERVER])
    return docker, builder(docker.environment)


def test_with_buildx_an_image_is_built_by_it_without_provenance(tmp_path: Path) -> None:
    docker, worker = played(tmp_path, ("buildx build", {"writes": {"--iidfile": ID}}))
    context = write_context(tmp_path / "r", "FROM scratch\n", {})

    built = worker.build(context, BUILT.reference, labels={"b": "2", "a": "1"}, tell=silent)

    words = docker.call("buildx", "build").words
    assert worker.name == "docker 28.2.2"
    assert built == BUILT
    assert words[:9] == (
        *("buildx", "build", "--load", "--provenance=false", "--progress", "plain"),
        *("--platform", "linux/amd64", "--build-arg"),
    )
    assert words[9] == "SOURCE_DATE_EPOCH=0"
    assert words[-5:] == ("--label", "a=1", "--label", "b=2", str(context))


@pytest.mark.parametrize(("client", "kit"), [("28.2.2", "0"), ("20.10.24+dfsg1", "1")])
def test_without_buildx_the_command_builds_with_what_it_has(
    tmp_path: Path, client: str, kit: str
) -> None:
    docker = Played(
        tmp_path,
        "docker",
        [
            NO_BUILDX,
            ("version", {"out": f"{client} 20.10.24+dfsg1\n"}),
            ("build ", {"writes": {"--iidfile": ID}}),
        ],
    )
    worker = builder(docker.environment)

    worker.build(
        write_context(tmp_path / "r", "FROM scratch\n", {}), "x:1", labels={}, tell=silent
    )

    call = docker.call("build")
    assert call.environment["DOCKER_BUILDKIT"] == kit
    assert ("plain" in call.words) is (kit == "1")


def test_a_failed_build_is_told_once_and_its_last_line_is_why(tmp_path: Path) -> None:
    failed = {"out": "#7 [3/3] RUN hello\n#7 ERROR: exit code: 3\n", "code": 1}
    _, worker = played(tmp_path, ("buildx build", failed))
    heard: list[str] = []

    with pytest.raises(ImageError, match="exit code: 3") as failure:
        worker.build(
            write_context(tmp_path / "r", "FROM scratch\n", {}),
            "x:1",
            labels={},
            tell=heard.append,
        )

    assert heard == ["#7 [3/3] RUN hello", "#7 ERROR: exit code: 3"]
    assert "RUN hello" not in str(failure.value)


def test_an_image_is_found_or_absent_and_a_daemon_that_fails_is_neither(
    tmp_path: Path,
) -> None:
    _, worker = played(
        tmp_path,
        ("image inspect --format {{.Id}} there", {"out": f"{ID}\n"}),
        (
            "image inspect --format {{.Id}} gone",
            {"err": "Error: No such image: x\n", "code": 1},
        ),
        ("image inspect", {"err": "Cannot connect to the Docker daemon\n", "code": 1}),
    )

    assert worker.find("there") == Built("there", ID)
    assert worker.find("gone") is None
    with pytest.raises(ImageError, match="Docker daemon"):
        worker.find("another")


def test_the_configuration_is_read_and_its_history_begins_with_the_lowest(
    tmp_path: Path,
) -> None:
    _, worker = played(
        tmp_path,
        ("image inspect", {"out": json.dumps(INSPECTED)}),
        ("history", {"out": '"ENV B=2"\n"COPY a # buildkit"\n""\n'}),
    )

    found = worker.configuration(BUILT)

    assert (found.architecture, found.os, found.user) == ("amd64", "linux", "1000:100")
    assert found.entrypoint == ("jupyter", "lab")
    assert found.command == ()
    assert found.ports == ("8888/tcp",)
    assert found.environment == {"PATH": "/usr/local/bin:/bin", "EMPTY": "", "TWO": "a=b"}
    assert found.labels == {"studiogate.image": "r-4.5"}
    assert found.history == ("", "COPY a # buildkit", "ENV B=2")


@pytest.mark.parametrize("said", ["no json", "{}", "[]", "[[]]"])
def test_an_answer_that_cannot_be_read_is_an_error_and_not_an_empty_image(
    tmp_path: Path, said: str
) -> None:
    _, worker = played(tmp_path, ("image inspect", {"out": said}), ("history", {"out": ""}))

    with pytest.raises(ImageError, match="cannot be read"):
        worker.configuration(BUILT)


def test_programs_run_without_a_network_and_nothing_of_the_entry_point(tmp_path: Path) -> None:
    docker, worker = played(
        tmp_path,
        (_run("/nothing"), {"err": NOWHERE, "code": 127}),
        (_run("Rscript"), {"out": "Rscript (R) version 4.5.1\n", "err": "a warning\n"}),
    )

    with worker.opened(BUILT) as run:
        said = run(["Rscript", "--version"])

    assert (said.code, said.output) == (0, "Rscript (R) version 4.5.1\na warning\n")
    assert docker.calls[-1].words == (
        *("run", "--rm", "--pull=never", "--network=none", "--platform=linux/amd64"),
        *("--entrypoint", "Rscript", ID, "--version"),
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("docker: Error response from daemon: no space left on device.\n", 125),
        ("Error: error setting rlimit type 7: operation not permitted\n", 126),
        ("crun: error while loading shared libraries: libyajl.so.2\n", 127),
    ],
)
def test_where_no_container_can_be_run_no_program_is_said_to_be_broken(
    tmp_path: Path, said: str, code: int
) -> None:
    _, worker = played(tmp_path, ("run", {"err": said, "code": code}))

    with pytest.raises(ImageError, match="cannot run a container"), worker.opened(BUILT):
        pytest.fail("nothing can be run")


def _run(program: str) -> str:
    options = "--rm --pull=never --network=none --platform=linux/amd64"
    return f"run {options} --entrypoint {program} {ID}"


def archive(folder: Path, names: list[str]) -> Path:
    path = folder / "image.tar"
    with tarfile.open(path, "w") as tar:
        for name, said in {
            "a/layer.tar": b"first",
            "blobs/sha256/bb": b"second",
            "manifest.json": json.dumps([{"Config": "c.json", "Layers": names}]).encode(),
        }.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(said)
            tar.addfile(entry, io.BytesIO(said))
        again = tarfile.TarInfo("b/layer.tar")
        again.type, again.linkname = tarfile.SYMTYPE, "../a/layer.tar"
        tar.addfile(again)
    return path


def test_layers_are_taken_out_of_the_archive_one_after_the_other(tmp_path: Path) -> None:
    names = ["a/layer.tar", "blobs/sha256/bb", "b/layer.tar"]
    copied = {"copies": {"--output": str(archive(tmp_path, names))}}
    _, worker = played(tmp_path, ("save", copied))

    with worker.layers(BUILT) as layers:
        assert [layer.read_bytes() for layer in layers] == [b"first", b"second", b"first"]


@pytest.mark.parametrize(
    "names", [["../../etc/passwd"], ["/etc/passwd"], ["a/../../x"], ["nowhere.tar"]]
)
def test_an_archive_that_names_a_layer_elsewhere_is_refused(
    tmp_path: Path, names: list[str]
) -> None:
    copied = {"copies": {"--output": str(archive(tmp_path, names))}}
    _, worker = played(tmp_path, ("save", copied))

    with worker.layers(BUILT) as layers, pytest.raises(ImageError, match="cannot be read"):
        list(layers)


PUSHED = {"out": f"The push refers to repository [{URI}]\nae22: Pushed\n"
                 f"4d4d: digest: {DIGEST} size: 735\n"}  # fmt: skip
ALL_GOES_WELL: tuple[Answer, ...] = (
    CONTEXT,
    ("login", {"out": "Login Succeeded\n"}),
    ("push", PUSHED),
    ("tag", {}),
    ("rmi", {}),
)


def test_s6_14_the_password_goes_in_on_standard_input_and_stays_nowhere(
    tmp_path: Path,
) -> None:
    docker, worker = played(tmp_path, *ALL_GOES_WELL)
    heard: list[str] = []

    assert worker.push(BUILT, URI, login=LOGIN, tell=heard.append) == DIGEST

    entered, sent = docker.call("login"), docker.call("push")
    assert entered.words == ("login", "--username", "AWS", "--password-stdin", HOST)
    assert entered.given == "the-password"
    assert entered.modes == {"config.json": "0o100600"}
    assert sent.environment["DOCKER_CONFIG"] == entered.environment["DOCKER_CONFIG"]
    assert not Path(str(sent.environment["DOCKER_CONFIG"])).exists()
    assert sent.environment["DOCKER_HOST"] == "unix:///run/user/1000/docker.sock"
    told = [*heard, *(f"{one.words} {one.environment}" for one in docker.calls)]
    assert not any("the-password" in one for one in told)


def test_what_is_fetched_is_known_by_its_id_and_given_back(tmp_path: Path) -> None:
    answers: tuple[Answer, ...] = (
        ("context", {"out": "unix:///run/user/1000/docker.sock\n"}),
        ("login", {}),
        ("pull", {"out": "Status: Downloaded newer image\n"}),
        ("image inspect", {"out": f"{BUILT.id}\n"}),
        ("rmi", {}),
    )
    docker, worker = played(tmp_path, *answers)

    with worker.pulled(URI, login=LOGIN, tell=silent) as built:
        assert built == Built(URI, BUILT.id)

    sent, entered = docker.call("pull"), docker.call("login")
    assert sent.words == ("pull", "--platform", "linux/amd64", URI)
    assert entered.given == "the-password"
    assert sent.environment["DOCKER_CONFIG"] == entered.environment["DOCKER_CONFIG"]
    assert docker.calls[-1].words == ("rmi", URI)


@pytest.mark.parametrize(
    ("failing", "says"),
    [
        (("login", {"err": "Error: 401 Unauthorized\n", "code": 1}), "does not know these"),
        (("push", {"out": "denied: User: arn:aws:iam::1:role/x is not authorized to perform: "
                          "ecr:InitiateLayerUpload\n", "code": 1}), "does not allow them this"),
        (("push", {"out": "latest: nothing about a digest\n"}), "does not say its digest"),
    ],
)  # fmt: skip
def test_a_push_that_fails_says_why_and_leaves_no_name_behind(
    tmp_path: Path, failing: Answer, says: str
) -> None:
    docker, worker = played(tmp_path, failing, *ALL_GOES_WELL)

    with pytest.raises(ImageError, match=says):
        worker.push(BUILT, URI, login=LOGIN, tell=silent)

    assert docker.calls[-1].words == ("rmi", "--no-prune", URI)
