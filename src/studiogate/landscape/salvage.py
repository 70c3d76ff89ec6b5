"""What can still be judged of a landscape that is partly unreadable.

Somebody who mistypes one key should not have to fix it before they hear about the rest.  So the
unreadable entries are taken out, a stand-in is put where something must be, and the rules look
at what remains.  A salvaged landscape is for finding problems in; `read` never returns one.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from studiogate.landscape.complaints import place
from studiogate.landscape.document import Path
from studiogate.landscape.model import Landscape
from studiogate.landscape.pointing import Declared

_SECTIONS = (
    "accounts",
    "networks",
    "idps",
    "lobs",
    "domains",
    "people",
    "warehouses",
    "images",
)
_STAND_INS: Mapping[str, Any] = {
    "name": "unreadable",
    "environment": "demo",
    "region": "eu-west-1",
    "accounts": {"unreadable": "000000000000"},
    "networks": {"unreadable": {"kind": "corporate", "cidrs": ["192.0.2.0/24"]}},
    "idps": {"unreadable": {"kind": "saml", "metadata": "unreadable.xml"}},
}
_PROMISE = {"never": {"open": "*"}}
_ROUNDS = 3
"""One for what is wrong, one for sections that are empty now, one to spare."""


def declared(data: Mapping[str, Any]) -> Declared:
    """The names `data` has in each section, whether or not what they name can be read."""
    return {section: _names(section, data) for section in _SECTIONS}


def salvage(data: Mapping[str, Any]) -> Landscape | None:
    """The readable part of `data`; `None` where even that does not make a landscape."""
    rest: dict[str, Any] = deepcopy(dict(data))
    for _ in range(_ROUNDS):
        try:
            return Landscape.model_validate(rest)
        except ValidationError as refused:
            paths = [place(error) for error in refused.errors()]
        _take_out(rest, paths)
    return None


def _names(section: str, data: Mapping[str, Any]) -> Sequence[str] | None:
    entries = data.get(section, None if section in _STAND_INS else {})
    return tuple(entries) if isinstance(entries, dict) else None


def _take_out(rest: dict[str, Any], paths: Sequence[Path]) -> None:
    """Remove the entry each path is in: `networks.hub` for `networks.hub.cidr`."""
    for section, *within in paths:
        entries = rest.get(str(section))
        match entries, within:
            case dict(), [name, *_]:
                entries.pop(name, None)
            case list(), [int(n), *_]:
                # A list keeps its length, so that the other entries keep their numbers.
                entries[n] = deepcopy(_PROMISE)
            case _:
                rest.pop(str(section), None)
                if section in _STAND_INS:
                    rest[str(section)] = deepcopy(_STAND_INS[str(section)])
