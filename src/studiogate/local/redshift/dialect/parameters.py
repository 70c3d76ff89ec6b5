"""Parameters by name, as the Data API has them, for a server that knows them by number."""

import re
from collections.abc import Mapping

from studiogate.local.redshift.dialect.tokens import Token, joined, tokens
from studiogate.local.redshift.wire.ports import Refused

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def positioned(sql: str, parameters: Mapping[str, str]) -> tuple[str, list[str]]:
    """`sql` with `$1`, `$2` … for `:name`, and the values in that order.

    Raises:
        Refused: a name has no value, or a value no name, in the Data API's words.
    """
    if not parameters:
        return sql, []
    order: list[str] = []
    done: list[Token] = []
    for piece in tokens(sql):
        found = _NAME.match(piece.text) if piece.kind == "word" else None
        if found is None or not done or done[-1].text != ":":
            done.append(piece)
            continue
        name = found.group()
        if name not in parameters:
            raise Refused(f"Cannot find parameter: {name}", "22023")
        if name not in order:
            order.append(name)
        rest = piece.text[found.end() :]
        done[-1] = Token("parameter", f"${order.index(name) + 1}{rest}")
    if unused := ", ".join(sorted(set(parameters) - set(order))):
        raise Refused(
            f"Parameters list contains unused parameters. Unused parameters: [{unused}]",
            "22023",
        )
    return joined(done), [parameters[name] for name in order]
