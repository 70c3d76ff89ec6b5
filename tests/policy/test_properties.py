"""What is true of every set of policies."""

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studiogate.policy.evaluate import Effect, Layers, decide, verdict
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import Principal, Request
from tests.kit.policy import (
    ALICE,
    BOB,
    OPEN,
    OURS,
    ROOT,
    SAGEMAKER,
    SESSION,
    THEIRS,
    USER,
    policy,
)

# A busy machine is no reason to fail; layers are large, so fewer of them are drawn.
PATIENT = settings(deadline=None)
FEWER = settings(deadline=None, max_examples=30)

KEYS = st.sampled_from(
    ["aws:SourceVpce", "aws:VpcSourceIp", "aws:TagKeys", "aws:PrincipalTag/p"]
)
VALUES = st.sampled_from(["vpce-a", "vpce-b", "10.1.0.1", "alice", ""])
PREFIXES = st.sampled_from(["", "ForAllValues:", "ForAnyValue:"])
TEXT_OPERATORS = st.sampled_from(
    ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]
)
SUFFIXES = st.sampled_from(["", "IfExists"])


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    operator = draw(PREFIXES) + draw(TEXT_OPERATORS) + draw(SUFFIXES)
    wanted = st.lists(VALUES | st.just("${aws:PrincipalTag/p}"), min_size=1, max_size=2)
    texts = {operator: {draw(KEYS): draw(wanted)}}
    addresses = {
        draw(st.sampled_from(["IpAddress", "NotIpAddress"])): {draw(KEYS): "10.0.0.0/8"}
    }
    return draw(st.sampled_from([{}, texts, addresses, {**texts, **addresses}]))


@st.composite
def statements(draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Deny")) -> dict[str, Any]:
    return {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(["Action", "NotAction"])): draw(
            st.sampled_from(["*", OPEN, "s3:*", "sagemaker:Create*"])
        ),
        draw(st.sampled_from(["Resource", "NotResource"])): draw(
            st.sampled_from(["*", ALICE, BOB, ALICE.replace("alice", "${aws:PrincipalTag/p}")])
        ),
        "Condition": draw(conditions()),
    }


@st.composite
def resource_statements(draw: st.DrawFn) -> dict[str, Any]:
    who = ["*", {"AWS": OURS}, {"AWS": THEIRS}, {"AWS": USER.arn}, {"AWS": SESSION.role_arn}]
    return {**draw(statements()), "Principal": draw(st.sampled_from(who))}


CONTEXTS = st.dictionaries(KEYS, VALUES | st.lists(VALUES, max_size=2).map(tuple), max_size=4)
FOREIGN = replace(USER, arn=f"arn:aws:iam::{THEIRS}:user/eve", account=THEIRS)
CALLERS: st.SearchStrategy[Principal] = st.sampled_from(
    [USER, SESSION, ROOT, SAGEMAKER, FOREIGN]
)
REQUESTS = st.builds(
    Request,
    st.sampled_from([OPEN, "s3:GetObject"]),
    st.sampled_from([ALICE, BOB]),
    CALLERS,
    CONTEXTS,
)
POLICIES = st.lists(statements(), min_size=1, max_size=3).map(lambda rows: policy(*rows))
LEVELS = st.lists(POLICIES, max_size=2).map(tuple)
RESOURCES = st.lists(resource_statements(), min_size=1, max_size=3).map(
    lambda rows: policy(*rows, kind=Kind.RESOURCE)
)


@st.composite
def layers(draw: st.DrawFn) -> Layers:
    return Layers(
        identity=draw(LEVELS),
        session=draw(st.none() | LEVELS),
        boundary=draw(st.none() | POLICIES),
        scps=draw(st.none() | st.lists(LEVELS, min_size=1, max_size=2).map(tuple)),
        rcps=draw(st.lists(LEVELS, max_size=1).map(tuple)),
        endpoint=draw(st.none() | RESOURCES),
        resource=draw(st.none() | RESOURCES),
    )


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
@given(layers(), LEVELS, POLICIES, REQUESTS)
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
@given(layers(), statements(("Deny",)), REQUESTS)
def test_a_deny_in_any_layer_never_opens(
    found: Layers, row: dict[str, Any], request_: Request
) -> None:
    assume(not decide(found, request_).allowed)
    extra = policy(row)

    assert not decide(replace(found, identity=(*found.identity, extra)), request_).allowed
    session = (*(found.session or ()), extra)
    assert not decide(replace(found, session=session), request_).allowed


@FEWER
@given(layers(), REQUESTS)
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
