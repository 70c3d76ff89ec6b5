"""The first program of a container: makes what it runs in, then becomes what it is to run.

Run by its path, by an interpreter that loads nothing but its standard library.  It says over
the pipe whose number is its argument how far it is, and is told on standard input, as JSON,
what to run; what it is told has secrets in it, so it is never an argument.

    keeper   new mount, process, network, IPC and host-name spaces; ends when its parent ends
    └─ first process of the space: lays the image under a writable layer, mounts, pivots
       └─ the program: in a user space where it is who it wants to be and nobody outside

What is mounted from outside is the home alone.  The ids of the image are shifted, so its root
is nobody here; of capabilities it keeps those that ordinary containers have, over its own user
space only.
"""

import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

READY, FAILED = b"ready\n", b"failed: "

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER = 0x00020000, 0x04000000, 0x08000000, 0x10000000
_NEWPID, _NEWNET = 0x20000000, 0x40000000
_BIND, _REC, _PRIVATE, _RDONLY, _REMOUNT = 0x1000, 0x4000, 0x40000, 0x1, 0x20
_NOSUID, _NODEV, _NOEXEC, _DETACH = 0x2, 0x4, 0x8, 0x2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_PDEATHSIG, _CAPBSET_DROP = 1, 24
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1

_KEPT = frozenset({0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 29, 31})
"""Capabilities of an ordinary container, by number (capabilities(7)): to change owners and ids,
to kill, to bind low ports, to chroot, to write audit lines, to give file capabilities."""

_HIGHEST_CAPABILITY = 63
_LIMITS = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NPROC: 4096}
"""What dies leaves no memory on this machine's disk; each user has so many processes."""

_KEYCTL, _JOIN_SESSION = {"x86_64": 250, "aarch64": 219}, 1
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_SCRATCH = "/tmp"  # noqa: S108 - every machine has it, and it is covered in our own space only
_NOT_FOUND, _NOT_RUN = 127, 126

_libc = ctypes.CDLL(None, use_errno=True)


