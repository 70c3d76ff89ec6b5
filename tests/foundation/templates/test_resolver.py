"""The reader of templates that other tests stand on refuses what CloudFormation refuses."""

import json
from typing import Any

import pytest

from studiogate.foundation.stacks import Artifact, Output, Stack, StackKey, Template, Value
from tests.kit.templates import made_up, of_type, outputs, resolved, standing


def value(said: Any, **parameters: str | list[str]) -> Any:
    """What `said` is in the one resource of a template."""
    declared = {
        name: {"Type": "CommaDelimitedList" if isinstance(one, list) else "String"}
        for name, one in parameters.items()
    }
    body = {
        "Parameters": declared,
        "Conditions": {"Named": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]}},
        "Mappings": {"Sizes": {"here": {"small": 1}}},
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC"},
            "Role": {"Type": "AWS::IAM::Role"},
            "Thing": {"Type": "AWS::Thing", "Properties": {"Value": said}},
        },
    }
    template = resolved(
        json.dumps(body), parameters, {"Vpc": "vpc-1", "Vpc.CidrBlock": "10.0.0.0/16"}
    )
    return of_type(template, "AWS::Thing")["Thing"].get("Value", "nothing")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"Ref": "Name"}, "hub"),
        ({"Ref": "Vpc"}, "vpc-1"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::GetAtt": ["Vpc", "CidrBlock"]}, "10.0.0.0/16"),
        ({"Fn::GetAtt": "Vpc.VpcId"}, "vpc-1"),
        ({"Fn::Sub": "arn:${AWS::Partition}:${Name}/${Vpc.CidrBlock}"}, "arn:aws:hub/10.0.0.0/16"),
        ({"Fn::Sub": "${!aws:SourceIdentity}/${Name}"}, "${aws:SourceIdentity}/hub"),
        ({"Fn::Sub": ["${One}-${Name}", {"One": {"Ref": "Vpc"}}]}, "vpc-1-hub"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}]]}, "a-hub"),
        ({"Fn::Join": [",", {"Ref": "Some"}]}, "x,y"),
        ({"Fn::Select": ["1", {"Ref": "Some"}]}, "y"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::If": ["Named", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Named", {"Ref": "AWS::NoValue"}, "no"]}, "nothing"),
        ([1, {"Fn::If": ["Named", {"Ref": "AWS::NoValue"}, "no"]}], [1]),
        ({"Fn::FindInMap": ["Sizes", "here", "small"]}, 1),
        ({"Fn::Base64": "abc"}, "YWJj"),
        ({"Condition": {"StringEquals": {"a": {"Ref": "Name"}}}}, {"Condition": {"StringEquals": {"a": "hub"}}}),
    ],
)  # fmt: skip
def test_a_function_is_worked_out_as_cloudformation_does(said: Any, expected: Any) -> None:
    assert value(said, Name="hub", Some=["x", "y"]) == expected


def test_an_id_nobody_gives_is_made_up_in_the_form_of_its_kind() -> None:
    assert value({"Fn::GetAtt": ["Role", "Arn"]}, Name="").startswith(
        "arn:aws:iam::111111111111:role/Role-"
    )
    assert made_up("AWS::EC2::Subnet", "Subnet1", "a").startswith("subnet-")
    assert made_up("AWS::EC2::Subnet", "Subnet1", "a") != made_up(
        "AWS::EC2::Subnet", "Subnet1", "b"
    )


@pytest.mark.parametrize(
    "said",
    [
        {"Ref": "Nobody"},
        {"Fn::GetAtt": ["Nobody", "Arn"]},
        {"Fn::Sub": "${Nobody}"},
        {"Fn::Shrink": "x"},
        {"Fn::Select": ["2", {"Ref": "Some"}]},
        {"Fn::Join": [",", {"Ref": "Name"}]},
    ],
)
def test_what_refers_to_nothing_is_refused(said: Any) -> None:
    with pytest.raises((KeyError, IndexError, AssertionError)):
        value(said, Name="hub", Some=["x", "y"])


PARAMETERS = {
    "Cidr": {"Type": "String", "AllowedPattern": "^10[.].+$"},
    "Cidrs": {"Type": "CommaDelimitedList", "AllowedPattern": "^10[.][0-9.]+$", "Default": "10.1,10.2"},
    "Mode": {"Type": "String", "AllowedValues": ["on", "off"], "Default": "off"},
}  # fmt: skip
TEXT = json.dumps({"Parameters": PARAMETERS, "Resources": {"A": {"Type": "T"}}})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "Cidr has no value"),
        ({"Cidr": "192.168.0.0"}, "Cidr is"),
        ({"Cidr": "10.0.0.0", "Cidrs": ["10.1", "11.1"]}, "Cidrs is"),
        ({"Cidr": "10.0.0.0", "Mode": "maybe"}, "Mode may not be"),
        ({"Cidr": "10.0.0.0", "Other": "x"}, "no such parameters"),
        ({"Cidr": "10." + "0" * 5000}, "too long"),
    ],
)
def test_a_parameter_that_cloudformation_would_refuse_is_refused(
    given: dict[str, str | list[str]], why: str
) -> None:
    with pytest.raises(AssertionError, match=why):
        resolved(TEXT, given)
    assert resolved(TEXT, {"Cidr": "10.0.0.0"})["Resources"] == {"A": {"Type": "T"}}


def test_what_a_condition_leaves_out_is_not_there() -> None:
    body = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"A": {"Type": "T", "Condition": "Never"}, "B": {"Type": "T"}},
        "Outputs": {"One": {"Condition": "Never", "Value": 1}, "Two": {"Value": 2}},
    }

    template = resolved(json.dumps(body))

    assert set(template["Resources"]) == {"B"}
    assert outputs(template) == {"Two": 2}


def test_stacks_hand_on_what_they_give() -> None:
    first, second = StackKey("111111111111", "first"), StackKey("222222222222", "second")
    gives = '{"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}, "Outputs": {"Id": {"Value": {"Ref": "Vpc"}}}}'
    takes = (
        '{"Parameters": {"Ids": {"Type": "CommaDelimitedList"}, "Key": {"Type": "String"}},'
        '"Resources": {"A": {"Type": "T", "Properties": {"Ids": {"Ref": "Ids"}, "Key": {"Ref": "Key"},'
        '"Account": {"Ref": "AWS::AccountId"}}}}}'
    )
    told: dict[str, Value] = {
        "Ids": (Output(first, "Id"), "vpc-2"),
        "Key": Artifact("BundleKey"),
    }

    found = standing(
        [
            Stack(second, _template(takes), told),
            Stack(first, _template(gives), {}),
        ],
        artifacts={"BundleKey": "abc"},
    )

    made = outputs(found[first])["Id"]
    assert of_type(found[second], "T")["A"] == {
        "Ids": [made, "vpc-2"],
        "Key": "abc",
        "Account": "222222222222",
    }


def _template(text: str) -> Template:
    return Template("a", text, frozenset(), frozenset(), named_roles=False)
