"""What each operator answers, with the key there, there with another value, and missing."""

import pytest

from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.request import ContextValue
from tests.kit.policy import allow, asked, policy, when


def holds(
    operator: str, key: str, wanted: list[object], context: dict[str, ContextValue]
) -> bool:
    statement = allow(**when(operator, key, *wanted))
    return verdict([policy(statement)], asked(context)).effect is Effect.ALLOWED


# operator, wanted, a value that fits, a value that does not
POSITIVE = [
    ("StringEquals", "vpce-a", "vpce-a", "VPCE-A"),
    ("StringEqualsIgnoreCase", "vpce-a", "VPCE-A", "vpce-b"),
    ("StringLike", "vpce-?*", "vpce-a1", "Vpce-a1"),
    ("NumericEquals", "10", "10.0", "11"),
    ("NumericLessThan", "10", "9.5", "10"),
    ("NumericLessThanEquals", "10", "10", "10.01"),
    ("NumericGreaterThan", "10", "1e2", "10"),
    ("NumericGreaterThanEquals", "10", "10", "9"),
    ("DateEquals", "2030-01-01T00:00:00Z", "1893456000", "2030-01-01T00:00:01Z"),
    ("DateLessThan", "2030-01-01T00:00:00Z", "2029-12-31T23:59:59Z", "2030-01-01"),
    ("DateLessThanEquals", "2030-01-01", "2030-01-01T01:00:00+01:00", "2030-01-01T00:00:01"),
    ("DateGreaterThan", "2030-01-01", "2030-01-01T00:00:00.5Z", "2030-01-01"),
    ("DateGreaterThanEquals", "1893456000", "2030-01-01", "2029-12-31"),
    ("Bool", "true", "TRUE", "false"),
    ("BinaryEquals", "aGk=", "aGk=", "aGo="),
    ("IpAddress", "10.16.0.0/16", "10.16.255.255", "10.17.0.0"),
    ("IpAddress", "10.16.0.9", "10.16.0.9", "10.16.0.10"),
    ("IpAddress", "2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
    ("IpAddress", "10.16.0.0/16", "::ffff:10.16.0.1", "::ffff:10.17.0.1"),
    ("ArnEquals", "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a", "arn:aws:iam::1:user/a"),
    ("ArnLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", "arn:aws:iam::1:role:role/x"),
]

NEGATED = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
}


@pytest.mark.parametrize(("operator", "wanted", "fits", "other"), POSITIVE)
def test_a_positive_operator_needs_its_key(
    operator: str, wanted: str, fits: str, other: str
) -> None:
    assert holds(operator, "k", [wanted], {"k": fits})
    assert not holds(operator, "k", [wanted], {"k": other})
    assert not holds(operator, "k", [wanted], {})


@pytest.mark.parametrize(
    ("operator", "wanted", "fits", "other"), [row for row in POSITIVE if row[0] in NEGATED]
)
def test_a_negated_operator_is_true_without_its_key(
    operator: str, wanted: str, fits: str, other: str
) -> None:
    opposite = NEGATED[operator]

    assert not holds(opposite, "k", [wanted], {"k": fits})
    assert holds(opposite, "k", [wanted], {"k": other})
    assert holds(opposite, "k", [wanted], {})


@pytest.mark.parametrize(("operator", "wanted", "fits", "other"), POSITIVE)
def test_if_exists_is_true_without_its_key_and_otherwise_the_operator(
    operator: str, wanted: str, fits: str, other: str
) -> None:
    assert holds(f"{operator}IfExists", "k", [wanted], {})
    assert holds(f"{operator}IfExists", "k", [wanted], {"k": fits})
    assert not holds(f"{operator}IfExists", "k", [wanted], {"k": other})


