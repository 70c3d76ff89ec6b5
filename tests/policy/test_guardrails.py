"""What is taken away: from a line of business, from stolen credentials, from one person."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import PolicyError
from studiogate.names import EXECUTION_ROLE, PRESIGN_ROLE, profile_arn, role_arn
from studiogate.policy import documents, guardrails
from studiogate.policy.evaluate import Decision, Layers, decide
from studiogate.policy.language import Document, Kind, Policy, parse
from studiogate.policy.request import ContextValue, Principal
from tests.kit.policy import (
    API,
    EVERYTHING,
    NETWORKS,
    OPEN,
    STUDIO,
    USER,
    VPC,
    allow,
    asked,
    policy,
    signed,
)

REGION, HUB, LOB = "eu-west-1", "111111111111", "222222222222"
INSIDE = {"N1", "N2", "N3"}


def read(document: Document, kind: Kind) -> Policy:
    return parse(json.dumps(document), kind=kind, name="ours")


def session(role: str, *, account: str = LOB, path: str = "") -> Principal:
    return Principal(
        kind="assumed-role",
        arn=f"arn:aws:sts::{account}:assumed-role/{role}/ada",
        account=account,
        role_arn=role_arn(REGION, account, f"{path}{role}"),
    )


OPENER, NOTEBOOK, ADMIN = (
    session(one) for one in (PRESIGN_ROLE, EXECUTION_ROLE, "Administrator")
)
FULL_SCP = read(guardrails.full_access_scp(), Kind.SCP)
GUARDRAIL = read(guardrails.lob_guardrail(region=REGION, endpoints=[API, STUDIO]), Kind.SCP)
HOLDS_ALL = Layers(identity=(policy(EVERYTHING),), scps=((FULL_SCP,), (FULL_SCP, GUARDRAIL)))


def open_from(
    by: Principal,
    action: str = OPEN,
    *,
    layers: Layers = HOLDS_ALL,
    resource: str = "*",
    more: Mapping[str, ContextValue] | None = None,
) -> set[str]:
    """The networks from which `by` may do it."""
    return {
        network[:2]
        for network, context in NETWORKS.items()
        if decide(
            layers,
            asked(
                signed(by, {**context, **(more or {})}), action=action, resource=resource, by=by
            ),
        ).allowed
    }


@pytest.mark.parametrize("action", documents.FRONT_DOORS)
def test_s3_24_every_front_door_is_for_our_two_roles_from_inside(action: str) -> None:
    assert open_from(OPENER, action) == INSIDE
    assert open_from(NOTEBOOK, action) == INSIDE


@pytest.mark.parametrize("action", documents.FRONT_DOORS)
@pytest.mark.parametrize(
    "by",
    [
        pytest.param(ADMIN, id="an administrator"),
        pytest.param(USER, id="a user"),
        pytest.param(
            Principal(kind="root", arn=f"arn:aws:iam::{LOB}:root", account=LOB), id="root"
        ),
        pytest.param(session(f"Not{PRESIGN_ROLE}"), id="a name that ends like ours"),
        pytest.param(session(f"{PRESIGN_ROLE}2"), id="a name that begins like ours"),
        pytest.param(session(PRESIGN_ROLE, path="team/"), id="our name on another path"),
        pytest.param(session(PRESIGN_ROLE.lower()), id="our name in lower case"),
    ],
)
def test_s3_24_nobody_else_opens_a_front_door_even_from_inside(
    by: Principal, action: str
) -> None:
    assert open_from(by, action) == set()


def test_a_caller_without_a_name_is_not_one_of_our_roles() -> None:
    question = asked(NETWORKS["N2 host at the Studio endpoint"], by=ADMIN)

    found = decide(HOLDS_ALL, question)

    assert (found.allowed, found.sid) == (False, "OnlyTheFrontDoor")


def test_a_notebook_still_reaches_its_own_profile_and_no_other() -> None:
    held = documents.execution_role_policy(region=REGION, account=LOB, domain_ids=["d-a"])
    layers = Layers(
        identity=(read(held, Kind.IDENTITY),), scps=((FULL_SCP,), (FULL_SCP, GUARDRAIL))
    )
    mine = {"sagemaker:DomainId": "d-a", "sagemaker:UserProfileName": "ada"}

    def opens(profile: str, domain: str = "d-a") -> set[str]:
        resource = profile_arn(REGION, LOB, domain, profile)
        return open_from(NOTEBOOK, layers=layers, resource=resource, more=mine)

    assert opens("ada") == INSIDE
    assert opens("bo") == set()
    assert opens("ada", "d-b") == set()


def test_the_guardrail_leaves_other_work_alone() -> None:
    every = {network[:2] for network in NETWORKS}

    assert open_from(ADMIN, "s3:GetObject") == every
    assert open_from(ADMIN, "sagemaker:DescribeDomain") == every


GATEWAY = session("StudiogateGateway", account=HUB)
PRESIGN_ARN = role_arn(REGION, LOB, PRESIGN_ROLE)
RCP = read(guardrails.sts_rcp(region=REGION, vpc=VPC), Kind.RCP)
FULL_RCP = read(guardrails.full_access_rcp(), Kind.RCP)
TRUST = policy(
    {"Effect": "Allow", "Principal": {"AWS": HUB}, "Action": ["sts:AssumeRole"]},
    kind=Kind.TRUST,
)


def hop(context: Mapping[str, ContextValue], role: str = PRESIGN_ARN) -> Decision:
    layers = Layers(
        identity=(policy(allow("sts:*")),), rcps=((FULL_RCP,), (FULL_RCP, RCP)), resource=TRUST
    )
    question = asked(
        signed(GATEWAY, context), action="sts:AssumeRole", resource=role, by=GATEWAY
    )
    return decide(layers, question)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_presign_role_is_taken_from_the_shared_vpc_alone(network: str) -> None:
    found = hop(NETWORKS[network])

    # N9, the console's private access, comes from the shared VPC as well.
    assert found.allowed is (network[:2] in INSIDE | {"N9"})
    assert found.allowed or (found.layer, found.sid) == ("rcp", "OnlyFromTheSharedVpc")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"aws:PrincipalIsAWSService": "true", "aws:ViaAWSService": "false"}, True),
        ({"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "true"}, True),
        ({"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"}, False),
        ({}, False),
    ],
)
def test_an_aws_service_is_spared_and_nobody_is_taken_for_one(
    keys: dict[str, ContextValue], *, expected: bool
) -> None:
    assert hop({**NETWORKS["N5 internet"], **keys}).allowed is expected


def test_another_role_of_the_account_is_taken_from_anywhere() -> None:
    assert hop(NETWORKS["N5 internet"], role_arn(REGION, LOB, "Reader")).allowed


def test_without_awss_own_policy_a_level_of_rcps_would_refuse_everything() -> None:
    layers = Layers(identity=(policy(EVERYTHING),), rcps=((RCP,),))

    assert not decide(layers, asked(action="sts:GetCallerIdentity", resource="*")).allowed


WHEN = datetime(2026, 11, 22, 3, 43, 30, 123456, tzinfo=UTC)


@pytest.mark.parametrize("action", [OPEN, "s3:GetObject", "sagemaker:DescribeDomain", "iam:*"])
def test_a_revoked_person_can_do_nothing_with_the_role_and_others_everything(
    action: str,
) -> None:
    revoked = read(guardrails.revocation_policy("ada", at=WHEN), Kind.IDENTITY)
    layers = Layers(identity=(policy(EVERYTHING), revoked))

    def allowed(context: dict[str, ContextValue]) -> bool:
        return decide(layers, asked(context, action=action, by=OPENER)).allowed

    assert not allowed({"aws:SourceIdentity": "ada"})
    assert allowed({"aws:SourceIdentity": "ada2"})
    assert allowed({"aws:SourceIdentity": "Ada"})
    assert allowed({})


PEOPLE = st.from_regex(r"[A-Za-z0-9_+=,.@-]{2,64}", fullmatch=True)
MOMENTS = st.integers(0, 64_000_000_000_000).map(
    lambda ms: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
)


@given(PEOPLE, MOMENTS)
def test_a_revocation_keeps_its_moment_to_the_second(person: str, at: datetime) -> None:
    document = guardrails.revocation_policy(person, at=at)

    assert read(document, Kind.IDENTITY).statements[0].effect == "Deny"
    assert guardrails.revoked_at(json.loads(json.dumps(document))) == at.replace(microsecond=0)


def test_the_moment_is_the_same_in_every_time_zone() -> None:
    abroad = WHEN.astimezone(timezone(timedelta(hours=9)))

    here = guardrails.revocation_policy("ada", at=WHEN)

    assert guardrails.revocation_policy("ada", at=abroad) == here


@pytest.mark.parametrize(
    "person", ["*", "a?a", "${aws:username}", "", "a", "aws:x", "a/b", "ä ö"]
)
def test_nobody_is_revoked_by_a_pattern(person: str) -> None:
    with pytest.raises(PolicyError):
        guardrails.revocation_policy(person, at=WHEN)


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        guardrails.revocation_policy("ada", at=WHEN.replace(tzinfo=None))


def edited(**changes: object) -> Document:
    (row,) = guardrails.revocation_policy("ada", at=WHEN)["Statement"]
    return {"Version": "2012-10-17", "Statement": [{**row, **changes}]}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Statement": []},
        {"Statement": "RevokedAt1"},
        edited(Effect="Allow"),
        edited(Action="s3:*"),
        edited(Resource="arn:aws:s3:::b"),
        edited(Sid="RevokedAt"),
        edited(Sid="RevokedAt1x"),
        edited(Sid="RevokedAt" + "9" * 30),
        edited(Sid="RevokedAt007"),
        edited(Condition={"StringEquals": {"aws:SourceIdentity": "*"}}),
        edited(Condition={"StringEquals": {"aws:SourceIdentity": ["ada", "bo"]}}),
        edited(
            Condition={
                "StringEquals": {"aws:SourceIdentity": "ada"},
                "Bool": {"aws:SecureTransport": "false"},
            }
        ),
        guardrails.lob_guardrail(region=REGION, endpoints=[API]),
    ],
)
def test_what_no_longer_denies_as_written_is_no_revocation(document: Document) -> None:
    assert guardrails.revoked_at(edited()) == WHEN.replace(microsecond=0)
    assert guardrails.revoked_at(document) is None
