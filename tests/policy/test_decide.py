"""All layers together: within an account, across accounts, and what each layer is for."""

from dataclasses import replace
from typing import Any

import pytest

from studiogate.policy.evaluate import Decision, Layers, decide
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import ANONYMOUS, Principal, Request
from tests.kit.policy import (
    ALICE,
    EVERYTHING,
    OPEN,
    OURS,
    ROOT,
    SAGEMAKER,
    SESSION,
    THEIRS,
    USER,
    allow,
    asked,
    deny,
    policy,
    when,
)

FULL = policy(EVERYTHING, name="full")
OTHER = policy(allow("s3:*"), name="other")
LEVEL = (policy(EVERYTHING, kind=Kind.SCP, name="FullAWSAccess"),)
ROLE = f"arn:aws:iam::{OURS}:role/PresignedUrlGenerator"
STRANGER = replace(USER, arn=f"arn:aws:iam::{THEIRS}:user/eve", account=THEIRS)


def trust(element: Any, *more: dict[str, Any]) -> Policy:
    first = {"Effect": "Allow", "Principal": element, "Action": "sts:AssumeRole"}
    return policy(first, *more, kind=Kind.TRUST, name="trust")


def owned(element: Any, **more: Any) -> Policy:
    return policy({**allow(**more), "Principal": element}, kind=Kind.RESOURCE, name="owned")


def assuming(by: Principal) -> Request:
    return asked(action="sts:AssumeRole", resource=ROLE, by=by)


def short(decision: Decision) -> tuple[bool, str]:
    return decision.allowed, decision.layer


@pytest.mark.parametrize(
    ("layers", "allowed", "layer"),
    [
        (Layers(), False, "identity"),
        (Layers(identity=(FULL,)), True, "identity"),
        (Layers(identity=(OTHER, FULL)), True, "identity"),
        (Layers(identity=(FULL,), session=None), True, "identity"),
        (Layers(identity=(FULL,), session=()), False, "session"),
        (Layers(identity=(FULL,), session=(OTHER,)), False, "session"),
        (Layers(identity=(FULL,), session=(OTHER, FULL)), True, "identity"),
        (Layers(identity=(OTHER,), session=(FULL,)), False, "identity"),
        (Layers(identity=(FULL,), boundary=OTHER), False, "boundary"),
        (Layers(identity=(FULL,), boundary=FULL), True, "identity"),
        (Layers(identity=(), boundary=FULL), False, "identity"),
        (Layers(identity=(FULL,), scps=(LEVEL, LEVEL)), True, "identity"),
        (Layers(identity=(FULL,), scps=(LEVEL, ())), False, "scp"),
        (Layers(identity=(FULL,), scps=(LEVEL, (OTHER,), LEVEL)), False, "scp"),
        (Layers(scps=(LEVEL,)), False, "identity"),
        (Layers(identity=(FULL,), rcps=((OTHER,),)), False, "rcp"),
        (Layers(identity=(FULL,), rcps=((FULL,),)), True, "identity"),
        (Layers(identity=(FULL,), endpoint=OTHER), False, "endpoint"),
        (Layers(identity=(FULL,), endpoint=owned("*")), True, "identity"),
        (Layers(identity=(FULL,), endpoint=owned({"AWS": THEIRS})), False, "endpoint"),
    ],
)
def test_within_an_account_every_layer_that_is_there_must_allow(
    layers: Layers, layer: str, *, allowed: bool
) -> None:
    assert short(decide(layers, asked())) == (allowed, layer)


DENY = policy(deny(Sid="No"), name="no")


@pytest.mark.parametrize(
    ("layers", "layer"),
    [
        (Layers(identity=(FULL, DENY)), "identity"),
        (Layers(identity=(FULL,), session=(FULL, DENY)), "session"),
        (Layers(identity=(FULL,), boundary=DENY), "boundary"),
        (Layers(identity=(FULL,), scps=(LEVEL, (*LEVEL, DENY))), "scp"),
        (Layers(identity=(FULL,), rcps=((FULL, DENY),)), "rcp"),
        (Layers(identity=(FULL,), endpoint=DENY), "endpoint"),
        (Layers(identity=(FULL,), resource=DENY), "resource"),
        # A deny is named before a silence, wherever that is.
        (Layers(identity=(DENY,), scps=((),)), "identity"),
    ],
)
def test_a_deny_in_any_layer_refuses_and_is_named(layers: Layers, layer: str) -> None:
    found = decide(layers, asked())

    assert (found.allowed, found.explicit, found.layer) == (False, True, layer)
    assert (found.policy, found.sid, found.statement) == ("no", "No", 0)
    assert "denied by statement No" in found.why


