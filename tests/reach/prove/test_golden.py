"""The published policies' verdicts, and ours: proved, or a request that shows the hole."""

from ipaddress import ip_network
from typing import Any

import pytest

from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.guardrails import full_access_scp, lob_guardrail
from studiogate.policy.language import Kind, parse
from studiogate.reach.prove.answers import Open, Proved
from studiogate.reach.prove.prove import difference, possible, prove, witnesses
from studiogate.reach.prove.question import Inside
from tests.kit.policy import (
    ALICE,
    API,
    BOB,
    EVERYTHING,
    OPEN,
    SESSION,
    STUDIO,
    VPC,
    allow,
    deny,
    policy,
    when,
)
from tests.kit.prove import DOORS, INSIDE, about, opened, proved

IDS = (API, STUDIO)
OUR_CIDR = "10.16.0.0/16"
SAML_VPC = [allow(OPEN, **when("StringEquals", "aws:SourceVpc", VPC))]
SAML_VPCE = [allow(OPEN, **when("ForAnyValue:StringEquals", "aws:sourceVpce", *IDS))]
SAML_IP = [allow(OPEN, **when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))]
SAML_LAMBDA = [allow(OPEN), deny(OPEN, **when("NotIpAddress", "aws:VpcSourceIp", OUR_CIDR))]
LOB_ROLE = [allow(OPEN, **when("StringEquals", "aws:sourceVpce", *IDS))]
CLIENTS_AND_VPC = [
    allow(
        OPEN,
        Condition={
            "IpAddress": {"aws:VpcSourceIp": [OUR_CIDR, "192.168.10.0/24"]},
            "StringEquals": {"aws:SourceVpc": VPC},
        },
    )
]
FULL_ACCESS = [allow(OPEN)]
FULL_AWS = policy(EVERYTHING, kind=Kind.SCP, name="FullAWSAccess")
ADMIN = policy(EVERYTHING, name="admin")
CIDR_GUARD = policy(*SAML_LAMBDA, kind=Kind.SCP, name="published")
GUARD = policy(
    deny(OPEN, **when("StringNotEquals", "aws:SourceVpce", *IDS)), kind=Kind.SCP, name="ours"
)


def three_ways(*endpoints: str) -> list[dict[str, Any]]:
    return [
        allow(OPEN, **when("IpAddress", "aws:VpcSourceIp", OUR_CIDR)),
        allow(OPEN, **when("IpAddress", "aws:SourceIp", "192.168.10.0/24")),
        allow(OPEN, **when("StringEquals", "aws:sourceVpce", *endpoints)),
    ]


def role(*statements: dict[str, Any]) -> Layers:
    return Layers(identity=(policy(*statements, name="role"),))


def seen(found: Open) -> tuple[object, ...]:
    """Where the request comes from: endpoint, VPC and address."""
    keys = found.request.keys
    address = keys.get("aws:vpcsourceip", keys.get("aws:sourceip"))
    return keys.get("aws:sourcevpce"), keys.get("aws:sourcevpc"), address


STRANGER = ("vpce-unknown", "vpc-unknown", "10.16.0.0")


@pytest.mark.parametrize(
    ("statements", "arrival", "where", "addresses"),
    [
        pytest.param(
            SAML_VPC, "endpoint", ("vpce-unknown", VPC, "10.0.0.0"), 2**32,
            id="any endpoint of the VPC",
        ),
        pytest.param(
            SAML_IP, "internet", (None, None, "203.0.113.0"), 2**8, id="public by design"
        ),
        pytest.param(
            SAML_LAMBDA, "endpoint", STRANGER, 2**16, id="a stranger's VPC with our CIDR"
        ),
        pytest.param(three_ways(API), "endpoint", STRANGER, 2**16, id="the weakest of three"),
        pytest.param(three_ways(*IDS), "endpoint", STRANGER, 2**16, id="and still it wins"),
        pytest.param(
            CLIENTS_AND_VPC, "endpoint", ("vpce-unknown", VPC, "10.16.0.0"), 2**16 + 2**8,
            id="any endpoint of the VPC, listed clients",
        ),
        pytest.param(
            FULL_ACCESS, "internet", (None, None, "198.51.100.77"), 2**32, id="open to all"
        ),
    ],
)  # fmt: skip
def test_s3_04_s3_05_s3_06_where_a_published_role_policy_is_open(
    statements: list[dict[str, Any]], arrival: str, where: tuple[object, ...], addresses: int
) -> None:
    found = opened(prove(about(role(*statements)), doors=DOORS, inside=INSIDE))

    assert (found.arrival, seen(found), found.addresses) == (arrival, where, addresses)
    assert found.by == ("identity role: 0",)
    assert found.endpoint is None


@pytest.mark.parametrize("statements", [SAML_VPCE, LOB_ROLE])
def test_s3_04_a_published_role_policy_by_endpoint_is_proved(
    statements: list[dict[str, Any]],
) -> None:
    found = proved(prove(about(role(*statements)), doors=DOORS, inside=INSIDE))

    assert not found.vacuous


