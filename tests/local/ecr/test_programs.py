"""The registry as unmodified programs meet it: skopeo and buildah, through the proxy."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from studiogate.local.ecr.manifests import OCI
from tests.kit.ecr import CONFIG, Registry, digest, image_of, ran
from tests.kit.front import LOB_A


@pytest.fixture
def environment(here: Registry, tmp_path: Path) -> Mapping[str, str]:
    return here.environment(tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A small image as an OCI layout that skopeo reads."""
    folder = tmp_path / "layout"
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    layer = b"\0" * 10_240  # an archive with nothing in it
    config = json.loads(CONFIG) | {"rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}
    text = json.dumps(config).encode()
    manifest = image_of(text, layer)
    for content in (layer, text, manifest):
        (blobs / digest(content).removeprefix("sha256:")).write_bytes(content)
    listed = {"mediaType": OCI, "digest": digest(manifest), "size": len(manifest)}
    index = {"schemaVersion": 2, "manifests": [listed]}
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")
    return f"oci:{folder}"


def skopeo(environment: Mapping[str, str], *words: str, stdin: str = "") -> tuple[int, str]:
    done = ran(["skopeo", "--insecure-policy", *words], environment, stdin=stdin)
    return done.returncode, done.stdout + done.stderr


def logged_in(here: Registry, environment: Mapping[str, str]) -> None:
    words = ("login", "--username", "AWS", "--password-stdin", here.host())
    code, said = skopeo(environment, *words, stdin=here.password())
    assert code == 0, said


def test_s6_14_an_image_that_skopeo_pushes_is_the_one_that_ecr_describes(
    here: Registry, environment: Mapping[str, str], source: str, tmp_path: Path
) -> None:
    name, written = here.repository(), tmp_path / "digest"
    uri = f"docker://{here.host()}/{name}:one"
    logged_in(here, environment)

    code, said = skopeo(environment, "copy", "--digestfile", str(written), source, uri)

    assert code == 0, said
    (found,) = here.org.admin(LOB_A, "ecr").describe_images(repositoryName=name)["imageDetails"]
    assert found["imageDigest"] == written.read_text("utf-8").strip()
    assert found["imageTags"] == ["one"]
    code, _ = skopeo(environment, "copy", uri, f"dir:{tmp_path}/back")
    assert code == 0
    back = (tmp_path / "back" / "manifest.json").read_bytes()
    assert digest(back) == found["imageDigest"]
    code, said = skopeo(environment, "delete", uri)
    assert code == 0, said
    code, said = skopeo(environment, "inspect", uri)
    assert code != 0
    assert "manifest unknown: Requested image not found" in said


def test_s6_14_a_push_without_a_login_is_refused(
    here: Registry, environment: Mapping[str, str], source: str
) -> None:
    uri = f"docker://{here.host()}/{here.repository()}:one"

    code, said = skopeo(environment, "copy", source, uri)

    assert code != 0
    assert "authentication required" in said or "unauthorized" in said


def test_a_push_to_no_repository_says_which_and_makes_none(
    here: Registry, environment: Mapping[str, str], source: str
) -> None:
    logged_in(here, environment)

    code, said = skopeo(environment, "copy", source, f"docker://{here.host()}/no/such:one")

    assert code != 0
    assert (
        "The repository with name 'no/such' does not exist in the registry with id "
        f"'{LOB_A}'" in said
    )


@pytest.fixture
def storage(tmp_path: Path) -> list[str]:
    return [
        "buildah",
        *("--root", str(tmp_path / "root"), "--runroot", str(tmp_path / "runroot")),
        *("--storage-driver", "vfs"),
    ]


def test_what_buildah_builds_it_pushes_and_pulls(
    here: Registry, environment: Mapping[str, str], storage: list[str], tmp_path: Path
) -> None:
    name, context = here.repository(imageTagMutability="IMMUTABLE"), tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n", encoding="utf-8")
    uri, written = f"docker://{here.host()}/{name}:one", str(tmp_path / "digest")

    def done(*words: str, stdin: str = "") -> tuple[int, str]:
        end = ran([*storage, *words], environment, stdin=stdin)
        return end.returncode, end.stdout + end.stderr

    built = done("bud", "--isolation", "chroot", "--timestamp", "0", "-t", "x", str(context))
    assert built[0] == 0, built[1]
    login = done("login", "-u", "AWS", "--password-stdin", here.host(), stdin=here.password())
    assert login[0] == 0, login[1]

    pushed = done("push", "--digestfile", written, "x", uri)

    assert pushed[0] == 0, pushed[1]
    image = here.ecr.registries.get(LOB_A, "eu-west-1", name).get(tag="one")
    assert Path(written).read_text("utf-8").strip() == image.manifest.digest
    pulled = done("pull", uri)
    assert pulled[0] == 0, pulled[1]
    code, said = done("push", "x", uri)  # the same, and even so
    assert code != 0
    assert "cannot be overwritten because the tag is immutable." in said
