"""The missing-key matrix: every operator, in every form, with the key there and not there.

| form                       | absent | match | other |
|----------------------------|--------|-------|-------|
| plain, positive            | no     | yes   | no    |
| plain, negated             | yes    | no    | yes   |
| IfExists, positive         | yes    | yes   | no    |
| IfExists, negated          | yes    | no    | yes   |
| ForAnyValue, positive      | no     | yes   | no    |
| ForAnyValue, negated       | no     | no    | yes   |
| ForAnyValue …IfExists      | yes    | as ForAnyValue |
| ForAllValues, positive     | yes    | yes   | no    |
| ForAllValues, negated      | yes    | no    | yes   |

An Allow with it is open, and a Deny with it denies, exactly where it says yes.
"""

from typing import Any

import pytest

from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.operators import OPERATORS
from studiogate.policy.request import ContextValue
from tests.kit.policy import EVERYTHING, allow, asked, deny, policy, when

# operator: what is wanted, a value that fits it, a value that does not
VALUES = {
    "String": ("vpce-a", "vpce-a", "vpce-b"),
    "Numeric": ("10", "10", "11"),
    "Date": ("2030-01-01T00:00:00Z", "1893456000", "1893456001"),
    "Bool": ("true", "true", "false"),
    "Binary": ("aGk=", "aGk=", "aGo="),
    "Ip": ("10.16.0.0/16", "10.16.9.9", "10.17.0.0"),
    "NotIp": ("2001:db8::/32", "2001:db8::1", "198.51.100.77"),
    "Arn": ("arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a", "arn:aws:iam::2:role/a"),
}
ORDERED = {
    "LessThan": ("9", "11"), "LessThanEquals": ("10", "11"),
    "GreaterThan": ("11", "10"), "GreaterThanEquals": ("10", "9"),
}  # fmt: skip

FORMS = {
    # form: (positive, negated), each for the key absent, matching, other
    "{}": ("-+-", "+-+"),
    "{}IfExists": ("++-", "+-+"),
    "ForAnyValue:{}": ("-+-", "--+"),
    "ForAnyValue:{}IfExists": ("++-", "+-+"),
    "ForAllValues:{}": ("++-", "+-+"),
    "ForAllValues:{}IfExists": ("++-", "+-+"),
}


def values_of(operator: str) -> tuple[str, str, str]:
    for compare, (fits, other) in ORDERED.items():
        if operator == f"Numeric{compare}":
            return "10", fits, other
        if operator == f"Date{compare}":
            return "1970-01-01T00:00:10Z", fits, other
    family = max((one for one in VALUES if operator.startswith(one)), key=len)
    return VALUES[family]


def answers(statement_condition: dict[str, Any], values: list[ContextValue | None]) -> str:
    """One sign per value: whether an Allow with the condition allows; a Deny must agree."""
    opened = Layers(identity=(policy(allow(**statement_condition)),))
    closed = Layers(identity=(policy(EVERYTHING, deny(**statement_condition)),))
    signs = ""
    for value in values:
        question = asked({} if value is None else {"k": value})
        held = decide(opened, question).allowed
        assert decide(closed, question).explicit is held
        signs += "+" if held else "-"
    return signs


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_the_missing_key_matrix(operator: str, form: str) -> None:
    wanted, fits, other = values_of(operator)
    expected = FORMS[form][OPERATORS[operator].negated]
    condition = when(form.format(operator), "k", wanted)

    assert answers(condition, [None, fits, other]) == expected
    assert answers(condition, [None, (fits,), (other,)]) == expected


@pytest.mark.parametrize(("wanted", "expected"), [("true", "+--"), ("false", "-++")])
def test_null_asks_for_the_key_and_not_for_its_value(wanted: str, expected: str) -> None:
    assert answers(when("Null", "k", wanted), [None, "x", ""]) == expected


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_key_with_no_values_is_a_missing_one(operator: str) -> None:
    wanted, _, _ = values_of(operator)

    for form in FORMS:
        condition = when(form.format(operator), "k", wanted)
        assert answers(condition, [()]) == answers(condition, [None])