def _called(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    words = (word.encode() or None for word in (source, target, kind))
    _called("mount", *words, ctypes.c_ulong(flags), options.encode() or None)


def main() -> NoReturn:
    """Keep the container until its program ends, and end as that did."""
    pipe = int(sys.argv[1])
    fcntl.fcntl(pipe, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # The program is asked to end by the signal to the group; whoever keeps it stays for it.
        signal.signal(number, signal.SIG_IGN)
    try:
        _libc.prctl(_PDEATHSIG, signal.SIGKILL)
        _called("unshare", _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET)
        _mount("", "/", "", _REC | _PRIVATE)
        # Keys of whoever started us are in no space.  Where this is not let, nothing of it is.
        _libc.syscall(_KEYCTL[os.uname().machine], _JOIN_SESSION, None)
        _loopback_up()
        os.write(pipe, READY)
        told = json.load(sys.stdin)
        first = os.fork()
        if first == 0:
            _first(told, pipe)
    except (OSError, ValueError) as error:
        _fail(pipe, error)
    os.close(pipe)
    os._exit(_ended(first))


def _first(told: Mapping[str, Any], pipe: int) -> NoReturn:
    """Process 1: everything is mounted by it, and orphans come to it."""
    try:
        _libc.prctl(_PDEATHSIG, signal.SIGKILL)
        _make_root(told)
        program = _begun(told, pipe)
    except OSError as error:
        _fail(pipe, error)
    os.close(pipe)
    os._exit(_ended(program))


def _make_root(told: Mapping[str, Any]) -> None:
    """Pivot into the image with a writable layer over it, and take leave of all else."""
    lower = os.open(told["root"], os.O_PATH | os.O_DIRECTORY)
    home = os.open(told["home"], os.O_PATH | os.O_DIRECTORY) if told["home"] else None
    _mount("scratch", _SCRATCH, "tmpfs", _NODEV, f"mode=0700,size={told['writable']}")
    for name in ("upper", "work", "root", "home"):
        Path(_SCRATCH, name).mkdir()
    os.chown(f"{_SCRATCH}/upper", told["shift"], told["shift"])
    Path(_SCRATCH, "upper").chmod(0o755)
    if home is not None:
        _mount(f"/proc/self/fd/{home}", f"{_SCRATCH}/home", "", _BIND)
    layers = f"lowerdir=/proc/self/fd/{lower},upperdir={_SCRATCH}/upper"
    root = f"{_SCRATCH}/root"
    _mount("overlay", root, "overlay", _NODEV, f"{layers},workdir={_SCRATCH}/work")
    for folder in (lower, home):
        # From here on a link of the image, to /proc/self/fd/3/.., would lead out by one that is
        # open: whoever mounts and writes below is root of this machine.
        if folder is not None:
            os.close(folder)
    outside = f"/.outside-{os.urandom(8).hex()}"
    Path(root + outside).mkdir(mode=0o700)
    os.chdir(root)
    machine = os.uname().machine
    _called("syscall", _PIVOT_ROOT[machine], b".", f".{outside}".encode())
    os.chdir("/")
    _furnish(told, outside)
    _called("umount2", outside.encode(), _DETACH)
    Path(outside).rmdir()
    _write_files(told)
    socket.sethostname(told["hostname"])


def _furnish(told: Mapping[str, Any], outside: str) -> None:
    """What every program expects of a machine, and the home."""
    root = told["shift"]
    for folder in ("/proc", "/dev", _SCRATCH):
        _folder(Path(folder), root)
    Path(_SCRATCH).chmod(0o1777)
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    _mount("/proc/sys", "/proc/sys", "", _BIND)
    _mount("", "/proc/sys", "", _BIND | _REMOUNT | _RDONLY | _NOSUID | _NODEV | _NOEXEC)
    _mount("dev", "/dev", "tmpfs", _NOSUID, f"mode=0755,size=1m,uid={root},gid={root}")
    for name in _DEVICES:
        Path("/dev", name).touch()
        _mount(f"{outside}/dev/{name}", f"/dev/{name}", "", _BIND)
    for folder, kind, options in (
        ("/dev/shm", "tmpfs", "mode=1777,size=256m"),  # noqa: S108 - the container's own
        ("/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620"),
    ):
        Path(folder).mkdir()
        _mount(kind, folder, kind, _NOSUID | _NOEXEC, options)
    for name, target in {
        "ptmx": "pts/ptmx",
        "fd": "/proc/self/fd",
        "stdin": "/proc/self/fd/0",
        "stdout": "/proc/self/fd/1",
        "stderr": "/proc/self/fd/2",
    }.items():
        Path("/dev", name).symlink_to(target)
    if told["home"]:
        _folder(Path(told["home_at"]), root)
        _mount(f"{outside}{_SCRATCH}/home", told["home_at"], "", _BIND)
        _mount("", told["home_at"], "", _BIND | _REMOUNT | _NOSUID | _NODEV)


def _write_files(told: Mapping[str, Any]) -> None:
    """Files that are the container's own, whatever the image has there."""
    for name, text in told["files"].items():
        file = Path(name)
        _folder(file.parent, told["shift"])
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o644)
        os.chown(file, told["shift"], told["shift"])


def _folder(path: Path, owner: int) -> None:
    """Make a folder, and those above it, where they are not: they are the image's root's."""
    for one in reversed((path, *path.parents)):
        if not one.exists():
            one.mkdir(mode=0o755)
            os.chown(one, owner, owner)


def _begun(told: Mapping[str, Any], pipe: int) -> int:
    """Start the program in a user space of its own; its process id here."""
    asks, asked = os.pipe()
    answers, answered = os.pipe()
    program = os.fork()
    if program == 0:
        os.close(asks)
        os.close(answered)
        try:
            _called("unshare", _NEWUSER)
            os.write(asked, b"x")
            if os.read(answers, 1) != b"x":
                os._exit(_NOT_RUN)
            _become(told)
        except OSError as error:
            _fail(pipe, error)
    os.close(asked)
    os.close(answers)
    if os.read(asks, 1) == b"x":
        for name in ("uid_map", "gid_map"):
            line = f"0 {told['shift']} {told['shifted']}\n"
            Path(f"/proc/{program}/{name}").write_text(line, encoding="utf-8")
        os.write(answered, b"x")
    os.close(answered)
    os.close(asks)
    return program


def _become(told: Mapping[str, Any]) -> NoReturn:
    """Be the user that is wanted, with no more rights than a container has, and run."""
    for number in range(_HIGHEST_CAPABILITY + 1):
        if number not in _KEPT:
            _libc.prctl(_CAPBSET_DROP, number, 0, 0, 0)  # one the kernel has not is no loss
    for limit, most in _LIMITS.items():
        resource.setrlimit(limit, (most, most))
    os.setgroups([])
    os.setresgid(told["gid"], told["gid"], told["gid"])
    os.setresuid(told["uid"], told["uid"], told["uid"])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    try:
        os.chdir(told["folder"])
    except OSError:
        os.chdir("/")
    argv: list[str] = told["argv"]
    try:
        os.execvpe(argv[0], argv, told["environment"])  # noqa: S606 - the image's own program
    except OSError as error:
        error.filename = argv[0]  # which of the folders in PATH was tried last says nothing
        raise


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _GET_FLAGS, asked))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def _ended(child: int) -> int:
    """How `child` ended, as a shell would say; children left to us are reaped meanwhile."""
    while True:
        found, status = os.wait()
        if found == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _fail(pipe: int, error: Exception) -> NoReturn:
    why = str(error)
    if isinstance(error, OSError) and error.strerror:
        why = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    os.write(pipe, FAILED + why.encode()[:1000])
    os._exit(_NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_RUN)


if __name__ == "__main__":
    main()
