"""Just enough XML for AWS's query protocol: the text of every leaf, by its path.

Built on expat so that a document type is refused the moment it starts: no entity is ever
declared, so none is ever expanded or fetched.
"""

from typing import Final
from xml.parsers import expat

_DEEPEST: Final = 16
"""AWS's answers are six deep at most; more is somebody spending our time."""


class XmlError(ValueError):
    """Not XML, or XML that AWS never sends: with a document type, or very deep."""


def leaves(body: bytes) -> dict[str, str]:
    """The text of every element without children, by path: `{"Error/Code": "Throttling"}`.

    Namespaces are left out.  Where a path comes twice, the first one counts.

    Raises:
        XmlError: `body` is not well formed, declares a document type, or is very deep.
    """
    reader = _Leaves()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat takes it by position only
    except (expat.ExpatError, LookupError) as exc:
        raise XmlError(f"not XML: {exc}") from exc
    return reader.found


class _Leaves:
    """Collects while expat reads."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._is_leaf = False

    def doctype(self, *_: object) -> None:
        raise XmlError("a document type is not accepted")

    def start(self, name: str, _: dict[str, str]) -> None:
        if len(self._path) == _DEEPEST:
            raise XmlError("too deep")
        self._path.append(name.rpartition(" ")[2])
        self._text.clear()
        self._is_leaf = True

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, _: str) -> None:
        if self._is_leaf:
            self.found.setdefault("/".join(self._path), "".join(self._text))
        self._is_leaf = False
        self._path.pop()