@pytest.mark.parametrize("endpoints", [(API,), IDS])
def test_or_ed_allows_are_open_in_each_of_their_ways(endpoints: tuple[str, ...]) -> None:
    found = witnesses(about(role(*three_ways(*endpoints))), doors=DOORS, inside=INSIDE)

    assert [(one.arrival, seen(one)) for one in found] == [
        ("endpoint", STRANGER),
        # AWS never shows a private address there, so this one is dead in practice.
        ("internet", (None, None, "192.168.10.0")),
    ]


def test_a_published_guardrail_leaves_a_strangers_vpc_with_our_cidr() -> None:
    layers = Layers(identity=(ADMIN,), scps=((FULL_AWS, CIDR_GUARD),))

    found = opened(prove(about(layers), doors=DOORS, inside=INSIDE))

    assert (found.arrival, seen(found), found.addresses) == ("endpoint", STRANGER, 2**16)
    assert found.by == ("identity admin: 0", "scp FullAWSAccess: 0", "scp published: 0")


def test_the_fix_is_a_second_deny_and_not_a_second_key() -> None:
    second = deny(OPEN, **when("StringNotEquals", "aws:SourceVpce", *IDS))
    joined = deny(
        OPEN,
        Condition={
            "NotIpAddress": {"aws:VpcSourceIp": OUR_CIDR},
            "StringNotEquals": {"aws:SourceVpce": list(IDS)},
        },
    )

    fixed = prove(about(role(*SAML_LAMBDA, second)), doors=DOORS, inside=INSIDE)
    still = prove(about(role(allow(OPEN), joined)), doors=DOORS, inside=INSIDE)

    assert not proved(fixed).vacuous
    assert seen(opened(still)) == STRANGER


OWN = allow(
    OPEN,
    ALICE.replace("alice", "${aws:SourceIdentity}"),
    **when("StringEquals", "aws:SourceVpce", *IDS),
)


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param(role(OWN), id="the lob's role, by itself"),
        pytest.param(Layers(identity=(ADMIN,), scps=((FULL_AWS, GUARD),)), id="administrator"),
        pytest.param(
            Layers(identity=(policy(*FULL_ACCESS),), scps=((FULL_AWS,), (FULL_AWS, GUARD))),
            id="execution role with AWS's full access",
        ),
    ],
)
def test_s5_02_the_anchor_set_is_proved_and_means_something(layers: Layers) -> None:
    found = proved(prove(about(layers), doors=DOORS, inside=INSIDE))

    assert (found.vacuous, found.cells > 0) == (False, True)


def test_a_role_bound_to_the_person_is_for_nobody_else() -> None:
    mine = prove(
        about(role(OWN), known={"aws:SourceIdentity": "alice"}), doors=DOORS, inside=INSIDE
    )
    others = prove(
        about(role(OWN), BOB, known={"aws:SourceIdentity": "alice"}), doors=DOORS, inside=INSIDE
    )
    nobody = prove(about(role(OWN), absent=["aws:SourceIdentity"]), doors=DOORS, inside=INSIDE)

    assert not proved(mine).vacuous
    assert proved(others).vacuous
    assert proved(nobody).vacuous


def test_an_execution_role_may_open_what_its_session_says_and_the_prover_finds_it() -> None:
    own = ALICE.replace("d-1/alice", "${sagemaker:DomainId}/${sagemaker:UserProfileName}")

    found = opened(prove(about(role(allow(OPEN, own))), doors=DOORS, inside=INSIDE))

    keys = found.request.keys
    assert (keys["sagemaker:domainid"], keys["sagemaker:userprofilename"]) == ("d-1", "alice")
    assert decide(role(allow(OPEN, own)), found.request).allowed


def test_our_guardrail_holds_an_administrator_even_inside() -> None:
    guard = parse(lob_guardrail(region="eu-west-1", endpoints=IDS), kind=Kind.SCP, name="guard")
    full = parse(full_access_scp(), kind=Kind.SCP, name="FullAWSAccess")
    layers = Layers(identity=(ADMIN,), scps=((full,), (full, guard)))
    known = {"aws:PrincipalArn": SESSION.role_arn or ""}

    outside = prove(about(layers, known=known), doors=DOORS, inside=INSIDE)
    anywhere = possible(about(layers, known=known), doors=DOORS)

    assert proved(outside).vacuous
    assert isinstance(anywhere, Proved)


def test_clients_count_beside_the_door() -> None:
    office = Inside(frozenset(IDS), (ip_network("192.168.10.0/24"),))
    by_door = about(role(*LOB_ROLE))
    by_both = about(
        role(
            allow(
                OPEN,
                Condition={
                    "StringEquals": {"aws:SourceVpce": list(IDS)},
                    "IpAddress": {"aws:VpcSourceIp": "192.168.10.0/25"},
                },
            )
        )
    )

    found = opened(prove(by_door, doors=DOORS, inside=office))

    assert found.endpoint in DOORS
    assert found.addresses == 2**32 - 2**8
    assert not proved(prove(by_both, doors=DOORS, inside=office)).vacuous


def test_a_change_of_policies_is_told_by_a_request_each_way() -> None:
    before, after = about(role(*SAML_VPCE)), about(role(*SAML_IP))

    gained, lost = difference(before, after, doors=DOORS)

    assert isinstance(gained, Open)
    assert isinstance(lost, Open)
    assert (gained.arrival, lost.arrival) == ("internet", "endpoint")
    assert lost.endpoint in DOORS
    assert difference(before, before, doors=DOORS) == (None, None)
