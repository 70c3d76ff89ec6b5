"""S2, S3: what `apply` has built in the accounts, looked at through AWS's own APIs."""

import json
from typing import Any

import pytest

from tests.kit.organisation import Organisation

REGION = "eu-west-1"


def outputs(acme: Organisation, account: str, stack: str) -> dict[str, str]:
    """What a stack gives."""
    cloudformation = acme.client(account, "cloudformation")
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


@pytest.fixture(scope="module")
def hub(acme: Organisation) -> dict[str, str]:
    """What the hub's network gives."""
    return outputs(acme, "shared-services", "studiogate-network-hub")


def routes(acme: Organisation, table: str) -> set[str]:
    """Where a route table of the transit gateway leads."""
    ec2 = acme.client("shared-services", "ec2")
    found = ec2.search_transit_gateway_routes(
        TransitGatewayRouteTableId=table, Filters=[{"Name": "state", "Values": ["active"]}]
    )
    return {one["DestinationCidrBlock"] for one in found["Routes"]}


def table_of(acme: Organisation, attachment: str) -> str:
    """The route table that what comes by an attachment goes by."""
    ec2 = acme.client("shared-services", "ec2")
    (found,) = ec2.describe_transit_gateway_attachments(
        TransitGatewayAttachmentIds=[attachment]
    )["TransitGatewayAttachments"]
    return str(found["Association"]["TransitGatewayRouteTableId"])


@pytest.mark.parametrize("lob", ["lob-a", "lob-b"])
def test_s2_41_s2_42_the_transit_gateway_is_shared_with_the_lob_and_its_vpc_attached(
    acme: Organisation, hub: dict[str, str], lob: str
) -> None:
    shares = acme.client(lob, "ram").get_resource_shares(resourceOwner="OTHER-ACCOUNTS")
    attached = acme.client(lob, "ec2").describe_transit_gateway_vpc_attachments()

    assert {one["status"] for one in shares["resourceShares"]} == {"ACTIVE"}
    (one,) = attached["TransitGatewayVpcAttachments"]
    assert (one["State"], one["TransitGatewayId"]) == ("available", hub["TransitGatewayId"])


def test_s2_03_s2_43_f_25_lobs_reach_the_hub_and_never_each_other(
    acme: Organisation, hub: dict[str, str]
) -> None:
    attachments = [
        outputs(acme, lob, f"studiogate-network-{lob}")["AttachmentId"]
        for lob in ("lob-a", "lob-b")
    ]

    assert {table_of(acme, one) for one in attachments} == {hub["LobsTable"]}
    # Beside the hub there is a way to the warehouse that both read; its network knows them.
    assert routes(acme, hub["LobsTable"]) == {"10.0.0.0/16", "10.200.0.0/16"}


def test_s2_44_the_hub_knows_the_way_back_to_every_vpc(
    acme: Organisation, hub: dict[str, str]
) -> None:
    every = {"10.100.0.0/16", "10.120.0.0/16", "10.200.0.0/16"}

    assert every <= routes(acme, hub["HubTable"])
    assert table_of(acme, hub["AttachmentId"]) == hub["HubTable"]


@pytest.mark.parametrize("lob", ["lob-a", "lob-b"])
def test_s2_04_s2_21_s2_25_private_names_are_asked_of_the_hub_by_shared_rules(
    acme: Organisation, lob: str
) -> None:
    resolver = acme.client(lob, "route53resolver")
    vpc = outputs(acme, lob, f"studiogate-network-{lob}")["VpcId"]
    asked = {
        one["ResolverRuleId"]
        for one in resolver.list_resolver_rule_associations()["ResolverRuleAssociations"]
        if one["VPCId"] == vpc
    }
    rules = [
        one for one in resolver.list_resolver_rules()["ResolverRules"] if one["Id"] in asked
    ]

    names = {one["DomainName"].rstrip(".") for one in rules}
    assert {one["ShareStatus"] for one in rules} == {"SHARED_WITH_ME"}
    assert {
        f"sts.{REGION}.amazonaws.com",
        f"api.sagemaker.{REGION}.amazonaws.com",
        f"studio.{REGION}.sagemaker.aws",
        f"api.ecr.{REGION}.amazonaws.com",
        f"dkr.ecr.{REGION}.amazonaws.com",
        f"{acme.up['api_id']}.execute-api.{REGION}.amazonaws.com",
    } <= names


