"""How apart from us an app runs: own user, own view of `/opt`, and never longer than we do.

Three ways, best first; a trial run of the interpreter decides, because what is allowed differs
by kernel and container:

    own user   root on Linux: a uid of the app's own, and the metadata file where Studio has it
    own view   as above without the uid, when that uid cannot read this Python; no capabilities
    plain      a child of ours like any other; the metadata file is named by a variable

The metadata file lies at `/opt/ml/metadata` (S1-31).  It is laid over `/opt` in a mount
namespace of the app's own, so that nothing of the machine changes.  The pid namespace makes
every process of the app end with the first, and that one ends with us.

In the same namespace what we keep for everybody (homes, sockets, keys) is covered, but for the
folders of the app itself, and the machine's root can only be read: `own view` has no uid of its
own to keep it out.
"""

import asyncio
import hashlib
import logging
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

_log = logging.getLogger(__name__)

_LOWEST_UID = 60_000
_FIRST_UID = 100_000  # above the ranges systemd and containers hand out by themselves
_UIDS = 1_000_000_000

# The status of the command is kept: `sh` stays as the first process, because a kernel whose
# parent is process 1 takes itself for an orphan and ends.  A folder that stays is held as the
# working directory while its surroundings are covered, and then bound to where it was.  Last,
# and only for an app that is root by number, the rest of the machine is made read-only: what
# was bound before stays writable.
_VIEW = """
mount --rbind /tmp /tmp && mount -t overlay overlay -o "lowerdir=$1:/opt" /opt || exit 125
rest=$2; shift 2; at=$PWD
while [ "$1" != -- ]; do
    cd "$2" && mount -t tmpfs -o mode=0755,size=1m tmpfs "$1" && mkdir -p "$2" &&
        mount --no-canonicalize --bind . "$2" || exit 125
    shift 2
done
[ "$rest" = rw ] || mount -o remount,bind,ro / || exit 125
cd "$at" 2>/dev/null || cd /
shift; "$@"; exit "$?"
"""
Kept = Mapping[Path, Path]
"""Folders that are covered for an app, each with the one below it that stays."""

_NOTHING: Kept = MappingProxyType({})

# A Python whose own library lies out of reach may come up as another one, and `setpriv` may
# start an interpreter that the app, which starts its kernels with it, is not allowed to: so the
# version is compared, and a child is tried as well.
_TRIAL = """
import importlib.util, os, subprocess, sys
version, *paths = sys.argv[1:]
same = sys.version == version and importlib.util.find_spec("jupyterlab") is not None
ran = subprocess.run([sys.executable, "-c", "import sys; print(sys.version)"], stdout=-1)
fit = same and ran.stdout.decode().strip() == version.strip()
sys.exit(not (fit and all(os.access(path, os.W_OK) for path in paths)))
"""


class Way(StrEnum):
    """How apart an app runs; see the module."""

    OWN_USER = "own user"
    OWN_VIEW = "own view"
    PLAIN = "plain"


_APART: Mapping[Way, str] = {
    Way.OWN_USER: "as a user of its own",
    Way.OWN_VIEW: "with a view of files of its own",
}


def uid_of(domain_id: str, owner: str) -> int:
    """The uid of an app's owner: the same at every start, different for everybody else."""
    digest = hashlib.sha256(f"{domain_id}/{owner}".encode()).digest()
    return max(_LOWEST_UID, _FIRST_UID + int.from_bytes(digest[:8], "big") % _UIDS)


def ways() -> tuple[Way, ...]:
    """The ways this machine may have, best first."""
    if sys.platform == "linux" and os.geteuid() == 0 and _has("setpriv", "unshare", "mount"):
        return tuple(Way)
    return (Way.PLAIN,)


def command(
    way: Way, argv: Sequence[str], *, uid: int, view: Path, kept: Kept = _NOTHING
) -> list[str]:
    """What to run so that `argv` runs that way; `view` is laid over `/opt`.

    Of the folders `kept` names, only what stays below them is there; not in the plain way.
    """
    outlived = ["setpriv", "--pdeathsig", "KILL", "--"] if _has("setpriv") else []
    if way is Way.PLAIN:
        return [*outlived, *argv]
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--"]
    user = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"] if way is Way.OWN_USER else []
    bare = ["setpriv", *user, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--"]
    rest = "rw" if way is Way.OWN_USER else "ro"
    covered = [str(path) for pair in kept.items() for path in pair]
    return [
        *(*outlived, *apart, "sh", "-c", _VIEW, "sh", str(view), rest, *covered, "--"),
        *(*bare, *argv),
    ]


def own(way: Way, uid: int, *paths: Path) -> None:
    """Give `paths`, and what is in them, to the user the app runs as."""
    if os.geteuid() != 0:
        return
    owner = uid if way is Way.OWN_USER else 0
    for path in paths:
        os.chown(path, owner, owner)
        for folder, _, files in os.walk(path):
            for name in (".", *files):
                os.chown(Path(folder, name), owner, owner, follow_symlinks=False)


async def best_way(
    paths: Sequence[Path],
    env: Mapping[str, str],
    *,
    uid: int,
    view: Path,
    kept: Kept = _NOTHING,
) -> Way:
    """The first way in which this Python runs and `paths` can be written; gives it them."""
    for way in ways()[:-1]:
        await asyncio.to_thread(own, way, uid, *paths)
        argv = [sys.executable, "-P", "-c", _TRIAL, sys.version, *map(str, paths)]
        if await _runs(command(way, argv, uid=uid, view=view, kept=kept), env):
            return way
        _log.warning("this machine does not let an app run %s; going on without", _APART[way])
    await asyncio.to_thread(own, Way.PLAIN, uid, *paths)
    return Way.PLAIN


async def _runs(argv: Sequence[str], env: Mapping[str, str]) -> bool:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *argv, env=env, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        return await process.wait() == 0
    except asyncio.CancelledError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        raise


def _has(*programs: str) -> bool:
    return all(shutil.which(program) for program in programs)
