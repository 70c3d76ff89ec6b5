"""The evidence of a decision: true, whole, and the decision's own."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from studiogate.policy.evaluate import Decision, Effect, Layers, decide
from studiogate.policy.evidence import Considered, Explanation, Fact, explain
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import ANONYMOUS, Principal, Request
from tests.kit.policy import (
    ALICE,
    API,
    BOB,
    EVERYTHING,
    OPEN,
    OURS,
    ROOT,
    SESSION,
    STUDIO,
    THEIRS,
    USER,
    allow,
    asked,
    deny,
    policy,
    when,
)
from tests.kit.policy_sets import LAYERS, REQUESTS
from tests.kit.thorough import examples

THOROUGH = settings(
    deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow]
)


def refused_or_allowed(found: Explanation) -> bool:
    """What the layers' effects amount to."""
    effects = [one.effect for one in found.layers]
    needed = [one.effect for one in found.layers if one.needed]
    return Effect.DENIED not in effects and set(needed) <= {Effect.ALLOWED}


@THOROUGH
@given(LAYERS, REQUESTS)
def test_the_decision_is_the_one_that_is_decided(layers: Layers, request_: Request) -> None:
    assert explain(layers, request_).decision == decide(layers, request_)


@THOROUGH
@given(LAYERS, REQUESTS)
def test_the_layers_alone_amount_to_the_decision(layers: Layers, request_: Request) -> None:
    found = explain(layers, request_)

    assert refused_or_allowed(found) is found.decision.allowed


@THOROUGH
@given(LAYERS, REQUESTS)
def test_what_is_decisive_agrees_with_the_decision(layers: Layers, request_: Request) -> None:
    found = explain(layers, request_)
    decision = found.decision
    named = {(one.layer, one.policy, one.sid, one.statement) for one in found.decisive}

    # The root user is allowed by no statement; whatever limits it has to allow all the same.
    if decision.statement is None and not decision.allowed:
        assert all(not one.applies and one.effect == "Allow" for one in found.decisive)
        assert all(not fact.held for one in found.decisive for fact in one.facts)
    else:
        decider = (decision.layer, decision.policy, decision.sid, decision.statement)
        assert decision.statement is None or decider in named
        wanted = "Deny" if decision.explicit else "Allow"
        assert all(one.applies and one.effect == wanted for one in found.decisive)
        assert all(fact.held for one in found.decisive for fact in one.facts)


@THOROUGH
@given(LAYERS, REQUESTS)
def test_a_statement_applies_where_it_concerns_and_every_fact_held(
    layers: Layers, request_: Request
) -> None:
    for layer in explain(layers, request_).layers:
        for one in layer.statements:
            held = all(fact.held for fact in one.facts)
            assert one.applies is (one.concerns and held)
            assert one.concerns or not held


@THOROUGH
@given(LAYERS, REQUESTS)
def test_it_can_be_written_down(layers: Layers, request_: Request) -> None:
    found = explain(layers, request_)

    assert json.loads(json.dumps(found.as_json()))["decision"]["why"] == found.decision.why


def rows(found: Explanation, layer: str) -> list[Considered]:
    return [row for one in found.layers if one.layer == layer for row in one.statements]


def guard(*doors: str, **more: Any) -> Any:
    return policy(
        deny(OPEN, Sid="Doors", **when("StringNotEquals", "aws:SourceVpce", *doors), **more),
        kind=Kind.SCP,
        name="guardrail",
    )


FULL = policy(EVERYTHING, name="full")
STRANGER = replace(USER, arn=f"arn:aws:iam::{THEIRS}:user/eve", account=THEIRS)
LEVEL = (policy(EVERYTHING, kind=Kind.SCP, name="FullAWSAccess"),)


def test_a_refusal_shows_the_key_the_wanted_values_and_the_one_it_saw() -> None:
    layers = Layers(identity=(FULL,), scps=(LEVEL, (*LEVEL, guard(API, STUDIO))))

    found = explain(layers, asked({"AWS:sourcevpce": "vpce-other"}))

    fact = Fact("StringNotEquals", "aws:SourceVpce", (API, STUDIO), ("vpce-other",), held=True)
    assert [one.facts for one in found.decisive] == [(fact,)]
    assert (found.decisive[0].policy, found.decisive[0].sid) == ("guardrail", "Doors")


