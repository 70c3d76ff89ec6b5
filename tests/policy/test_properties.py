"""What is true of every set of policies."""

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studiogate.policy.evaluate import Effect, Layers, decide, verdict
from studiogate.policy.language import Policy
from studiogate.policy.request import Request
from tests.kit.policy import policy
from tests.kit.policy_sets import CONTEXTS, LAYERS, LEVELS, POLICIES, REQUESTS, statements
from tests.kit.thorough import examples

# A busy machine is no reason to fail; layers are large, so fewer of them are drawn.
PATIENT = settings(deadline=None)
FEWER = settings(deadline=None, max_examples=examples(30))


def with_one_more(found: Policy, row: dict[str, Any]) -> Policy:
    """`found` and one statement of another document."""
    return replace(found, statements=(*found.statements, *policy(row).statements))


@PATIENT
@given(POLICIES, statements(("Deny",)), REQUESTS)
def test_one_more_deny_never_allows_more(
    found: Policy, extra: dict[str, Any], request_: Request
) -> None:
    before = verdict([found], request_).effect
    after = verdict([with_one_more(found, extra)], request_).effect

    assert after in {before, Effect.DENIED}


@PATIENT
@given(POLICIES, statements(("Allow",)), REQUESTS)
def test_one_more_allow_never_denies(
    found: Policy, extra: dict[str, Any], request_: Request
) -> None:
    before = verdict([found], request_).effect
    after = verdict([with_one_more(found, extra)], request_).effect

    assert after is before or (before, after) == (Effect.SILENT, Effect.ALLOWED)


@PATIENT
@given(st.lists(statements(), min_size=1, max_size=5), st.randoms(), REQUESTS)
def test_the_order_of_statements_and_policies_says_nothing(
    rows: list[dict[str, Any]], rng: Random, request_: Request
) -> None:
    shuffled = rng.sample(rows, len(rows))

    together = verdict([policy(*rows)], request_).effect

    assert verdict([policy(*shuffled)], request_).effect is together
    assert verdict([policy(row) for row in shuffled], request_).effect is together


@FEWER
@given(LAYERS, LEVELS, POLICIES, REQUESTS)
def test_what_only_restricts_never_opens(
    found: Layers, level: tuple[Policy, ...], wall: Policy, request_: Request
) -> None:
    assume(not decide(found, request_).allowed)

    for stricter in (
        replace(found, scps=(*(found.scps or ()), level)),
        replace(found, rcps=(*found.rcps, level)),
        replace(found, endpoint=found.endpoint or wall),
        replace(found, boundary=found.boundary or wall),
        replace(found, session=level if found.session is None else found.session),
    ):
        assert not decide(stricter, request_).allowed


@FEWER
@given(LAYERS, statements(("Deny",)), REQUESTS)
def test_a_deny_in_any_layer_never_opens(
    found: Layers, row: dict[str, Any], request_: Request
) -> None:
    assume(not decide(found, request_).allowed)
    extra = policy(row)

    assert not decide(replace(found, identity=(*found.identity, extra)), request_).allowed
    session = (*(found.session or ()), extra)
    assert not decide(replace(found, session=session), request_).allowed


@FEWER
@given(LAYERS, REQUESTS)
def test_every_decision_agrees_with_the_layer_it_names(
    found: Layers, request_: Request
) -> None:
    answer = decide(found, request_)

    assert answer.why.endswith(".")
    assert answer.explicit is (not answer.allowed and answer.statement is not None)
    if answer.allowed:
        guardrails = [*(found.scps or ()), *found.rcps]
        guardrails += [(found.endpoint,)] if found.endpoint else []
        assert all(verdict(one, request_).effect is Effect.ALLOWED for one in guardrails)


@PATIENT
@given(CONTEXTS, POLICIES, REQUESTS)
def test_the_case_of_key_names_says_nothing(
    context: dict[str, Any], found: Policy, request_: Request
) -> None:
    lower = {name.lower(): value for name, value in context.items()}
    upper = {name.upper(): value for name, value in context.items()}

    assert verdict([found], replace(request_, context=lower)) == verdict(
        [found], replace(request_, context=upper)
    )
