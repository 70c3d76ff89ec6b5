"""What is remembered is what would be worked out, and account ids are only names."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import Principal
from studiogate.reach.estate import Door
from studiogate.reach.prove.answers import Open, Proved
from studiogate.reach.prove.memo import Memo
from studiogate.reach.prove.prove import proof, prove
from studiogate.reach.prove.question import Inside, Question
from tests.kit.policy import (
    ALICE,
    API,
    BOB,
    EVERYTHING,
    OPEN,
    SESSION,
    STUDIO,
    allow,
    deny,
    policy,
    when,
)
from tests.kit.prove import DOORS, INSIDE, about, door
from tests.kit.prove_cases import doors, layers
from tests.kit.thorough import examples

FIRST, SECOND, OTHER = "222222222222", "444444444444", "555555555555"
ELSEWHERE = ALICE.replace("d-", "d-other-")
STRANGER = replace(SESSION, account=OTHER)
FULL = policy(EVERYTHING, kind=Kind.SCP)


def asked(account: str, *statements: dict[str, Any], scp: Policy = FULL) -> Question:
    return Question(
        OPEN,
        f"arn:aws:sagemaker:eu-west-1:{account}:user-profile/d-1/alice",
        Principal(
            kind="assumed-role",
            arn=f"arn:aws:sts::{account}:assumed-role/Opener/alice",
            account=account,
            role_arn=f"arn:aws:iam::{account}:role/Opener",
        ),
        Layers(identity=(policy(*statements, name=f"role of {account}"),), scps=((scp,),)),
        {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/Opener"},
    )


def own(account: str) -> dict[str, Any]:
    return allow(
        OPEN,
        f"arn:aws:sagemaker:eu-west-1:{account}:user-profile/d-1/*",
        **when("StringEquals", "aws:SourceAccount", account),
    )


def test_two_accounts_that_differ_in_their_ids_share_an_answer() -> None:
    memo = Memo()
    answers = [
        prove(asked(one, own(one)), doors=DOORS, inside=INSIDE, memo=memo)
        for one in (FIRST, SECOND)
    ]

    for answer, account in zip(answers, (FIRST, SECOND), strict=True):
        assert isinstance(answer, Open)
        assert answer.request.keys["aws:sourceaccount"] == account
        assert answer.request.principal.account == account
        assert answer.by[0] == f"identity role of {account}: 0"
        assert decide(asked(account, own(account)).layers, answer.request).allowed


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(own(FIRST), own(OTHER), id="another account's resource"),
        pytest.param(
            allow(OPEN, "arn:aws:sagemaker:eu-west-1:22*:user-profile/d-1/alice"),
            allow(OPEN, "arn:aws:sagemaker:eu-west-1:22*:user-profile/d-1/alice"),
            id="a pattern looks into the id",
        ),
        pytest.param(
            allow(OPEN, "arn:aws:sagemaker:*:?22222222222:*"),
            allow(OPEN, "arn:aws:sagemaker:*:?22222222222:*"),
            id="a pattern for all but one digit",
        ),
        pytest.param(
            allow(OPEN, **when("StringLike", "aws:SourceIdentity", "?" * 12)),
            deny(OPEN, **when("StringLike", "aws:SourceIdentity", "?" * 12)),
            id="an Allow here and a Deny there",
        ),
        pytest.param(
            allow(OPEN, **when("NumericLessThan", "aws:PrincipalAccount", "300000000000")),
            allow(OPEN, **when("NumericLessThan", "aws:PrincipalAccount", "300000000000")),
            id="a number is made of the id",
        ),
    ],
)
def test_where_the_id_itself_counts_nothing_is_shared(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    memo = Memo()
    rows = [(FIRST, first), (SECOND, second)]
    found = []
    for account, statement in rows:
        question = asked(account, statement)
        known = {**question.known, "aws:PrincipalAccount": account}
        question = Question(OPEN, question.resource, question.principal, question.layers, known)
        found.append(prove(question, doors=DOORS, inside=INSIDE, memo=memo))

    assert isinstance(found[0], Open)
    assert isinstance(found[1], Proved)


def test_ids_that_are_the_same_here_and_different_there_are_not_alike() -> None:
    memo = Memo()
    guard = policy(
        EVERYTHING,
        deny(
            OPEN,
            **when("StringNotEquals", "aws:PrincipalArn", f"arn:aws:iam::{FIRST}:role/Opener"),
        ),
        kind=Kind.SCP,
    )

    answers = [
        prove(asked(one, allow(OPEN), scp=guard), doors=DOORS, inside=INSIDE, memo=memo)
        for one in (FIRST, SECOND)
    ]

    assert isinstance(answers[0], Open)
    assert isinstance(answers[1], Proved)


def test_an_endpoint_whose_id_looks_like_an_accounts_is_not_taken_for_another() -> None:
    memo, mine, other = Memo(), f"vpce-{FIRST}", f"vpce-{SECOND}"

    answers = [
        prove(
            asked(OTHER, allow(OPEN, **when("StringEquals", "aws:SourceVpce", id_))),
            doors=(door(mine),),
            inside=Inside(frozenset({mine})),
            memo=memo,
        )
        for id_ in (mine, other)
    ]

    assert isinstance(answers[0], Proved)
    assert isinstance(answers[1], Open)


def test_numbers_of_another_length_are_not_alike() -> None:
    memo = Memo()
    layers = Layers(
        identity=(policy(allow(OPEN, **when("StringLike", "aws:SourceIdentity", "?" * 12))),)
    )

    answers = [
        prove(
            about(layers, known={"aws:SourceIdentity": "1" * length}),
            doors=DOORS,
            inside=INSIDE,
            memo=memo,
        )
        for length in (12, 13)
    ]

    assert isinstance(answers[0], Open)
    assert isinstance(answers[1], Proved)


def test_a_known_key_may_be_written_in_another_case() -> None:
    memo = Memo()
    layers = Layers(
        identity=(policy(allow(OPEN, **when("StringLike", "aws:PrincipalArn", "*"))),)
    )

    for key in ("aws:PrincipalArn", "AWS:principalarn"):
        found = prove(about(layers, known={key: "x"}), doors=DOORS, inside=INSIDE, memo=memo)
        assert isinstance(found, Open)
        assert found.request.keys["aws:principalarn"] == "x"


def test_another_door_vpc_or_network_inside_is_another_question() -> None:
    memo = Memo()
    question = asked(FIRST, allow(OPEN, **when("StringEquals", "aws:SourceVpce", API, STUDIO)))

    both = prove(question, doors=DOORS, inside=INSIDE, memo=memo)
    one = prove(question, doors=DOORS, inside=Inside(frozenset({API})), memo=memo)

    assert isinstance(both, Proved)
    assert isinstance(one, Open)


@settings(
    deadline=None,
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(layers(), layers(), doors())
def test_remembering_changes_no_answer(
    first: Layers, second: Layers, known: tuple[Door, ...]
) -> None:
    memo, parts = Memo(), Memo(whole=False)
    for found in (first, second, first):
        question = about(found)
        fresh = prove(question, doors=known, inside=INSIDE, limit=20_000)

        for kept in (memo, parts):
            again = prove(question, doors=known, inside=INSIDE, limit=20_000, memo=kept)
            assert again == fresh


@settings(
    deadline=None,
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(layers(), doors())
def test_a_proof_is_shared_only_by_questions_that_have_it_too(
    found: Layers, known: tuple[Door, ...]
) -> None:
    memo = Memo(whole=False)
    for resource, who in itertools.product((ALICE, BOB, ELSEWHERE), (SESSION, STRANGER)):
        question = about(found, resource, by=who)
        fresh = prove(question, doors=known, inside=INSIDE)

        quick = proof(question, doors=known, inside=INSIDE, memo=memo)
        again = prove(question, doors=known, inside=INSIDE, memo=memo)

        assert again == fresh
        assert quick == (fresh if isinstance(fresh, Proved) else None)


def test_lobs_under_one_guardrail_share_a_proof_however_they_are_called() -> None:
    guardrail = policy(
        deny(OPEN, **when("StringNotEquals", "aws:SourceVpce", API, STUDIO)), kind=Kind.SCP
    )
    memo = Memo(whole=False)

    for account, domain in ((FIRST, "d-one"), (SECOND, "d-two"), (OTHER, "d-three")):
        question = asked(account, allow(OPEN), scp=guardrail)
        named = replace(
            question, resource=question.resource.replace("d-1/alice", f"{domain}/x")
        )
        levels = ((FULL,), (FULL, guardrail))
        both = replace(named, layers=replace(named.layers, scps=levels))
        assert isinstance(prove(both, doors=DOORS, inside=INSIDE, memo=memo), Proved)

    assert len(memo.proofs) == 1
