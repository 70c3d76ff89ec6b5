"""Boundaries, IPv6 and variables with defaults, all the way through `decide`."""

from typing import Any

import pytest

from studiogate.policy.evaluate import Decision, Layers, decide
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import ContextValue, Principal, Request
from tests.kit.policy import (
    ALICE,
    BOB,
    EVERYTHING,
    OPEN,
    OURS,
    ROOT,
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
SAGEMAKER_ONLY = policy(allow("sagemaker:*", Sid="Sagemaker"), name="boundary")


def decided(request: Request, **layers: Any) -> tuple[bool, str]:
    found = decide(Layers(**layers), request)
    return found.allowed, found.layer


@pytest.mark.parametrize("by", [USER, SESSION], ids=["a user", "a role"])
@pytest.mark.parametrize(
    ("identity", "action", "expected"),
    [
        pytest.param(FULL, OPEN, (True, "identity"), id="both allow"),
        pytest.param(FULL, "s3:GetObject", (False, "boundary"), id="the boundary does not"),
        pytest.param(
            policy(allow("s3:*")), OPEN, (False, "identity"), id="a boundary grants nothing"
        ),
    ],
)
def test_a_boundary_limits_a_user_as_it_limits_a_role(
    by: Principal, identity: Policy, action: str, expected: tuple[bool, str]
) -> None:
    question = asked(action=action, by=by)

    assert decided(question, identity=(identity,), boundary=SAGEMAKER_ONLY) == expected


def test_a_boundarys_deny_beats_every_allow_even_the_resources() -> None:
    no = policy(EVERYTHING, deny(OPEN, Sid="Never"), kind=Kind.BOUNDARY, name="boundary")
    owned = policy({**EVERYTHING, "Principal": {"AWS": USER.arn}}, kind=Kind.RESOURCE)

    found = decide(Layers(identity=(FULL,), boundary=no, resource=owned), asked())

    assert (found.allowed, found.explicit, found.sid) == (False, True, "Never")


def test_a_boundary_with_a_condition_is_asked_about_the_request() -> None:
    inside = policy(allow(**when("StringEquals", "aws:SourceVpce", "vpce-a")), name="boundary")

    def answer(context: dict[str, ContextValue]) -> tuple[bool, str]:
        return decided(asked(context), identity=(FULL,), boundary=inside)

    assert answer({"aws:SourceVpce": "vpce-a"}) == (True, "identity")
    assert answer({"aws:SourceVpce": "vpce-b"}) == (False, "boundary")
    assert answer({}) == (False, "boundary")


def test_a_boundary_is_not_outvoted_across_accounts() -> None:
    stranger = Principal(kind="user", arn=f"arn:aws:iam::{THEIRS}:user/eve", account=THEIRS)
    owned = policy({**EVERYTHING, "Principal": {"AWS": stranger.arn}}, kind=Kind.RESOURCE)
    question = asked(action="s3:GetObject", by=stranger)
    layers: dict[str, Any] = {"identity": (FULL,), "resource": owned}

    assert decided(question, **layers, boundary=SAGEMAKER_ONLY) == (False, "boundary")
    assert decided(question, **layers, boundary=FULL) == (True, "resource")


def test_all_limits_of_a_session_count_together() -> None:
    layers: dict[str, Any] = {"identity": (FULL,), "boundary": SAGEMAKER_ONLY}

    def answer(session: Policy, action: str = OPEN) -> tuple[bool, str]:
        return decided(asked(action=action, by=SESSION), **layers, session=(session,))

    assert answer(policy(allow(OPEN, ALICE))) == (True, "identity")
    assert answer(policy(allow(OPEN, BOB))) == (False, "session")
    assert answer(policy(allow("s3:*")), "s3:GetObject") == (False, "boundary")


def test_the_root_user_is_not_held_by_its_own_policies_but_by_guardrails() -> None:
    level = (policy(deny(OPEN, Sid="No"), EVERYTHING, kind=Kind.SCP),)

    assert decided(asked(by=ROOT)) == (True, "")
    assert decided(asked(by=ROOT), scps=(level,)) == (False, "scp")


OFFICE6 = "2001:db8:1::/48"


def by_address(ip: str, *statements: dict[str, Any]) -> Decision:
    return decide(Layers(identity=(policy(*statements),)), asked({"aws:SourceIp": ip}))


@pytest.mark.parametrize(
    ("ip", "allowed"),
    [
        ("2001:db8:1::1", True),
        ("2001:0DB8:0001:0000:0000:0000:0000:0001", True),
        ("2001:db8:1:ffff:ffff:ffff:ffff:ffff", True),
        ("2001:db8:2::1", False),
        ("2001:db8::1", False),
        ("198.51.100.77", False),
        ("::ffff:198.51.100.77", False),
        ("fe80::1%eth0", False),
        ("2001:db8:1::1/48", False),
        ("", False),
    ],
)
def test_an_ipv6_range_allows_its_addresses_and_no_others(ip: str, *, allowed: bool) -> None:
    only = allow(OPEN, **when("IpAddress", "aws:SourceIp", OFFICE6))
    never = deny(OPEN, **when("NotIpAddress", "aws:SourceIp", OFFICE6))

    assert by_address(ip, only).allowed is allowed
    assert by_address(ip, allow(OPEN), never).allowed is allowed


@pytest.mark.parametrize(
    ("ip", "allowed"),
    [("203.0.113.9", True), ("::ffff:203.0.113.9", True), ("2001:db8:1::9", True),
     ("203.0.114.9", False), ("2001:db8:2::9", False), ("::203.0.113.9", False)],
)  # fmt: skip
def test_both_families_stand_side_by_side(ip: str, *, allowed: bool) -> None:
    both = allow(OPEN, **when("IpAddress", "aws:SourceIp", "203.0.113.0/24", OFFICE6))

    assert by_address(ip, both).allowed is allowed


@pytest.mark.parametrize(
    ("everyone", "ip", "allowed"),
    [("0.0.0.0/0", "2001:db8::1", False), ("::/0", "2001:db8::1", True),
     ("::/0", "198.51.100.77", False), ("0.0.0.0/0", "198.51.100.77", True)],
)  # fmt: skip
def test_everyone_of_one_family_is_nobody_of_the_other(
    everyone: str, ip: str, *, allowed: bool
) -> None:
    assert by_address(
        ip, allow(OPEN, **when("IpAddress", "aws:SourceIp", everyone))
    ).allowed is (allowed)


def test_a_caller_by_ipv6_is_outside_every_range_of_ipv4() -> None:
    only_v4 = deny(OPEN, **when("NotIpAddress", "aws:SourceIp", "0.0.0.0/0"))

    assert not by_address("2001:db8::1", allow(OPEN), only_v4).allowed
    assert by_address("198.51.100.77", allow(OPEN), only_v4).allowed


OWN = ALICE.replace("alice", "${aws:PrincipalTag/profile, 'nobody'}")
NOBODY = ALICE.replace("alice", "nobody")


@pytest.mark.parametrize(
    ("context", "resource", "allowed"),
    [
        ({"aws:PrincipalTag/profile": "alice"}, ALICE, True),
        ({"aws:principaltag/PROFILE": "alice"}, ALICE, True),
        ({"aws:PrincipalTag/profile": "alice"}, NOBODY, False),
        ({"aws:PrincipalTag/profile": ""}, NOBODY, False),
        ({}, NOBODY, True),
        ({}, ALICE, False),
        ({"aws:PrincipalTag/profile": "*"}, ALICE, False),
        ({"aws:PrincipalTag/profile": ("alice",)}, ALICE, False),
        ({"aws:PrincipalTag/profile": ()}, NOBODY, True),
    ],
)
@pytest.mark.parametrize("layer", ["identity", "session", "boundary", "scp", "endpoint"])
def test_a_default_stands_in_in_every_layer(
    layer: str, context: dict[str, ContextValue], resource: str, *, allowed: bool
) -> None:
    row = allow(OPEN, OWN)
    layers = {
        "identity": Layers(identity=(policy(row),)),
        "session": Layers(identity=(FULL,), session=(policy(row, kind=Kind.SESSION),)),
        "boundary": Layers(identity=(FULL,), boundary=policy(row, kind=Kind.BOUNDARY)),
        "scp": Layers(identity=(FULL,), scps=((policy(row, kind=Kind.SCP),),)),
        "endpoint": Layers(
            identity=(FULL,), endpoint=policy({**row, "Principal": "*"}, kind=Kind.ENDPOINT)
        ),
    }[layer]

    found = decide(layers, asked(context, resource=resource, by=SESSION))

    assert found.allowed is allowed
    assert allowed or found.layer == layer


@pytest.mark.parametrize(
    ("context", "allowed"),
    [({"team": "red", "aws:PrincipalTag/team": "red"}, True), ({"team": "all"}, True),
     ({"team": "red"}, False), ({"team": "all", "aws:PrincipalTag/team": "red"}, False)],
)  # fmt: skip
def test_a_default_stands_in_in_a_condition(
    context: dict[str, ContextValue], *, allowed: bool
) -> None:
    row = allow(OPEN, **when("StringEquals", "team", "${aws:PrincipalTag/team, 'all'}"))

    assert decide(Layers(identity=(policy(row),)), asked(context)).allowed is allowed


def test_a_default_may_hold_what_a_pattern_would_mean_and_stands_for_itself() -> None:
    row = allow(OPEN, ALICE.replace("alice", "${who, '*'}"))

    assert not decide(Layers(identity=(policy(row),)), asked()).allowed
    literal = asked(resource=ALICE.replace("alice", "*"))
    assert decide(Layers(identity=(policy(row),)), literal).allowed


def test_a_trust_policy_takes_variables_in_its_conditions() -> None:
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": OURS},
            "Action": "sts:AssumeRole",
            **when("StringEquals", "sts:RoleSessionName", "${aws:SourceIdentity, 'nobody'}"),
        },
        kind=Kind.TRUST,
    )

    def may(context: dict[str, ContextValue]) -> bool:
        role = f"arn:aws:iam::{OURS}:role/x"
        question = asked(context, action="sts:AssumeRole", resource=role)
        return decide(Layers(identity=(FULL,), resource=trust), question).allowed

    assert may({"sts:RoleSessionName": "ada", "aws:SourceIdentity": "ada"})
    assert not may({"sts:RoleSessionName": "bob", "aws:SourceIdentity": "ada"})
    assert may({"sts:RoleSessionName": "nobody"})
