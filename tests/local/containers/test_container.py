"""A program in an image: who it is, what it sees, what it reaches, and when it ends."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from studiogate.errors import StartError
from studiogate.local.containers.container import Container, Wanted, give, started
from studiogate.local.containers.roots import SHIFT, Roots
from tests.kit.layers import Entry, as_root, busybox, folder, image_of, link
from tests.kit.processes import lives
from tests.kit.studio import short_folder
from tests.kit.waiting import PATIENCE_S, until

HOME = "/home/sagemaker-user"


@asynccontextmanager
async def place() -> AsyncIterator[Path]:
    async with short_folder() as here:
        here.chmod(0o755)
        (here / "home").mkdir(mode=0o700)
        yield here


def wanted(here: Path, *argv: str, more: Collection[Entry] = (), **how: Any) -> Wanted:
    root = Roots(here / "roots").of(image_of(here / "blobs", busybox(*more)))
    environment: Mapping[str, str] = {"PATH": "/bin", "TOKEN": "hunter2"}
    return Wanted(root, argv, environment, **{"uid": 1000, "gid": 100, **how})


async def said(here: Path, script: str, **how: Any) -> str:
    """What a shell in a container prints."""
    reaches = how.pop("reaches", ())
    log = here / "log"
    container = await started(wanted(here, "sh", "-c", script, **how), log=log, reaches=reaches)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await container.ended()
    finally:
        await container.stop()
    return log.read_text()


@as_root
async def test_it_is_the_user_it_wants_to_be_and_nobody_here() -> None:
    async with place() as here:
        give(here / "home", 1000, 100)

        out = await said(
            here, "id; touch new; touch /new; cat /proc/self/status",
            home=(here / "home", HOME), folder=HOME,
        )  # fmt: skip

        made = (here / "home/new").stat()
        assert (made.st_uid, made.st_gid) == (SHIFT + 1000, SHIFT + 100)
    assert out.startswith("uid=1000 gid=100")
    assert "/new: Permission denied" in out
    assert "CapEff:\t0000000000000000" in out


@as_root
async def test_root_of_an_image_changes_the_image_for_itself_and_this_machine_not_at_all() -> (
    None
):
    async with place() as here:
        script = (
            "id -u; touch /usr-of-mine /bin/mine && ls /bin/mine;"
            "hostname other; echo x > /proc/sys/kernel/core_pattern; kill -9 1;"
            "cd /proc/1/root 2>&1"
        )

        out = await said(here, script, uid=0, gid=0)

        assert not (here / "roots").joinpath("bin/mine").exists()
        roots = list((here / "roots").iterdir())
        assert not any((root / "bin/mine").exists() for root in roots)
    lines = out.splitlines()
    assert lines[:2] == ["0", "/bin/mine"]
    assert any("hostname" in line and "not permitted" in line for line in lines)
    assert any("core_pattern" in line for line in lines)
    assert any("/proc/1/root" in line and "cd" in line for line in lines)


@as_root
async def test_it_sees_its_image_its_files_and_nothing_of_this_machine() -> None:
    async with place() as here:
        out = await said(
            here,
            f"ls /; ls {here} 2>&1; cat /opt/ml/x /etc/resolv.conf; ls /dev /proc/self/fd;"
            "env; echo $0 $TOKEN; echo > /dev/null; grep -c . /proc/mounts",
            files={"/opt/ml/x": "told\n"},
            more=[
                link("etc/resolv.conf", "/nowhere"),
                link("tmp", "elsewhere"),
                folder("elsewhere"),
            ],
        )

    lines = out.splitlines()
    assert lines[:6] == ["bin", "dev", "elsewhere", "etc", "opt", "proc"]
    assert any("No such file" in line for line in lines)
    assert "told" in lines
    assert {"null", "zero", "full", "random", "urandom", "tty", "pts", "shm"} <= set(lines)
    assert "TOKEN=hunter2" in lines
    assert "nameserver" not in out
    assert not [line for line in lines if line.startswith(("STUDIOGATE", "AWS_", "SSH_"))]


@as_root
async def test_what_it_is_told_is_no_argument_of_any_process() -> None:
    async with place() as here:
        asked = wanted(here, "sleep", "1000")
        container = await started(asked, log=here / "log")
        try:
            shown = _arguments()
        finally:
            await container.stop()

    assert any(b"within.py" in line for line in shown)
    assert not any(b"hunter2" in line for line in shown)
    assert "hunter2" not in repr(asked)


def _arguments() -> list[bytes]:
    """The command line of every process of this machine."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(entry.read_bytes())
        except OSError:  # it has just ended
            continue
    return found


async def _answering(text: bytes) -> asyncio.Server:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


@as_root
async def test_it_reaches_the_ports_it_may_and_no_other_of_this_machine() -> None:
    async with place() as here:
        open_, closed = await _answering(b"open\n"), await _answering(b"closed\n")
        ports = [one.sockets[0].getsockname()[1] for one in (open_, closed)]
        try:
            out = await said(
                here,
                f"nc 127.0.0.1 {ports[0]} </dev/null; nc 127.0.0.1 {ports[1]} </dev/null;"
                "nc 192.0.2.1 80 </dev/null",
                reaches=ports[:1],
            )
        finally:
            for one in (open_, closed):
                one.close()

    assert out.splitlines()[0] == "open"
    assert "closed" not in out
    assert out.count("can't connect") == 2


@as_root
async def test_a_connection_into_it_ends_with_it() -> None:
    async with place() as here:
        container = await started(
            wanted(here, "nc", "-l", "-p", "8888", "-e", "cat"), log=here / "log"
        )

        async def listens() -> bool:
            try:
                (await container.space.connected(8888)).close()
            except OSError:
                return False
            return True

        await until(listens)
        await container.stop()

        assert not container.alive
        with pytest.raises(OSError, match="gone"):
            await container.space.connected(8888)


@as_root
async def test_everything_in_it_ends_with_it_even_what_will_not() -> None:
    async with place() as here:
        script = "trap '' TERM; (trap '' TERM; sleep 1000) & sleep 1000"
        container = await started(wanted(here, "sh", "-c", script), log=here / "log")
        mine = _members(container)
        assert len(mine) >= 2

        os.killpg(container.pid, 9)
        await container.ended()

        async def gone() -> bool:
            return not any(map(lives, mine))

        await until(gone)
        await container.stop()


def _members(container: Container) -> set[int]:
    """The processes in the container's network."""
    network = Path(f"/proc/{container.pid}/ns/net").readlink()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "ns/net").readlink() == network:
                found.add(int(entry.name))
        except OSError:  # it has just ended
            continue
    return found


@as_root
@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (("absent-program",), "absent-program: No such file or directory"),
        (("/etc/hosts",), "/etc/hosts: Permission denied"),
    ],
)
async def test_what_cannot_be_run_is_named(argv: tuple[str, ...], why: str) -> None:
    async with place() as here:
        with pytest.raises(StartError, match=why):
            await started(wanted(here, *argv), log=here / "log")


@as_root
async def test_a_root_that_is_gone_is_said_and_leaves_nothing() -> None:
    async with place() as here:
        asked = wanted(here, "true")
        shutil.rmtree(asked.root)

        with pytest.raises(StartError, match="No such file or directory"):
            await started(asked, log=here / "log")


@as_root
async def test_a_container_that_is_not_wanted_any_more_while_it_starts_leaves_nothing() -> None:
    async with place() as here:
        task = asyncio.create_task(started(wanted(here, "sleep", "1000"), log=here / "log"))
        await asyncio.sleep(0.01)
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