@pytest.mark.parametrize(
    ("operator", "context", "expected"),
    [
        ("ForAllValues:StringEquals",    {},                 True),   # absent passes!
        ("ForAllValues:StringEquals",    {"k": ""},          True),   # no value at all
        ("ForAllValues:StringEquals",    {"k": ()},          True),
        ("ForAllValues:StringEquals",    {"k": ("a",)},      True),
        ("ForAllValues:StringEquals",    {"k": ("a", "x")},  False),
        ("ForAllValues:StringNotEquals", {},                 True),
        ("ForAllValues:StringNotEquals", {"k": ("x", "y")},  True),
        ("ForAllValues:StringNotEquals", {"k": ("x", "a")},  False),
        ("ForAnyValue:StringEquals",     {},                 False),
        ("ForAnyValue:StringEquals",     {"k": ("x", "a")},  True),
        ("ForAnyValue:StringEquals",     {"k": "a"},         True),   # harmless on one value
        ("ForAnyValue:StringEquals",     {"k": ("x",)},      False),
        ("ForAnyValue:StringNotEquals",  {},                 False),  # skips a Deny!
        ("ForAnyValue:StringNotEquals",  {"k": ("a", "x")},  True),
        ("ForAnyValue:StringNotEquals",  {"k": ("a", "b")},  False),
        ("ForAnyValue:StringEqualsIfExists", {},             True),
        ("ForAllValues:StringEqualsIfExists", {},            True),
    ],
)  # fmt: skip
def test_set_operators(
    operator: str, context: dict[str, ContextValue], *, expected: bool
) -> None:
    assert holds(operator, "k", ["a", "b"], context) is expected


@pytest.mark.parametrize(
    ("wanted", "context", "expected"),
    [
        (["true"], {}, True),
        (["true"], {"k": "x"}, False),
        (["false"], {}, False),
        (["false"], {"k": "x"}, True),
        ([False], {"k": "x"}, True),
        (["true"], {"k": ()}, True),
    ],
)
def test_null_asks_whether_the_key_is_missing(
    wanted: list[object], context: dict[str, ContextValue], *, expected: bool
) -> None:
    assert holds("Null", "k", wanted, context) is expected


def test_names_of_keys_fold_case_and_values_do_not() -> None:
    assert holds("StringEquals", "AWS:sourcevpce", ["vpce-a"], {"aws:SourceVpce": "vpce-a"})
    assert not holds("StringEquals", "aws:SourceVpce", ["VPCE-A"], {"aws:SourceVpce": "vpce-a"})


def test_the_values_of_a_key_are_alternatives_and_the_keys_are_not() -> None:
    statement = allow(Condition={"StringEquals": {"a": ["1", "2"], "b": "3"}})

    def allowed(context: dict[str, ContextValue]) -> bool:
        return verdict([policy(statement)], asked(context)).effect is Effect.ALLOWED

    assert allowed({"a": "2", "b": "3"})
    assert not allowed({"a": "2"})
    assert not allowed({"a": "3", "b": "3"})


def test_several_values_without_a_set_operator_are_met_by_one_and_spared_by_none() -> None:
    assert holds("StringEquals", "k", ["a"], {"k": ("x", "a")})
    assert not holds("StringNotEquals", "k", ["a"], {"k": ("x", "a")})
    assert holds("StringNotEquals", "k", ["a"], {"k": ("x", "y")})


@pytest.mark.parametrize(
    ("operator", "wanted", "got"),
    [
        ("NumericLessThan", "10", "nine"),
        ("NumericLessThan", "10", "NaN"),
        ("DateLessThan", "2030-01-01", "yesterday"),
        ("DateLessThan", "2030-01-01", "2029-02-30"),
        ("IpAddress", "0.0.0.0/0", "localhost"),
        ("BinaryEquals", "aGk=", "%%%"),
        ("ArnLike", "arn:aws:iam::1:role/*", "role/x"),
        ("ArnLike", "*", "not-an-arn"),
    ],
)
def test_a_value_the_operator_cannot_read_never_fits(
    operator: str, wanted: str, got: str
) -> None:
    assert not holds(operator, "k", [wanted], {"k": got})


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:iam::1:role/*",      "arn:aws:iam::1:role/a/b:c", True),
        ("arn:aws:iam:*:role/*",       "arn:aws:iam::1:role/a",     False),  # parts are apart
        ("arn:aws:iam",                "arn:aws:iam::1:role/a",     True),   # completed
        ("arn:aws:iam::1:role/?",      "arn:aws:iam::1:role/ab",    False),
        ("ARN:aws:iam::1:role/a",      "arn:aws:iam::1:role/a",     False),
        ("arn:*:iam::1:role/a",        "arn:aws:iam::1:role/a",     True),
    ],
)  # fmt: skip
def test_arn_like_looks_at_each_part_by_itself(
    pattern: str, arn: str, *, expected: bool
) -> None:
    assert holds("ArnLike", "k", [pattern], {"k": arn}) is expected
