"""Whether a version is within bounds such as `>1.0,<2.0`: as far as released versions go.

Bounds are those of Python's requirements (version specifiers specification); pre-releases and
local versions are compared by their numbers alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(.*)\Z")
_BOUND = re.compile(r"(~=|==|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*)(\.\*)?\Z")
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")
_AS_LONG_AS = 8
"""Parts that are compared; 2 and 2.0 are the same version."""

_HOLDS: Mapping[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    "==": lambda found, wanted: found == wanted,
    "!=": lambda found, wanted: found != wanted,
    "<=": lambda found, wanted: found <= wanted,
    ">=": lambda found, wanted: found >= wanted,
    "<": lambda found, wanted: found < wanted,
    ">": lambda found, wanted: found > wanted,
}


@dataclass(frozen=True, slots=True)
class Required:
    """A package of Python, and the versions that will do."""

    name: str
    """As indexes have it: lower case, with hyphens."""

    bounds: str

    def met_by(self, version: str) -> bool:
        """Whether `version` will do; bounds that are not understood are not met."""
        return all(_within(version, bound.strip()) for bound in self.bounds.split(",") if bound)


def required(requirement: str) -> Required | None:
    """What `boto3>1.0,<2.0` asks for; nothing where it is no requirement."""
    match = _REQUIREMENT.match(requirement.strip())
    if match is None:
        return None
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    return Required(name, match[2].strip())


def _within(version: str, bound: str) -> bool:
    asked, found = _BOUND.match(bound), _NUMBERS.match(version)
    if asked is None or found is None:
        return False
    operator, wanted, star = asked[1], _parts(asked[2]), asked[3]
    parts = _parts(found[0])
    if operator == "~=":
        above = (*wanted[:-2], wanted[-2] + 1) if len(wanted) > 1 else (wanted[0] + 1,)
        return _filled(wanted) <= _filled(parts) < _filled(above)
    if star:
        return _HOLDS[operator](parts[: len(wanted)], wanted)
    return _HOLDS[operator](_filled(parts), _filled(wanted))


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _filled(parts: tuple[int, ...]) -> tuple[int, ...]:
    return (parts + (0,) * _AS_LONG_AS)[:_AS_LONG_AS]
