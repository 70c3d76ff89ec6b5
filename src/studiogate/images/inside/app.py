"""What Studio asks of an image for JupyterLab or Code Editor: who runs it, and what answers.

Source: SageMaker developer guide, "Custom image specifications": user 1000 and group 100, a
program that serves on port 8888 at the application's own path. RStudio's images have
no such rules: Workbench starts its session in them.
"""

import re
from collections.abc import Iterator

from studiogate.images.inside.facts import Inside
from studiogate.images.parts import Fault
from studiogate.landscape.image_rules import GID, UID

PORT = 8888
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "python", "python3"})
_PORT = re.compile(r"--(?:ServerApp\.|NotebookApp\.)?(?:port|bind-port)[= ](\d+)")
_ADDRESS = re.compile(r"--(?:(?:ServerApp\.|NotebookApp\.)?ip|host)[= ](\S+)")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_EDITOR = "sagemaker-code-editor"
"""A script of conda-forge's package of that name: `node …/server-main.js`."""

_NUMBER = re.compile(r"\d+\Z")


def app(inside: Inside) -> Iterator[Fault]:
    """Faults of an image whose apps Studio starts by its entry point."""
    yield from _entry(inside)
    yield from _port(inside)
    yield from _accounts(inside)
    yield from _user(inside)


def _entry(inside: Inside) -> Iterator[Fault]:
    words = _command(inside)
    if not words or (len(words) == 1 and words[0].rpartition("/")[2] in _SHELLS):
        what = f"it starts {words[0]}" if words else "it starts nothing"
        yield Fault(
            "entry-point",
            "the configuration",
            f"{what}, which serves nobody: its apps end with `Failed`",
            f"Give it an ENTRYPOINT that serves on 0.0.0.0:{PORT}.",
        )
    elif not _is_there(inside, words[0]):
        yield Fault(
            "entry-point",
            "the configuration",
            f"it starts {words[0]}, which is not in it: its apps end with `Failed`",
            "Install it, or name in ENTRYPOINT what is there, by its whole path.",
        )
    elif words[0].rpartition("/")[2] == _EDITOR and inside.program("node") is None:
        yield Fault(
            "entry-point",
            "PATH",
            f"{_EDITOR} finds node by the PATH, and there is none: its apps end with `Failed`",
            "Put the folder with node into the PATH: `ENV PATH=/opt/code-editor/bin:$PATH`.",
        )


def _is_there(inside: Inside, program: str) -> bool:
    """Whether the image has `program`, by its PATH or at its whole path (execvp(3)).

    A path from the working directory is believed: which that is, is not known here.
    """
    if "/" not in program:
        return inside.program(program) is not None
    return not program.startswith("/") or inside.has(program)


def _port(inside: Inside) -> Iterator[Fault]:
    ports, line = inside.configuration.ports, " ".join(_command(inside))
    if ports and f"{PORT}/tcp" not in ports:
        yield _deaf(f"it exposes {', '.join(ports)}", f"EXPOSE {PORT}")
    if (said := _PORT.search(line)) and int(said[1]) != PORT:
        yield _deaf(f"what it starts serves on port {said[1]}", f"Let it serve on {PORT}")
    if (said := _ADDRESS.search(line)) and said[1].strip("\"'") in _LOOPBACK:
        yield _deaf(f"what it starts serves on {said[1]} alone", "Let it serve on 0.0.0.0")


def _deaf(what: str, remedy: str) -> Fault:
    return Fault("port", "the configuration", f"{what}; Studio asks port {PORT}", f"{remedy}.")


def _accounts(inside: Inside) -> Iterator[Fault]:
    for number, path, kind in ((UID, "etc/passwd", "user"), (GID, "etc/group", "group")):
        if number not in _numbers(inside, path):
            yield Fault(
                kind,
                f"/{path}",
                f"there is no {kind} {number}, as which Studio runs its apps",
                f"Make one: `useradd --uid {UID} --gid {GID} sagemaker-user`, after "
                f"`groupadd --gid {GID}` where the group is missing.",
            )


def _user(inside: Inside) -> Iterator[Fault]:
    said = inside.configuration.user or "root"
    name, _, group = said.partition(":")
    found = _number(inside, "etc/passwd", name)
    if found != UID or (group and _number(inside, "etc/group", group) != GID):
        yield Fault(
            "user",
            "the configuration",
            f"it runs as {said}; Studio runs apps as {UID}:{GID}",
            f"End the Dockerfile with `USER {UID}:{GID}`.",
        )


def _number(inside: Inside, path: str, name: str) -> int | None:
    if _NUMBER.match(name):
        return int(name)
    if name == "root":
        return 0
    lines = (line.split(":") for line in (inside.text(path) or "").splitlines())
    found = (int(one[2]) for one in lines if one[0] == name and _has_number(one))
    return next(found, None)


def _numbers(inside: Inside, path: str) -> frozenset[int]:
    lines = (line.split(":") for line in (inside.text(path) or "").splitlines())
    return frozenset(int(one[2]) for one in lines if _has_number(one))


def _has_number(parts: list[str]) -> bool:
    return len(parts) > len(("name", "password")) and _NUMBER.match(parts[2]) is not None


def _command(inside: Inside) -> tuple[str, ...]:
    return (*inside.configuration.entrypoint, *inside.configuration.command)