def test_f_30_f_31_only_the_api_has_a_zone_and_only_the_hub_sees_it(
    acme: Organisation, hub: dict[str, str]
) -> None:
    zones = acme.client("shared-services", "route53")
    resolver = acme.client("shared-services", "route53resolver")
    mine = zones.list_hosted_zones_by_vpc(VPCId=hub["VpcId"], VPCRegion=REGION)
    ours = [
        one["Name"]
        for one in mine["HostedZoneSummaries"]
        if "HostingService" not in one["Owner"] and "OwningAccount" in one["Owner"]
    ]
    looped = [
        one
        for one in resolver.list_resolver_rule_associations()["ResolverRuleAssociations"]
        if one["VPCId"] == hub["VpcId"]
    ]

    assert f"{acme.up['api_id']}.execute-api.{REGION}.amazonaws.com." in ours
    assert not [name for name in ours if name == f"execute-api.{REGION}.amazonaws.com."]
    assert looped == []


@pytest.mark.parametrize(
    ("service", "private"),
    [
        ("com.amazonaws.eu-west-1.sagemaker.api", True),
        ("com.amazonaws.eu-west-1.sagemaker.runtime", True),
        ("aws.sagemaker.eu-west-1.studio", True),
        ("com.amazonaws.eu-west-1.sts", True),
        ("com.amazonaws.eu-west-1.ecr.api", True),
        ("com.amazonaws.eu-west-1.ecr.dkr", True),
        ("com.amazonaws.eu-west-1.logs", True),
        ("com.amazonaws.eu-west-1.kms", True),
        # Private DNS of API Gateway would take over every API of the Region (F-30).
        ("com.amazonaws.eu-west-1.execute-api", False),
    ],
)
def test_s3_14_s3_15_s3_16_f_26_f_27_every_endpoint_has_a_policy_and_a_narrow_door(
    acme: Organisation, service: str, *, private: bool
) -> None:
    ec2, found = acme.client("shared-services", "ec2"), acme.endpoint(service)
    (group,) = ec2.describe_security_groups(
        GroupIds=[one["GroupId"] for one in found["Groups"]]
    )["SecurityGroups"]

    assert found["PrivateDnsEnabled"] is private
    assert len(found["SubnetIds"]) == 2
    ports = {
        (one["IpProtocol"], one["FromPort"], one["ToPort"]) for one in group["IpPermissions"]
    }
    assert ports == {("tcp", 443, 443)}
    assert not [cidr for one in group["IpPermissions"] for cidr in one["IpRanges"]]
    statements = json.loads(found["PolicyDocument"])["Statement"]
    assert all(one["Resource"] != "*" or "Condition" in one or one["Action"] != "*"
               for one in statements)  # fmt: skip


def test_s2_14_s2_16_s3_17_the_api_is_private_and_alone_calls_the_function(
    acme: Organisation,
) -> None:
    apis, functions = (
        acme.client("shared-services", name) for name in ("apigateway", "lambda")
    )
    api = apis.get_rest_api(restApiId=acme.up["api_id"])
    resources = apis.get_resources(restApiId=acme.up["api_id"])["items"]
    (saml,) = [one for one in resources if one["path"] == "/saml"]
    about = functions.get_function(FunctionName="studiogate-gateway")["Configuration"]
    policy = json.loads(functions.get_policy(FunctionName="studiogate-gateway")["Policy"])

    assert api["endpointConfiguration"]["types"] == ["PRIVATE"]
    endpoint = acme.endpoint(".execute-api")["VpcEndpointId"]
    assert api["endpointConfiguration"]["vpcEndpointIds"] == [endpoint]
    assert list(saml["resourceMethods"]) == ["POST"]
    assert len(about["VpcConfig"]["SubnetIds"]) == 2
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert acme.up["api_id"] in json.dumps(statement["Condition"])


def test_s2_26_the_tables_are_sealed_and_can_be_had_back(acme: Organisation) -> None:
    rows = acme.client("shared-services", "dynamodb")
    for table in ("studiogate-people", "studiogate-lobs", "studiogate-openings"):
        about = rows.describe_table(TableName=table)["Table"]
        backups = rows.describe_continuous_backups(TableName=table)[
            "ContinuousBackupsDescription"
        ]

        assert about["DeletionProtectionEnabled"]
        assert about["SSEDescription"]["SSEType"] == "KMS"
        recovery = backups["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_s2_22_every_account_has_its_stacks_and_no_other(acme: Organisation) -> None:
    names: dict[str, Any] = {}
    for account in ("management", "shared-services", "lob-a", "lob-b", "data"):
        listed = acme.client(account, "cloudformation").describe_stacks()["Stacks"]
        names[account] = {one["StackName"].removeprefix("studiogate-") for one in listed}
        assert {one["StackStatus"] for one in listed} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}

    assert names["management"] == {"guardrails"}
    assert {"studio", "access", "network-lob-a", "names-lob-a"} <= names["lob-a"]
    assert {"artifacts", "endpoints", "gateway", "names", "network-hub"} <= names[
        "shared-services"
    ]
    warehouse = {"cluster-sales", "warehouse-sales", "reached-data"}
    assert names["data"] == {"network-data", "names-data"} | warehouse
