"""Resources made, changed, looked at and ended in the emulated services themselves."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Made
from tests.kit.kinds import emulated
from tests.kit.kinds_examples import ACCOUNT, POLICY, REGION, TAGS, TRUST
from tests.kit.kinds_stack import Stack

CLOSED = {"IpProtocol": "tcp", "FromPort": "443", "ToPort": "443", "CidrIp": "10.0.0.0/16"}
FROM_ITSELF = {"IpProtocol": "tcp", "FromPort": "2049", "ToPort": "2049"}
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    async with emulated(tmp_path) as made:
        yield Stack(made)


async def a_network(stack: Stack) -> tuple[str, str, str]:
    """A VPC with a subnet that reaches the internet through NAT; VPC, subnet, route table."""
    vpc = await stack.create(
        "vpc",
        "AWS::EC2::VPC",
        CidrBlock="10.0.0.0/16",
        EnableDnsHostnames="true",
        EnableDnsSupport="true",
        Tags=TAGS,
    )
    ours = {"VpcId": vpc.physical_id}
    subnet = await stack.create(
        "subnet",
        "AWS::EC2::Subnet",
        **ours,
        CidrBlock="10.0.0.0/24",
        AvailabilityZoneId="euw1-az2",
        MapPublicIpOnLaunch="false",
        Tags=TAGS,
    )
    table = await stack.create("table", "AWS::EC2::RouteTable", **ours, Tags=TAGS)
    both = {"SubnetId": subnet.physical_id, "RouteTableId": table.physical_id}
    await stack.create("association", "AWS::EC2::SubnetRouteTableAssociation", **both)
    gateway = await stack.create("gateway", "AWS::EC2::InternetGateway", Tags=TAGS)
    await stack.create(
        "attached",
        "AWS::EC2::VPCGatewayAttachment",
        **ours,
        InternetGatewayId=gateway.physical_id,
    )
    address = await stack.create("address", "AWS::EC2::EIP", Domain="vpc", Tags=TAGS)
    nat = await stack.create(
        "nat",
        "AWS::EC2::NatGateway",
        SubnetId=subnet.physical_id,
        AllocationId=address.attributes["AllocationId"],
        Tags=TAGS,
    )
    await stack.create(
        "route",
        "AWS::EC2::Route",
        RouteTableId=table.physical_id,
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId=nat.physical_id,
    )
    return vpc.physical_id, subnet.physical_id, table.physical_id


async def a_group(stack: Stack, vpc: str, name: str = "group") -> str:
    made = await stack.create(
        name,
        "AWS::EC2::SecurityGroup",
        GroupDescription="HTTPS",
        GroupName=name,
        VpcId=vpc,
        SecurityGroupIngress=[CLOSED],
        SecurityGroupEgress=[CLOSED],
        Tags=TAGS,
    )
    return made.physical_id


async def a_role(stack: Stack) -> Made:
    return await stack.create(
        "role",
        "AWS::IAM::Role",
        AssumeRolePolicyDocument=TRUST,
        Description="Reads",
        ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        MaxSessionDuration="7200",
        Path="/studiogate/",
        Policies=[{"PolicyName": "read", "PolicyDocument": POLICY}],
        Tags=TAGS,
    )


async def test_a_network_goes_as_it_came_and_not_in_another_order(stack: Stack) -> None:
    await a_network(stack)

    too_early = {
        "vpc": "DependencyViolation",
        "subnet": "DependencyViolation",
        "table": "DependencyViolation",
        "gateway": "DependencyViolation",
        "attached": "DependencyViolation",
        "address": "InvalidIPAddress.InUse",
    }
    assert {name: await stack.refused(name) for name in too_early} == too_early
    for name in reversed(stack.made):
        assert await stack.drifted(name) == set()
        await stack.delete(name)
        await stack.delete(name)
        assert await stack.live(name) is None


async def test_a_vpc_tells_what_it_was_made_with(stack: Stack) -> None:
    vpc, _, _ = await a_network(stack)
    _, subnet, _ = stack.made["subnet"]
    _, made, _ = stack.made["vpc"]

    groups = await stack.cloud("").call(
        "ec2", "DescribeSecurityGroups", GroupIds=[made.attributes["DefaultSecurityGroup"]]
    )
    assert groups["SecurityGroups"][0]["VpcId"] == vpc
    assert str(made.attributes["DefaultNetworkAcl"]).startswith("acl-")
    assert subnet.attributes["AvailabilityZoneId"] == "euw1-az2"


async def test_a_route_is_turned_to_another_target_in_place(stack: Stack) -> None:
    await a_network(stack)
    _, gateway, _ = stack.made["gateway"]

    made = await stack.update("route", NatGatewayId=None, GatewayId=gateway.physical_id)

    assert made.physical_id == stack.made["route"][1].physical_id
    assert await stack.drifted("route") == set()


async def test_a_group_has_the_rules_of_the_template_and_no_other(stack: Stack) -> None:
    vpc, _, _ = await a_network(stack)
    await a_group(stack, vpc)
    assert await stack.drifted("group") == set()

    await stack.update("group", SecurityGroupIngress=[{**CLOSED, "Description": "HTTPS"}])
    assert await stack.drifted("group") == set()

    await stack.update("group", SecurityGroupIngress=None, SecurityGroupEgress=None)
    shown = await stack.cloud("").call(
        "ec2", "DescribeSecurityGroups", GroupIds=[stack.made["group"][1].physical_id]
    )
    assert shown["SecurityGroups"][0].get("IpPermissions", []) == []
    assert shown["SecurityGroups"][0].get("IpPermissionsEgress", []) == []


async def test_rules_of_their_own_come_and_go_with_what_they_name(stack: Stack) -> None:
    vpc, _, _ = await a_network(stack)
    group, other = await a_group(stack, vpc), await a_group(stack, vpc, "other")
    prefixes = await stack.create(
        "prefixes",
        "AWS::EC2::PrefixList",
        AddressFamily="IPv4",
        PrefixListName="networks",
        MaxEntries="200",
        Entries=[{"Cidr": f"10.{n}.0.0/16"} for n in range(150)],
    )
    await stack.create(
        "in",
        "AWS::EC2::SecurityGroupIngress",
        **FROM_ITSELF,
        GroupId=group,
        SourcePrefixListId=prefixes.physical_id,
    )
    await stack.create(
        "out",
        "AWS::EC2::SecurityGroupEgress",
        **FROM_ITSELF,
        GroupId=group,
        DestinationSecurityGroupId=other,
    )

    # As on AWS: the group gives rules of its own, so others' count as drift.
    assert await stack.drifted("group") == {"SecurityGroupIngress", "SecurityGroupEgress"}
    assert await stack.refused("prefixes") == "DependencyViolation"
    assert await stack.refused("other") == "DependencyViolation"
    for name in ("out", "in", "prefixes"):
        assert await stack.drifted(name) == set()
        await stack.delete(name)
        assert await stack.live(name) is None
    await stack.delete("other")


async def test_entries_of_a_prefix_list_change_in_place(stack: Stack) -> None:
    await stack.create(
        "prefixes",
        "AWS::EC2::PrefixList",
        AddressFamily="IPv4",
        PrefixListName="networks",
        MaxEntries=10,
        Entries=[{"Cidr": "10.1.0.0/16"}, {"Cidr": "10.2.0.0/16"}],
    )

    await stack.update("prefixes", Entries=[{"Cidr": "10.2.0.0/16"}, {"Cidr": "10.3.0.0/16"}])

    assert await stack.drifted("prefixes") == set()


async def an_endpoint(stack: Stack) -> Made:
    vpc, subnet, _ = await a_network(stack)
    group = await a_group(stack, vpc)
    return await stack.create(
        "endpoint",
        "AWS::EC2::VPCEndpoint",
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.sts",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
        PrivateDnsEnabled="true",
        PolicyDocument=POLICY,
        Tags=TAGS,
    )


async def test_an_endpoint_says_its_names_and_holds_its_subnet_and_group(stack: Stack) -> None:
    made = await an_endpoint(stack)

    zone, name = str(made.attributes["DnsEntries"][0]).split(":")
    assert zone
    assert made.physical_id in name
    assert await stack.refused("group") == "DependencyViolation"
    assert await stack.refused("subnet") == "DependencyViolation"
    assert await stack.drifted("endpoint") == set()
    await stack.delete("endpoint")
    await stack.delete("group")


async def test_a_policy_somebody_changed_by_hand_is_drift_and_an_update_mends_it(
    stack: Stack,
) -> None:
    made = await an_endpoint(stack)
    await stack.cloud("").call(
        "ec2",
        "ModifyVpcEndpoint",
        VpcEndpointId=made.physical_id,
        PolicyDocument='{"Version": "2012-10-17", "Statement": []}',
    )
    assert await stack.drifted("endpoint") == {"PolicyDocument"}

    wanted = {**POLICY, "Id": "again"}
    await stack.update("endpoint", PolicyDocument=wanted)
    assert await stack.drifted("endpoint") == set()


async def test_a_role_goes_with_its_own_policies_and_is_held_by_those_of_others(
    stack: Stack,
) -> None:
    role = await a_role(stack)
    await stack.create(
        "managed",
        "AWS::IAM::ManagedPolicy",
        PolicyDocument=POLICY,
        Roles=[role.physical_id],
    )
    await stack.create(
        "third",
        "AWS::IAM::RolePolicy",
        PolicyName="third",
        PolicyDocument=POLICY,
        RoleName=role.physical_id,
    )
    await stack.create("profile", "AWS::IAM::InstanceProfile", Roles=[role.physical_id])

    assert str(role.attributes["Arn"]).endswith(f":role/studiogate/{role.physical_id}")
    for name in ("profile", "third", "managed"):
        assert await stack.refused("role") == "DeleteConflict"
        assert await stack.drifted(name) == set()
        await stack.delete(name)
    await stack.delete("role")
    assert await stack.live("role") is None


async def test_a_role_changes_in_place_and_back(stack: Stack) -> None:
    await a_role(stack)
    assert await stack.drifted("role") == set()

    other = {"PolicyName": "other", "PolicyDocument": POLICY}
    await stack.update("role", Policies=[other], ManagedPolicyArns=None, Description="Writes")
    assert await stack.drifted("role") == set()

    await stack.update("role", MaxSessionDuration="3600", Tags=[{"Key": "a", "Value": "b"}])
    assert await stack.drifted("role") == set()


async def test_a_policy_put_on_a_role_by_hand_is_drift(stack: Stack) -> None:
    role = await a_role(stack)

    await stack.cloud("").call(
        "iam",
        "PutRolePolicy",
        RoleName=role.physical_id,
        PolicyName="more",
        PolicyDocument=json.dumps(POLICY),
    )

    assert await stack.drifted("role") == {"Policies"}


async def test_an_inline_policy_of_several_roles_moves_with_the_template(stack: Stack) -> None:
    role = await a_role(stack)
    await stack.create(
        "inline",
        "AWS::IAM::Policy",
        PolicyName="inline",
        PolicyDocument=POLICY,
        Roles=[role.physical_id],
    )
    assert await stack.drifted("inline") == set()

    await stack.update("inline", PolicyName="renamed")
    listed = await stack.cloud("").call("iam", "ListRolePolicies", RoleName=role.physical_id)
    assert sorted(listed["PolicyNames"]) == ["read", "renamed"]

    await stack.delete("inline")
    assert await stack.live("inline") is None


async def test_a_table_is_as_the_template_says_and_protected_until_it_says_otherwise(
    stack: Stack,
) -> None:
    key = {"AttributeName": "PK", "KeyType": "HASH"}
    made = await stack.create(
        "people",
        "AWS::DynamoDB::Table",
        KeySchema=[key],
        AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled="true",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": "true"},
        SSESpecification={"SSEEnabled": "true", "SSEType": "KMS"},
        TimeToLiveSpecification={"AttributeName": "until", "Enabled": "true"},
        Tags=TAGS,
    )

    assert str(made.attributes["Arn"]).endswith(f":table/{made.physical_id}")
    assert await stack.drifted("people") == set()
    assert await stack.refused("people") == "ValidationException"
    await stack.update("people", DeletionProtectionEnabled=None)
    await stack.update(
        "people", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": "false"}
    )
    assert await stack.drifted("people") == set()
    await stack.delete("people")
    assert await stack.live("people") is None


async def test_a_guardrail_is_attached_changed_and_taken_off_its_accounts(
    stack: Stack,
) -> None:
    await stack.create(
        "doors",
        "AWS::Organizations::Policy",
        Name="doors",
        Type="SERVICE_CONTROL_POLICY",
        Content=POLICY,
        TargetIds=[ACCOUNT],
        Tags=TAGS,
    )
    assert await stack.drifted("doors") == set()

    await stack.update("doors", TargetIds=None, Content={**POLICY, "Id": "two"})
    assert await stack.drifted("doors") == set()

    await stack.delete("doors")
    assert await stack.live("doors") is None


async def a_domain(stack: Stack, **more: Any) -> str:
    vpc, subnet, _ = await a_network(stack)
    group, role = await a_group(stack, vpc), await a_role(stack)
    made = await stack.create(
        "domain",
        "AWS::SageMaker::Domain",
        AuthMode="IAM",
        AppNetworkAccessType="VpcOnly",
        DomainName="forecasting",
        DefaultUserSettings={
            "ExecutionRole": role.attributes["Arn"],
            "SecurityGroups": [group],
        },
        VpcId=vpc,
        SubnetIds=[subnet],
        Tags=TAGS,
        **{"DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}, **more},
    )
    return made.physical_id


async def test_a_domain_is_in_service_when_it_is_handed_over(stack: Stack) -> None:
    domain = await a_domain(stack)

    shown = await stack.cloud("").call("sagemaker", "DescribeDomain", DomainId=domain)

    assert shown["Status"] == "InService"
    assert await stack.drifted("domain") == set()


async def test_a_domain_changes_through_update_domain(stack: Stack) -> None:
    await a_domain(stack)

    await stack.update(
        "domain", DomainSettings={"ExecutionRoleIdentityConfig": "DISABLED"}, Tags=None
    )

    assert await stack.drifted("domain") == set()


async def test_rstudio_comes_to_a_domain_with_an_update_and_is_held_by_its_server(
    stack: Stack,
) -> None:
    domain = await a_domain(stack, AppSecurityGroupManagement="Service")
    rstudio = {"DomainExecutionRoleArn": "arn:aws:iam::123456789012:role/StudioRStudio"}

    await stack.update(
        "domain", DomainSettings={"RStudioServerProDomainSettings": rstudio}, Tags=None
    )

    shown = await stack.cloud("").call("sagemaker", "DescribeDomain", DomainId=domain)
    assert shown["DomainSettings"]["RStudioServerProDomainSettings"] == rstudio
    assert await stack.drifted("domain") == set()
    assert await stack.refused("domain") == "ResourceInUse"
    server = {"AppType": "RStudioServerPro", "AppName": "default"}
    shared = {"DomainId": domain, "UserProfileName": "domain-shared", **server}
    await stack.cloud("").call("sagemaker", "DeleteApp", **shared)
    await stack.delete("domain")


WITH_RSTUDIO = {
    "RStudioServerProDomainSettings": {
        "DomainExecutionRoleArn": "arn:aws:iam::123456789012:role/StudioRStudio"
    }
}


async def test_s6_03_a_domain_whose_rstudio_has_no_licence_is_not_made_and_aws_says_why(
    stack: Stack,
) -> None:
    stack.emulated.studio.licensed = False

    with pytest.raises(ApiError, match=r"is Failed\. .*No available licenses") as caught:
        await a_domain(stack, AppSecurityGroupManagement="Service", DomainSettings=WITH_RSTUDIO)

    assert caught.value.code == "GeneralServiceException"
    assert stack.emulated.studio.store.domains == {}


async def test_s6_03_a_domain_that_gets_rstudio_without_a_licence_goes_back(
    stack: Stack,
) -> None:
    domain = await a_domain(stack, AppSecurityGroupManagement="Service")
    stack.emulated.studio.licensed = False

    with pytest.raises(ApiError, match=r"Update_Failed\. .*No available licenses") as later:
        await stack.update("domain", DomainSettings=WITH_RSTUDIO)
    await stack.update("domain", DomainSettings={"ExecutionRoleIdentityConfig": "DISABLED"})
    shown = await stack.cloud("").call("sagemaker", "DescribeDomain", DomainId=domain)

    assert later.value.code == "GeneralServiceException"
    assert shown["Status"] == "InService"
    assert shown["DomainSettings"] == {"ExecutionRoleIdentityConfig": "DISABLED"}


async def test_a_space_changes_through_update_space(stack: Stack) -> None:
    inside = {"DomainId": await a_domain(stack)}
    await stack.create("ada", "AWS::SageMaker::UserProfile", **inside, UserProfileName="ada")
    await stack.create("space", "AWS::SageMaker::Space", **inside, SpaceName="forecasts")
    lab = {"JupyterLabAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.t3.medium"}}}

    await stack.update("space", SpaceDisplayName="Forecasts", SpaceSettings=lab)

    asked = {**inside, "SpaceName": "forecasts"}
    shown = await stack.cloud("").call("sagemaker", "DescribeSpace", **asked)
    assert (shown["SpaceDisplayName"], shown["SpaceSettings"]) == ("Forecasts", lab)
    assert await stack.drifted("space") == set()


async def test_a_domain_is_held_by_profiles_spaces_and_apps_in_it(stack: Stack) -> None:
    domain = await a_domain(stack)
    inside = {"DomainId": domain}
    await stack.create("ada", "AWS::SageMaker::UserProfile", **inside, UserProfileName="ada")
    await stack.create(
        "space",
        "AWS::SageMaker::Space",
        **inside,
        SpaceName="forecasts",
        OwnershipSettings={"OwnerUserProfileName": "ada"},
        SpaceSharingSettings={"SharingType": "Private"},
    )
    app = {**inside, "SpaceName": "forecasts", "AppType": "JupyterLab", "AppName": "default"}
    await stack.cloud("").call("sagemaker", "CreateApp", **app)

    assert await stack.drifted("ada") == set()
    for name in ("domain", "ada", "space"):
        assert await stack.refused(name) == "ResourceInUse"
    await stack.cloud("").call("sagemaker", "DeleteApp", **app)
    for name in ("space", "ada", "domain"):
        await stack.delete(name)
        await stack.delete(name)
        assert await stack.live(name) is None


async def test_a_script_that_a_domain_names_is_held_by_it(stack: Stack) -> None:
    made = await stack.create(
        "script",
        "AWS::SageMaker::StudioLifecycleConfig",
        StudioLifecycleConfigName="library-1",
        StudioLifecycleConfigAppType="JupyterLab",
        StudioLifecycleConfigContent="ZWNobyBoZWxsbwo=",
        Tags=TAGS,
    )
    domain = await a_domain(stack)
    arn = str(made.attributes["StudioLifecycleConfigArn"])
    naming = {"JupyterLabAppSettings": {"DefaultResourceSpec": {"LifecycleConfigArn": arn}}}
    change = {"DomainId": domain, "DefaultUserSettings": naming}
    await stack.cloud("").call("sagemaker", "UpdateDomain", **change)

    assert await stack.drifted("script") == set()
    assert await stack.refused("script") == "ResourceInUse"

    none: dict[str, dict[str, object]] = {"JupyterLabAppSettings": {}}
    change = {"DomainId": domain, "DefaultUserSettings": none}
    await stack.cloud("").call("sagemaker", "UpdateDomain", **change)
    await stack.delete("script")
    await stack.delete("script")
    assert await stack.live("script") is None


async def test_a_key_is_on_its_way_out_and_that_counts_as_gone(stack: Stack) -> None:
    made = await stack.create(
        "key",
        "AWS::KMS::Key",
        Description="The directory's",
        EnableKeyRotation="true",
        KeyPolicy=KEY_POLICY,
        PendingWindowInDays="7",
        Tags=TAGS,
    )
    await stack.create(
        "alias", "AWS::KMS::Alias", AliasName="alias/studiogate", TargetKeyId=made.physical_id
    )
    assert await stack.drifted("key") == set()

    await stack.update("key", EnableKeyRotation="false", Description=None)
    assert await stack.drifted("key") == set()

    for name in ("alias", "key", "key"):
        await stack.delete(name)
    assert await stack.live("key") is None


async def test_flows_are_logged_to_a_group_that_keeps_them_for_a_while(stack: Stack) -> None:
    vpc, _, _ = await a_network(stack)
    role = await a_role(stack)
    group = await stack.create(
        "flows", "AWS::Logs::LogGroup", LogGroupName="/flows", RetentionInDays="30", Tags=TAGS
    )
    await stack.create(
        "flow",
        "AWS::EC2::FlowLog",
        ResourceId=vpc,
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="/flows",
        DeliverLogsPermissionArn=role.attributes["Arn"],
    )
    assert group.attributes["Arn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/flows:*"

    await stack.update("flows", RetentionInDays=None)
    for name in ("flow", "flows"):
        assert await stack.drifted(name) == set()
        await stack.delete(name)
        assert await stack.live(name) is None


async def test_a_pool_with_a_second_factor_its_client_and_its_name(stack: Stack) -> None:
    pool = await stack.create(
        "pool",
        "AWS::Cognito::UserPool",
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": "true"},
        EnabledMfas=["SOFTWARE_TOKEN_MFA"],
        MfaConfiguration="ON",
        Policies={"PasswordPolicy": {"MinimumLength": "16"}},
        UserPoolTags={"lob": "lob-a"},
    )
    ours = {"UserPoolId": pool.physical_id}
    await stack.create(
        "client",
        "AWS::Cognito::UserPoolClient",
        **ours,
        AllowedOAuthFlows=["code"],
        AllowedOAuthFlowsUserPoolClient="true",
        AllowedOAuthScopes=["openid"],
        CallbackURLs=["https://studio.example/signin/corporate/callback"],
        SupportedIdentityProviders=["COGNITO"],
    )
    await stack.create("name", "AWS::Cognito::UserPoolDomain", **ours, Domain="acme-people")

    assert await stack.drifted("pool") == set()
    assert await stack.drifted("client") == set()
    assert await stack.refused("pool") == "InvalidParameterException"
    for name in ("name", "client", "pool"):
        await stack.delete(name)
        await stack.delete(name)
        assert await stack.live(name) is None


async def test_a_bucket_is_closed_and_holds_on_to_what_is_in_it(stack: Stack) -> None:
    bucket = await stack.create(
        "bucket",
        "AWS::S3::Bucket",
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            ]
        },
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": "true",
            "BlockPublicPolicy": "true",
            "IgnorePublicAcls": "true",
            "RestrictPublicBuckets": "true",
        },
        LifecycleConfiguration={
            "Rules": [{"Id": "old", "Status": "Enabled", "ExpirationInDays": "30"}]
        },
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        Tags=TAGS,
    )
    allowed = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket.physical_id}/*",
    }
    await stack.create(
        "policy",
        "AWS::S3::BucketPolicy",
        Bucket=bucket.physical_id,
        PolicyDocument={"Version": "2012-10-17", "Statement": [allowed]},
    )
    thing = {"Bucket": bucket.physical_id, "Key": "gateway.zip"}
    await stack.cloud("").call("s3", "PutObject", **thing, Body=b"code")

    assert bucket.physical_id == bucket.physical_id.lower()
    assert await stack.drifted("bucket") == await stack.drifted("policy") == set()
    assert await stack.refused("bucket") == "BucketNotEmpty"
    await stack.cloud("").call("s3", "DeleteObject", **thing)
    for name in ("policy", "bucket"):
        await stack.delete(name)
        await stack.delete(name)
        assert await stack.live(name) is None


async def test_an_alarm_is_said_as_a_whole_and_only_once(stack: Stack) -> None:
    alarm: dict[str, Any] = {
        "AlarmName": "gateway-5xx",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": "5",
        "MetricName": "5XXError",
        "Namespace": "AWS/ApiGateway",
        "Period": "60",
        "Statistic": "Sum",
        "Threshold": "1",
    }
    await stack.create("alarm", "AWS::CloudWatch::Alarm", **alarm)
    with pytest.raises(ApiError, match="already exists"):
        await stack.create("again", "AWS::CloudWatch::Alarm", **alarm)

    await stack.update("alarm", Threshold="2")

    assert await stack.drifted("alarm") == set()
    await stack.delete("alarm")
    assert await stack.live("alarm") is None


async def test_a_secret_is_made_up_once_and_stays(stack: Stack) -> None:
    made = await stack.create(
        "cookie",
        "AWS::SecretsManager::Secret",
        Description="Seals cookies",
        GenerateSecretString={"PasswordLength": "64", "ExcludePunctuation": "true"},
        Tags=TAGS,
    )
    before = await stack.cloud("").call(
        "secretsmanager", "GetSecretValue", SecretId=made.physical_id
    )

    await stack.update("cookie", Description="Seals the cookies of sessions")

    after = await stack.cloud("").call(
        "secretsmanager", "GetSecretValue", SecretId=made.physical_id
    )
    assert len(before["SecretString"]) == 64
    assert after["SecretString"] == before["SecretString"]
    assert await stack.drifted("cookie") == set()
    await stack.delete("cookie")
    assert await stack.live("cookie") is None


async def test_a_corporate_network_has_its_own_names_and_one_host(stack: Stack) -> None:
    vpc, subnet, _ = await a_network(stack)
    group, role = await a_group(stack, vpc), await a_role(stack)
    options = await stack.create(
        "options",
        "AWS::EC2::DHCPOptions",
        DomainName="corp.example",
        DomainNameServers=["10.0.0.53"],
        Tags=TAGS,
    )
    await stack.create(
        "asked",
        "AWS::EC2::VPCDHCPOptionsAssociation",
        DhcpOptionsId=options.physical_id,
        VpcId=vpc,
    )
    profile = await stack.create(
        "profile", "AWS::IAM::InstanceProfile", Roles=[role.physical_id]
    )
    await stack.create(
        "host",
        "AWS::EC2::Instance",
        ImageId="ami-12c6146b",
        InstanceType="t3.small",
        SubnetId=subnet,
        SecurityGroupIds=[group],
        IamInstanceProfile=profile.physical_id,
        MetadataOptions={"HttpTokens": "required"},
        Monitoring="true",
        Tags=TAGS,
    )

    assert await stack.refused("group") == "DependencyViolation"
    assert await stack.refused("options") == "DependencyViolation"
    for name in ("host", "profile", "asked", "options"):
        assert await stack.drifted(name) == set()
        await stack.delete(name)
        assert await stack.live(name) is None
