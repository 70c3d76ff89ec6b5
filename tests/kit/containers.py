"""Images for tests: a store of their own, a small base image, and builds of a few lines.

Made by buildah itself, so that what is made here does not depend on what is tested. The base is
Debian's busybox with a user like Studio's: one layer of 2 MB, no network needed.
"""

import io
import os
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studiogate.images.parts import Built
from tests.kit.unpacked import BUSYBOX

BUILDAH = "/usr/bin/buildah"
BASE = "localhost/studiogate-test/busybox:1"
"""What every storage calls the base image."""

UBUNTU = 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n'
"""What `/etc/os-release` says in the base image."""

_TOOLS = (
    "sh cat ls id env echo printf true false sleep grep sed mkdir rm cp mv ln chmod chown "
    "date head tail wc tr test expr sort uniq httpd nc stat readlink find which id tar touch"
)
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"
    "sagemaker-user:x:1000:100::/home/sagemaker-user:/bin/sh\n",
    "etc/group": "root:x:0:\nusers:x:100:\n",
    "etc/os-release": UBUNTU,
}
_FOLDERS = (
    *("bin", "etc", "home", "home/sagemaker-user", "opt", "root", "tmp"),
    *("usr", "usr/local", "usr/local/bin"),
)


@dataclass(frozen=True)
class Storage:
    """Where buildah keeps images: a folder of the test, and nothing of this machine's own."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which buildah, podman and skopeo use this storage."""
        return os.environ | {
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(self.folder / "registries.conf"),
            "REGISTRY_AUTH_FILE": str(self.folder / "auth.json"),
            "BUILDAH_ISOLATION": "chroot",
        }

    def run(self, *arguments: str, given: str | None = None) -> str:
        """What `buildah ARGUMENTS` prints; a failure shows what it said."""
        ran = subprocess.run(
            [BUILDAH, *arguments],
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


def private_storage(folder: Path, *, driver: str = "vfs") -> Storage:
    """A storage below `folder`, which nobody else uses and no login is kept in.

    The driver is vfs: it needs no mount, so that it works wherever the tests do.  It keeps every
    layer whole, so that large images want another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "storage.conf").write_text(
        f'[storage]\ndriver = "{driver}"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n',
        encoding="utf-8",
    )
    (folder / "registries.conf").write_text('short-name-mode = "disabled"\n', encoding="utf-8")
    (folder / "auth.json").touch(mode=0o600)
    (folder / "auth.json").write_text("{}", encoding="utf-8")
    return Storage(folder)


def busybox_image(storage: Storage) -> str:
    """The reference of the base image, `BASE`; made on the first call for a storage."""
    known = storage.run("images", "--all", "--format", "{{.Name}}:{{.Tag}}")
    if BASE not in known.split():
        context = storage.folder / "base"
        context.mkdir()
        (context / "rootfs.tar").write_bytes(busybox_layer())
        dockerfile = (
            'FROM scratch\nADD rootfs.tar /\nENV PATH=/usr/local/bin:/bin\nCMD ["sh"]\n'
        )
        (context / "Dockerfile").write_text(dockerfile, encoding="utf-8")
        _build(storage, context, BASE, {})
    return BASE


def busybox_layer(files: Mapping[str, str] = _FILES) -> bytes:
    """The base image's one layer as a tar: busybox, its names, a few folders and `files`."""
    assert BUSYBOX.exists(), "busybox is not there; run: sh tools/setup test-packages"
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as tar:
        for folder in _FOLDERS:
            tar.addfile(_entry(folder, tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755))
        whole = BUSYBOX.read_bytes()
        tar.addfile(_entry("bin/busybox", size=len(whole), mode=0o755), io.BytesIO(whole))
        for tool in sorted(set(_TOOLS.split())):
            link = _entry(f"bin/{tool}", tarfile.SYMTYPE, 0o777)
            link.linkname = "busybox"
            tar.addfile(link)
        for path, text in files.items():
            said = text.encode()
            tar.addfile(_entry(path, size=len(said)), io.BytesIO(said))
    return kept.getvalue()


def built(
    storage: Storage,
    dockerfile: str,
    files: Mapping[str, str] | None = None,
    reference: str = "localhost/studiogate-test/built:1",
    labels: Mapping[str, str] | None = None,
) -> Built:
    """The image of `dockerfile` beside `files`; one that begins with `#!` may be run.

    `FROM BASE` (`busybox_image`) needs no network.
    """
    number = len(list(storage.folder.glob("context-*")))
    context = write_context(storage.folder / f"context-{number}", dockerfile, files or {})
    return _build(storage, context, reference, labels or {})


def write_context(folder: Path, dockerfile: str, files: Mapping[str, str]) -> Path:
    """`folder`, with a Dockerfile and `files` in it."""
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    return folder


def _build(storage: Storage, context: Path, reference: str, labels: Mapping[str, str]) -> Built:
    kept = storage.folder / f"{context.name}.iid"
    named = [part for name, value in labels.items() for part in ("--label", f"{name}={value}")]
    storage.run(
        "bud",
        *(
            "--isolation",
            "chroot",
            "--timestamp",
            "0",
            "--identity-label=false",
            "--pull=false",
        ),
        *("--iidfile", str(kept), "--tag", reference),
        *named,
        str(context),
    )
    return Built(reference, kept.read_text(encoding="utf-8").strip())


def _entry(
    path: str, kind: bytes = tarfile.REGTYPE, mode: int = 0o644, *, size: int = 0
) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.type, entry.mode, entry.size = kind, mode, size
    return entry
