"""Entries are added to the text; what people wrote stays as they wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import LandscapeError
from studiogate.landscape.document import document
from studiogate.landscape.edit import Entry, added, flow

HEAD = "name: acme   # ours\n"

SECTIONS = {
    "one a line": "lobs:\n    a:   {x: 1}   # first\n    b: {x: 2}\n",
    "with a comment behind": "lobs:\n  a: {x: 1}  # first\n# about what follows\n",
    "in braces": "lobs: {a: {x: 1}, b: [1, 2]}   # all of them\n",
    "over several lines": "lobs:\n  a:\n    x: 1   # deep\n    y:\n      - 1\n      - z: 2\n",
    "empty": "lobs: {}   # none yet\n",
    "nothing": "lobs:\n",
    "absent": "",
    "without a last line's end": "lobs:\n  a: {x: 1}",
    "braces over lines": "lobs: {\n  a: {x: 1},\n  b: 'two'\n}\n",
}


@pytest.mark.parametrize("after", ["", "rest: [1]   # still here\n"])
@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS.keys())
def test_every_line_that_was_there_is_there_still(section: str, after: str) -> None:
    gap = "" if section.endswith("\n") or not section else "\n"
    text = HEAD + section + gap + after

    grown = added(text, [Entry("lobs", "new", {"x": 3})], source="it")

    before, now = document(text, source="it").data, document(grown, source="it").data
    assert now == before | {"lobs": (before.get("lobs") or {}) | {"new": {"x": 3}}}
    comments = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
    assert all(f"#{comment}" in grown for comment in comments)


def test_several_entries_keep_their_order() -> None:
    entries = [Entry("lobs", "c", "1"), Entry("lobs", "d", "2"), Entry("people", "e", "3")]

    grown = added("lobs:\n  a: x\npeople: {b: y}\n", entries, source="it")

    assert grown == 'lobs:\n  a: x\n  c: "1"\n  d: "2"\npeople: {b: y, e: "3"}\n'


def test_what_is_there_already_is_refused_with_its_line() -> None:
    with pytest.raises(LandscapeError) as caught:
        added("x: 1\nlobs:\n  a: {}\n", [Entry("lobs", "a", {})], source="it")

    assert [(one.where, one.line) for one in caught.value.problems] == [("lobs.a", 3)]


@pytest.mark.parametrize(
    "text",
    ["lobs: [a]\n", "lobs: 'words'\n", "lobs: |\n  a: 1\n"],
    ids=["list", "text", "block"],
)
def test_a_section_that_is_none_is_not_made_one(text: str) -> None:
    with pytest.raises(LandscapeError):
        added(text, [Entry("lobs", "a", {})], source="it")


PLAIN = st.recursive(
    st.text() | st.booleans() | st.integers(-(10**9), 10**9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=PLAIN)
def test_what_is_written_is_what_is_read(value: object) -> None:
    try:
        text = f"it: {flow(value)}\n"  # type: ignore[arg-type]  # hypothesis types it loosely
        found = document(text, source="it").data
    except LandscapeError:
        return  # characters that no landscape may hold
    assert found["it"] == value


@pytest.mark.parametrize("value", ["\x85", "\u2028", "a\tb\nc", "😀", "\U000e0041", 'a"b\\c'])
def test_what_cannot_be_seen_is_written_by_its_number(value: str) -> None:
    text = flow(value)

    assert text.isprintable()
    assert document(f"it: {text}\n", source="it").data == {"it": value}
