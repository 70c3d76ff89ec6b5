"""Parameters by name, as the Data API has them, for a server that knows them by number."""

import re
from collections.abc import Mapping

from studiogate.local.redshift.parts import Failed

# What is no parameter comes first: literals, quoted names, comments, casts.
_WORD = re.compile(
    r"""'(?:[^'\\]|''|\\.)*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$\$.*?\$\$ | ::
        | :(?P<name>[A-Za-z_][A-Za-z0-9_]*)""",
    re.VERBOSE | re.DOTALL,
)


def positioned(sql: str, parameters: Mapping[str, str]) -> tuple[str, list[str]]:
    """`sql` with `$1`, `$2` … for `:name`, and the values in that order.

    Raises:
        Failed: a name has no value, or a value no name, in the Data API's words.
    """
    order: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None or not parameters:
            return found[0]
        if name not in parameters:
            raise Failed(f"Cannot find parameter: {name}", code="22023")
        if name not in order:
            order.append(name)
        return f"${order.index(name) + 1}"

    written = _WORD.sub(numbered, sql)
    if unused := sorted(set(parameters) - set(order)):
        names = ", ".join(unused)
        raise Failed(
            f"Parameters list contains unused parameters. Unused parameters: [{names}]",
            code="22023",
        )
    return written, [parameters[name] for name in order]
