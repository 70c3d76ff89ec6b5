"""Which builder is taken, and what is said where none can be."""

from pathlib import Path

import pytest

from studiogate.errors import ImageError, SettingsError
from studiogate.images.builders.found import builder
from tests.kit.played_builders import Answer, Played

DOCKER = [
    ("buildx version", {"out": "v0.23.0"}),
    ("version", {"out": "28.2.2 28.2.2\n"}),
]
NO_DAEMON = [("version", {"out": "28.2.2 \n", "err": "Cannot connect", "code": 1})]
PODMAN = [("--version", {"out": "podman version 4.9.3\n"}), ("info", {"out": "overlay\n"})]
BUILDAH: list[Answer] = [
    ("--version", {"out": "buildah version 1.33.7 (image-spec 1.1.0)\n"}),
    ("from", {"out": "working-container\n"}),
    ("run", {"err": 'exec: "/nothing": stat /nothing: no such file or directory\n', "code": 1}),
    ("rm", {}),
]


def test_docker_comes_first_where_its_daemon_answers(tmp_path: Path) -> None:
    Played(tmp_path, "podman", PODMAN)
    docker = Played(tmp_path, "docker", DOCKER)

    assert builder(docker.environment).name == "docker 28.2.2"
    assert builder(docker.environment, named="podman").name == "podman 4.9.3"


def test_docker_without_its_daemon_is_passed_over(tmp_path: Path) -> None:
    Played(tmp_path, "docker", NO_DAEMON)
    podman = Played(tmp_path, "podman", PODMAN)

    assert builder(podman.environment).name == "podman 4.9.3"


def test_s6_06_with_none_of_them_all_are_named_and_aws_is_offered(tmp_path: Path) -> None:
    docker = Played(tmp_path, "docker", NO_DAEMON)
    Played(tmp_path, "podman", [("--version", {"out": "podman version 3.4.4\n"})])

    with pytest.raises(ImageError) as none:
        builder(docker.environment)

    assert "docker: its daemon does not answer" in str(none.value)
    assert "podman: version 3.4.4 is too old: 4.3 or newer" in str(none.value)
    assert "buildah: it is not installed" in str(none.value)
    assert "--in-aws" in none.value.remedy


def test_the_one_that_is_named_is_taken_or_nothing(tmp_path: Path) -> None:
    docker = Played(tmp_path, "docker", NO_DAEMON)
    Played(tmp_path, "podman", PODMAN)

    with pytest.raises(ImageError, match="daemon does not answer") as docker_alone:
        builder(docker.environment, named="docker")
    assert "leave --with out" in docker_alone.value.remedy
    with pytest.raises(SettingsError, match="no builder called 'kaniko'"):
        builder(docker.environment, named="kaniko")


def test_buildah_isolates_as_it_likes_where_it_can_and_by_chroot_where_it_cannot(
    tmp_path: Path,
) -> None:
    able = Played(tmp_path / "able", "buildah", BUILDAH)
    heard: list[str] = []
    broken: Answer = ("run", {"err": "error running container: exec: no command\n", "code": 1})
    unable = Played(tmp_path / "unable", "buildah", [broken, *BUILDAH])
    for one in (able, unable):
        context = tmp_path / one.bin.parent.name / "context"
        context.mkdir()
        (context / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
        free = {k: v for k, v in one.environment.items() if k != "BUILDAH_ISOLATION"}
        with pytest.raises(ImageError):
            builder(free).build(context, "x:1", labels={}, tell=heard.append)

    assert "--isolation" not in able.call("build").words
    assert "chroot" in unable.call("build").words
    assert unable.call("rm").words == ("rm", "working-container")


def test_a_program_that_does_not_say_its_version_is_not_trusted(tmp_path: Path) -> None:
    podman = Played(tmp_path, "podman", [("--version", {"out": "hello\n"})])

    with pytest.raises(ImageError, match="does not say its version"):
        builder(podman.environment)
