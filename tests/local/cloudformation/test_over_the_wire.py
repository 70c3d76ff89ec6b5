"""Unmodified boto3, the emulated policies, moto's EC2 and IAM: a stack as anybody deploys it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.kit.formation_wire import Wired, wired
from tests.kit.front import allow

NETWORK = """
Parameters:
  Cidr: {Type: String, Default: 10.9.0.0/16}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Cidr}}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [0, !Cidr [!Ref Cidr, 1, 8]]}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Beside:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}
Outputs:
  VpcId: {Value: !Ref Vpc}
  RoleArn: {Value: !GetAtt Role.Arn}
"""
QUICK = {"Delay": 0.05, "MaxAttempts": 400}


@pytest.fixture(scope="module")
def org() -> Iterator[Wired]:
    with wired() as made:
        yield made


def executed(client: Any, name: str, kind: str, **more: Any) -> dict[str, Any]:
    """A change set made and executed, as a deployer does it."""
    asked = {"StackName": name, "TemplateBody": NETWORK, "Capabilities": ["CAPABILITY_IAM"]}
    made = client.create_change_set(ChangeSetName="c", ChangeSetType=kind, **asked, **more)
    client.get_waiter("change_set_create_complete").wait(
        ChangeSetName=made["Id"], WaiterConfig=QUICK
    )
    client.execute_change_set(ChangeSetName=made["Id"])
    waits_for = "stack_create_complete" if kind == "CREATE" else "stack_update_complete"
    client.get_waiter(waits_for).wait(StackName=made["StackId"], WaiterConfig=QUICK)
    (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    return dict(stack)


def test_a_network_is_made_changed_and_ended_and_nothing_is_left(org: Wired) -> None:
    client, ec2 = org.client("cloudformation"), org.client("ec2")
    before = {one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]}

    stack = executed(client, "net", "CREATE", Tags=[{"Key": "lob", "Value": "a"}])

    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    (vpc,) = ec2.describe_vpcs(VpcIds=[outputs["VpcId"]])["Vpcs"]
    assert vpc["CidrBlock"] == "10.9.0.0/16"
    assert {"Key": "lob", "Value": "a"} in vpc["Tags"]
    (subnet,) = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])[
        "Subnets"
    ]
    assert subnet["CidrBlock"] == "10.9.0.0/24"
    assert outputs["RoleArn"].startswith("arn:aws:iam::")

    changed = executed(
        client,
        "net",
        "UPDATE",
        Parameters=[{"ParameterKey": "Cidr", "ParameterValue": "10.10.0.0/16"}],
    )
    assert changed["Outputs"] != stack["Outputs"]

    client.delete_stack(StackName="net")
    client.get_waiter("stack_delete_complete").wait(
        StackName=stack["StackId"], WaiterConfig=QUICK
    )
    assert {one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]} == before
    roles = org.client("iam").list_roles()["Roles"]
    assert [one["RoleName"] for one in roles if one["RoleName"].startswith("net-")] == []


def test_resources_are_made_with_the_permissions_of_who_asks(org: Wired) -> None:
    keys = org.user(
        "narrow",
        allow("cloudformation:*"),
        allow("ec2:CreateVpc", "ec2:DeleteVpc", "ec2:Describe*"),
    )
    client = org.client("cloudformation", keys)

    with pytest.raises(WaiterError):
        executed(client, "narrow", "CREATE")

    (stack,) = client.describe_stacks(StackName="narrow")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = [
        one["ResourceStatusReason"]
        for one in client.describe_stack_events(StackName="narrow")["StackEvents"]
        if one["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert any("is not authorized to perform: " in one for one in failed)
    assert any("HandlerErrorCode: AccessDenied" in one for one in failed)
    client.delete_stack(StackName="narrow")


def test_the_operations_themselves_are_allowed_on_named_stacks_only(org: Wired) -> None:
    on = "arn:aws:cloudformation:*:*:stack/studiogate-*/*"
    keys = org.user("named", allow("cloudformation:DescribeStacks", on=on))
    client = org.client("cloudformation", keys)

    with pytest.raises(ClientError, match="studiogate-x does not exist"):
        client.describe_stacks(StackName="studiogate-x")
    with pytest.raises(ClientError) as caught:
        client.describe_stacks(StackName="other")

    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    assert "stack/other/*" in caught.value.response["Error"]["Message"]


def test_a_template_is_shown_as_it_was_sent(org: Wired) -> None:
    client = org.client("cloudformation")
    found = client.get_template_summary(TemplateBody=NETWORK)

    assert found["Capabilities"] == ["CAPABILITY_IAM"]
    assert "AWS::EC2::VPC" in found["ResourceTypes"]
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        client.validate_template(
            TemplateBody=json.dumps({"Resources": {"A": {"Type": "AWS::Nope::Nope"}}})
        )