def test_a_missing_key_is_told_from_an_empty_one() -> None:
    layers = Layers(identity=(FULL,), scps=((*LEVEL, guard(API)),))

    def saw(context: dict[str, Any]) -> tuple[str, ...] | None:
        return explain(layers, asked(context)).decisive[0].facts[0].saw

    assert saw({}) is None
    assert saw({"aws:SourceVpce": ()}) is None
    assert saw({"aws:SourceVpce": ""}) == ("",)
    assert saw({"aws:SourceVpce": ("a", "b")}) == ("a", "b")


def test_variables_are_shown_as_the_request_resolves_them() -> None:
    values = ["${aws:PrincipalTag/p}", "${who, 'nobody'}", "${Aws:Absent}-x", "${*}"]
    statement = allow(**when("StringLike", "k", *values))

    found = explain(Layers(identity=(policy(statement),)), asked({"aws:PrincipalTag/p": "ada"}))

    wanted = ("ada", "nobody", "${Aws:Absent}-x", "*")
    assert rows(found, "identity")[0].facts[0].wanted == wanted


def test_where_variables_are_plain_text_they_stay_as_written() -> None:
    old = policy(allow(**when("StringEquals", "k", "${t}")), version="2008-10-17")
    number = policy(allow(**when("Null", "${t}", "true")))

    for one in (old, number):
        found = explain(Layers(identity=(one,)), asked({"t": "x"}))
        assert "x" not in rows(found, "identity")[0].facts[0].wanted


def test_all_denies_that_apply_are_decisive_and_no_others() -> None:
    spared = deny(OPEN, Sid="Spared", **when("Bool", "aws:ViaAWSService", "true"))
    held = policy(EVERYTHING, deny("sagemaker:*", Sid="Sagemaker"), spared, name="held")
    layers = Layers(identity=(held,), scps=((*LEVEL, guard(API)),))

    found = explain(layers, asked({}))

    assert [(one.layer, one.sid) for one in found.decisive] == [
        ("scp", "Doors"),
        ("identity", "Sagemaker"),
    ]


def test_a_silence_shows_what_came_near_and_why_it_did_not_hold() -> None:
    near = allow(
        OPEN,
        Sid="Inside",
        Condition={
            "StringEquals": {"aws:SourceVpce": API},
            "Bool": {"aws:SecureTransport": "true"},
        },
    )
    held = policy(near, allow("s3:*", Sid="Bucket"), deny("s3:*", Sid="NoBucket"), name="p")
    question = asked({"aws:SecureTransport": "true"})

    found = explain(Layers(identity=(held,)), question)

    assert [one.sid for one in rows(found, "identity")] == ["Inside"]
    assert [one.facts for one in found.decisive] == [
        (Fact("StringEquals", "aws:SourceVpce", (API,), None, held=False),)
    ]
    assert len(rows(found, "identity")[0].facts) == 2


def test_an_allow_for_somebody_elses_profile_is_shown_with_its_resource() -> None:
    own = ALICE.replace("alice", "${aws:PrincipalTag/p}")
    layers = Layers(identity=(policy(allow(OPEN, own)),))

    found = explain(layers, asked({"aws:PrincipalTag/p": "alice"}, resource=BOB))
    untagged = explain(layers, asked({}, resource=BOB))

    (row,) = found.decisive
    assert not row.concerns
    assert row.facts == (Fact("Resource", "", (ALICE,), (BOB,), held=False),)
    assert untagged.decisive[0].facts[0].wanted == (own,)


def test_an_allow_on_all_but_this_is_shown_with_what_it_leaves_out() -> None:
    row = {"Effect": "Allow", "Action": "*", "NotResource": ALICE}

    (found,) = explain(Layers(identity=(policy(row),)), asked()).decisive

    assert found.facts == (Fact("NotResource", "", (ALICE,), (ALICE,), held=False),)


