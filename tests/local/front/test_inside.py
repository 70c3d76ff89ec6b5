"""Calls that CloudFormation makes for somebody: as they would be over the wire, and said so."""

from typing import Any

import pytest

from studiogate.local.call import ApiCall, ApiError, Arrival
from studiogate.local.cloudformation.kind import Cloud
from tests.kit.front import LOB_A, LOB_B, REGION, World, allow, policy, root_of, trusting


def cloud(org: World, *statements: dict[str, Any], account: str = LOB_A) -> Cloud:
    trust = policy(trusting(root_of(account), "sts:AssumeRole", "sts:SetSourceIdentity"))
    arn = org.role(account, trust=trust, can=policy(*statements))
    keys = org.assume(arn, org.founded.explorers[account], SourceIdentity="ada")
    caller = org.sessions.lookup(keys["AccessKeyId"])
    call = ApiCall(
        "cloudformation", "CreateStack", {}, REGION, caller, Arrival("internet", "", {})
    )
    return org.inside.cloud_of(call)


CALLS: list[tuple[str, str, dict[str, Any], str]] = [
    ("ec2", "CreateVpc", {"CidrBlock": "10.8.0.0/16"}, "Vpc"),
    ("iam", "ListRoles", {}, "Roles"),
    ("dynamodb", "ListTables", {}, "TableNames"),
    ("kms", "CreateKey", {"Description": "a key"}, "KeyMetadata"),
    ("logs", "DescribeLogGroups", {}, "logGroups"),
    ("monitoring", "DescribeAlarms", {}, "MetricAlarms"),
    ("elasticfilesystem", "DescribeFileSystems", {}, "FileSystems"),
    ("secretsmanager", "GetRandomPassword", {"PasswordLength": 40}, "RandomPassword"),
    ("s3", "ListBuckets", {}, "Buckets"),
    ("sts", "GetCallerIdentity", {}, "Account"),
]


@pytest.mark.parametrize(("service", "operation", "params", "member"), CALLS)
async def test_every_protocol_is_spoken(
    org: World, service: str, operation: str, params: dict[str, Any], member: str
) -> None:
    answer = await cloud(org, allow("*")).call(service, operation, **params)

    assert member in answer
    assert "ResponseMetadata" not in answer


async def test_what_is_made_is_there_for_everybody(org: World) -> None:
    inside, name = cloud(org, allow("*")), org.name("bucket")

    await inside.call(
        "s3",
        "CreateBucket",
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    await inside.call("s3", "PutObject", Bucket=name, Key="a b", Body=b"hello")

    assert org.admin(LOB_A, "s3").get_object(Bucket=name, Key="a b")["Body"].read() == b"hello"
    assert (await inside.call("s3", "GetObject", Bucket=name, Key="a b"))["Body"] == b"hello"
    assert (inside.account, inside.region) == (LOB_A, REGION)


async def test_a_caller_who_may_not_may_not_inside_either(org: World) -> None:
    inside = cloud(org, allow("ec2:DescribeVpcs"))

    with pytest.raises(ApiError) as caught:
        await inside.call("ec2", "CreateVpc", CidrBlock="10.8.0.0/16")
    assert caught.value.code == "UnauthorizedOperation"
    with pytest.raises(ApiError) as caught:
        await inside.call("kms", "CreateKey")
    assert caught.value.code == "AccessDeniedException"
    assert "because no identity-based policy allows the kms:CreateKey" in caught.value.message


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"Bool": {"aws:ViaAWSService": "true"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}, True),
        ({"StringEquals": {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}}, True),
        ({"StringEquals": {"aws:CalledViaLast": "sagemaker.amazonaws.com"}}, False),
        ({"Null": {"aws:SourceIp": "true"}}, True),
        ({"Null": {"aws:SourceVpce": "true"}}, True),
        ({"StringEquals": {"aws:SourceIdentity": "ada"}}, True),
    ],
)
async def test_policies_are_told_who_called_and_no_network(
    org: World, condition: dict[str, Any], *, holds: bool
) -> None:
    inside = cloud(org, allow("dynamodb:ListTables", **condition))

    if holds:
        await inside.call("dynamodb", "ListTables")
    else:
        with pytest.raises(ApiError):
            await inside.call("dynamodb", "ListTables")


async def test_each_call_is_one_event_with_the_person_in_it(org: World) -> None:
    inside, before = cloud(org, allow("ec2:*")), len(org.events)

    await inside.call("ec2", "DescribeVpcs")
    with pytest.raises(ApiError):
        await inside.call("iam", "ListRoles")

    done, refused = org.events[before:]
    assert (done.service, done.operation, done.account) == ("ec2", "DescribeVpcs", LOB_A)
    assert (done.source_identity, done.error) == ("ada", "")
    assert done.client_ip == "cloudformation.amazonaws.com"
    assert refused.error == "AccessDenied"
    assert refused.why


async def test_a_refusal_of_the_service_comes_in_its_words(org: World) -> None:
    with pytest.raises(ApiError) as caught:
        await cloud(org, allow("*")).call(
            "ec2", "DescribeSubnets", SubnetIds=["subnet-12345678"]
        )

    assert caught.value.code == "InvalidSubnetID.NotFound"


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("ec2", "CreateVpcs", {}),
        ("ec2", "CreateSubnet", {"VpcId": 7}),
        ("glue", "GetTables", {"DatabaseName": "d"}),
        ("redshift", "DescribeClusters", {}),
    ],
)
async def test_what_does_not_exist_is_refused(
    org: World, service: str, operation: str, params: dict[str, Any]
) -> None:
    with pytest.raises(ApiError):
        await cloud(org, allow("*")).call(service, operation, **params)


async def test_each_account_has_its_own(org: World) -> None:
    mine, theirs = cloud(org, allow("*")), cloud(org, allow("*"), account=LOB_B)
    made = await mine.call("ec2", "CreateVpc", CidrBlock="10.7.0.0/16")

    with pytest.raises(ApiError) as caught:
        await theirs.call("ec2", "DescribeVpcs", VpcIds=[made["Vpc"]["VpcId"]])

    assert caught.value.code == "InvalidVpcID.NotFound"


def test_nobody_is_nobody_inside(org: World) -> None:
    call = ApiCall("cloudformation", "CreateStack", {}, REGION, None, Arrival("x", "", {}))

    with pytest.raises(ApiError) as caught:
        org.inside.cloud_of(call)

    assert caught.value.code == "MissingAuthenticationToken"
