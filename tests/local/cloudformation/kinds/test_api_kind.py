"""What works through the tables: in order, until a resource is ready, and nothing left behind."""

from dataclasses import replace
from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Made
from studiogate.local.cloudformation.kinds.ec2_doors import VPC_ENDPOINT
from studiogate.local.cloudformation.kinds.ec2_networks import SUBNET, VPC
from studiogate.local.cloudformation.kinds.ec2_traffic import PREFIX_LIST, SECURITY_GROUP
from studiogate.local.cloudformation.kinds.functions import FUNCTION, PERMISSION
from studiogate.local.cloudformation.kinds.iam import ROLE
from studiogate.local.cloudformation.kinds.iam_policies import MANAGED_POLICY
from studiogate.local.cloudformation.kinds.keys import KEY
from studiogate.local.cloudformation.kinds.rest_api import REST_API
from studiogate.local.cloudformation.kinds.rest_methods import METHOD
from studiogate.local.cloudformation.kinds.secret import SECRET
from studiogate.local.cloudformation.kinds.stages import STAGE
from studiogate.local.cloudformation.kinds.studio import DOMAIN
from studiogate.local.cloudformation.kinds.watching import ALARM
from tests.kit.kinds import NAMING, Modelled
from tests.kit.kinds_examples import EXAMPLES, KEY_ARN, POLICY, TAGS, TRUST
from tests.kit.kinds_examples import VPC as VPC_ID

