"""Two forms of one value are no drift; two values are."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.cloudformation.kinds.settled import document, settled
from tests.kit.kinds_examples import POLICY

scalars = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("known", "now"),
    [
        pytest.param("443", 443, id="a number as text"),
        pytest.param("1", 1.0, id="a whole number with a point"),
        pytest.param("true", True, id="a flag as text"),
        pytest.param(["b", "a"], ["a", "b"], id="another order"),
        pytest.param(POLICY, json.dumps(POLICY), id="a document as text"),
        pytest.param({"A": 1}, {"A": "1", "B": 2}, id="what AWS fills in"),
        pytest.param(None, "", id="nothing and an empty text"),
    ],
)
def test_the_same_said_otherwise_is_what_is_known(known: Any, now: Any) -> None:
    assert settled(known, now) is known


@pytest.mark.parametrize(
    ("known", "now", "shown"),
    [
        pytest.param("a", "b", "b", id="another text"),
        pytest.param([1], [1, 2], [1, 2], id="one more"),
        pytest.param({"A": 1}, {"A": 2, "B": 3}, {"A": 2}, id="cut to what is known"),
        pytest.param({"A": 1}, {"B": 3}, {}, id="a member that went"),
        pytest.param("x", None, None, id="nothing any more"),
        pytest.param("0123", "123", "123", id="an id is no number"),
    ],
)
def test_a_difference_is_shown_as_aws_has_it(known: Any, now: Any, shown: Any) -> None:
    assert settled(known, now) == shown


@given(values)
def test_every_value_settles_with_itself(value: Any) -> None:
    assert settled(value, json.loads(json.dumps(value))) is value


@given(
    st.lists(values, max_size=6).flatmap(lambda v: st.tuples(st.just(v), st.permutations(v)))
)
def test_the_order_of_a_list_says_nothing(both: tuple[list[Any], list[Any]]) -> None:
    known, now = both

    assert settled(known, now) is known


@pytest.mark.parametrize(
    "text", [json.dumps(POLICY), "%7B%22Version%22%3A%20%222012-10-17%22%7D"]
)
def test_a_policy_is_read_from_json_and_from_the_form_iam_escapes_it_in(text: str) -> None:
    assert document(text)["Version"] == "2012-10-17"


def test_a_document_that_is_read_already_stays() -> None:
    assert document(POLICY) is POLICY
