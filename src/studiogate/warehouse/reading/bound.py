"""Values written into a statement, so that no value can be anything but a value.

`:name` outside quotes and comments is a parameter; `::` is a cast.  Values become literals, not
parameters of the protocol, which has none for a list, and none in statements that are no query.
A literal is safe however the server reads it: Redshift takes a backslash in quotes for an
escape, as PostgreSQL 8.0 did, and other servers take it for itself.  So a backslash is never
written in quotes, but as `CHR(92)`; and in a statement where the two ways of reading disagree
about what is quoted, no parameter is bound.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from studiogate.errors import Unbound
from studiogate.warehouse.reading.literal import literal

_PARAMETER: Final = r"(?<![\w:\]\)\"'$])(?P<colon>:)(?P<name>[A-Za-z_]\w*)"
_QUIET: Final = (
    r"--[^\n]*",
    r'"(?:[^"]|"")*(?:"|\Z)',
    r"\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)",
    r"(?P<open>/\*)",
)
"""What is no statement text: comments, names in quotes, text between dollars."""

_ESCAPING: Final = re.compile(
    "|".join((_PARAMETER, r"'(?:[^'\\]|\\.|'')*(?:'|\Z)", *_QUIET)), re.DOTALL
)
_PLAIN: Final = re.compile("|".join((_PARAMETER, r"'(?:[^']|'')*(?:'|\Z)", *_QUIET)), re.DOTALL)
_COMMENT: Final = re.compile(r"/\*|\*/")

Place = tuple[int, int, str]


def bound(sql: str, params: Mapping[str, object] | None) -> str:
    """`sql` with each `:name` replaced by its value; as it is when there are no `params`.

    A list or tuple is written in parentheses, for `IN`.

    Raises:
        Unbound: a parameter has no value, a value no parameter, or a value cannot be written.
    """
    if params is None:
        return sql
    places = _places(sql)
    _agree(places, params)
    parts, at = [], 0
    for start, end, name in places:
        parts += [sql[at:start], _written(name, params[name])]
        at = end
    return "".join([*parts, sql[at:]])


def _places(sql: str) -> Sequence[Place]:
    """Where the parameters stand.

    Raises:
        Unbound: that depends on how a backslash is read.
    """
    places = list(_found(sql, _ESCAPING))
    if "\\" in sql and places != list(_found(sql, _PLAIN)):
        raise Unbound(
            "a backslash in the statement leaves open what is in quotes, and so where its "
            "parameters are",
            remedy="Write a quote within quotes as '', and give text with a backslash as a "
            "parameter.",
            reason="ambiguous-quotes",
        )
    return places


def _found(sql: str, reading: re.Pattern[str]) -> Iterator[Place]:
    at = 0
    while (match := reading.search(sql, at)) is not None:
        at = match.end()
        if match["open"]:
            at = _after_comment(sql, at)
        elif match["colon"]:
            yield match.start(), match.end(), match["name"]


def _after_comment(sql: str, at: int) -> int:
    """Where the comment ends that has begun before `at`; comments hold comments."""
    depth = 1
    for match in _COMMENT.finditer(sql, at):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    return len(sql)


def _agree(places: Sequence[Place], params: Mapping[str, object]) -> None:
    asked = {name for _, _, name in places}
    missing, unused = sorted(asked - set(params)), sorted(set(params) - asked)
    if missing:
        raise Unbound(
            f"the statement asks for {_colons(missing)}, and there is no value",
            remedy="Give a value for every parameter; None is NULL.",
            reason="missing-parameter",
        )
    if unused:
        raise Unbound(
            f"there is a value for {_colons(unused)}, which the statement does not ask for",
            remedy="Write the parameter outside quotes and comments, or leave its value out.",
            reason="unused-parameter",
        )


def _colons(names: Sequence[str]) -> str:
    return ", ".join(f":{name}" for name in names)


def _written(name: str, value: object) -> str:
    if isinstance(value, list | tuple):
        return _several(name, value)
    return _one(name, value, literal)


def _several(name: str, values: Sequence[object]) -> str:
    if not values:
        raise _refused(name, "is an empty list, which SQL cannot say")
    if any(value is None for value in values):
        raise _refused(name, "holds None, and nothing is IN or NOT IN a list with NULL")
    return f"({', '.join(_one(name, value, literal) for value in values)})"


def _one(name: str, value: object, written: Callable[[object], str]) -> str:
    try:
        return written(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _refused(name, str(error)) from None


def _refused(name: str, why: str) -> Unbound:
    return Unbound(
        f"parameter :{name} {why}",
        remedy="Give text, a number, a date or time, bytes, a UUID, None, or a list of such.",
        reason="unwritable-parameter",
    )
