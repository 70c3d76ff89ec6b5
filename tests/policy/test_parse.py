"""Documents that cannot be read exactly are refused, with their place and the fix."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.errors import PolicyError
from studiogate.policy.language import Kind, parse
from tests.kit.policy import OPEN, OURS, allow, deny, document, policy, when

TRUSTED = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
OPEN_DOOR = {**allow(), "Principal": "*"}


def principal(element: Any) -> dict[str, Any]:
    return {**TRUSTED, "Principal": element}


STATEMENTS: list[tuple[Kind, Mapping[str, Any], str]] = [
    (Kind.IDENTITY, when("IpAddres", "k", "10.0.0.0/8") | allow(), ".Condition.IpAddres"),
    (Kind.IDENTITY, when("ipaddress", "k", "10.0.0.0/8") | allow(), ".Condition.ipaddress"),
    (Kind.IDENTITY, when("stringEquals", "k", "x") | allow(), ".Condition.stringEquals"),
    (Kind.IDENTITY, when("StringEqualsIfexists", "k", "x") | allow(),
     ".Condition.StringEqualsIfexists"),
    (Kind.IDENTITY, when("NullIfExists", "k", "true") | allow(), ".Condition.NullIfExists"),
    (Kind.IDENTITY, when("forAnyValue:StringEquals", "k", "x") | allow(),
     ".Condition['forAnyValue:StringEquals']"),
    (Kind.IDENTITY, when("ForAnyValue:Null", "k", "true") | allow(),
     ".Condition['ForAnyValue:Null']"),
    # The published guardrail lost its value; read as "nothing" it would guard nothing.
    (Kind.SCP, when("NotIpAddress", "aws:VpcSourceIp", "") | deny(),
     ".Condition.NotIpAddress['aws:VpcSourceIp'][0]"),
    (Kind.IDENTITY, when("IpAddress", "k", "10.0.0.0/33") | allow(), ".Condition.IpAddress.k[0]"),
    (Kind.IDENTITY, when("IpAddress", "k", "10.0.0.1/8") | allow(), ".Condition.IpAddress.k[0]"),
    (Kind.IDENTITY, when("IpAddress", "k", "10.0.0.0/255.0.0.0") | allow(),
     ".Condition.IpAddress.k[0]"),
    (Kind.IDENTITY, when("IpAddress", "k", "::ffff:10.0.0.0/104") | allow(),
     ".Condition.IpAddress.k[0]"),
    (Kind.IDENTITY, when("IpAddress", "k", "${aws:SourceIp}") | allow(),
     ".Condition.IpAddress.k[0]"),
    (Kind.IDENTITY, when("NumericLessThan", "k", "1", "ten") | allow(),
     ".Condition.NumericLessThan.k[1]"),
    (Kind.IDENTITY, when("DateLessThan", "k", "2030-13-01") | allow(),
     ".Condition.DateLessThan.k[0]"),
    (Kind.IDENTITY, when("Bool", "k", "yes") | allow(), ".Condition.Bool.k[0]"),
    (Kind.IDENTITY, when("Null", "k", "maybe") | allow(), ".Condition.Null.k[0]"),
    (Kind.IDENTITY, when("BinaryEquals", "k", "%") | allow(), ".Condition.BinaryEquals.k[0]"),
    (Kind.IDENTITY, when("StringEquals", "k", "${open") | allow(),
     ".Condition.StringEquals.k[0]"),
    (Kind.IDENTITY, when("StringEquals", "k", "${}") | allow(), ".Condition.StringEquals.k[0]"),
    (Kind.IDENTITY, when("StringEquals", "k", None) | allow(), ".Condition.StringEquals.k[0]"),
    (Kind.IDENTITY, when("StringEquals", "k") | allow(), ".Condition.StringEquals.k"),
    (Kind.IDENTITY, allow(Condition={"StringEquals": {}}), ".Condition.StringEquals"),
    (Kind.IDENTITY, allow(Condition={"StringEquals": "x"}), ".Condition.StringEquals"),
    (Kind.IDENTITY, allow(Condition=[]), ".Condition"),
    (Kind.IDENTITY, allow(Condition={"StringEquals": {"aws:k": "1", "AWS:K": "2"}}),
     ".Condition.StringEquals['AWS:K']"),
    (Kind.IDENTITY, allow(Conditions={}), ".Conditions"),
    (Kind.IDENTITY, allow(effect="Allow"), ".effect"),
    (Kind.IDENTITY, {**allow(), "Effect": "allow"}, ".Effect"),
    (Kind.IDENTITY, {"Action": "*", "Resource": "*"}, ""),
    (Kind.IDENTITY, {"Effect": "Allow", "Resource": "*"}, ""),
    (Kind.IDENTITY, {"Effect": "Allow", "Action": "*"}, ""),
    (Kind.IDENTITY, allow(NotAction="s3:*"), ".NotAction"),
    (Kind.IDENTITY, allow(NotResource="*"), ".NotResource"),
    (Kind.IDENTITY, {**allow(), "Action": []}, ".Action"),
    (Kind.IDENTITY, {**allow(), "Action": ["s3:GetObject", "GetObject"]}, ".Action[1]"),
    (Kind.IDENTITY, {**allow(), "Action": "s*:Get"}, ".Action"),
    (Kind.IDENTITY, {**allow(), "Action": ""}, ".Action"),
    (Kind.IDENTITY, {**allow(), "Action": 7}, ".Action"),
    (Kind.IDENTITY, allow(resource="bucket/*"), ".Resource"),
    (Kind.IDENTITY, allow(resource="arn:aws:s3:::${"), ".Resource"),
    (Kind.IDENTITY, allow(resource=[]), ".Resource"),
    (Kind.IDENTITY, allow(Sid="not plain"), ".Sid"),
    (Kind.IDENTITY, allow(Sid=7), ".Sid"),
    (Kind.IDENTITY, allow(Principal="*"), ".Principal"),
    (Kind.SESSION, allow(Principal="*"), ".Principal"),
    (Kind.BOUNDARY, allow(NotPrincipal="*"), ".NotPrincipal"),
    (Kind.SCP, allow(Principal="*"), ".Principal"),
    (Kind.ENDPOINT, allow(), ""),
    (Kind.RESOURCE, allow(), ""),
    (Kind.RESOURCE, {"Effect": "Allow", "Principal": "*", "Action": "*"}, ""),
    (Kind.RESOURCE, {**allow(), "NotPrincipal": {"AWS": OURS}}, ".NotPrincipal"),
    (Kind.RESOURCE, {**OPEN_DOOR, "NotPrincipal": "*"}, ".NotPrincipal"),
    (Kind.TRUST, {"Effect": "Allow", "Action": "sts:AssumeRole"}, ""),
    (Kind.TRUST, {**TRUSTED, "Resource": "*"}, ".Resource"),
    (Kind.TRUST, {**TRUSTED, "Action": "*"}, ""),
    (Kind.TRUST, {**TRUSTED, "Action": ["sts:AssumeRole", "iam:PassRole"]}, ""),
    (Kind.TRUST, principal("me"), ".Principal"),
    (Kind.TRUST, principal({}), ".Principal"),
    (Kind.TRUST, principal({"Aws": "*"}), ".Principal.Aws"),
    (Kind.TRUST, principal({"AWS": []}), ".Principal.AWS"),
    (Kind.TRUST, principal({"AWS": f"arn:aws:iam::{OURS}:role/*"}), ".Principal.AWS"),
    (Kind.TRUST, principal({"AWS": [OURS, "1234"]}), ".Principal.AWS[1]"),
    (Kind.TRUST, principal({"Service": "*.amazonaws.com"}), ".Principal.Service"),
    (Kind.TRUST, principal({"CanonicalUser": "x"}), ".Principal.CanonicalUser"),
    (Kind.RCP, {**deny("s3:*"), "Principal": {"AWS": OURS}}, ""),
    (Kind.RCP, {**deny("*"), "Principal": "*"}, ".Action"),
    (Kind.RCP, {**allow("s3:*"), "Principal": "*"}, ".Effect"),
    (Kind.RCP, {"Effect": "Deny", "Principal": "*", "NotAction": "s3:*", "Resource": "*"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "statement", "where"), STATEMENTS)
def test_a_statement_that_would_have_to_be_guessed_is_refused_at_its_place(
    kind: Kind, statement: Mapping[str, Any], where: str
) -> None:
    first = OPEN_DOOR if kind in {Kind.RESOURCE, Kind.ENDPOINT} else allow()
    fine = {Kind.TRUST: TRUSTED, Kind.RCP: OPEN_DOOR}.get(kind, first)

    with pytest.raises(PolicyError) as refused:
        policy(fine, statement, kind=kind)

    assert refused.value.where == f"$.Statement[1]{where}"
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "$", "not JSON: line 1 column 1"),
        ('{"Version": ', "$", "not JSON"),
        ("[]", "$", "not an object"),
        ('{"Version": NaN}', "$", "NaN"),
        ("[" * 100_000, "$", "nested too deeply"),
        ("[" * 900 + "]" * 900, "$", "nested too deeply|not an object"),
        ('{"Version": "2012-10-17"}', "$", "no Statement"),
        ('{"Version": "2012-10-17", "Statement": []}', "$.Statement", "empty"),
        ('{"Version": "2012-10-18", "Statement": {}}', "$.Version", "no version"),
        ('{"Version": 2012, "Statement": {}}', "$.Version", "no version"),
        ('{"Version": [], "Statement": {}}', "$.Version", "no version"),
        ('{"version": "2012-10-17", "Statement": {}}', "$.version", "not an element"),
        ('{"Statement": "Allow"}', "$.Statement", "not an object"),
        ('{"Statement": {"Effect": "Deny", "Effect": "Allow"}}', "$.Statement.Effect", "twice"),
        ('{"Statement": [{}, {"Condition": {"Null": {"a": "true", "a": "false"}}}]}',
         "$.Statement[1].Condition.Null.a", "twice"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_policy_is_refused(text: str, where: str, what: str) -> None:
    with pytest.raises(PolicyError, match=what) as refused:
        parse(text, kind=Kind.IDENTITY)

    assert refused.value.where == where


def test_two_statements_cannot_share_a_sid() -> None:
    with pytest.raises(PolicyError) as refused:
        policy(allow(Sid="Same"), deny(Sid="Same"))

    assert refused.value.where == "$.Statement[1].Sid"


def test_a_wrong_case_is_answered_with_the_right_one() -> None:
    with pytest.raises(PolicyError) as refused:
        policy(allow(**when("stringequals", "k", "x")))

    assert refused.value.remedy == "Did you mean StringEquals?"


@pytest.mark.parametrize(
    ("operator", "value", "where", "remedy"),
    [
        ("NotIpAddress", "", ".NotIpAddress['aws:VpcSourceIp']",
         "Write an address or a CIDR, as 10.16.0.0/16 or 2001:db8::/32."),
        ("NotIpAddress", "10.16.0.0/33", ".NotIpAddress['aws:VpcSourceIp']",
         "Write an address or a CIDR, as 10.16.0.0/16 or 2001:db8::/32."),
        ("NotIpAddress", "10.16.0.0/255.255.0.0", ".NotIpAddress['aws:VpcSourceIp']",
         "Write 10.16.0.0/16."),
        ("notIpAddress", "10.16.0.0/16", ".notIpAddress", "Did you mean NotIpAddress?"),
        ("NotIpAddressIfexists", "10.16.0.0/16", ".NotIpAddressIfexists",
         "Did you mean NotIpAddressIfExists?"),
        ("forAnyValue:StringEquals", "x", "['forAnyValue:StringEquals']",
         "Did you mean ForAnyValue:StringEquals?"),
        ("StringNotEqual", "x", ".StringNotEqual", "Did you mean StringNotEquals?"),
    ],
)  # fmt: skip
def test_a_network_condition_that_cannot_be_read_is_refused_with_its_fix(
    operator: str, value: str, where: str, remedy: str
) -> None:
    row = deny(OPEN, Condition={operator: {"aws:VpcSourceIp": value}})

    with pytest.raises(PolicyError) as refused:
        policy(allow(OPEN), row, kind=Kind.SCP)

    assert refused.value.where == f"$.Statement[1].Condition{where}"
    assert refused.value.remedy == remedy


def test_a_range_that_starts_inside_itself_is_answered_with_its_start() -> None:
    with pytest.raises(PolicyError) as refused:
        policy(allow(**when("IpAddress", "k", "10.1.2.3/16")))

    assert refused.value.remedy == "Write 10.1.0.0/16."


def test_text_and_tree_are_read_alike() -> None:
    tree = document(allow(Sid="A", **when("Bool", "aws:SecureTransport", "true")))

    assert parse(json.dumps(tree), kind=Kind.SCP, name="n") == parse(
        tree, kind=Kind.SCP, name="n"
    )


def test_one_statement_needs_no_list_and_no_version() -> None:
    found = parse({"Statement": allow(Sid="One")}, kind=Kind.IDENTITY, name="x")

    assert (found.name, found.version, found.statements[0].sid) == ("x", "2008-10-17", "One")


def test_a_policy_keeps_what_the_document_says() -> None:
    statement = allow("s3:Get*", "arn:aws:s3:::b/*", **when("NumericLessThan", "k", 7))

    found = policy(statement).statements[0]

    assert found.actions == ("s3:Get*",)
    assert found.not_actions is None
    assert found.resources == ("arn:aws:s3:::b/*",)
    assert [(one.operator, one.key, one.values) for one in found.conditions] == [
        ("NumericLessThan", "k", ("7",))
    ]


def test_service_policies_may_have_a_sid_in_words() -> None:
    found = policy({**OPEN_DOOR, "Sid": "only from here"}, kind=Kind.ENDPOINT)

    assert found.statements[0].sid == "only from here"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Effect", "Action", "Resource", "Principal", "AWS", "Condition"])
            | st.sampled_from(["StringEquals", "IpAddress", "Sid", "Null"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON, st.sampled_from(Kind))
def test_anything_is_either_read_or_refused(anything: Any, kind: Kind) -> None:
    for tree in (anything, {"Statement": anything}, json.dumps(anything)):
        place = "$"
        try:
            assert parse(tree, kind=kind).statements
        except PolicyError as refused:
            place = refused.where
        assert place.startswith("$")


@settings(deadline=None)
@given(st.text())
def test_any_text_is_either_read_or_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse(text, kind=Kind.IDENTITY)
