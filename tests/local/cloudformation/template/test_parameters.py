"""What a stack is given for its parameters, and what is refused."""

from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.template.parameters import (
    given_values,
    parameters_in,
    typed,
)


def given(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in pairs]


def refusal(declaration: dict[str, Any], value: str) -> str:
    declared = parameters_in({"P": declaration})
    with pytest.raises(ApiError) as caught:
        given_values(declared, given(("P", value)))
    assert caught.value.code == "ValidationError"
    return caught.value.message


def test_what_is_given_wins_over_the_default() -> None:
    declared = parameters_in(
        {"A": {"Type": "String", "Default": "x"}, "B": {"Type": "Number", "Default": 7}}
    )

    assert given_values(declared, given(("A", "y"))) == {"A": "y", "B": "7"}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("String", "a,b", "a,b"),
        ("Number", "7", "7"),  # a text, as Ref gives it
        ("CommaDelimitedList", "a, b ,c", ["a", "b", "c"]),
        ("CommaDelimitedList", "", [""]),  # templates ask for emptiness by this
        ("List<Number>", "1,2", ["1", "2"]),
        ("List<AWS::EC2::Subnet::Id>", "subnet-1,subnet-2", ["subnet-1", "subnet-2"]),
        ("AWS::SSM::Parameter::Value<List<String>>", "a,b", ["a", "b"]),
    ],
)
def test_what_ref_gives(kind: str, text: str, value: Any) -> None:
    assert typed(parameters_in({"P": {"Type": kind}})["P"], text) == value


@pytest.mark.parametrize(
    ("declaration", "value", "said"),
    [
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", "Parameter 'P' must be one of AllowedValues [a, b]"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a"]}, "a,c", "Parameter 'P' must be one of AllowedValues [a]"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "a1", "Parameter 'P' must match pattern [a-z]+"),
        ({"Type": "String", "AllowedPattern": "[a-z]+", "ConstraintDescription": "small letters"}, "A", "Parameter 'P' failed to satisfy constraint: small letters"),
        ({"Type": "String", "MinLength": 3}, "ab", "Parameter 'P' must contain at least 3 characters"),
        ({"Type": "String", "MaxLength": "1"}, "ab", "Parameter 'P' must contain at most 1 characters"),
        ({"Type": "Number"}, "seven", "Parameter 'P' must be a number"),
        ({"Type": "List<Number>"}, "1,x", "Parameter 'P' must be a number"),
        ({"Type": "Number", "MinValue": 5}, "4", "Parameter 'P' must be a number not less than 5"),
        ({"Type": "Number", "MaxValue": 5}, "6", "Parameter 'P' must be a number not greater than 5"),
    ],
)  # fmt: skip
def test_a_value_against_its_constraint(
    declaration: dict[str, Any], value: str, said: str
) -> None:
    assert refusal(declaration, value) == said


def test_a_value_that_is_too_long() -> None:
    assert "4096" in refusal({"Type": "String"}, "ä" * 2_049)


def test_what_is_missing_unknown_or_twice() -> None:
    declared = parameters_in({"A": {"Type": "String"}, "B": {"Type": "String"}})

    for some, said in (
        (given(), "Parameters: [A, B] must have values"),
        (
            given(("A", "x"), ("B", "x"), ("C", "x")),
            "Parameters: [C] do not exist in the template",
        ),
        (given(("A", "x"), ("A", "y")), "Parameter A must be named, and once."),
    ):
        with pytest.raises(ApiError) as caught:
            given_values(declared, some)
        assert caught.value.message == said


@pytest.mark.parametrize("previous", [None, {}, {"B": "x"}])
def test_a_previous_value_there_is_not(previous: dict[str, str] | None) -> None:
    declared = parameters_in({"A": {"Type": "String"}})

    with pytest.raises(ApiError, match="Cannot specify usePreviousValue as true"):
        given_values(declared, [{"ParameterKey": "A", "UsePreviousValue": True}], previous)


def test_a_pattern_that_is_none_is_the_templates_fault() -> None:
    assert "Template format error" in refusal({"Type": "String", "AllowedPattern": "["}, "x")
