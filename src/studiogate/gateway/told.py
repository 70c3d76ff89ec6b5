"""What a process is told: variables of the environment as fields of a class, read and judged.

A variable that is wrong stops the start; the complaint names the variable and never shows its
value, because a value may be a key.  Plain functions and no library of models: a Lambda
function waits for everything that is imported, each time one more of it is started.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from studiogate.errors import SettingsError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

VARIABLE = "variable"
"""In the metadata of a field: the variable it comes from."""

_READ = "read"


class Wrong(ValueError):
    """A value that cannot be, in words that do not quote it."""

    def __init__(self, what: str, *, within: str = "") -> None:
        super().__init__(what)
        self.within = within
        """Which part of the value, as `.corporate.issuer`."""


class Secret:
    """Bytes that no `repr`, log or error shows; `asdict` does not take it apart."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret()"

    def get_secret_value(self) -> bytes:
        """The bytes."""
        return self._value


def told(variable: str, read: Callable[[str], Any]) -> dict[str, Any]:
    """The metadata of a field that comes from `variable`, as `read` reads it."""
    return {VARIABLE: variable, _READ: read}


def from_environment(
    kind: type[T], environ: Mapping[str, str], *, one_of: tuple[str, ...] = ()
) -> T:
    """What `environ` tells; an empty variable counts as one that is not set.

    Of the variables in `one_of`, one at least must be set.

    Raises:
        SettingsError: naming each wrong variable, and never its value.
    """
    found: dict[str, Any] = {}
    complaints: list[str] = []
    for one in fields(kind):
        variable = one.metadata[VARIABLE]
        if text := environ.get(variable):
            try:
                found[one.name] = one.metadata[_READ](text)
            except Wrong as why:
                complaints.append(f"{variable}{why.within}: {why}")
        elif one.default is MISSING and one.default_factory is MISSING:
            complaints.append(f"{variable}: is not set")
    if one_of and not any(map(environ.get, one_of)):
        complaints.append(f"{one_of[0]}: is not set, nor is {' or '.join(one_of[1:])}")
    # Outside the `except`: neither cause nor context carries a value into a traceback.
    if complaints:
        raise wrong(complaints)
    return kind(**found)


def wrong(complaints: Sequence[str]) -> SettingsError:
    """The error that says `complaints`, each naming its variable."""
    return SettingsError(
        "\n".join(complaints),
        remedy="Set the variables named above; docs/reference/settings.md lists them all.",
    )
