"""What CloudFormation would refuse of stacks is found without it, and never shown."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studiogate.foundation.checked import Fault, problems
from studiogate.foundation.stacks import Artifact, Output, Stack, StackKey, Template, Value
from studiogate.local.call import ApiError
from studiogate.local.cloudformation.template.parameters import given_values, parameters_in
from tests.kit.thorough import examples

HERE, GIVER = StackKey("222222222222", "studiogate-here"), StackKey("111111111111", "giver")
HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
SECRET = "never-to-be-shown"

DECLARED = {
    "Cidr": {"Type": "String", "AllowedPattern": r"^10\.[0-9]+\.0\.0/16$"},
    "Word": {"Type": "String", "AllowedPattern": r"^\w+$", "Default": "word"},
    "Size": {"Type": "String", "MinLength": 2, "MaxLength": 4, "Default": "abc"},
    "Choice": {"Type": "String", "AllowedValues": ["yes", "no"], "Default": "yes"},
    "Count": {"Type": "Number", "MinValue": 1, "MaxValue": 9, "Default": 5},
    "Ids": {"Type": "CommaDelimitedList", "AllowedPattern": "^[0-9]{3}$", "Default": "123"},
    "Numbers": {"Type": "List<Number>", "Default": "1,2"},
}


def template(
    declared: Mapping[str, Any], *, outputs: int = 0, resources: int = 1, more: str = ""
) -> Template:
    body = {
        "Description": more,
        "Parameters": declared,
        "Resources": {f"Handle{n}": HANDLE for n in range(resources)},
        "Outputs": {f"Given{n}": {"Value": "x"} for n in range(outputs)},
    }
    return Template(
        shape="any",
        text=json.dumps(body),
        parameters=frozenset(declared),
        outputs=frozenset(body["Outputs"]),
        named_roles=False,
    )


def found(
    told: Mapping[str, Value], declared: Mapping[str, Any] = DECLARED
) -> tuple[Fault, ...]:
    """The faults of one stack that is told `told`, beside one that gives `Given0`."""
    giver = Stack(GIVER, template({}, outputs=1), {})
    return problems([giver, Stack(HERE, template(declared), told)])


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"Word": "other", "Size": "abcd", "Choice": "no", "Count": "9"},
        {"Ids": ("123", "456"), "Numbers": ("1", "-2.5")},
        {"Ids": "123, 456"},  # spaces around an item are not its own
        {"Word": Output(GIVER, "Given0")},
        {"Ids": Output(GIVER, "Given0")},
        {"Ids": (Output(GIVER, "Given0"), "456")},
        {"Numbers": ("1",) * 2_048},  # 4,095 bytes
        {"Choice": Artifact("BundleKey")},  # known later, and judged by AWS
    ],
)
def test_what_cloudformation_takes_is_no_fault(told: dict[str, Value]) -> None:
    assert found({"Cidr": "10.1.0.0/16", **told}) == ()


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("Cidr", "10.1.0.0/15", "does not match its pattern"),
        ("Cidr", "10.1.0.0/16\n", "does not match its pattern"),
        ("Word", "wört", "does not match its pattern"),  # AWS's \w is ASCII's
        ("Size", "a", "is shorter or longer than it may be"),
        ("Size", "abcde", "is shorter or longer than it may be"),
        ("Choice", "maybe", "is none of the allowed values"),
        ("Count", "many", "is no number"),
        ("Count", "10", "is smaller or larger than it may be"),
        ("Ids", ("123", "45"), "does not match its pattern"),
        ("Ids", (), "does not match its pattern"),  # the empty list has one empty item
        ("Ids", ("123,456", "789"), "has an item with a comma in it"),
        ("Ids", ("123,456",), "has an item with a comma in it"),
        ("Ids", (Output(GIVER, "Given0"), "45"), "does not match its pattern"),
        ("Ids", tuple(["123"] * 1_025), "is longer than 4,096 bytes"),
        ("Numbers", ("1", "one"), "is no number"),
        ("Word", "ü" * 2_049, "is longer than 4,096 bytes"),
        ("Nowhere", "x", "is given, and not in the template"),
        ("Word", Output(GIVER, "Other"), "is Other of 111111111111/giver, which does not give"),
        ("Word", Output(StackKey("1", "gone"), "Id"), "is an output of 1/gone, which is nowhere"),
    ],
)  # fmt: skip
def test_what_it_refuses_names_stack_and_parameter(name: str, value: Value, what: str) -> None:
    (fault,) = found({"Cidr": "10.1.0.0/16", name: value})

    assert (fault.stack, fault.parameter) == (HERE, name)
    assert fault.what.startswith(what)
    assert str(fault).startswith(f"222222222222/studiogate-here: {name} {what}")


def test_a_parameter_without_a_default_has_to_be_given() -> None:
    assert list(map(str, found({}))) == ["222222222222/studiogate-here: Cidr is not given"]


@pytest.mark.parametrize("name", ["-x", "9lives", "a_b", "a.b", "", "x" * 129])
def test_a_stack_has_a_name_that_cloudformation_takes(name: str) -> None:
    (fault,) = problems([Stack(StackKey("1", name), template({}), {})])

    assert fault.what == "is no name a stack can have"
    assert problems([Stack(StackKey("1", "x" * 128), template({}), {})]) == ()


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (template({}, resources=501), "has a template with 501 resources; 500 are taken"),
        (template({}, outputs=201), "has a template with 201 outputs; 200 are taken"),
        (
            template({f"P{n}": {"Type": "String", "Default": ""} for n in range(201)}),
            "has a template with 201 parameters; 200 are taken",
        ),
        (template({}, more="x" * 1_000_000), "has a template of 1,000,"),
        (
            template({"A": {"Type": "AWS::EC2::VPC::Id", "Default": "x"}}),
            "has a template whose parameter A is of a type that is not checked here",
        ),
        (
            template({"A": {"Type": "String", "AllowedPattern": "^a$", "Default": SECRET}}),
            "has a template whose parameter A does not match its pattern",
        ),
        (
            template({"A": {"Type": "String", "AllowedPattern": "(", "Default": "x"}}),
            "has a template whose text is no template",
        ),
        *(
            (
                Template("x", text, frozenset(), frozenset(), named_roles=False),
                "has a template whose text is no template",
            )
            for text in ("", "- a", "{", "Parameters: [1]", "Parameters: {A: String}")
        ),
        (
            Template("x", "Outputs: {A: {Value: a}}", frozenset(), frozenset(), named_roles=False),
            "has a template that is said to have other outputs",
        ),
    ],
)  # fmt: skip
def test_a_template_is_judged_once_for_the_first_stack_that_has_it(
    made: Template, what: str
) -> None:
    keys = [StackKey("222222222222", f"lob-{n}") for n in range(3)]

    (fault,) = problems([Stack(key, made, {}) for key in keys])

    assert (fault.stack, fault.parameter) == (keys[0], None)
    assert fault.what.startswith(what)
    assert SECRET not in str(fault)


def test_a_template_may_have_as_many_of_each_as_there_is_room_for() -> None:
    declared = {f"P{n}": {"Type": "String", "Default": ""} for n in range(200)}

    full = template(declared, outputs=200, resources=500)

    assert problems([Stack(HERE, full, {})]) == ()


def test_two_stacks_of_one_name_are_a_fault() -> None:
    one = Stack(HERE, template({}), {})

    assert [fault.what for fault in problems([one, one])] == ["is there twice"]


@given(st.text(), st.sampled_from(sorted(DECLARED)))
@settings(max_examples=examples(50))
def test_a_fault_never_holds_the_value(value: str, name: str) -> None:
    told = {"Cidr": "10.1.0.0/16", name: f"{SECRET}{value}"}

    for fault in found(told):
        assert SECRET not in str(fault)
        assert SECRET not in repr(fault)


WORDS = st.text(alphabet="ab1 -.", max_size=5)
BOUNDS = st.integers(0, 4)


@st.composite
def declarations(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["String", "Number", "CommaDelimitedList", "List<Number>"]))
    said: dict[str, Any] = {"Type": kind}
    if draw(st.booleans()):
        said["AllowedPattern"] = draw(st.sampled_from(["^[ab]+$", "^$|a", "1", "^.{0,2}$"]))
    if draw(st.booleans()):
        said["AllowedValues"] = draw(st.lists(WORDS, min_size=1, max_size=4))
    numbers = kind in {"Number", "List<Number>"}
    for bound in ("MinValue", "MaxValue") if numbers else ("MinLength", "MaxLength"):
        if draw(st.booleans()):
            said[bound] = draw(BOUNDS)
    return said


@given(declarations(), st.one_of(WORDS, st.lists(WORDS, max_size=3).map(tuple)))
@settings(max_examples=examples(300))
def test_a_fault_is_what_the_emulated_cloudformation_refuses_and_nothing_else(
    said: dict[str, Any], value: Value
) -> None:
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    asked = [{"ParameterKey": "A", "ParameterValue": text}]
    # AWS does not say whether a number may have spaces around it; ours have none.
    assume(said["Type"] != "Number" or text == text.strip())

    try:
        given_values(parameters_in({"A": said}), asked)
    except ApiError:
        refused = True
    else:
        refused = False

    assert bool(found({"A": value}, {"A": said})) == refused
