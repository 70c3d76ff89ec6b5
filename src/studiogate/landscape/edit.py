"""A landscape's text with entries added, and not one character of the rest changed.

People write comments and columns of their own into the file; writing it anew would lose both.
So the places are found in the text, and the result is read again and compared: what was there
still says the same, and the new entries are all there is besides.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.document import Document, document

Plain = str | bool | int | Sequence[Any] | Mapping[str, Any]

# Words that need no quotes: not numbers, not the words YAML has a meaning for.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/+=-]*\Z")
_MEANS = re.compile(
    r"(?:~|null|true|false|yes|no|on|off|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?)\Z", re.IGNORECASE
)
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Entry:
    """One new key of a section, such as a lob of `lobs`."""

    section: str
    key: str
    value: Plain


def added(text: str, entries: Sequence[Entry], *, source: str) -> str:
    """`text` with `entries` at the end of their sections.

    Raises:
        LandscapeError: `text` cannot be read, or has one of the entries already.
    """
    before = document(text, source=source)
    refused = [problem for entry in entries for problem in _refused(entry, before)]
    if refused:
        raise LandscapeError(refused)
    grown = text
    for entry in entries:
        grown = _with(grown, entry)
    _require_only(entries, before.data, document(grown, source=source).data)
    return grown


def flow(value: Plain) -> str:
    """`value` on one line, with quotes where a word would be taken for something else."""
    if isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, str):
        plain = _WORD.match(value) and not _MEANS.match(value)
        return value if plain else _quoted(value)
    if isinstance(value, Mapping):
        pairs = (f"{flow(name)}: {flow(one)}" for name, one in value.items())
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(flow(one) for one in value) + "]"


def _quoted(value: str) -> str:
    """`value` in double quotes; what cannot be seen is written by its number."""
    written = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in written)


def _with(text: str, entry: Entry) -> str:
    line = f"{flow(entry.key)}: {flow(entry.value)}"
    root = YAML(typ="safe", pure=True).compose(text)
    found = _section(root, entry.section)
    if found is None:
        end = "" if text.endswith("\n") or not text else "\n"
        return f"{text}{end}\n{entry.section}:\n{_INDENT}{line}\n"
    key, section = found
    if not isinstance(section, MappingNode):  # nothing behind the colon
        return _below(text, key.end_mark.index, _INDENT + line)
    if not section.value:
        begin, behind = section.start_mark.index, section.end_mark.index
        return f"{text[:begin].rstrip(' ')}\n{_INDENT}{line}{text[behind:]}"
    last = _end(section)
    if section.flow_style:
        return f"{text[:last]}, {line}{text[last:]}"
    indent = " " * section.value[0][0].start_mark.column
    return _below(text, last, indent + line)


def _below(text: str, place: int, line: str) -> str:
    """`text` with `line` under the line that `place` is in."""
    rest = text.find("\n", place)
    at = len(text) if rest < 0 else rest
    return f"{text[:at]}\n{line}{text[at:]}"


def _section(root: Node | None, name: str) -> tuple[Node, Node] | None:
    if not isinstance(root, MappingNode):
        return None
    return next((pair for pair in root.value if pair[0].value == name), None)


def _end(node: Node) -> int:
    """Where the last thing inside `node` ends; a block itself ends at the next one's start."""
    if isinstance(node, MappingNode | SequenceNode) and node.value and not _flow(node):
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    if isinstance(node, MappingNode) and _flow(node) and node.value:
        return _within(node)
    return int(node.end_mark.index)


def _within(node: MappingNode) -> int:
    return int(node.value[-1][1].end_mark.index)


def _flow(node: Node) -> bool:
    return bool(node.flow_style)


def _refused(entry: Entry, before: Document) -> Iterator[Problem]:
    section = before.data.get(entry.section) or {}
    if not isinstance(section, Mapping):
        what, remedy = "this holds no entries", "Write `name: value` lines below it."
        yield Problem(entry.section, what, remedy, before.line((entry.section,)))
    elif entry.key in section:
        line = before.line((entry.section, entry.key))
        remedy = "Choose another name, or edit what is there by hand."
        yield Problem(f"{entry.section}.{entry.key}", "this is there already", remedy, line)


def _require_only(
    entries: Sequence[Entry], before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    wanted = dict(before)
    for entry in entries:
        wanted[entry.section] = (wanted.get(entry.section) or {}) | {
            entry.key: _plain(entry.value)
        }
    if after != wanted:
        raise LandscapeError(
            [
                Problem(
                    where=entries[0].section,
                    what="an entry cannot be added here without changing another",
                    remedy="Write this section one entry a line, and try again.",
                )
            ]
        )


def _plain(value: Plain) -> Any:
    """`value` as the reader gives it."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, str | bool | int):
        return value
    return [_plain(one) for one in value]
