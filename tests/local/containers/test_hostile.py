"""Images that attack whoever unpacks and runs them: this machine stays as it was."""

import asyncio
import ctypes
import gzip
import hashlib
import os
import platform
import secrets
import socket
import stat
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from studiogate.errors import StartError
from studiogate.local.containers.container import Wanted, started
from studiogate.local.containers.relay import Relay
from studiogate.local.containers.roots import Roots
from studiogate.local.ecr.parts import Pulled
from tests.kit.layers import Entry, as_root, busybox, folder, image_of, link
from tests.kit.studio import short_folder
from tests.kit.waiting import PATIENCE_S

UP = "../" * 16


async def ran(here: Path, image: Sequence[Entry], *argv: str, in_folder: str = "/") -> str:
    """What a container printed, or why it does not start."""
    (here / "log").unlink(missing_ok=True)
    root = Roots(here / "roots").of(image_of(here / "blobs", image))
    wanted = Wanted(
        root,
        argv,
        {"PATH": "/bin"},
        folder=in_folder,
        home=(here / "home", "/home/sagemaker-user"),
    )
    try:
        container = await started(wanted, log=here / "log")
    except StartError as error:
        return str(error)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await container.ended()
    finally:
        await container.stop()
    return (here / "log").read_text()


@as_root
async def test_no_link_of_an_image_leads_out_by_a_folder_that_is_open() -> None:
    """Root of this machine writes `/etc/hosts` of the container, wherever `/etc` leads."""
    async with short_folder() as here:
        victim = here / "victim"
        for place in (victim, here / "home"):
            place.mkdir()
        victim.chmod(0o777)
        for number in range(3, 12):
            to = f"/proc/self/fd/{number}/{UP}{str(victim).lstrip('/')}"

            said = await ran(here, busybox(link("etc", to)), "true")

            assert said.startswith("The image cannot be run: /etc")
        assert list(victim.iterdir()) == []


@as_root
async def test_no_working_directory_of_an_image_is_outside() -> None:
    async with short_folder() as here:
        (here / "home").mkdir()
        here.chmod(0o755)
        said = [
            await ran(
                here, busybox(), "sh", "-c", "ls -i -d .", in_folder=f"/proc/self/fd/{number}"
            )
            for number in range(3, 8)
        ]

        root = await ran(here, busybox(), "sh", "-c", "ls -i -d .")

    assert set(said) == {root}


@as_root
async def test_it_leaves_no_core_has_so_many_processes_and_none_of_our_keys() -> None:
    async with short_folder() as here:
        (here / "home").mkdir()
        with key_of_ours() as name:
            said = await ran(here, busybox(), "sh", "-c", "ulimit -c -u; cat /proc/keys")

    assert name not in said
    limits = [line.split()[-1] for line in said.splitlines()[:2]]
    assert limits == ["0", "4096"]


@contextmanager
def key_of_ours() -> Iterator[str]:
    """A key in the session of whoever runs this, by its name."""
    add, control = {"x86_64": (248, 250), "aarch64": (217, 219)}[platform.machine()]
    libc, name = ctypes.CDLL(None, use_errno=True), f"studiogate-{secrets.token_hex(8)}"
    number = libc.syscall(add, b"user", name.encode(), b"x", 1, -3)
    if number > 0:  # where keys are let be kept at all
        assert name in Path("/proc/keys").read_text()
    try:
        yield name
    finally:
        libc.syscall(control, 21, number)


@as_root
async def test_a_folder_that_became_a_link_hands_out_nothing_outside(tmp_path: Path) -> None:
    """What folders may is set last, when one above may lead to this machine's."""
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o700)
    image = image_of(
        tmp_path / "blobs", [folder(f"d{victim}", mode=0o777, uid=7), link("d", "/")]
    )

    Roots(tmp_path / "roots").of(image)

    now = victim.stat()
    assert (stat.S_IMODE(now.st_mode), now.st_uid) == (0o700, os.geteuid())


def header(kind: bytes, size: int, name: str = "one") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def record(key: str, value: str) -> bytes:
    """A line of an extended header, which begins with its own length."""
    rest = f" {key}={value}\n"
    length = len(rest) + len(str(len(rest) + 2))
    return f"{length}{rest}".encode()


def described(**said: str) -> bytes:
    body = b"".join(record(key.replace("__", "."), value) for key, value in said.items())
    return header(tarfile.XHDTYPE, len(body)) + body.ljust(512, b"\0")


MEGABYTE = 1 << 20
FILE = header(tarfile.REGTYPE, 0)
HOSTILE = {
    "a type nobody knows, with content": header(b"Z", 4 * MEGABYTE) + bytes(4 * MEGABYTE),
    "a description without an end": header(tarfile.XHDTYPE, 1 << 40),
    "a name without an end": header(tarfile.GNUTYPE_LONGNAME, 1 << 40),
    "names of names": (header(tarfile.GNUTYPE_LONGNAME, 2) + b"a".ljust(512, b"\0")) * 2000,
    "less than nothing": described(size="-1000000000") + FILE,
    "no moment": described(mtime="nan") + FILE,
    "no name that a file has": described(path="a\0b") + FILE,
    "a sparse file": header(tarfile.GNUTYPE_SPARSE, 512) + bytes(512),
    "a sparse file of POSIX": described(GNU__sparse__major="1", GNU__sparse__minor="0")
    + header(tarfile.REGTYPE, 512)
    + b"1\n" * 256,
    "folders without an end": described(path="a/" * 1500 + "b") + FILE,
}


@as_root
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
async def test_an_archive_that_would_fill_memory_or_disk_is_refused_and_leaves_nothing(
    tmp_path: Path, data: bytes
) -> None:
    whole = data + bytes(1024)
    layer = tmp_path / "layer"
    layer.write_bytes(gzip.compress(whole, 1))
    config = {"rootfs": {"diff_ids": [f"sha256:{hashlib.sha256(whole).hexdigest()}"]}}
    image = Pulled("image", "sha256:1", config, (("layer", layer),), 1)

    with pytest.raises(StartError, match="cannot be unpacked"):
        Roots(tmp_path / "roots", largest=2 * MEGABYTE).of(image)

    assert list((tmp_path / "roots").iterdir()) == []


async def test_a_program_that_opens_connections_without_end_is_refused_more() -> None:
    async with short_folder() as here:
        served: list[asyncio.StreamWriter] = []
        ours = await asyncio.start_unix_server(lambda _, out: served.append(out), here / "ours")
        relay, most = await relayed(here), 512
        lines = [await asyncio.open_unix_connection(here / "theirs") for _ in range(most + 8)]

        refused = [line for line in lines[most:] if await line[0].read(1) == b""]

        assert len(refused) == 8
        assert len(served) == most
        for line in (*(out for _, out in lines), *served):
            line.transport.abort()
        await relay.close()
        ours.close()


async def relayed(here: Path) -> Relay:
    """Carries from a socket of `here` to another."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(here / "theirs"))
    listening.listen(2000)

    async def connected() -> socket.socket:
        found = socket.socket(socket.AF_UNIX)
        found.settimeout(0)
        await asyncio.get_running_loop().sock_connect(found, str(here / "ours"))
        return found

    relay = Relay(listening, connected)
    await relay.begin()
    return relay
