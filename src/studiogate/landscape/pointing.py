"""Names that point at something: at a lob, a network or an idp, wherever they are written."""

from collections.abc import Iterator, Mapping, Sequence

from studiogate.landscape.complaints import Finding
from studiogate.landscape.document import Path, shown
from studiogate.landscape.place import listed, nearest

Declared = Mapping[str, Sequence[str] | None]
"""The names the file declares in each section, readable or not; `None` for a section that
cannot be read at all, so that nothing can be said about names that point there."""

_ONE = {"accounts": "account", "networks": "network", "lobs": "lob", "domains": "domain"}
_ONE |= {"idps": "idp", "people": "person"}


def pointing(
    declared: Declared, path: Path, name: str | None, section: str
) -> Iterator[Finding]:
    """The finding that nothing in `section` is called `name`, which stands at `path`."""
    known = declared[section]
    if name is None or known is None or name in known:
        return
    said = shown(name)
    yield Finding(
        path,
        f"there is no {_ONE[section]} called {said!r}",
        f"{nearest(name, known)}Use one of: {listed(known)}; or add {section}.{said}.",
    )
