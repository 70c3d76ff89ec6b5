"""Which builder this machine has: the first that works, or the one that is named."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from studiogate.errors import ImageError, SettingsError
from studiogate.images.builders.buildah import Buildah, isolation
from studiogate.images.builders.docker import docker
from studiogate.images.builders.podman import Podman
from studiogate.images.builders.running import Program
from studiogate.images.parts import Builder

OLDEST: Mapping[str, tuple[int, int]] = {
    "docker": (20, 10),
    "podman": (4, 3),
    "buildah": (1, 28),
}
"""The oldest version of each that knows all that is asked of it."""

NAMES = tuple(OLDEST)
"""Builders in the order in which they are looked for."""

_VERSION = re.compile(r"\b(\d+)\.(\d+)(?:\.\d+)?")


class _Unfit(Exception):
    """Why a builder cannot be used, as the end of a sentence."""


def builder(environment: Mapping[str, str], *, named: str | None = None) -> Builder:
    """The builder called `named`, or the first of this machine's that works.

    `environment` is that of whoever asks: its PATH is searched, and builders run in it.

    Raises:
        SettingsError: no builder is called so.
        ImageError: there is none, or the one named does not work; each is named, and why.
    """
    if named is not None and named not in OLDEST:
        raise SettingsError(
            f"there is no builder called {named!r}", remedy=f"Use one of: {', '.join(NAMES)}."
        )
    unfit: list[str] = []
    for name in NAMES if named is None else (named,):
        try:
            return _ways()[name](_program(name, environment))
        except (_Unfit, ImageError) as why:
            unfit.append(f"{name}: {why}")
    none = (
        "no builder of this machine works" if named is None else f"{named} does not work here"
    )
    raise ImageError(
        "\n".join((none, *unfit)),
        remedy="Start or install one of docker, podman and buildah"
        + ("" if named is None else ", leave --with out to take whichever works")
        + ", or build in AWS: `studiogate images build NAME --in-aws`.",
    )


def _ways() -> Mapping[str, Callable[[Program], Builder]]:
    return {"docker": _docker, "podman": _podman, "buildah": _buildah}


def _program(name: str, environment: Mapping[str, str]) -> Program:
    path = shutil.which(name, path=environment.get("PATH"))
    if path is None:
        raise _Unfit("it is not installed")
    return Program(Path(path), environment)


def _docker(program: Program) -> Builder:
    found = docker(program)
    if found is None:
        raise _Unfit("its daemon does not answer")
    _fit("docker", found.version)
    return found


def _podman(program: Program) -> Builder:
    version = _fit("podman", _asked_version(program))
    asked = program.asked("info", "--format", "{{.Store.GraphDriverName}}", patience_s=60)
    if asked.code != 0:
        raise _Unfit(f"it does not work for you\n{asked.last}")
    return Podman(program, version)


def _buildah(program: Program) -> Builder:
    version = _fit("buildah", _asked_version(program))
    return Buildah(program, version, isolation=isolation(program))


def _asked_version(program: Program) -> str:
    return program.asked("--version", patience_s=30).out


def _fit(name: str, said: str) -> str:
    """The version that `said` tells, if it is not too old."""
    match = _VERSION.search(said)
    if match is None:
        raise _Unfit("it does not say its version")
    if (int(match[1]), int(match[2])) < OLDEST[name]:
        oldest = ".".join(map(str, OLDEST[name]))
        raise _Unfit(f"version {match[0]} is too old: {oldest} or newer is needed")
    return match[0]
