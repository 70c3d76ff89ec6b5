"""What pydantic found, in words for somebody who edits the file.

Pydantic names a type and an input; a person needs the key, what is wrong with it and what to
write instead.  No sentence here repeats a value, with the exception of addresses: any other
value may be a password in the wrong place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from pydantic_core import ErrorDetails

from studiogate.landscape.document import Path
from studiogate.landscape.place import advice, keys_at, listed, nearest
from studiogate.landscape.values import NAME_PATTERN


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, by its path; `read` adds the line."""

    path: Path
    what: str
    remedy: str


def finding(error: ErrorDetails, data: Mapping[str, Any]) -> Finding:
    """`error` of pydantic about `data`, as a person would say it."""
    path = place(error)
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, data)
    say = _WORDS.get(kind)
    what = say(error.get("ctx", {})) if say else error["msg"]
    return Finding(path, what, _remedy(error, path, data))


def place(error: ErrorDetails) -> Path:
    """The path of `error` in the file.

    Pydantic's own path also names which member of a union it tried, and ends in `[key]` where
    a key itself is wrong; neither is in the file.
    """
    steps = [step for step in error["loc"] if step != "[key]"]
    if steps[0] in {"networks", "idps"}:
        del steps[2:3]
    if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        steps.append("kind")
    return tuple(steps)


def _unknown_key(path: Path, data: Mapping[str, Any]) -> Finding:
    known = keys_at(path[:-1], data)
    word = str(path[-1])
    return Finding(
        path,
        "this key is not known here",
        f"{nearest(word, known)}Keys that may stand here: {listed(known)}.",
    )


def _remedy(error: ErrorDetails, path: Path, data: Mapping[str, Any]) -> str:
    kind, belongs = error["type"], advice(path, data)
    if error["loc"][-1] == "[key]":
        rule = _IMAGE_NAME_RULE if path[0] == "images" else _NAME_RULE
        return rule if kind == "string_pattern_mismatch" else "Choose another name."
    if kind == "string_pattern_mismatch" and error["ctx"]["pattern"] == NAME_PATTERN:
        return f"{_NAME_RULE} {belongs}".strip()
    if kind == "string_type" and isinstance(error["input"], int | float):
        return f"Put it in quotes. {belongs}".strip()
    if kind == "ip_v4_network":
        return f"{_meant(error['input'])}{belongs}"
    if error["input"] is None and kind != "missing":
        return f"Fill it in, or leave the key out. {belongs}".strip()
    return belongs or "docs/reference/landscape.md lists every key."


def _meant(given: Any) -> str:
    """The network somebody meant who wrote the address of a host in it."""
    try:
        return f"Did you mean {ip_network(given, strict=False)}? "
    except ValueError:
        return ""


def _choices(ctx: Mapping[str, Any]) -> str:
    expected: str | Sequence[str] = ctx.get("expected") or ctx.get("expected_tags") or ""
    return f"must be one of {str(expected).replace(' or ', ', ')}"


_NAME_RULE = "Use lower-case letters, digits and single inner hyphens, at most 40 characters."
_IMAGE_NAME_RULE = (
    "Use lower-case letters, digits and single inner hyphens or dots, at most 63 characters."
)
_MAPPING = "must be a mapping of keys to values"
_SWITCH = "must be true or false"
_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "string_type": lambda _: "must be text",
    "int_type": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "bool_type": lambda _: _SWITCH,
    "bool_parsing": lambda _: _SWITCH,
    "literal_error": _choices,
    "union_tag_invalid": _choices,
    "union_tag_not_found": lambda _: "is missing: it says which kind this is",
    "string_pattern_mismatch": lambda _: "does not have the form this needs",
    "string_too_long": lambda ctx: f"is longer than {ctx['max_length']} characters",
    "string_too_short": lambda ctx: f"has fewer than {ctx['min_length']} characters",
    "too_short": lambda _: "needs at least one entry",
    "greater_than_equal": lambda ctx: f"is less than {ctx['ge']}, the least there is",
    "less_than_equal": lambda ctx: f"is more than {ctx['le']}, the most there is",
    "dict_type": lambda _: _MAPPING,
    "model_type": lambda _: _MAPPING,
    "model_attributes_type": lambda _: _MAPPING,
    "tuple_type": lambda _: "must be a list",
    "ip_v4_network": lambda _: (
        "is not an IPv4 network: an address, a slash and a length, with "
        "nothing set beyond the length"
    ),
    "ip_v4_address": lambda _: "is not an IPv4 address",
    "value_error": lambda ctx: str(ctx["error"]),
}
"""Every type of complaint this model can give; a test looks for one that is missing."""
