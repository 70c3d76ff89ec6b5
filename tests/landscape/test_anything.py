"""Whatever is in the file, `read` gives a landscape or says what is wrong; it never breaks."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from studiogate.errors import LandscapeError
from studiogate.landscape.complaints import _WORDS
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from tests.kit.landscape import SOUND

DATA: dict[str, Any] = YAML(typ="safe", pure=True).load(SOUND)
FEW = settings(deadline=None, max_examples=40)
"""A whole landscape takes some 10 ms to read."""

SECTIONS = st.sampled_from([*DATA, "from", "kind", "never", "cidr"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["vpc", "oidc"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SECTIONS | st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def outcome(text: str) -> Landscape | LandscapeError:
    try:
        return read(text)
    except LandscapeError as error:
        refused = error
    assert refused.problems
    assert all(p.where and p.what and p.remedy for p in refused.problems)
    assert all(str(p).isprintable() for p in refused.problems)
    lines = [p.line for p in refused.problems if p.line is not None]
    assert lines == sorted(lines)
    return refused


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in nested data that something else could be written in."""
    found = [path] if path else []
    entries = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, inner in entries:
        found += places(inner, (*path, step))
    return found


def with_other(path: tuple[Any, ...], other: Any) -> dict[str, Any]:
    """The sound landscape with `other` at `path`."""
    changed: dict[str, Any] = json.loads(json.dumps(DATA))
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = other
    return changed


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    outcome(text)


@given(st.text(alphabet="abc:{}[]-?&*!|>'\"%@#,~ \t\n\r\x85\ufeff0"))
def test_any_text_that_looks_like_yaml_is_read_or_refused(text: str) -> None:
    outcome(text)


@FEW
@given(st.data())
def test_a_sound_landscape_with_characters_lost_or_added_is_read_or_refused(
    data: st.DataObject,
) -> None:
    start = data.draw(st.integers(0, len(SOUND)))
    length = data.draw(st.integers(0, 30))
    other = data.draw(st.text(max_size=10))

    outcome(SOUND[:start] + other + SOUND[start + length :])


@FEW
@given(st.dictionaries(SECTIONS | st.text(), ANYTHING, max_size=8))
def test_any_mapping_is_read_or_refused(data: dict[str, Any]) -> None:
    outcome(json.dumps(data))


@FEW
@given(st.permutations(list(DATA)))
def test_the_order_of_sections_says_nothing(order: list[str]) -> None:
    assert read(json.dumps({section: DATA[section] for section in order})) == read(SOUND)


@FEW
@given(st.sampled_from(places(DATA)), ANYTHING)
def test_a_sound_landscape_with_anything_at_one_place_is_read_or_refused_in_our_own_words(
    path: tuple[Any, ...], other: Any
) -> None:
    found = outcome(json.dumps(with_other(path, other)))

    if isinstance(found, LandscapeError):
        foreign = [
            p.what
            for p in found.problems
            if p.what.startswith(("Input", "Value error", "Object"))
        ]
        assert foreign == []


def test_every_kind_of_complaint_has_words_that_can_be_said() -> None:
    context = {
        "max_length": 1,
        "min_length": 1,
        "ge": 1,
        "le": 1,
        "error": "x",
        "expected": "'a' or 'b'",
    }

    assert all(say(context) for say in _WORDS.values())


@pytest.mark.parametrize(
    "section", ["accounts", "networks", "idps", "lobs", "domains", "people"]
)
def test_a_section_of_another_kind_is_one_complaint(section: str) -> None:
    found = outcome(json.dumps(DATA | {section: ["x"]}))

    assert isinstance(found, LandscapeError)
    assert [p.where for p in found.problems if p.where.split(".")[0] == section] == [section]
