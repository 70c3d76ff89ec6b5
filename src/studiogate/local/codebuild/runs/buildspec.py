"""The buildspec: which commands a build runs, in which phase, with which shell.

From the User Guide, "Build specification reference for CodeBuild", version 0.2.  What is not
read here is refused by its name: a key that nobody acts on would be a promise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

PHASES: Final = ("install", "pre_build", "build", "post_build")
_SHELLS: Final = ("sh", "bash")
_TOP = frozenset({"version", "env", "phases"})
_ENV = frozenset({"shell", "variables"})
_PHASE = frozenset({"commands", "finally"})


class BuildspecError(Exception):
    """Why a buildspec is not run; AWS's status code for it is `YAML_FILE_ERROR`."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The commands of one phase."""

    commands: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Those under `finally`, which run whether the others succeeded or not."""


@dataclass(frozen=True, slots=True)
class Buildspec:
    """What a build does."""

    shell: str
    variables: Mapping[str, str]
    phases: Mapping[str, Steps]
    """By name; a phase that is not said has no commands."""


def parsed(text: str) -> Buildspec:
    """The buildspec in `text`, YAML or JSON.

    Raises:
        BuildspecError: it is none, or says something that is not done here.
    """
    try:
        found = YAML(typ="safe", pure=True).load(text)
    except YAMLError as exc:
        raise BuildspecError(" ".join(str(exc).split())) from exc
    if not isinstance(found, Mapping):
        raise BuildspecError("wrong number of container tags, expected 1")
    for why in _refusals(found):
        raise BuildspecError(why)
    env = found.get("env") or {}
    variables = {str(key): _text(value) for key, value in (env.get("variables") or {}).items()}
    phases = {str(name): _steps(str(name), body) for name, body in found["phases"].items()}
    return Buildspec(str(env.get("shell", "sh")), variables, phases)


def _refusals(found: Mapping[str, Any]) -> Iterator[str]:
    version = str(found.get("version"))
    if version != "0.2":
        yield f"invalid buildspec version: {version}, expected 0.2"
    yield from _unheard("", found, _TOP)
    env, phases = found.get("env") or {}, found.get("phases")
    if not isinstance(env, Mapping) or not isinstance(env.get("variables") or {}, Mapping):
        yield "env and env.variables are maps"
        return
    yield from _unheard("env.", env, _ENV)
    if (shell := env.get("shell", "sh")) not in _SHELLS:
        yield f"env.shell: {shell} is not offered by this emulation"
    if not isinstance(phases, Mapping) or not phases:
        yield "phases: there has to be at least one"
        return
    yield from _unheard("phases.", phases, frozenset(PHASES))
    for name, body in phases.items():
        if not isinstance(body, Mapping):
            yield f"phases.{name} is no map"
        else:
            yield from _unheard(f"phases.{name}.", body, _PHASE)


def _unheard(stem: str, found: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    for key in sorted(str(one) for one in found):
        if key not in known:
            yield f"{stem}{key} is not offered by this emulation"


def _steps(name: str, body: Mapping[str, Any]) -> Steps:
    if not body.get("commands"):
        raise BuildspecError(f"phases.{name}.commands: a phase has commands")
    return Steps(_commands(name, body["commands"]), _commands(name, body.get("finally") or []))


def _commands(name: str, found: Any) -> tuple[str, ...]:
    several = found if isinstance(found, list) else [found]
    if not all(isinstance(one, str) for one in several):
        raise BuildspecError(f"phases.{name}: Expected Commands to be strings")
    return tuple(one.rstrip("\n") for one in several)


def _text(value: Any) -> str:
    """A variable as an environment has it; YAML's own words for flags are small."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def inline(said: str | None) -> str | None:
    """The buildspec itself where `said` is one; `None` where it is the path of a file."""
    return said if said and "\n" in said.strip() else None
