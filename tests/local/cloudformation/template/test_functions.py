"""Intrinsic functions and conditions, against names a test knows."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.template.conditions import every_condition
from studiogate.local.cloudformation.template.functions import (
    NO_VALUE,
    Scope,
    Undetermined,
    resolved,
)

VALUES: dict[str, str | list[str]] = {
    "Env": "prod",
    "Cidrs": ["10.0.0.0/24", "10.0.1.0/24"],
    "AWS::Region": "eu-west-1",
    "AWS::Partition": "aws",
}


def resource(name: str, attribute: str | None) -> str | list[str]:
    if name == "Later":
        raise Undetermined(name, attribute)
    if attribute == "Zones":
        return ["a", "b"]
    return f"{name}-id" if attribute is None else f"{name}-{attribute}"


def scope(
    conditions: Mapping[str, bool] | None = None,
    look: Callable[[str, str | None], str | list[str]] = resource,
) -> Scope:
    return Scope(
        values=VALUES,
        conditions=conditions or {"Yes": True, "No": False},
        mappings={"Zones": {"eu-west-1": {"first": "euw1-az1", "all": ["a", "b"]}}},
        resource=look,
        exported=lambda name: f"exported {name}",
    )


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Env"}, "prod"),
        ({"Ref": "Cidrs"}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Ref": "Vpc"}, "Vpc-id"),
        ({"Fn::GetAtt": ["Vpc", "Arn"]}, "Vpc-Arn"),
        ({"Fn::GetAtt": ["Vpc", {"Ref": "Env"}]}, "Vpc-prod"),
        ({"Fn::Sub": "arn:${AWS::Partition}:x:${Vpc}/${Vpc.Arn}/${!aws:username}"}, "arn:aws:x:Vpc-id/Vpc-Arn/${aws:username}"),
        ({"Fn::Sub": ["${A}/${Env}", {"A": {"Ref": "Vpc"}}]}, "Vpc-id/prod"),
        ({"Fn::Sub": ["${Env}", {"Env": "mine"}]}, "mine"),  # the map wins over parameters
        ({"Fn::Sub": "$${Env} {Env} $"}, "$prod {Env} $"),
        ({"Fn::Join": ["-", ["a", 1, True, {"Ref": "Env"}]]}, "a-1-true-prod"),
        ({"Fn::Join": [",", {"Ref": "Cidrs"}]}, "10.0.0.0/24,10.0.1.0/24"),
        ({"Fn::Join": ["", []]}, ""),
        ({"Fn::Select": ["1", {"Ref": "Cidrs"}]}, "10.0.1.0/24"),
        ({"Fn::Select": [0, {"Fn::Split": ["/", "a/b"]}]}, "a"),
        ({"Fn::Select": [1, {"Fn::GetAtt": ["Vpc", "Zones"]}]}, "b"),
        ({"Fn::Split": [",", "a,,b"]}, ["a", "", "b"]),
        ({"Fn::If": ["Yes", "a", {"Ref": "Later"}]}, "a"),  # the other branch is not looked at
        ({"Fn::Base64": {"Fn::Sub": "${Env}"}}, "cHJvZA=="),
        ({"Fn::FindInMap": ["Zones", {"Ref": "AWS::Region"}, "first"]}, "euw1-az1"),
        ({"Fn::FindInMap": ["Zones", "eu-west-1", "all"]}, ["a", "b"]),
        ({"Fn::ImportValue": {"Fn::Sub": "${Env}-vpc"}}, "exported prod-vpc"),
        ({"Fn::Cidr": ["10.0.0.0/16", 3, 8]}, ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]),
        ({"Fn::Cidr": ["10.0.0.0/16", "2"]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::Cidr": ["2001:db8::/56", 2, 64]}, ["2001:db8::/64", "2001:db8:0:1::/64"]),
        ({"Plain": [{"Ref": "Env"}, "${Env}", 7, False]}, {"Plain": ["prod", "${Env}", 7, False]}),
        ({"A": {"Ref": "AWS::NoValue"}, "B": 1}, {"B": 1}),
        ([{"Ref": "AWS::NoValue"}, {"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}, 2], [2]),
        ({"Condition": {"Bool": {"x": "true"}}}, {"Condition": {"Bool": {"x": "true"}}}),  # of a policy
    ],
)  # fmt: skip
def test_what_a_function_gives(node: Any, value: Any) -> None:
    assert resolved(node, scope()) == value


def test_no_value_alone_is_no_value() -> None:
    assert resolved({"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}, scope()) is NO_VALUE


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ({"Ref": ["Env"]}, "every Ref object must have a single String value."),
        ({"Ref": "Env", "Other": 1}, "Ref stands beside other keys"),
        ({"Fn::Nope": 1}, "Fn::Nope is no intrinsic function"),
        ({"Fn::GetAZs": ""}, "The function Fn::GetAZs is not offered"),
        ({"Fn::Transform": {}}, "The function Fn::Transform is not offered"),
        ({"Fn::GetAtt": "Vpc.Arn"}, "every Fn::GetAtt object requires two non-empty parameters"),
        ({"Fn::GetAtt": ["Vpc", "A", "B"]}, "every Fn::GetAtt object requires two"),
        ({"Fn::Sub": {"a": 1}}, "Fn::Sub intrinsic functions don't specify expected"),
        ({"Fn::Sub": "${Cidrs}"}, "Fn::Sub intrinsic functions don't specify expected"),
        ({"Fn::Join": [",", "a"]}, "every Fn::Join object requires two parameters"),
        ({"Fn::Join": [",", {"Ref": "Env"}]}, "every Fn::Join object requires two parameters"),
        ({"Fn::Join": [",", [["a"]]]}, "every Fn::Join object requires two parameters"),
        ({"Fn::Select": [2, {"Ref": "Cidrs"}]}, "cannot select nonexistent value at index 2"),
        ({"Fn::Select": [-1, ["a"]]}, "every Fn::Select object requires two parameters"),
        ({"Fn::Split": ["", "a"]}, "every Fn::Split object requires two parameters"),
        ({"Fn::If": ["Maybe", 1, 2]}, "Unresolved condition dependency Maybe"),
        ({"Fn::If": ["Yes", 1]}, "every Fn::If object requires"),
        ({"Fn::Base64": ["a"]}, "every Fn::Base64 object must have a String-typed value."),
        ({"Fn::FindInMap": ["Zones", "x", "first"]}, "Unable to get mapping for Zones::x::first"),
        ({"Fn::FindInMap": ["Zones"]}, "every Fn::FindInMap object requires three parameters"),
        ({"Fn::Cidr": ["10.0.0.0/30", 9, 8]}, "every Fn::Cidr object"),
        ({"Fn::Cidr": ["10.0.0.0/24", 257, 2]}, "every Fn::Cidr object"),
        ({"Fn::Equals": ["a", "b"]}, "belong in Conditions"),
    ],
)  # fmt: skip
def test_what_is_misused_is_refused(node: Any, said: str) -> None:
    with pytest.raises(ApiError) as caught:
        resolved(node, scope())

    assert caught.value.code == "ValidationError"
    assert said in caught.value.message


def test_a_value_that_is_not_there_yet_says_whose_it_is() -> None:
    with pytest.raises(Undetermined, match=r"Later\.Arn"):
        resolved({"A": [{"Fn::Sub": "x-${Later.Arn}"}]}, scope())


@pytest.mark.parametrize(
    ("node", "holds"),
    [
        ({"Fn::Equals": [{"Ref": "Env"}, "prod"]}, True),
        ({"Fn::Equals": [1, "1"]}, True),
        ({"Fn::Equals": [True, "true"]}, True),
        ({"Fn::Not": [{"Fn::Equals": ["a", "a"]}]}, False),
        ({"Fn::And": [{"Condition": "Base"}, {"Fn::Equals": ["a", "a"]}]}, True),
        ({"Fn::Or": [{"Fn::Equals": ["a", "b"]}, {"Condition": "Base"}]}, True),
        ({"Condition": "Base"}, True),
    ],
)
def test_what_a_condition_comes_out_as(node: Any, holds: bool) -> None:  # noqa: FBT001 - a table
    declared = {"Asked": node, "Base": {"Fn::Equals": ["x", "x"]}}

    assert every_condition(declared, scope())["Asked"] is holds


@pytest.mark.parametrize(
    "declared",
    [
        {"A": {"Condition": "B"}, "B": {"Condition": "A"}},
        {"A": {"Condition": "Nowhere"}},
        {"A": {"Fn::And": [{"Fn::Equals": ["a", "a"]}]}},
        {"A": {"Fn::Equals": ["a"]}},
        {"A": "true"},
        {"A": {"Fn::Not": [{"Ref": "Env"}]}},
    ],
    ids=[
        "a circle",
        "one that is nowhere",
        "and of one",
        "half an equals",
        "a text",
        "a value",
    ],
)
def test_conditions_that_say_nothing_are_refused(declared: Any) -> None:
    with pytest.raises(ApiError, match="Template error"):
        every_condition(declared, scope())


PIECES = st.one_of(
    st.text(alphabet="ab-/. ", max_size=4).map(lambda text: (text, text)),
    st.sampled_from(
        [
            ("${Env}", "prod"),
            ("${Vpc}", "Vpc-id"),
            ("${Vpc.Arn}", "Vpc-Arn"),
            ("${!Env}", "${Env}"),
        ]
    ),
)


@given(st.lists(PIECES, max_size=6))
def test_a_text_with_places_is_the_join_of_its_pieces(pieces: list[tuple[str, str]]) -> None:
    written = "".join(one for one, _ in pieces)

    assert resolved({"Fn::Sub": written}, scope()) == "".join(value for _, value in pieces)
    assert resolved({"Fn::Join": ["", [{"Fn::Sub": one} for one, _ in pieces]]}, scope()) == (
        resolved({"Fn::Sub": written}, scope())
    )


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=3), min_size=1, max_size=5))
def test_what_is_joined_can_be_split_and_selected_again(parts: list[str]) -> None:
    joined = {"Fn::Join": ["|", parts]}

    assert resolved({"Fn::Split": ["|", joined]}, scope()) == parts
    for number, part in enumerate(parts):
        assert resolved({"Fn::Select": [number, {"Fn::Split": ["|", joined]}]}, scope()) == part
