import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from studiogate.landscape.document import Path, document, dotted, shown

WORDS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
# Whole numbers as landscapes have them; text is what is left of longer ones.
SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | WORDS
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=15,
)
MAPPINGS = st.dictionaries(WORDS, NESTED, max_size=5)


def paths(value: Any, path: Path = ()) -> list[Path]:
    entries = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [
        deep
        for step, inner in entries
        for deep in [(*path, step), *paths(inner, (*path, step))]
    ]


@given(MAPPINGS)
def test_json_is_read_as_the_data_it_is(data: dict[str, Any]) -> None:
    found = document(json.dumps(data), source="x")

    assert found.data == data
    assert found.problems == ()


@given(MAPPINGS)
def test_every_key_and_every_entry_has_a_line(data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1)

    found = document(text, source="x")

    assert set(found.lines) == set(paths(data))
    lines = text.splitlines()
    for path, line in found.lines.items():
        if isinstance(path[-1], str):
            assert lines[line - 1].lstrip().startswith(json.dumps(path[-1]))


@given(st.from_regex(r"[-+~a-zA-Z0-9._/]{1,12}", fullmatch=True))
def test_an_unquoted_word_is_what_yaml_says_or_text(word: str) -> None:
    text = f"k: {word}\n" if word != "-" else "k: '-'\n"
    (mine,) = document(text, source="x").data.values()
    try:
        theirs = YAML(typ="safe", pure=True).load(text)["k"]
    except ValueError:  # the thirteenth month
        theirs = word

    # What we do not read as YAML does (dates, hexadecimal, infinity) stays text: never guessed.
    assert mine in (word, theirs)


def test_a_place_without_a_line_has_the_line_of_the_nearest_key_above() -> None:
    found = document("a:\n  b:\n    - x\n", source="x")

    assert found.line(("a", "b", 0)) == 3
    assert found.line(("a", "b", "c", "d")) == 2
    assert found.line(("z",)) is None


def test_places_are_told_as_a_person_writes_them() -> None:
    assert dotted(("invariants", 0, "never", "from")) == "invariants[0].never.from"
    assert dotted(("people", "a\x1b[31m")) == "people.'a\\x1b[31m'"
    assert shown("x" * 200) == "x" * 80 + "…"
    assert shown("") == "''"