def test_a_trust_in_somebody_else_is_shown_with_its_principal() -> None:
    trust = policy(
        {"Effect": "Allow", "Principal": {"AWS": [THEIRS]}, "Action": "sts:AssumeRole"},
        kind=Kind.TRUST,
    )
    role = f"arn:aws:iam::{OURS}:role/x"
    layers = Layers(identity=(FULL,), resource=trust)

    found = explain(layers, asked(action="sts:AssumeRole", resource=role))

    assert found.decision.layer == "trust"
    assert found.decisive[0].facts == (
        Fact("Principal", "", (THEIRS,), (USER.arn,), held=False),
    )


def test_layers_come_in_the_order_they_count_with_their_levels() -> None:
    layers = Layers(
        identity=(FULL,),
        session=(FULL,),
        boundary=FULL,
        scps=(LEVEL, LEVEL),
        rcps=((FULL,), (FULL,)),
        endpoint=FULL,
        resource=policy({**EVERYTHING, "Principal": {"AWS": OURS}}, kind=Kind.RESOURCE),
    )

    found = explain(layers, asked(by=SESSION))

    assert [(one.layer, one.level) for one in found.layers] == [
        ("rcp", 0), ("rcp", 1), ("scp", 0), ("scp", 1), ("endpoint", None),
        ("resource", None), ("identity", None), ("boundary", None), ("session", None),
    ]  # fmt: skip
    assert all(one.needed for one in found.layers)


def test_a_policy_that_grants_by_itself_makes_the_callers_own_needless() -> None:
    owned = policy({**EVERYTHING, "Principal": {"AWS": USER.arn}}, kind=Kind.RESOURCE)

    found = explain(Layers(resource=owned, boundary=policy(allow("s3:*"))), asked())

    assert found.decision.allowed
    assert {one.layer: one.needed for one in found.layers} == {
        "resource": True, "identity": False, "boundary": False,
    }  # fmt: skip


def test_a_layer_that_is_needed_and_not_there_is_shown_as_silent() -> None:
    found = explain(Layers(), asked(by=ANONYMOUS))

    assert [(one.layer, one.effect, one.needed) for one in found.layers] == [
        ("resource", Effect.SILENT, True)
    ]
    assert found.decisive == ()


def test_the_root_user_is_shown_as_needing_no_policy() -> None:
    found = explain(Layers(scps=(LEVEL,)), asked(by=ROOT))

    assert [(one.layer, one.effect) for one in found.layers] == [
        ("scp", Effect.ALLOWED),
        ("", Effect.ALLOWED),
    ]


def test_refusals_for_callers_stay_without_values() -> None:
    layers = Layers(identity=(FULL,), scps=((*LEVEL, guard("vpce-wanted")),))

    decision: Decision = explain(layers, asked({"aws:SourceVpce": "vpce-seen"})).decision

    assert "vpce-" not in decision.why


@pytest.mark.parametrize("by", [USER, SESSION, STRANGER, ROOT, ANONYMOUS])
@pytest.mark.parametrize("named", [OURS, THEIRS, USER.arn, SESSION.role_arn, "*"])
@pytest.mark.parametrize("held", [FULL, policy(allow("s3:*"))])
def test_the_layers_of_a_trust_amount_to_the_decision_too(
    by: Principal, named: str, held: Policy
) -> None:
    element = named if named == "*" else {"AWS": named}
    trust = policy(
        {"Effect": "Allow", "Principal": element, "Action": "sts:AssumeRole"}, kind=Kind.TRUST
    )
    question = asked(action="sts:AssumeRole", resource=f"arn:aws:iam::{OURS}:role/x", by=by)

    for layers in (
        Layers(identity=(held,), resource=trust),
        Layers(identity=(held,), session=(held,), boundary=FULL, resource=trust),
    ):
        found = explain(layers, question)
        assert refused_or_allowed(found) is found.decision.allowed
        assert found.decision == decide(layers, question)