@pytest.mark.parametrize(
    ("element", "by", "layers", "allowed"),
    [
        # Naming the caller suffices; naming the account leaves it to the account.
        ({"AWS": USER.arn},          USER,    Layers(), True),
        ({"AWS": OURS},              USER,    Layers(), False),
        ({"AWS": OURS},              USER,    Layers(identity=(FULL,)), True),
        ({"AWS": USER.arn},          USER,    Layers(boundary=OTHER), True),
        ({"AWS": USER.arn},          USER,    Layers(session=(OTHER,)), False),
        ({"AWS": SESSION.arn},       SESSION, Layers(boundary=OTHER, session=(OTHER,)), True),
        # A role's grant is limited by what its sessions are limited by.
        ({"AWS": SESSION.role_arn},  SESSION, Layers(), True),
        ({"AWS": SESSION.role_arn},  SESSION, Layers(boundary=OTHER), False),
        ({"AWS": SESSION.role_arn},  SESSION, Layers(session=(OTHER,)), False),
        ("*",                        SESSION, Layers(), True),
        ("*",                        SESSION, Layers(session=(OTHER,)), False),
        # Guardrails are never outvoted.
        ({"AWS": USER.arn},          USER,    Layers(scps=((OTHER,),)), False),
        ({"AWS": USER.arn},          USER,    Layers(endpoint=OTHER), False),
        ({"AWS": USER.arn},          USER,    Layers(identity=(DENY,)), False),
        ({"AWS": OURS},              ROOT,    Layers(), True),
        ({"Service": SAGEMAKER.arn}, SAGEMAKER, Layers(), True),
        ("*",                        ANONYMOUS, Layers(), True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["resource", "trust"])
def test_how_firmly_a_policy_names_the_caller_decides_what_else_is_needed(
    kind: str, element: Any, by: Principal, layers: Layers, *, allowed: bool
) -> None:
    found = owned(element) if kind == "resource" else trust(element)
    request = replace(assuming(by), resource_account=OURS)

    assert decide(replace(layers, resource=found), request).allowed is allowed


@pytest.mark.parametrize(
    ("layers", "allowed", "layer"),
    [
        (Layers(resource=owned({"AWS": THEIRS})), True, "identity"),
        (Layers(resource=trust({"AWS": THEIRS})), False, "trust"),
    ],
)
def test_a_silent_resource_policy_takes_nothing_away_but_a_silent_trust_does(
    layers: Layers, layer: str, *, allowed: bool
) -> None:
    found = decide(replace(layers, identity=(FULL,)), assuming(USER))

    assert short(found) == (allowed, layer)


@pytest.mark.parametrize(
    ("layers", "allowed", "layer"),
    [
        (Layers(identity=(FULL,)), False, "resource"),
        (Layers(resource=owned({"AWS": STRANGER.arn})), False, "identity"),
        (Layers(resource=trust({"AWS": STRANGER.arn})), False, "identity"),
        (Layers(resource=trust("*")), False, "identity"),
        (Layers(identity=(FULL,), resource=trust({"AWS": OURS})), False, "trust"),
        (Layers(identity=(FULL,), resource=trust({"AWS": THEIRS})), True, "trust"),
        (Layers(identity=(FULL,), resource=owned({"AWS": THEIRS})), True, "resource"),
        (
            Layers(identity=(FULL,), session=(OTHER,), resource=trust({"AWS": THEIRS})),
            False,
            "session",
        ),
        (
            Layers(identity=(FULL,), boundary=OTHER, resource=owned({"AWS": STRANGER.arn})),
            False,
            "boundary",
        ),
    ],
)
def test_across_accounts_both_sides_must_allow(
    layers: Layers, layer: str, *, allowed: bool
) -> None:
    assert short(decide(layers, assuming(STRANGER))) == (allowed, layer)


def test_a_resource_account_that_is_given_counts_more_than_the_arn() -> None:
    bucket = replace(asked(action="s3:GetObject"), resource="arn:aws:s3:::bucket/key")
    layers = Layers(identity=(FULL,))

    assert decide(layers, bucket).allowed
    assert not decide(layers, replace(bucket, resource_account=THEIRS)).allowed


def test_of_several_statements_the_firmest_naming_counts() -> None:
    loose = {"Effect": "Allow", "Principal": {"AWS": OURS}, "Action": "sts:AssumeRole"}

    assert decide(Layers(resource=trust({"AWS": USER.arn}, loose)), assuming(USER)).allowed
    assert not decide(Layers(resource=trust({"AWS": OURS}, loose)), assuming(USER)).allowed


def test_the_root_user_needs_no_policy_but_minds_guardrails() -> None:
    root = asked(by=ROOT)

    assert short(decide(Layers(), root)) == (True, "")
    assert short(decide(Layers(scps=((*LEVEL, DENY),)), root)) == (False, "scp")


def test_a_caller_without_an_account_needs_the_resources_word() -> None:
    assert short(decide(Layers(), asked(by=ANONYMOUS))) == (False, "resource")
    assert short(decide(Layers(resource=owned({"AWS": OURS})), asked(by=ANONYMOUS))) == (
        False,
        "resource",
    )


def test_an_organisation_without_levels_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="at least one level"):
        Layers(scps=())


def test_two_keys_that_differ_in_case_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="differ only in case"):
        asked({"aws:SourceVpce": "a", "AWS:SourceVpce": "b"})


def test_a_yes_names_the_statement_that_gave_it() -> None:
    found = decide(
        Layers(identity=(OTHER, policy(allow("s3:*"), EVERYTHING, name="p"))), asked()
    )

    assert (found.explicit, found.policy, found.sid, found.statement) == (False, "p", None, 1)
    assert found.why == f"{OPEN} on {ALICE} is allowed by statement 1 of the identity policy p."


def test_a_no_names_the_nearest_statement_and_its_condition_but_no_values() -> None:
    near = policy(
        allow(Sid="Inside", **when("StringEquals", "aws:SourceVpce", "vpce-1")), name="p"
    )

    found = decide(Layers(identity=(near,)), asked({"aws:SourceVpce": "vpce-secret"}))

    assert found.why == (
        f"No identity policy allows {OPEN} on {ALICE}; statement Inside of p would, "
        "but its condition StringEquals aws:SourceVpce does not hold."
    )
