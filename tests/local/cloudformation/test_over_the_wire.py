"""Unmodified boto3, the emulated policies, moto's EC2 and IAM: a stack as anybody deploys it."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from studiogate.deploy.keep.shelf import Shelf
from studiogate.deploy.stack.changesets import Wanted, proposed
from studiogate.deploy.stack.making import made
from studiogate.foundation.large_stacks import shelf_key
from studiogate.foundation.stacks import LONGEST_BODY, Stack, StackKey
from studiogate.foundation.templates.large_templates import large_templates
from studiogate.local.iam.accounts import Keys
from studiogate.policy.deployment import applying_policy
from tests.kit.deploy import template, world_of
from tests.kit.formation_wire import Wired, wired
from tests.kit.front import LOB_A, LOB_B, REGION, allow, policy

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


ON_TEMPLATES = "arn:aws:s3:::all-templates"


@pytest.fixture(scope="module")
def large(org: Wired) -> str:
    """Where a template is that is too large to be sent."""
    s3 = org.client("s3")
    s3.create_bucket(
        Bucket="all-templates", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    body = f"{NETWORK}# {'x' * LONGEST_BODY}\n"
    s3.put_object(Bucket="all-templates", Key="large.yaml", Body=body.encode())
    return f"https://all-templates.s3.{REGION}.amazonaws.com/large.yaml"


def test_a_large_template_is_read_with_the_permissions_of_who_asks(
    org: Wired, large: str
) -> None:
    asks = allow("cloudformation:ValidateTemplate")
    reads = org.user("reads", asks, allow("s3:GetObject", on=f"{ON_TEMPLATES}/*"))
    sees = org.user("sees", asks, allow("s3:*", on=[ON_TEMPLATES, f"{ON_TEMPLATES}/*"]))
    blind = org.user("blind", asks)
    another = org.user("another", asks, allow("s3:*"), account=LOB_B)

    found = org.client("cloudformation", reads).validate_template(TemplateURL=large)

    assert found["Capabilities"] == ["CAPABILITY_IAM"]
    for who, url, said in (
        (blind, large, "not authorized to perform: s3:GetObject"),
        (another, large, "not authorized to perform: s3:GetObject"),
        (reads, f"{large}.old", "not authorized to perform: s3:ListBucket"),
        (sees, f"{large}.old", "The specified key does not exist."),
        (sees, large.replace("all-", "no-"), "The specified bucket does not exist"),
    ):
        with pytest.raises(ClientError, match=f"S3 error: .*{said}"):
            org.client("cloudformation", who).validate_template(TemplateURL=url)


def test_a_policy_of_the_bucket_lets_another_account_read_it(org: Wired, large: str) -> None:
    asks = allow("cloudformation:ValidateTemplate")
    keys = org.user("neighbour", asks, allow("s3:GetObject"), account=LOB_B)
    opened = allow("s3:GetObject", on=f"{ON_TEMPLATES}/*")
    said = {**opened, "Principal": {"AWS": f"arn:aws:iam::{LOB_B}:user/neighbour"}}
    org.client("s3").put_bucket_policy(Bucket="all-templates", Policy=policy(said))

    found = org.client("cloudformation", keys).validate_template(TemplateURL=large)

    assert found["Parameters"]
    org.client("s3").delete_bucket_policy(Bucket="all-templates")


@dataclass
class As:
    """The accounts of a world in which there is one, as one of its users."""

    org: Wired
    keys: Keys | None = None

    def client(self, _account: str | None, service: Any) -> Any:
        return self.org.client(service, self.keys)

    def forget(self, account: str) -> None:
        """There is one account, and somebody is always in it."""


def test_whoever_may_apply_sends_a_large_template_and_has_it_read(org: Wired) -> None:
    """The bucket is made by the template that is deployed, and by nobody's hand."""
    shelf = Stack(shelf_key(LOB_A), large_templates(), {})
    admin = replace(world_of(As(org)), ticks=time.monotonic, pause=time.sleep)
    stood = made(admin, Wanted(shelf, {}, {"a": "b"}))
    # A user's own policies have 2,048 characters; these are what it takes.
    sids = {"ChangeStacks", "SendTemplates", "TellAbsent"}
    whole = applying_policy(region=REGION, account=LOB_A)["Statement"]
    statements = [one for one in whole if one["Sid"] in sids]
    world = replace(admin, accounts=As(org, org.user("applies", *statements)))
    text = f"{NETWORK}# {'x' * LONGEST_BODY}\n"
    stack = Stack(StackKey(LOB_A, "studiogate-studio"), template("network", text), {})

    url = Shelf(world, LOB_A, stood.outputs["BucketName"]).template_url(stack, "0a1b")

    assert url.startswith(f"https://studiogate-templates-{LOB_A}-{REGION}.s3.{REGION}.")
    change_set = proposed(world, Wanted(stack, {}, {"a": "b"}, url), kind="CREATE", prefix="t-")
    assert change_set is not None
    assert {one.resource for one in change_set.changes} > {"Vpc", "Subnet"}