REFUSAL = ApiError("AccessDenied", "You are not authorized.", status=403)
EXISTS: Any = {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": True}


async def test_a_property_reaches_the_call_in_the_type_the_call_has() -> None:
    cloud = Modelled()

    await SUBNET.create(
        cloud,
        {"VpcId": VPC_ID, "CidrBlock": "10.0.0.0/24", "MapPublicIpOnLaunch": "false"},
        NAMING,
    )

    assert cloud.said("ModifySubnetAttribute")["MapPublicIpOnLaunch"] == {"Value": False}


async def test_names_inside_a_property_are_written_as_the_api_has_them() -> None:
    cloud = Modelled()

    await REST_API.create(
        cloud,
        {
            "Name": "door",
            "EndpointConfiguration": {"Types": ["PRIVATE"], "VpcEndpointIds": ["v"]},
        },
        NAMING,
    )

    said = cloud.said("CreateRestApi")
    assert said["endpointConfiguration"] == {"types": ["PRIVATE"], "vpcEndpointIds": ["v"]}


async def test_a_name_is_made_up_as_cloudformation_makes_them_up() -> None:
    cloud = Modelled()

    await ROLE.create(cloud, {"AssumeRolePolicyDocument": TRUST}, NAMING)

    assert cloud.said("CreateRole")["RoleName"] == "studiogate-network-Thing-ABCDEFGHIJKL"


async def test_marks_of_cloudformation_are_not_asked_for_as_tags() -> None:
    cloud = Modelled()

    await VPC.create(cloud, {"CidrBlock": "10.0.0.0/16", "Tags": TAGS}, NAMING)

    [specification] = cloud.said("CreateVpc")["TagSpecifications"]
    assert specification["Tags"] == [{"Key": "lob", "Value": "lob-a"}]


async def test_what_was_made_goes_again_when_a_later_step_is_refused() -> None:
    cloud = Modelled(refusals={"ModifyVpcAttribute": REFUSAL})

    with pytest.raises(ApiError) as caught:
        await VPC.create(cloud, EXISTS, NAMING)

    assert caught.value is REFUSAL
    assert cloud.operations == ["CreateVpc", "ModifyVpcAttribute", "DeleteVpc"]


async def test_what_cannot_be_taken_away_again_is_named() -> None:
    stuck = ApiError("DependencyViolation", "It has dependencies.")
    cloud = Modelled(refusals={"ModifyVpcAttribute": REFUSAL, "DeleteVpc": stuck})

    with pytest.raises(ApiError, match=r"You are not authorized.*stays: It has dep") as caught:
        await VPC.create(cloud, EXISTS, NAMING)

    assert caught.value.code == "AccessDenied"


async def test_what_is_made_by_writing_over_it_is_looked_for_first() -> None:
    cloud = Modelled()

    with pytest.raises(ApiError, match="already exists") as caught:
        await ALARM.create(cloud, EXAMPLES["AWS::CloudWatch::Alarm"], NAMING)

    assert caught.value.code == "AlreadyExists"
    assert cloud.operations == ["DescribeAlarms"]


async def test_a_resource_is_handed_over_when_it_is_ready() -> None:
    cloud = Modelled(first={"DescribeDomain": {"Status": "Pending"}})

    made = await DOMAIN.create(cloud, EXAMPLES["AWS::SageMaker::Domain"], NAMING)

    assert cloud.operations == ["CreateDomain", "DescribeDomain", "DescribeDomain"]
    assert made.attributes["HomeEfsFileSystemId"]


async def test_one_that_fails_on_its_way_is_refused_with_the_reason_and_goes() -> None:
    failed = {"Status": "Failed", "FailureReason": "No subnet has an address left."}
    gone = ApiError("ResourceNotFound", "Domain does not exist.")
    cloud = Modelled(first={"DescribeDomain": failed}, refusals={"DescribeDomain": gone})

    with pytest.raises(ApiError, match="No subnet has an address left"):
        await DOMAIN.create(cloud, EXAMPLES["AWS::SageMaker::Domain"], NAMING)


async def test_one_that_never_becomes_ready_is_given_up() -> None:
    kind = replace(DOMAIN, steady_within_s=0.02)
    cloud = Modelled(answers={"DescribeDomain": {"Status": "Pending"}})

    with pytest.raises(ApiError, match="did not stabilize"):
        await kind.create(cloud, EXAMPLES["AWS::SageMaker::Domain"], NAMING)


async def test_one_that_is_gone_already_is_no_error() -> None:
    gone = ApiError("InvalidVpcID.NotFound", "The vpc ID does not exist")
    cloud = Modelled(refusals={"DeleteVpc": gone})

    await VPC.delete(cloud, Made("vpc-1"), EXISTS)

    assert cloud.operations == ["DeleteVpc"]


async def test_a_refusal_to_delete_is_told_as_it_was_said() -> None:
    stuck = ApiError("DependencyViolation", "The vpc 'vpc-1' has dependencies.")

    with pytest.raises(ApiError) as caught:
        await VPC.delete(Modelled(refusals={"DeleteVpc": stuck}), Made("vpc-1"), EXISTS)

    assert caught.value is stuck


async def test_a_deletion_ends_when_the_resource_is_gone() -> None:
    still, gone = {"Status": "Deleting"}, ApiError("ResourceNotFound", "It does not exist.")
    cloud = Modelled(first={"DescribeDomain": still}, refusals={"DescribeDomain": gone})

    await DOMAIN.delete(cloud, Made("d-1"), EXAMPLES["AWS::SageMaker::Domain"])

    assert cloud.operations == ["DescribeDomain", "DeleteDomain", "DescribeDomain"]


async def test_a_change_nobody_can_make_in_place_is_refused_by_name() -> None:
    cloud = Modelled()

    with pytest.raises(ApiError, match="KeySpec cannot be changed in place"):
        await KEY.update(cloud, Made("k"), {"KeySpec": "RSA_2048"}, {"KeySpec": "RSA_4096"})

    assert cloud.asked == []


async def test_only_what_changed_is_said_again() -> None:
    cloud, before = Modelled(), EXAMPLES["AWS::IAM::Role"]
    wanted = {**before, "Policies": [], "MaxSessionDuration": 3600}

    await ROLE.update(cloud, Made("Reader"), before, wanted)

    assert cloud.operations == ["DeleteRolePolicy", "UpdateRole", "GetRole"]


async def test_a_group_with_rules_of_its_own_for_what_goes_out_loses_the_open_one() -> None:
    cloud = Modelled()
    rule = {"IpProtocol": "tcp", "FromPort": "443", "ToPort": "443", "CidrIp": "10.0.0.0/16"}

    await SECURITY_GROUP.create(
        cloud, {"GroupDescription": "g", "VpcId": VPC_ID, "SecurityGroupEgress": [rule]}, NAMING
    )

    [revoked] = cloud.said("RevokeSecurityGroupEgress")["IpPermissions"]
    [added] = cloud.said("AuthorizeSecurityGroupEgress")["IpPermissions"]
    assert revoked == {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    assert added["FromPort"] == 443


async def test_a_group_without_such_rules_keeps_the_open_one() -> None:
    cloud = Modelled()

    await SECURITY_GROUP.create(cloud, {"GroupDescription": "g", "VpcId": VPC_ID}, NAMING)

    assert cloud.operations == ["CreateSecurityGroup", "DescribeSecurityGroups"]


async def test_a_long_prefix_list_is_filled_a_hundred_at_a_time() -> None:
    cloud = Modelled()
    entries = [{"Cidr": f"10.{n}.0.0/16"} for n in range(150)]

    await PREFIX_LIST.create(
        cloud,
        {"PrefixListName": "n", "AddressFamily": "IPv4", "MaxEntries": 200, "Entries": entries},
        NAMING,
    )

    calls = [said for name, said in cloud.asked if name == "ModifyManagedPrefixList"]
    assert [len(one["AddEntries"]) for one in calls] == [100, 50]
    assert [one["CurrentVersion"] for one in calls] == [1, 2]


async def test_the_oldest_version_of_a_policy_makes_room_for_the_sixth() -> None:
    versions = [{"VersionId": f"v{n}", "IsDefaultVersion": n == 7} for n in range(3, 8)]
    cloud = Modelled(answers={"ListPolicyVersions": {"Versions": versions}})
    arn = "arn:aws:iam::222222222222:policy/Read"

    await MANAGED_POLICY.update(
        cloud, Made(arn), {"PolicyDocument": TRUST}, {"PolicyDocument": POLICY}
    )

    assert cloud.said("DeletePolicyVersion")["VersionId"] == "v3"
    assert cloud.said("CreatePolicyVersion")["SetAsDefault"] is True


async def test_a_key_goes_after_as_many_days_as_the_template_says() -> None:
    cloud = Modelled()

    await KEY.delete(cloud, Made("1234abcd"), {"PendingWindowInDays": "7"})

    assert cloud.said("ScheduleKeyDeletion")["PendingWindowInDays"] == 7


async def test_a_statement_id_of_lambda_is_always_made_up() -> None:
    cloud = Modelled()

    made = await PERMISSION.create(
        cloud,
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": "f",
            "Principal": "a.amazonaws.com",
        },
        NAMING,
    )

    assert cloud.said("AddPermission")["StatementId"] == made.physical_id


async def test_code_that_is_not_in_a_bucket_is_refused_by_name() -> None:
    with pytest.raises(ApiError, match="S3Bucket and S3Key only"):
        await FUNCTION.create(
            Modelled(), {"Role": KEY_ARN, "Code": {"ZipFile": "print()"}}, NAMING
        )


async def test_settings_of_a_stage_are_said_as_paths() -> None:
    cloud = Modelled()

    await STAGE.create(cloud, EXAMPLES["AWS::ApiGateway::Stage"], NAMING)

    patches = [
        one
        for name, said in cloud.asked
        if name == "UpdateStage"
        for one in said["patchOperations"]
    ]
    said = {one["path"]: one["value"] for one in patches}
    assert said["/*/*/throttling/burstLimit"] == "100"
    assert said["/*/*/metrics/enabled"] == "true"
    assert said["/~1open~1{domain}/GET/caching/enabled"] == "false"
    assert said["/accessLogSettings/format"] == "$context.requestId"


async def test_a_method_that_changes_is_put_anew_with_all_it_answers() -> None:
    cloud, example = Modelled(), EXAMPLES["AWS::ApiGateway::Method"]

    await METHOD.update(cloud, Made("m"), example, {**example, "AuthorizationType": "AWS_IAM"})

    assert cloud.operations == [
        "DeleteMethod",
        "PutMethod",
        "PutMethodResponse",
        "PutIntegration",
        "PutIntegrationResponse",
        "GetMethod",
    ]


async def test_a_secret_that_is_made_up_is_in_no_attribute() -> None:
    cloud = Modelled(answers={"GetRandomPassword": {"RandomPassword": "hush-hush"}})
    rules = {"SecretStringTemplate": '{"made": "here"}', "GenerateStringKey": "key"}

    made = await SECRET.create(cloud, {"GenerateSecretString": rules}, NAMING)

    assert cloud.said("CreateSecret")["SecretString"] == '{"made": "here", "key": "hush-hush"}'
    assert "hush" not in repr(made)


async def test_drift_is_the_value_of_aws_cut_to_what_the_template_gives() -> None:
    now = {
        "DomainSettings": {"ExecutionRoleIdentityConfig": "DISABLED", "IpAddressType": "ipv4"}
    }
    cloud = Modelled(answers={"DescribeDomain": now})
    known = {"DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}}

    found = await DOMAIN.live(cloud, Made("d-1"), known)

    assert found == {"DomainSettings": {"ExecutionRoleIdentityConfig": "DISABLED"}}


async def test_a_resource_somebody_deleted_is_gone() -> None:
    gone = ApiError("InvalidVpcID.NotFound", "The vpc ID does not exist")

    assert await VPC.live(Modelled(refusals={"DescribeVpcs": gone}), Made("v"), EXISTS) is None


async def test_a_refusal_to_show_a_resource_is_not_its_absence() -> None:
    with pytest.raises(ApiError) as caught:
        await VPC.live(Modelled(refusals={"DescribeVpcs": REFUSAL}), Made("v"), EXISTS)

    assert caught.value is REFUSAL


async def test_a_refusal_that_ec2_answers_as_a_success_is_a_refusal() -> None:
    failed = {"Unsuccessful": [{"Error": {"Code": "OperationInProgress", "Message": "Busy."}}]}

    with pytest.raises(ApiError, match="Busy") as caught:
        await VPC_ENDPOINT.delete(
            Modelled(answers={"DeleteVpcEndpoints": failed}), Made("vpce-1"), {"VpcId": VPC_ID}
        )

    assert caught.value.code == "OperationInProgress"


async def test_endpoints_of_an_api_come_and_go_one_by_one() -> None:
    cloud, types = Modelled(), {"Types": ["PRIVATE"]}
    before = {"EndpointConfiguration": {**types, "VpcEndpointIds": ["vpce-1", "vpce-2"]}}
    wanted = {"EndpointConfiguration": {**types, "VpcEndpointIds": ["vpce-2", "vpce-3"]}}

    await REST_API.update(cloud, Made("api"), before, wanted)

    where = "/endpointConfiguration/vpcEndpointIds"
    assert cloud.said("UpdateRestApi")["patchOperations"] == [
        {"op": "add", "path": where, "value": "vpce-3"},
        {"op": "remove", "path": where, "value": "vpce-1"},
    ]
