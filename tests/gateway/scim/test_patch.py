"""PATCH as a function: RFC 7644's table of operations, and what holds of any of them."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import Malformed
from studiogate.gateway.scim.filters import ENTERPRISE
from studiogate.gateway.scim.patch import MOST_OPERATIONS, MOST_VALUES, operations, patched

WORK = {"type": "work", "value": "w"}
HOME = {"type": "home", "value": "h"}
Json = dict[str, Any]


def after(before: Json, *asked: Json) -> Json:
    return patched(before, operations({"Operations": list(asked)}))


@pytest.mark.parametrize(
    ("before", "asked", "wanted"),
    [
        ({}, {"op": "add", "path": "title", "value": "x"}, {"title": "x"}),
        ({"title": "x"}, {"op": "ADD", "path": "TITLE", "value": "y"}, {"title": "y"}),
        ({"title": "x"}, {"op": "remove", "path": "title"}, {}),
        ({}, {"op": "remove", "path": "title"}, {}),
        ({"title": "x"}, {"op": "replace", "path": "title", "value": None}, {}),
        ({}, {"op": "replace", "value": {"title": "x"}}, {"title": "x"}),
        ({}, {"op": "add", "value": {"id": "1", "schemas": [], "meta": {}, "title": "x"}}, {"title": "x"}),
        ({"name": {"a": 1}}, {"op": "add", "path": "name", "value": {"b": 2}}, {"name": {"a": 1, "b": 2}}),
        ({"name": {"a": 1}}, {"op": "replace", "path": "name", "value": {"A": 2}}, {"name": {"a": 2}}),
        ({}, {"op": "add", "path": "name.givenName", "value": "x"}, {"name": {"givenName": "x"}}),
        ({"name": {"a": 1}}, {"op": "remove", "path": "name.a"}, {"name": {}}),
        ({}, {"op": "remove", "path": "name.a"}, {}),
        ({"emails": [WORK]}, {"op": "add", "path": "emails", "value": [HOME]}, {"emails": [WORK, HOME]}),
        ({"emails": [WORK]}, {"op": "add", "path": "emails", "value": WORK}, {"emails": [WORK]}),
        ({}, {"op": "add", "path": "emails", "value": WORK}, {"emails": [WORK]}),
        ({"emails": [WORK]}, {"op": "replace", "path": "emails", "value": [HOME]}, {"emails": [HOME]}),
        ({"emails": [WORK]}, {"op": "replace", "path": "emails", "value": HOME}, {"emails": [HOME]}),
        ({"emails": [WORK]}, {"op": "replace", "path": "emails", "value": []}, {}),
        ({"emails": [WORK, HOME]}, {"op": "remove", "path": 'emails[type eq "work"]'}, {"emails": [HOME]}),
        ({"emails": [WORK]}, {"op": "remove", "path": 'emails[type eq "work"]'}, {}),
        ({"emails": [WORK]}, {"op": "remove", "path": 'emails[type eq "x"]'}, {"emails": [WORK]}),
        ({"emails": [WORK, HOME]}, {"op": "remove", "path": "emails", "value": [{"value": "w"}]}, {"emails": [HOME]}),
        ({"emails": [WORK]}, {"op": "remove", "path": 'emails[type eq "work"].type'}, {"emails": [{"value": "w"}]}),
        ({"emails": [WORK, HOME]}, {"op": "replace", "path": 'emails[type eq "HOME"].value', "value": "n"}, {"emails": [WORK, {"type": "home", "value": "n"}]}),
        ({"emails": [WORK]}, {"op": "replace", "path": 'emails[type eq "work"]', "value": {"value": "n"}}, {"emails": [{"type": "work", "value": "n"}]}),
        ({}, {"op": "add", "path": 'emails[type eq "work"].value', "value": "n"}, {"emails": [{"type": "work", "value": "n"}]}),
        ({}, {"op": "add", "path": "emails.value", "value": "n"}, {"emails": [{"value": "n"}]}),
        ({}, {"op": "add", "path": f"{ENTERPRISE}:department", "value": "E"}, {ENTERPRISE: {"department": "E"}}),
        ({ENTERPRISE: {"department": "E"}}, {"op": "remove", "path": f"{ENTERPRISE}:department"}, {}),
        ({}, {"op": "replace", "value": {ENTERPRISE: {"department": "E"}}}, {ENTERPRISE: {"department": "E"}}),
        ({ENTERPRISE: {"a": 1}}, {"op": "remove", "path": ENTERPRISE}, {}),
    ],
)  # fmt: skip
def test_an_operation_does_what_the_rfc_says(before: Json, asked: Json, wanted: Json) -> None:
    kept = deepcopy(before)

    assert after(before, asked) == wanted
    assert before == kept


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"op": "move", "path": "a", "value": 1}, "scim-syntax"),
        ({"path": "a", "value": 1}, "scim-syntax"),
        ({"op": 1}, "scim-syntax"),
        ("add", "scim-syntax"),
        (None, "scim-syntax"),
        ({"op": "remove"}, "scim-target"),
        ({"op": "add", "value": "x"}, "scim-value"),
        ({"op": "add", "value": ["x"]}, "scim-value"),
        ({"op": "add", "path": 7, "value": "x"}, "scim-path"),
        ({"op": "add", "path": "a.b.c", "value": "x"}, "scim-path"),
        ({"op": "add", "value": {"a b": 1}}, "scim-path"),
        ({"op": "replace", "path": "id", "value": "x"}, "scim-mutability"),
        ({"op": "replace", "path": "meta.version", "value": "x"}, "scim-mutability"),
        ({"op": "add", "path": "groups", "value": [{"value": "g"}]}, "scim-mutability"),
        ({"op": "add", "path": "title.x", "value": "x"}, "scim-path"),
        ({"op": "replace", "path": 'emails[type eq "work"]', "value": "x"}, "scim-value"),
        ({"op": "replace", "path": 'emails[a.b eq "work"]', "value": {}}, "scim-target"),
        ({"op": "add", "path": "emails", "value": [{}] * (MOST_VALUES + 1)}, "scim-too-large"),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_word(asked: Any, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        after({"title": "t"}, asked)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "body", [{}, {"Operations": []}, {"Operations": {}}, {"Operations": "x"}]
)
def test_a_patch_has_operations(body: Json) -> None:
    with pytest.raises(Malformed):
        operations(body)


def test_and_not_without_end() -> None:
    one = {"op": "replace", "path": "title", "value": "x"}

    with pytest.raises(Malformed):
        operations({"Operations": [one] * (MOST_OPERATIONS + 1)})


plain = st.text("abc", max_size=3) | st.booleans() | st.none() | st.integers(0, 3)
member = st.fixed_dictionaries({"value": plain}, optional={"type": st.sampled_from("wh")})
value = (
    plain
    | st.lists(member | plain, max_size=3)
    | st.dictionaries(st.sampled_from("abT"), plain)
)
paths = st.sampled_from(
    [
        "title", "Title", "name", "name.a", "emails", "emails.value", 'emails[type eq "w"]',
        'emails[type eq "w"].value', 'emails[value eq "a" and type eq "h"]', ENTERPRISE,
        f"{ENTERPRISE}:a", f"{ENTERPRISE}:a.b",
    ]
)  # fmt: skip
operation = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "REMOVE"]), "path": paths},
    optional={"value": value},
)


@given(st.lists(operation, min_size=1, max_size=6))
def test_any_operations_are_done_or_refused_and_never_half(asked: list[Json]) -> None:
    before: Json = {"title": "t", "emails": [deepcopy(WORK)], "name": {"a": "x"}}
    kept = deepcopy(before)
    try:
        found = after(before, *deepcopy(asked))
    except Malformed:
        pass
    else:
        assert None not in found.values()
        assert [] not in found.values()
    assert before == kept


@given(st.sampled_from(["title", "name.a", f"{ENTERPRISE}:a"]), st.text("abc", min_size=1))
def test_to_replace_twice_is_to_replace_once(path: str, text: str) -> None:
    asked = {"op": "replace", "path": path, "value": text}

    assert after({}, asked, asked) == after({}, asked)


@given(st.lists(member, max_size=5), st.lists(member, min_size=1, max_size=5))
def test_what_is_added_is_there_once_and_nothing_else_changes(
    there: list[Json], more: list[Json]
) -> None:
    before: Json = {"emails": there} if there else {}

    found = after(before, {"op": "add", "path": "emails", "value": more})["emails"]

    assert found[: len(there)] == there
    assert all(found.count(one) <= max(there.count(one), more.count(one)) for one in found)
    assert all(one in found for one in more)
