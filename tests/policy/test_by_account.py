"""Doors by account: as tight towards strangers as doors by name, for a thousand lobs."""

import json
from collections.abc import Mapping

import pytest

from studiogate.names import PRESIGN_ROLE, domain_arn, profile_arn, role_arn
from studiogate.policy import by_account, sizes
from studiogate.policy.documents import policy_document
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Document, Kind, parse
from studiogate.policy.lint import weaknesses
from studiogate.policy.request import ContextValue, Principal, Request

REGION, HUB = "eu-west-1", "111111111111"
LOB_A, LOB_B, FOREIGN, DATA = ("222222222222", "333333333333", "999999999999", "444444444444")
OURS = [LOB_A, LOB_B]
OPEN = "sagemaker:CreatePresignedDomainUrl"
READER = role_arn(REGION, DATA, "StudioReader-sales.lob-a")
DOORS: Mapping[str, Document] = {
    "api": by_account.sagemaker_api_by_account(accounts=OURS),
    "studio": by_account.studio_by_account(region=REGION, accounts=OURS),
    "sts": by_account.sts_by_account(region=REGION, accounts=OURS, reader_role_arns=[READER]),
    "logs": by_account.shared_endpoint_policy(prefix="logs", accounts=[*OURS, HUB], hub=HUB),
    "s3": by_account.s3_gateway_policy(region=REGION, account=LOB_A, hub=HUB),
}
ADMIN = policy_document({"Effect": "Allow", "Action": "*", "Resource": "*"})
SOMEBODY = Principal(
    kind="assumed-role",
    arn=f"arn:aws:sts::{HUB}:assumed-role/somebody/ada",
    account=HUB,
    role_arn=role_arn(REGION, HUB, "somebody"),
)
APP = f"arn:aws:sagemaker:{REGION}:{LOB_A}:app/d-a/ada/JupyterLab/default"
GROUP = f"arn:aws:logs:{REGION}:{LOB_A}:log-group:/studio"
LAYER = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/layer"


def by(who: str, whose: str | None = None) -> dict[str, ContextValue]:
    """The keys of a caller of account `who`, on a thing of account `whose`."""
    keys: dict[str, ContextValue] = {"aws:PrincipalAccount": who}
    return keys if whose is None else {**keys, "aws:ResourceAccount": whose}


