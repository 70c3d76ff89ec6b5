"""What those who look after an organisation may do: that, and not what is beside it."""

import json

import pytest

from studiogate.errors import PolicyError
from studiogate.names import (
    EXECUTION_ROLE,
    PEOPLE_TABLE,
    PRESIGN_ROLE,
    own_reader_role,
    reader_role,
    role_arn,
    table_arn,
)
from studiogate.policy import administration
from studiogate.policy.documents import FRONT_DOORS
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Document, Kind, parse
from studiogate.policy.lint import weaknesses
from studiogate.reach.packets.asking import ACTIONS
from tests.kit.policy import USER, asked

REGION, HUB, LOB = "eu-west-1", "111111111111", "222222222222"
READING = {
    "guardrails": administration.organisation_policy(),
    "accounts": administration.reading_policy(),
    "rows": administration.asking_policy(region=REGION, account=HUB),
    "people": administration.comparing_policy(region=REGION, account=HUB),
    "profiles": administration.listing_policy(),
    "gateways": administration.examining_gateway_policy(),
    "readers": administration.examining_readers_policy(),
    "producers": administration.examining_producers_policy(),
}
WRITING = {
    "denies": administration.revoking_policy(region=REGION, account=LOB),
    "readers' denies": administration.revoking_readers_policy(region=REGION, account=LOB),
    "flag": administration.flagging_policy(region=REGION, account=HUB),
    "release": administration.releasing_policy(region=REGION, account=HUB),
}
ENTRY = administration.entry_policy(region=REGION, accounts=[HUB, LOB], role="path/operator")
EVERY = {**READING, **WRITING, "entry": ENTRY}


def may(document: Document, action: str, resource: str) -> bool:
    held = Layers(identity=(parse(json.dumps(document), kind=Kind.IDENTITY, name="ours"),))
    return decide(held, asked(action=action, resource=resource, by=USER)).allowed


@pytest.mark.parametrize("document", EVERY.values(), ids=EVERY)
def test_a_document_is_one_that_can_be_read_and_has_no_weakness(document: Document) -> None:
    read = parse(json.dumps(document), kind=Kind.IDENTITY, name="ours")

    assert list(weaknesses(read)) == []


@pytest.mark.parametrize("document", EVERY.values(), ids=EVERY)
def test_nobody_opens_anything_by_it(document: Document) -> None:
    assert not any(may(document, action, "*") for action in FRONT_DOORS)


@pytest.mark.parametrize("document", READING.values(), ids=READING)
def test_who_reads_only_reads(document: Document) -> None:
    actions = [
        action
        for statement in document["Statement"]
        for action in (
            [statement["Action"]]
            if isinstance(statement["Action"], str)
            else statement["Action"]
        )
    ]
    words = {action.partition(":")[2] for action in actions}

    assert all(word.startswith(("Describe", "Get", "List", "Scan", "Search")) for word in words)


@pytest.mark.parametrize("role", [PRESIGN_ROLE, EXECUTION_ROLE])
def test_who_revokes_writes_policies_of_two_roles_of_that_account(role: str) -> None:
    assert may(WRITING["denies"], "iam:PutRolePolicy", role_arn(REGION, LOB, role))
    assert not may(WRITING["denies"], "iam:PutRolePolicy", role_arn(REGION, HUB, role))


@pytest.mark.parametrize(
    "role", [reader_role("sales", "lob-a"), own_reader_role("ticks", "ada")]
)
def test_who_revokes_writes_policies_of_readers_in_the_account_of_a_warehouse(
    role: str,
) -> None:
    may_cut = WRITING["readers' denies"]

    assert may(may_cut, "iam:PutRolePolicy", role_arn(REGION, LOB, role))
    assert not may(may_cut, "iam:PutRolePolicy", role_arn(REGION, HUB, role))
    assert not may(may_cut, "iam:PutRolePolicy", role_arn(REGION, LOB, EXECUTION_ROLE))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", role_arn(REGION, LOB, "Administrator")),
        ("iam:PutRolePolicy", role_arn(REGION, LOB, "StudioReader")),
        ("iam:UpdateAssumeRolePolicy", role_arn(REGION, LOB, reader_role("sales", "lob-a"))),
        ("iam:TagRole", role_arn(REGION, LOB, reader_role("sales", "lob-a"))),
        ("redshift:GetClusterCredentials", "*"),
        ("iam:AttachRolePolicy", role_arn(REGION, LOB, PRESIGN_ROLE)),
        ("iam:UpdateAssumeRolePolicy", role_arn(REGION, LOB, PRESIGN_ROLE)),
        ("sts:AssumeRole", role_arn(REGION, LOB, PRESIGN_ROLE)),
        ("sagemaker:DeleteUserProfile", "*"),
        ("sagemaker:CreateApp", "*"),
        ("dynamodb:PutItem", table_arn(REGION, HUB, PEOPLE_TABLE)),
        ("dynamodb:DeleteItem", table_arn(REGION, HUB, PEOPLE_TABLE)),
        ("dynamodb:UpdateItem", table_arn(REGION, HUB, "studiogate-lobs")),
    ],
)
def test_who_revokes_does_nothing_else(action: str, resource: str) -> None:
    assert not any(may(document, action, resource) for document in WRITING.values())


def test_who_enters_becomes_that_role_in_those_accounts_alone() -> None:
    assert may(ENTRY, "sts:AssumeRole", role_arn(REGION, LOB, "path/operator"))
    assert not may(ENTRY, "sts:AssumeRole", role_arn(REGION, LOB, "operator"))
    assert not may(ENTRY, "sts:AssumeRole", role_arn(REGION, "333333333333", "path/operator"))


@pytest.mark.parametrize(
    ("accounts", "role"), [([], "r"), (["*"], "r"), ([LOB], "*"), ([LOB], "")]
)
def test_a_pattern_and_nothing_are_no_way_in(accounts: list[str], role: str) -> None:
    with pytest.raises(PolicyError):
        administration.entry_policy(region=REGION, accounts=accounts, role=role)


@pytest.mark.parametrize("principal", ["*", "", "arn:aws:iam::*:root"])
def test_a_role_trusts_one_principal_and_not_a_pattern_of_them(principal: str) -> None:
    with pytest.raises(PolicyError):
        administration.entry_trust(principal_arn=principal)


def test_the_policies_to_look_at_ways_hold_every_call_that_packets_take() -> None:
    held = {
        action
        for document in (
            administration.examining_gateway_policy(),
            administration.examining_readers_policy(),
        )
        for statement in document["Statement"]
        for action in statement["Action"]
        if action.startswith("ec2:")
    }

    assert held == {*ACTIONS, "ec2:DescribeVpcEndpoints"}
