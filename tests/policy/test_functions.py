"""What a function may do beside its work: Lambda puts it into the VPC, its own code may not."""

import pytest

from studiogate.policy import functions
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.lint import weaknesses
from studiogate.policy.request import Principal, Request

HUB, REGION = "111111111111", "eu-west-1"
FUNCTION = functions.function_arn(REGION, HUB, "studiogate-gateway")
ROLE = Principal(
    kind="assumed-role",
    arn=f"arn:aws:sts::{HUB}:assumed-role/StudiogateGateway/studiogate-gateway",
    account=HUB,
    role_arn=f"arn:aws:iam::{HUB}:role/StudiogateGateway",
)
POLICY = parse(
    functions.function_policy(region=REGION, account=HUB, function="studiogate-gateway"),
    kind=Kind.IDENTITY,
    name=functions.FUNCTION_POLICY,
)
RECORD = parse(
    functions.record_policy(region=REGION, account=HUB, table="studiogate-openings"),
    kind=Kind.IDENTITY,
    name=functions.RECORD_POLICY,
)
LOG = f"arn:aws:logs:{REGION}:{HUB}:log-group:/aws/lambda/studiogate-gateway:log-stream:x"
OTHER_LOG = f"arn:aws:logs:{REGION}:{HUB}:log-group:/aws/lambda/other:log-stream:x"
INTERFACE = f"arn:aws:ec2:{REGION}:{HUB}:network-interface/*"
TABLE = f"arn:aws:dynamodb:{REGION}:{HUB}:table/studiogate-openings"


@pytest.mark.parametrize(
    ("action", "resource", "from_itself", "expected"),
    [
        ("logs:PutLogEvents", LOG, True, True),
        ("logs:CreateLogStream", LOG, True, True),
        ("logs:PutLogEvents", OTHER_LOG, True, False),
        ("logs:CreateLogGroup", LOG, True, False),
        ("ec2:CreateNetworkInterface", INTERFACE, False, True),
        ("ec2:CreateNetworkInterface", INTERFACE, True, False),
        ("ec2:DescribeSubnets", "*", True, False),
        ("ec2:RunInstances", "*", False, False),
    ],
)
def test_lambda_makes_interfaces_with_the_role_and_the_code_in_it_does_not(
    action: str, resource: str, *, from_itself: bool, expected: bool
) -> None:
    context = {"lambda:SourceFunctionArn": FUNCTION} if from_itself else {}
    question = Request(action, resource, ROLE, context, resource_account=HUB)

    assert decide(Layers(identity=(POLICY,)), question).allowed is expected


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("dynamodb:PutItem", TABLE, True),
        ("dynamodb:PutItem", f"{TABLE}2", False),
        ("dynamodb:GetItem", TABLE, False),
        ("dynamodb:UpdateItem", TABLE, False),
        ("dynamodb:DeleteItem", TABLE, False),
        ("dynamodb:DeleteTable", TABLE, False),
    ],
)
def test_the_record_is_only_ever_added_to(
    action: str, resource: str, *, expected: bool
) -> None:
    question = Request(action, resource, ROLE, {}, resource_account=HUB)

    assert decide(Layers(identity=(RECORD,)), question).allowed is expected


@pytest.mark.parametrize("policy", [POLICY, RECORD], ids=lambda one: one.name)
def test_nothing_in_them_is_legal_and_not_meant(policy: Policy) -> None:
    assert [str(one) for one in weaknesses(policy)] == []
