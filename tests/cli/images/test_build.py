"""`images build`, and `images check --built`: from a folder to an image that is looked into."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from studiogate.cli.app import main
from tests.kit.containers import BASE, Storage, busybox_image, private_storage
from tests.kit.images import LAB, with_images

IMAGE: dict[str, Any] = {"kind": "codeeditor", "recipe": {"python": False}}
STARTS = 'ENTRYPOINT ["httpd", "-f", "-p", "8888"]\n'


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    made = private_storage(tmp_path_factory.mktemp("containers"))
    busybox_image(made)
    return made


@pytest.fixture
def file(tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landscape with an image, and an environment in which buildah has its own store."""
    for name, value in storage.environment.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "landscape.yaml"
    with path.open("w", encoding="utf-8") as opened:
        YAML().dump(with_images(images={"lab": IMAGE, "never": dict(LAB)}), opened)
    return path


def run(file: Path, *arguments: str) -> int:
    return main(["images", *arguments, "--landscape", str(file)])


def write(file: Path, storage: Storage, *lines: str) -> None:
    digest = storage.run("inspect", "--type", "image", "--format", "{{.FromImageDigest}}", BASE)
    folder = file.parent / "images" / "lab"
    folder.mkdir(parents=True)
    pinned = f"FROM {BASE}@{digest.strip()}\n"
    (folder / "Dockerfile").write_text(pinned + "".join(lines), encoding="utf-8")


def test_s6_01_a_folder_becomes_an_image_and_what_is_wrong_in_it_is_found(
    file: Path, storage: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, storage, "RUN echo really && touch /opt/mine\n", "USER 1000:100\n", STARTS)

    assert run(file, "build", "lab", "--with", "buildah") == 0
    built = capsys.readouterr()
    assert run(file, "check", "lab", "--built", "--with", "buildah", "--json") == 0
    looked = json.loads(capsys.readouterr().out)

    assert "really" in built.err
    assert built.out.startswith("studiogate/lab:latest  sha256:")
    assert "studiogate images publish lab --with buildah" in built.err
    assert looked["faults"] == []


def test_a_fault_of_the_dockerfile_keeps_it_from_being_built(
    file: Path,
    storage: Storage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(file, storage, "USER 1000:100\n", STARTS, "ENV API_TOKEN=a1b2c3d4e5f6\n")

    assert run(file, "build", "lab", "--with", "buildah") == 3
    shown = capsys.readouterr()
    assert "Dockerfile:4" in shown.out
    assert "a1b2c3d4e5f6" not in shown.out + shown.err
    assert "is not built" in shown.err


def test_what_does_not_build_is_told_once_and_not_again_at_the_end(
    file: Path, storage: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, storage, "RUN echo almost; exit 3\n", "USER 1000:100\n", STARTS)

    assert run(file, "build", "lab", "--with", "buildah") == 5
    shown = capsys.readouterr()
    assert "did not build" in shown.err
    assert shown.err.splitlines().count("almost") == 1


def test_s6_06_without_any_builder_all_are_named_and_so_is_aws(
    file: Path,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(file, storage, "USER 1000:100\n", STARTS)
    monkeypatch.setenv("PATH", str(file.parent))

    assert run(file, "build", "lab") == 5
    shown = capsys.readouterr()
    assert all(f"{name}: it is not" in shown.err for name in ("docker", "podman", "buildah"))
    assert "--in-aws" in shown.err


def test_an_image_that_nobody_has_built_is_not_said_to_be_without_fault(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, "check", "never", "--built", "--with", "buildah") == 5
    assert "has not built the image never" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "lab", "--with", "buildah", "--in-aws"],
        ["build", "lab", "--lob", "lob-a"],
        ["build", "lab", "--profile", "admin"],
        ["build", "nowhere"],
        ["check", "lab", "--with", "buildah"],
        ["check", "./images/lab", "--built"],
        ["check", "nowhere", "--built"],
    ],
)
def test_what_cannot_be_meant_is_refused(file: Path, arguments: list[str]) -> None:
    assert run(file, *arguments) == 2
