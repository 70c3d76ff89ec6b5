"""Names that only some values of a variable mean, and variables no pattern can tell of."""

from typing import Any

import pytest

from studiogate.policy.documents import policy_document
from studiogate.policy.language import Kind, Policy, parse
from studiogate.reach.verify.apart import apart

HEAD = "user-profile/"
KNOWN = {"aws:username": ("ann",), "aws:principaltag/odd": ("a*$",)}


def policy(*on: str, effect: str = "Allow", **when: Any) -> Policy:
    row = {
        "Effect": effect,
        "Action": "*",
        "Resource": [f"arn:aws:x:::{HEAD}{one}" for one in on],
    }
    found = policy_document(row | ({"Condition": when} if when else {}))
    return parse(found, kind=Kind.IDENTITY, name="x")


def told(*policies: Policy) -> set[str]:
    found = apart(policies, f"arn:aws:x:::{HEAD}", KNOWN)
    assert found.doubt is None
    return {one.removeprefix(f"arn:aws:x:::{HEAD}") for one in found.patterns}


def doubt(*policies: Policy) -> str | None:
    return apart(policies, f"arn:aws:x:::{HEAD}", KNOWN).doubt


P = "${aws:PrincipalTag/p}"


def test_what_is_known_is_put_in_and_stands_for_itself() -> None:
    assert told(policy("${aws:username}-x")) == {"ann-x"}
    assert told(policy("${aws:PrincipalTag/odd}")) == {"a${*}${$}"}


def test_a_free_variable_is_any_text_and_its_default() -> None:
    assert told(policy(P)) == {"*"}
    assert told(policy("${aws:PrincipalTag/p, 'bob'}")) == {"*", "bob"}


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_values_that_a_condition_anywhere_holds_a_variable_to_are_told_apart(
    effect: str,
) -> None:
    held = policy("*", effect=effect, StringLike={"aws:principaltag/P": ["a*", "bob"]})

    assert told(policy(f"team-{P}"), held) == {"*", "team-*", "team-a*", "team-bob"}


def test_a_value_is_no_pattern_where_its_operator_knows_none() -> None:
    held = policy("*", StringEquals={"aws:PrincipalTag/p": "a*"})

    assert "a${*}" in told(policy(P), held)


def test_keys_that_are_compared_with_each_other_share_their_values() -> None:
    twin = policy("*", StringEquals={"aws:PrincipalTag/p": "${aws:PrincipalTag/q}"})
    held = policy("*", StringNotEquals={"aws:PrincipalTag/q": "eve"})
    mine = policy("*", StringEquals={"aws:PrincipalTag/q": "${aws:username}"})

    assert told(policy(P), twin, held, mine) == {"*", "eve", "ann"}


@pytest.mark.parametrize(
    ("policies", "why"),
    [
        ([policy(f"{P}-{P}")], "twice"),
        ([policy(f"{P}-*"), policy("*", StringNotEquals={"aws:PrincipalTag/p": "x"})], "a part of"),
        ([policy(P), policy("*", NumericLessThan={"aws:PrincipalTag/p": 3})], "something else"),
        ([policy(P), policy("*", StringLike={"aws:PrincipalTag/p": "${aws:userid}-x"})], "some"),
        ([policy(P), policy(f"x{P}", effect="Deny")], "several forms"),
    ],
)  # fmt: skip
def test_what_patterns_cannot_say_is_a_doubt(policies: list[Policy], why: str) -> None:
    assert why in (doubt(*policies) or "")


def test_a_variable_in_several_resources_of_one_allow_is_no_doubt() -> None:
    assert told(policy(P, f"{P}-*")) == {"*", "*-*"}
