"""podman, by how it is asked, where that differs from buildah."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from studiogate.errors import ImageError
from studiogate.images.builders.found import builder
from studiogate.images.parts import Built, Login
from tests.kit.containers import write_context
from tests.kit.played_builders import Played

ID = "41" * 32
BUILT = Built("studiogate/lab:latest", f"sha256:{ID}")
DIGEST = "sha256:" + "d9" * 32
HOST = "111111111111.dkr.ecr.eu-central-1.amazonaws.com"
VERSION = ("--version", {"out": "podman version 4.3.1\n"})
INFO = ("info", {"out": "overlay\n"})


def silent(line: str) -> None:
    """Somebody who does not listen."""


def test_it_builds_in_the_way_that_gives_the_same_id_each_time(tmp_path: Path) -> None:
    podman = Played(
        tmp_path,
        "podman",
        [VERSION, INFO, ("build", {"writes": {"--iidfile": f"sha256:{ID}"}})],
    )
    worker = builder(podman.environment | {"HTTPS_PROXY": "http://127.0.0.1:3128"})
    context = write_context(tmp_path / "lab", "FROM scratch\n", {})

    built = worker.build(context, BUILT.reference, labels={"a": "1"}, tell=silent)

    call = podman.call("build")
    assert (worker.name, built) == ("podman 4.3.1", BUILT)
    assert call.environment["HTTPS_PROXY"] == "http://127.0.0.1:3128"
    assert call.words[:10] == (
        *("build", "--format", "oci", "--platform", "linux/amd64", "--layers"),
        *("--pull=false", "--timestamp", "0", "--identity-label=false"),
    )
    assert call.words[-3:] == ("--label", "a=1", str(context))


def test_an_image_is_found_by_its_name_and_its_id_is_a_digest(tmp_path: Path) -> None:
    missing = {"err": "Error: gone: image not known\n", "code": 125}
    podman = Played(
        tmp_path,
        "podman",
        [
            *(VERSION, INFO),
            ("image inspect --format {{.Id}} there", {"out": f"{ID}\n"}),
            ("image inspect --format {{.Id}} gone", missing),
        ],
    )
    worker = builder(podman.environment)

    assert worker.find("there") == Built("there", f"sha256:{ID}")
    assert worker.find("gone") is None


def test_its_configuration_has_its_own_history(tmp_path: Path) -> None:
    image = {
        "Architecture": "amd64",
        "Os": "linux",
        "Config": {"Cmd": ["sh"]},
        "History": [{"created_by": "ADD rootfs.tar /"}, {"created_by": "CMD sh"}],
    }
    podman = Played(
        tmp_path, "podman", [VERSION, INFO, ("image inspect", {"out": json.dumps([image])})]
    )

    found = builder(podman.environment).configuration(BUILT)

    assert found.history == ("ADD rootfs.tar /", "CMD sh")
    assert found.command == ("sh",)


@pytest.mark.parametrize("digest", ["sha256:" + "ab" * 32, "sha256:../../etc/passwd", "md5:1"])
def test_its_layers_are_those_of_the_folder_that_it_saves(tmp_path: Path, digest: str) -> None:
    manifest = json.dumps({"layers": [{"digest": digest}]})
    saved = {"folder": {"manifest.json": manifest}}
    podman = Played(tmp_path, "podman", [VERSION, INFO, ("save", saved)])

    with builder(podman.environment).layers(BUILT) as layers:
        if digest.startswith("sha256:ab"):
            assert [layer.name for layer in layers] == ["ab" * 32]
        else:
            with pytest.raises(ImageError, match="cannot be read"):
                list(layers)


def test_s6_14_its_push_is_docker_s_schema_with_a_login_of_its_own(tmp_path: Path) -> None:
    podman = Played(
        tmp_path,
        "podman",
        [
            *(VERSION, INFO, ("login", {"writes": {"--authfile": "{}"}})),
            ("push", {"writes": {"--digestfile": DIGEST}}),
        ],
    )
    login = Login(registry=HOST, user="AWS", password=SecretStr("the-password"))

    digest = builder(podman.environment).push(BUILT, f"{HOST}/x:1", login=login, tell=silent)

    entered, sent = podman.call("login"), podman.call("push")
    kept = Path(entered.words[entered.words.index("--authfile") + 1])
    assert digest == DIGEST
    assert entered.given == "the-password"
    assert "the-password" not in " ".join((*entered.words, *sent.words))
    assert sent.words[:4] == ("push", "--format", "v2s2", "--authfile")
    assert sent.words[-2:] == (ID, f"docker://{HOST}/x:1")
    assert not kept.parent.exists()


def test_what_is_fetched_is_known_by_the_last_line_and_given_back(tmp_path: Path) -> None:
    podman = Played(
        tmp_path,
        "podman",
        [
            *(VERSION, INFO, ("login", {"writes": {"--authfile": "{}"}})),
            ("pull", {"out": f"Copying blob\nWriting manifest\n{ID}\n"}),
            ("rmi", {}),
        ],
    )
    login, uri = Login(HOST, "AWS", SecretStr("the-password")), f"{HOST}/x@{DIGEST}"

    with builder(podman.environment).pulled(uri, login=login, tell=silent) as built:
        assert built == Built(uri, f"sha256:{ID}")

    assert podman.call("pull").words[-1] == f"docker://{uri}"
    assert "the-password" not in str([one.words for one in podman.calls])
    assert podman.calls[-1].words == ("rmi", uri)
