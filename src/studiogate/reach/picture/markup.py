"""Tags and text for HTML and SVG: whatever people wrote is escaped here, and nowhere forgotten.

`text` is the only way from a name to markup; `tag` escapes its attributes itself and takes
markup as content.
"""

from collections.abc import Mapping
from html import escape


def text(said: str) -> str:
    """`said` as content of an element.

    What XML cannot hold, and what hides text or turns it around, is shown as such.
    """
    if not said.isprintable():
        said = "".join(letter if letter.isprintable() else "\ufffd" for letter in said)
    return escape(said)


def tag(name: str, attributes: Mapping[str, object] | None = None, *content: str) -> str:
    """An element; `content` is markup already."""
    given = "".join(f" {key}{_value(value)}" for key, value in (attributes or {}).items())
    return f"<{name}{given}>{''.join(content)}</{name}>"


def _value(value: object) -> str:
    if isinstance(value, float):
        return f'="{value:.1f}"'
    return f'="{text(str(value))}"'
