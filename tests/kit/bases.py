"""A real base for images: a small Debian, made by Debian's own program and put into a registry.

The machine's own ways to packages go into the base: its mirror of Debian, and the authorities
that it trusts beside the world's.  No recipe knows of them.
"""

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.kit.containers import BUILDAH, Storage

_SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d/debian.sources"))
_MIRROR = re.compile(
    r"^(?:URIs:|deb(?: \[[^]]*\])?) *(https?://\S+/debian)/?(?: |$)", re.MULTILINE
)
_TRUSTED = Path("usr/local/share/ca-certificates")
_DEBOOTSTRAP = "/usr/sbin/debootstrap"
_DOCKERFILE = 'FROM scratch\nADD rootfs.tar /\nCMD ["bash"]\n'


def debian(folder: Path, codename: str) -> Path:
    """The root of a Debian that has next to nothing installed; made on the first call."""
    root = folder / codename
    if not root.exists():
        assert Path(_DEBOOTSTRAP).exists(), "debootstrap is missing: apt install debootstrap"
        new = folder / f"{codename}-begun"
        made = subprocess.run(
            [_DEBOOTSTRAP, "--variant=minbase", codename, str(new), _mirror()],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stdout[-2000:]
        (new / "etc/apt/sources.list").write_text(
            f"deb {_mirror()} {codename} main\n", encoding="utf-8"
        )
        for left in (new / "var/cache/apt", new / "var/lib/apt/lists"):
            shutil.rmtree(left)
            left.mkdir()
        new.rename(root)
    return root


def copied(root: Path, new: Path) -> None:
    """Copy `root`, devices and all."""
    subprocess.run(["/bin/cp", "--archive", str(root), str(new)], check=True)


def trust(root: Path, *authorities: Path) -> None:
    """Let what is in `root` trust this machine's own authorities, and `authorities`."""
    trusted = root / _TRUSTED
    trusted.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate([*sorted(Path("/", _TRUSTED).glob("*.crt")), *authorities]):
        shutil.copyfile(one, trusted / f"test-{number}.crt")


def pushed(storage: Storage, root: Path, reference: str, *, trusted: Path) -> None:
    """Put `root` into a registry as an image, and forget it here.

    `trusted` is a PEM of authorities, the registry's among them.
    """
    with TemporaryDirectory(dir=storage.folder) as kept:
        context = Path(kept)
        packed = [
            "/bin/tar",
            "--numeric-owner",
            "-C",
            str(root),
            "-cf",
            f"{kept}/rootfs.tar",
            ".",
        ]
        subprocess.run(packed, check=True)
        (context / "Dockerfile").write_text(_DOCKERFILE, encoding="utf-8")
        storage.run("bud", "--isolation", "chroot", "--tag", reference, kept)
    subprocess.run(
        [BUILDAH, "push", reference, f"docker://{reference}"],
        env=storage.environment | {"SSL_CERT_FILE": str(trusted)},
        check=True,
        capture_output=True,
    )
    storage.run("rmi", "--all", "--force")


def _mirror() -> str:
    """Where this machine has its Debian packages from; who has none cannot make a base."""
    for file in _SOURCES:
        if file.exists() and (found := _MIRROR.search(file.read_text(encoding="utf-8"))):
            return found[1]
    raise AssertionError("no package source of Debian's: " + ", ".join(map(str, _SOURCES)))