@pytest.mark.parametrize(
    ("door", "action", "resource", "context", "expected"),
    [
        ("api", OPEN, profile_arn(REGION, LOB_A, "d-a", "x"), by(LOB_A, LOB_A), True),
        ("api", OPEN, profile_arn(REGION, LOB_B, "d-b", "x"), by(LOB_A, LOB_B), False),
        ("api", OPEN, profile_arn(REGION, FOREIGN, "d-a", "x"), by(LOB_A, FOREIGN), False),
        ("api", OPEN, profile_arn(REGION, FOREIGN, "d-a", "x"), by(FOREIGN, FOREIGN), False),
        ("api", "sagemaker:DescribeDomain", domain_arn(REGION, LOB_A, "d-a"), by(LOB_A, LOB_A), True),
        ("api", "sagemaker:ListDomains", "*", by(LOB_A), True),
        ("api", "sagemaker:ListDomains", "*", by(FOREIGN), False),
        ("api", "sagemaker:StartSession", "*", by(LOB_A, LOB_A), False),
        ("api", "sagemaker:CreatePresignedNotebookInstanceUrl", "*", by(LOB_A, LOB_A), False),
        ("studio", OPEN, profile_arn(REGION, LOB_B, "d-b", "bo"), by(LOB_B, LOB_B), True),
        ("studio", OPEN, profile_arn(REGION, FOREIGN, "d-b", "bo"), by(FOREIGN, FOREIGN), False),
        ("studio", OPEN, profile_arn(REGION, LOB_B, "d-b", "bo"), {}, False),
        ("studio", OPEN, profile_arn("us-east-1", LOB_B, "d-b", "bo"), by(LOB_B, LOB_B), False),
        ("studio", "sagemaker:CreateApp", APP, by(LOB_A, LOB_A), True),
        ("studio", "sagemaker:DeleteApp", APP, by(LOB_A, LOB_A), False),
        ("sts", "sts:AssumeRole", role_arn(REGION, LOB_A, PRESIGN_ROLE), by(HUB, LOB_A), True),
        ("sts", "sts:TagSession", role_arn(REGION, LOB_B, PRESIGN_ROLE), by(HUB, LOB_B), True),
        ("sts", "sts:AssumeRole", role_arn(REGION, FOREIGN, PRESIGN_ROLE), by(HUB, FOREIGN), False),
        ("sts", "sts:AssumeRole", role_arn(REGION, LOB_A, "Admin"), by(HUB, LOB_A), False),
        ("sts", "sts:AssumeRole", role_arn(REGION, LOB_A, PRESIGN_ROLE), {}, False),
        ("sts", "sts:AssumeRole", role_arn(REGION, DATA, "StudioReader-sales.lob-a"), by(LOB_A, DATA), True),
        ("sts", "sts:TagSession", role_arn(REGION, DATA, "StudioReader-sales.lob-a"), by(LOB_A, DATA), False),
        ("sts", "sts:AssumeRole", role_arn(REGION, FOREIGN, "StudioReader-sales.lob-a"), by(LOB_A, FOREIGN), False),
        ("sts", "sts:GetCallerIdentity", "*", by(FOREIGN), True),
        ("logs", "logs:PutLogEvents", GROUP, by(LOB_A, LOB_A), True),
        ("logs", "logs:PutLogEvents", GROUP, by(LOB_A, HUB), True),  # a log group of the hub
        ("logs", "logs:PutLogEvents", GROUP, by(LOB_A, LOB_B), False),
        ("logs", "logs:PutLogEvents", GROUP, by(LOB_A, FOREIGN), False),
        ("logs", "logs:PutLogEvents", GROUP, by(FOREIGN, FOREIGN), False),
        ("logs", "kms:Decrypt", "*", by(LOB_A, LOB_A), False),
        ("s3", "s3:PutObject", "arn:aws:s3:::mine/x", by(LOB_A, LOB_A), True),
        ("s3", "s3:PutObject", "arn:aws:s3:::hub/x", by(LOB_A, HUB), True),
        ("s3", "s3:PutObject", "arn:aws:s3:::theirs/x", by(LOB_A, FOREIGN), False),
        ("s3", "s3:GetObject", "arn:aws:s3:::mine/x", by(FOREIGN, LOB_A), False),
        ("s3", "s3:GetObject", LAYER, by(LOB_A, FOREIGN), True),
        ("s3", "s3:PutObject", LAYER, by(LOB_A, FOREIGN), False),
    ],
)  # fmt: skip
def test_f_27_a_door_by_account_lets_through_what_is_ours(
    door: str, action: str, resource: str, context: dict[str, ContextValue], *, expected: bool
) -> None:
    endpoint = parse(json.dumps(DOORS[door]), kind=Kind.ENDPOINT)
    question = Request(action, resource, SOMEBODY, context, resource_account=HUB)
    admin = parse(ADMIN, kind=Kind.IDENTITY)

    found = decide(Layers(identity=(admin,), endpoint=endpoint), question)

    assert found.allowed is expected
    assert expected or found.layer == "endpoint"


@pytest.mark.parametrize("door", DOORS)
def test_none_of_them_is_weak(door: str) -> None:
    assert weaknesses(parse(json.dumps(DOORS[door]), kind=Kind.ENDPOINT)) == ()


def test_a_thousand_accounts_fit() -> None:
    many = [f"{200_000_000_000 + n}" for n in range(1_000)]

    for document in (
        by_account.sagemaker_api_by_account(accounts=many),
        by_account.studio_by_account(region="us-gov-west-1", accounts=many),
        by_account.sts_by_account(
            region="us-gov-west-1",
            accounts=many,
            reader_role_arns=[READER.replace("sales", "s" * 40)] * by_account.READERS_BY_NAME,
        ),
        by_account.shared_endpoint_policy(prefix="redshift-serverless", accounts=many, hub=HUB),
    ):
        assert sizes.characters(document, spaces=True) <= sizes.ENDPOINT_POLICY


def test_many_readers_are_let_through_in_the_accounts_they_are_in() -> None:
    many = [role_arn(REGION, DATA, f"StudioReader-sales.lob-{n}") for n in range(26)]

    found = by_account.sts_by_account(region=REGION, accounts=OURS, reader_role_arns=many)

    (readers,) = (one for one in found["Statement"] if one["Sid"] == "Readers")
    assert readers["Resource"] == [role_arn(REGION, DATA, "StudioReader-*")]
