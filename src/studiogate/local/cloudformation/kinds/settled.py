"""Whether what AWS says now is what a template says: two forms of one value are no drift.

A number may be text, a document may be JSON text, and the order of a list says nothing.  Of an
object only the members the template gives are compared; AWS fills in the rest.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?")


def settled(known: Any, now: Any) -> Any:
    """`known` itself where `now` says the same; else `now`, cut to the members of `known`."""
    cut = _cut(known, now)
    return known if _plain(known) == _plain(cut) else cut


def document(text: Any) -> Any:
    """A policy as services answer it, JSON text that IAM escapes as in a URL; as an object."""
    if not isinstance(text, str):
        return text
    return json.loads(text if text.lstrip().startswith("{") else unquote(text))


def _cut(known: Any, now: Any) -> Any:
    if isinstance(known, Mapping) and isinstance(now, Mapping):
        return {name: _cut(known[name], now[name]) for name in known if name in now}
    return now


def _plain(value: Any) -> Any:
    """A form that is equal for equal meanings, and can be sorted."""
    if isinstance(value, Mapping):
        return json.dumps(
            {str(name): _plain(one) for name, one in value.items()}, sort_keys=True
        )
    if isinstance(value, list | tuple):
        return json.dumps(sorted(_plain(one) for one in value))
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    if _NUMBER.fullmatch(text):
        return repr(float(text))
    return _parsed(text) if text.lstrip().startswith("{") else text


def _parsed(text: str) -> Any:
    try:
        return _plain(json.loads(text))
    except ValueError:
        return text
