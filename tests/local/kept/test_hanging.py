"""What hangs on something keeps it from being deleted, whoever asks."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from studiogate.local.call import ApiError
from tests.kit.kinds import Emulated, emulated

ITSELF = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


@pytest.fixture
async def aws(tmp_path: Path) -> AsyncIterator[Emulated]:
    async with emulated(tmp_path) as made:
        yield made


async def _ec2(aws: Emulated, operation: str, **params: Any) -> dict[str, Any]:
    return await aws.cloud().call("ec2", operation, **params)


async def _vpc(aws: Emulated) -> str:
    made = await _ec2(aws, "CreateVpc", CidrBlock="10.0.0.0/16")
    return str(made["Vpc"]["VpcId"])


async def _group(aws: Emulated, vpc: str, name: str) -> str:
    made = await _ec2(aws, "CreateSecurityGroup", GroupName=name, Description=name, VpcId=vpc)
    return str(made["GroupId"])


async def _refused(aws: Emulated, operation: str, **params: Any) -> str:
    with pytest.raises(ApiError) as caught:
        await _ec2(aws, operation, **params)
    return caught.value.code


async def test_a_vpc_stays_while_it_has_a_group_of_its_own(aws: Emulated) -> None:
    vpc = await _vpc(aws)
    group = await _group(aws, vpc, "endpoints")

    assert await _refused(aws, "DeleteVpc", VpcId=vpc) == "DependencyViolation"
    await _ec2(aws, "DeleteSecurityGroup", GroupId=group)
    await _ec2(aws, "DeleteVpc", VpcId=vpc)


async def test_a_vpc_stays_while_a_gateway_or_an_endpoint_is_at_it(aws: Emulated) -> None:
    vpc = await _vpc(aws)
    made = await _ec2(aws, "CreateInternetGateway")
    both = {"InternetGatewayId": made["InternetGateway"]["InternetGatewayId"], "VpcId": vpc}
    await _ec2(aws, "AttachInternetGateway", **both)

    assert await _refused(aws, "DeleteVpc", VpcId=vpc) == "DependencyViolation"
    await _ec2(aws, "DetachInternetGateway", **both)
    service = {"ServiceName": "com.amazonaws.eu-west-1.s3", "VpcEndpointType": "Gateway"}
    endpoint = await _ec2(aws, "CreateVpcEndpoint", VpcId=vpc, **service)
    assert await _refused(aws, "DeleteVpc", VpcId=vpc) == "DependencyViolation"
    ids = [endpoint["VpcEndpoint"]["VpcEndpointId"]]
    await _ec2(aws, "DeleteVpcEndpoints", VpcEndpointIds=ids)
    await _ec2(aws, "DeleteVpc", VpcId=vpc)


async def test_a_group_stays_while_another_names_it_but_may_name_itself(
    aws: Emulated,
) -> None:
    vpc = await _vpc(aws)
    named, naming = await _group(aws, vpc, "named"), await _group(aws, vpc, "naming")
    rule = {"IpPermissions": [{**ITSELF, "UserIdGroupPairs": [{"GroupId": named}]}]}
    for group in (named, naming):
        await _ec2(aws, "AuthorizeSecurityGroupIngress", GroupId=group, **rule)

    assert await _refused(aws, "DeleteSecurityGroup", GroupId=named) == "DependencyViolation"
    await _ec2(aws, "RevokeSecurityGroupIngress", GroupId=naming, **rule)
    await _ec2(aws, "DeleteSecurityGroup", GroupId=named)


async def test_what_is_in_use_elsewhere_holds_back_nothing(aws: Emulated) -> None:
    held, free = await _vpc(aws), await _vpc(aws)
    await _group(aws, held, "endpoints")

    await _ec2(aws, "DeleteVpc", VpcId=free)


async def test_what_does_not_exist_is_refused_as_absent(aws: Emulated) -> None:
    assert await _refused(aws, "DeleteVpc", VpcId="vpc-0a1b2c3d") == "InvalidVpcID.NotFound"
