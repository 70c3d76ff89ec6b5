"""What is true of every question: proofs survive, openings open, and only the right way."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import ContextValue
from studiogate.reach.estate import Door
from studiogate.reach.prove.answers import Open, Proved, Undecided
from studiogate.reach.prove.arrivals import Arrival
from studiogate.reach.prove.prove import difference, possible, prove, witnesses
from studiogate.reach.prove.question import ask
from tests.kit.policy import API, EVERYTHING, OPEN, STUDIO, allow, deny, policy, when
from tests.kit.prove import DOORS, INSIDE, about, allows, outside, proved
from tests.kit.prove_cases import (
    ADDRESSES,
    FULL,
    POLICIES,
    TEXTS,
    arrivals,
    doors,
    layers,
    statements,
)
from tests.kit.thorough import examples

SLOWLY = settings(
    deadline=None,
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
LIMIT = 20_000
"""Small, so that random questions are split or left undecided soon."""


@SLOWLY
@given(layers(), doors(), st.lists(arrivals(), min_size=20, max_size=20))
def test_an_opening_is_one_and_a_proof_survives(
    found: Layers,
    known: tuple[Door, ...],
    asked: list[tuple[Arrival, dict[str, ContextValue]]],
) -> None:
    question = about(found)
    answer = prove(question, doors=known, inside=INSIDE, limit=LIMIT)

    match answer:
        case Open():
            assert allows(found, answer.request, known)
            assert outside(answer.request, INSIDE)
            assert answer.by
        case Proved():
            requests = [ask(question, context) for _, context in asked]
            let_in = [one for one in requests if allows(found, one, known)]
            assert not [one.context for one in let_in if outside(one, INSIDE)]
            # Nothing from outside, so all of these are from inside.
            assert not (let_in and answer.vacuous)
        case Undecided():
            assert answer.why


@SLOWLY
@given(layers(), statements(effects=("Deny",)), doors())
def test_one_more_deny_or_level_never_opens_what_was_proved(
    found: Layers, row: dict[str, Any], known: tuple[Door, ...]
) -> None:
    before = prove(about(found), doors=known, inside=INSIDE, limit=LIMIT)
    assume(isinstance(before, Proved))
    extra = policy(row)
    levels = found.scps or ((FULL,),)

    for stricter in (
        replace(found, identity=(*found.identity, extra)),
        replace(found, session=(*(found.session or (FULL,)), extra)),
        replace(found, scps=(*levels, (FULL, extra))),
        replace(found, boundary=found.boundary or extra),
    ):
        assert not isinstance(
            prove(about(stricter), doors=known, inside=INSIDE, limit=LIMIT), Open
        )


@SLOWLY
@given(layers(), statements(effects=("Allow",)), doors())
def test_one_more_allow_never_closes_what_was_open(
    found: Layers, row: dict[str, Any], known: tuple[Door, ...]
) -> None:
    before = prove(about(found), doors=known, inside=INSIDE, limit=LIMIT)
    assume(isinstance(before, Open))
    more = replace(found, identity=(*found.identity, policy(row)))

    after = prove(about(more), doors=known, inside=INSIDE, limit=LIMIT)
    assert not isinstance(after, Proved)


@SLOWLY
@given(layers(), POLICIES, doors())
def test_a_level_of_scps_only_takes_away(
    found: Layers, guard: Policy, known: tuple[Door, ...]
) -> None:
    stricter = replace(found, scps=(*(found.scps or ((FULL,),)), (guard,)))

    gained, lost = difference(about(found), about(stricter), doors=known, limit=LIMIT)

    assert not isinstance(gained, Open)
    if isinstance(lost, Open):
        assert allows(found, lost.request, known)
        assert not allows(stricter, lost.request, known)


@SLOWLY
@given(layers(), doors())
def test_the_questions_agree_with_each_other(found: Layers, known: tuple[Door, ...]) -> None:
    question = about(found)
    outer = prove(question, doors=known, inside=INSIDE, limit=LIMIT)
    ever = possible(question, doors=known, limit=LIMIT)
    each = witnesses(question, doors=known, inside=INSIDE, limit=LIMIT)

    assert bool(each) is isinstance(outer, Open)
    assert len({one.arrival for one in each}) == len(each)
    if isinstance(ever, Proved):
        # To tell inside from outside takes more cells, and may take too many.
        assert isinstance(outer, Undecided) or proved(outer).vacuous
    if isinstance(outer, Open):
        assert isinstance(ever, Open)
        assert each[0].request == outer.request


@SLOWLY
@given(layers(), doors())
def test_a_small_limit_makes_it_undecided_and_never_otherwise(
    found: Layers, known: tuple[Door, ...]
) -> None:
    whole = prove(about(found), doors=known, inside=INSIDE, limit=LIMIT)
    small = prove(about(found), doors=known, inside=INSIDE, limit=12)

    assume(not isinstance(whole, Undecided))
    assert isinstance(small, Undecided) or type(small) is type(whole)


IDS = [API, STUDIO]
FULL_SCP = policy(EVERYTHING, kind=Kind.SCP)
GUARD = policy(
    deny(OPEN, **when("StringNotEquals", "aws:SourceVpce", *IDS)), kind=Kind.SCP, name="ours"
)
LOB_ROLE = policy(
    allow(
        OPEN,
        "arn:aws:sagemaker:eu-west-1:222222222222:user-profile/d-1/${aws:SourceIdentity}",
        **when("StringEquals", "aws:SourceVpce", *IDS),
    )
)
ANCHORS = [
    pytest.param(Layers(identity=(LOB_ROLE,)), id="lob's role alone"),
    pytest.param(
        Layers(identity=(policy(EVERYTHING),), scps=((FULL_SCP, GUARD),)), id="administrator"
    ),
    pytest.param(
        Layers(identity=(policy(allow(OPEN)),), scps=((FULL_SCP,), (FULL_SCP, GUARD))),
        id="execution role with full access",
    ),
]


@pytest.mark.parametrize("found", ANCHORS)
@settings(deadline=None, max_examples=examples(2))
@given(rng=st.randoms(use_true_random=True))
def test_every_proof_of_the_anchor_set_survives_ten_thousand_requests(
    found: Layers, rng: Random
) -> None:
    question = about(found)
    answer = proved(prove(question, doors=DOORS, inside=INSIDE))

    let_in = 0
    for _ in range(10_000):
        request = ask(question, _context(rng))
        allowed = allows(found, request, DOORS)
        assert not (allowed and outside(request, INSIDE)), dict(request.context)
        let_in += allowed
    assert (answer.vacuous, let_in > 0) == (False, True)


def _context(rng: Random) -> dict[str, ContextValue]:
    """A request from anywhere, near what the policies name."""
    address = rng.choice(ADDRESSES)
    id_ = rng.choice([*IDS, "vpce-ap", "vpce-api2", "vpce-other", "VPCE-API", ""])
    vpc = rng.choice(["vpc-ours", "vpc-other"])
    network: dict[str, ContextValue] = rng.choice(
        [
            {"aws:SourceIp": address},
            {"aws:SourceVpce": id_, "aws:SourceVpc": vpc, "aws:VpcSourceIp": address},
            {"aws:SourceVpc": vpc},
            {"aws:SourceIp": address, "aws:ViaAWSService": "true"},
            {},
        ]
    )
    person = {"aws:SourceIdentity": rng.choice(TEXTS)} if rng.random() < 0.8 else {}
    return {**network, **person}
