"""Images made of tar files by hand: honest ones of busybox, and such as nobody should trust."""

import gzip
import hashlib
import io
import os
import platform
import subprocess
import tarfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studiogate.local.containers.container import refusal
from studiogate.local.ecr.parts import CannotPullError, Pulled
from tests.kit.unpacked import BUSYBOX

_TOOLS = "sh cat ls id env echo sleep grep httpd nc touch stat hostname wget mkdir kill true"
_MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Entry:
    """One entry of an archive."""

    name: str
    data: bytes = b""
    kind: bytes = tarfile.REGTYPE
    target: str = ""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


def folder(name: str, **more: Any) -> Entry:
    return Entry(name, kind=tarfile.DIRTYPE, **{"mode": 0o755, **more})


def link(name: str, target: str) -> Entry:
    return Entry(name, kind=tarfile.SYMTYPE, target=target, mode=0o777)


def hard(name: str, target: str) -> Entry:
    return Entry(name, kind=tarfile.LNKTYPE, target=target)


def tarred(entries: Sequence[Entry]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for one in entries:
            info = tarfile.TarInfo(one.name)
            info.type, info.linkname, info.mode = one.kind, one.target, one.mode
            info.uid, info.gid, info.size = one.uid, one.gid, len(one.data)
            tar.addfile(info, io.BytesIO(one.data))
    return out.getvalue()


def _zstd(data: bytes) -> bytes:
    return subprocess.run(
        ["/usr/bin/zstd", "-c"], input=data, capture_output=True, check=True
    ).stdout


PACKED: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "+gzip": gzip.compress,
    "+zstd": _zstd,
}


def image_of(
    place: Path,
    *layers: Sequence[Entry],
    packed: str = "",
    architecture: str = _MACHINE[platform.machine()],
    **config: Any,
) -> Pulled:
    """The image of these layers, as if it had been pulled; its files are kept in `place`."""
    place.mkdir(parents=True, exist_ok=True)
    made: list[tuple[str, Path]] = []
    promised: list[str] = []
    for entries in layers:
        data = tarred(entries)
        promised.append(_digest(data))
        file = place / f"layer-{len(made)}"
        file.write_bytes(PACKED[packed](data))
        made.append((f"application/vnd.oci.image.layer.v1.tar{packed}", file))
    told = {"architecture": architecture, "config": config, "rootfs": {"diff_ids": promised}}
    digest = _digest(repr(told).encode())
    uri = f"222222222222.dkr.ecr.eu-west-1.amazonaws.com/studiogate/lab@{digest}"
    return Pulled(uri, digest, told, tuple(made), sum(file.stat().st_size for _, file in made))


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def busybox(*more: Entry) -> list[Entry]:
    """A layer with a shell, a web server and what else tests run, and `more`."""
    tools = [link(f"bin/{name}", "busybox") for name in _TOOLS.split()]
    program = Entry("bin/busybox", BUSYBOX.read_bytes(), mode=0o755)
    return [folder("bin"), program, *tools, *more]


def site(base: str, **files: str) -> list[Entry]:
    """Entries of a site that busybox serves from `/www`."""
    return [
        Entry(f"www{base}/{name.replace('__', '/')}", text.encode())
        for name, text in files.items()
    ]


SERVES = ["httpd", "-f", "-p", "8888", "-h", "/www"]
"""The command that serves a site."""


@dataclass
class FakePulling:
    """Hands out the images it was given; remembers who asked, and refuses when told to."""

    images: dict[str, Pulled] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    refuses: str = ""

    async def pull(self, uri: str, *, role_arn: str, service: str, region: str) -> Pulled:
        assert service == "sagemaker.amazonaws.com"
        self.asked.append((uri, role_arn, region))
        if self.refuses or uri not in self.images:
            raise CannotPullError(self.refuses or f"{uri} does not exist.")
        return self.images[uri]


def as_root(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The test, as root; anybody else checks that images are refused, and in which words."""
    if os.geteuid() == 0:
        return test

    async def test_refused() -> None:
        why = refusal()
        assert why is not None
        assert "root on Linux" in str(why)

    test_refused.__name__ = test.__name__
    return test_refused
