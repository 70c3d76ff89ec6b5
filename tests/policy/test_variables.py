"""Policy variables: what they bring, and what happens when they bring nothing."""

import pytest

from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.request import ContextValue
from tests.kit.policy import ALICE, BOB, allow, asked, deny, policy, when

OWN = ALICE.replace("alice", "${aws:PrincipalTag/studiogate:profile}")
TAGGED = {"aws:principaltag/STUDIOGATE:profile": "alice"}


def effect(
    statement: dict[str, object],
    context: dict[str, ContextValue],
    *,
    resource: str = ALICE,
    version: str = "2012-10-17",
) -> Effect:
    asked_ = asked(context, resource=resource)
    return verdict([policy(statement, version=version)], asked_).effect


def test_a_resource_is_the_one_the_session_is_tagged_with() -> None:
    assert effect(allow(resource=OWN), dict(TAGGED)) is Effect.ALLOWED
    assert effect(allow(resource=OWN), dict(TAGGED), resource=BOB) is Effect.SILENT


def test_a_resource_without_its_tag_is_no_resource() -> None:
    assert effect(allow(resource=OWN), {}) is Effect.SILENT


def test_an_unresolved_entry_leaves_the_others_of_the_list_alone() -> None:
    assert effect(allow(resource=[OWN, BOB]), {}, resource=BOB) is Effect.ALLOWED


def test_what_a_variable_brings_is_never_a_wildcard() -> None:
    greedy: dict[str, ContextValue] = {"aws:PrincipalTag/studiogate:profile": "*"}

    assert effect(allow(resource=OWN), greedy) is Effect.SILENT
    assert effect(allow(**when("StringLike", "k", "${t}")), {"k": "x", "t": "*"}) is (
        Effect.SILENT
    )


def test_a_wildcard_beside_a_variable_still_is_one() -> None:
    pattern = ALICE.replace("d-1/alice", "*/${who}")

    assert effect(allow(resource=pattern), {"who": "alice"}) is Effect.ALLOWED


@pytest.mark.parametrize(
    ("context", "expected"),
    [({}, Effect.ALLOWED), ({"who": "bob"}, Effect.SILENT), ({"who": "alice"}, Effect.ALLOWED)],
)
def test_a_default_stands_in_for_a_missing_key(
    context: dict[str, ContextValue], expected: Effect
) -> None:
    pattern = ALICE.replace("alice", "${who, 'alice'}")

    assert effect(allow(resource=pattern), context) is expected


@pytest.mark.parametrize(
    ("wanted", "fits", "other"),
    [("a${*}b", "a*b", "axb"), ("a${?}b", "a?b", "axb"), ("a${$}b", "a$b", "axb")],
)
def test_the_three_signs_stand_for_themselves(wanted: str, fits: str, other: str) -> None:
    statement = allow(**when("StringLike", "k", wanted))

    assert effect(statement, {"k": fits}) is Effect.ALLOWED
    assert effect(statement, {"k": other}) is Effect.SILENT


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "StringEqualsIgnoreCase"])
def test_an_unresolved_variable_fits_no_value(operator: str) -> None:
    assert effect(allow(**when(operator, "k", "${nobody}")), {"k": "x"}) is Effect.SILENT
    assert effect(allow(**when(operator, "k", "${t}")), {"k": "x", "t": "x"}) is Effect.ALLOWED


@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotLike", "ArnNotLike"])
def test_an_unresolved_variable_satisfies_a_negated_operator(operator: str) -> None:
    value = "${nobody}" if operator != "ArnNotLike" else "arn:aws:iam::1:role/${nobody}"
    got = "x" if operator != "ArnNotLike" else "arn:aws:iam::1:role/x"

    assert effect(deny(**when(operator, "k", value)), {"k": got}) is Effect.DENIED


def test_a_key_with_several_values_does_not_resolve() -> None:
    statement = allow(**when("StringEquals", "k", "${t}"))

    assert effect(statement, {"k": "x", "t": ("x",)}) is Effect.SILENT


def test_in_the_old_version_a_variable_is_plain_text() -> None:
    statement = allow(**when("StringEquals", "k", "${t}"))

    assert effect(statement, {"k": "x", "t": "x"}, version="2008-10-17") is Effect.SILENT
    assert effect(statement, {"k": "${t}"}, version="2008-10-17") is Effect.ALLOWED


def test_an_allow_on_all_but_the_unnameable_allows_nothing_and_a_deny_denies() -> None:
    row = {"Action": "*", "NotResource": OWN}

    assert effect({"Effect": "Allow", **row}, {}, resource=BOB) is Effect.SILENT
    assert effect({"Effect": "Allow", **row}, dict(TAGGED), resource=BOB) is Effect.ALLOWED
    assert effect({"Effect": "Deny", **row}, {}, resource=BOB) is Effect.DENIED
    assert effect({"Effect": "Deny", **row}, dict(TAGGED)) is Effect.SILENT


def test_arn_patterns_take_variables_within_their_part() -> None:
    statement = allow(**when("ArnLike", "k", "arn:aws:iam::${aws:PrincipalAccount}:role/*"))

    def answer(account: str) -> Effect:
        return effect(
            statement, {"k": f"arn:aws:iam::{account}:role/x", "aws:PrincipalAccount": "1"}
        )

    assert answer("1") is Effect.ALLOWED
    assert answer("2") is Effect.SILENT
