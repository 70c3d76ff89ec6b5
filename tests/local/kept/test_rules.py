"""What moto would forget, drop or leave undone in EC2, and AWS does not."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.kit.front import LOB_A, REGION, World, allow, policy

PORTS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def group(ec2: Any, name: str) -> tuple[str, str]:
    """A new VPC, and a group in it."""
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)
    return vpc, made["GroupId"]


def shown(ec2: Any, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = ec2.describe_security_groups(GroupIds=[id_])["SecurityGroups"][0]
    return found


def why(ec2: Any, id_: str, *, egress: bool) -> set[str]:
    filters = [{"Name": "group-id", "Values": [id_]}]
    rules = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    return {one.get("Description", "") for one in rules if one["IsEgress"] is egress}


@pytest.mark.parametrize("way", ["ingress", "egress"])
def test_rules_about_a_prefix_list_and_a_group_keep_their_descriptions(
    org: World, way: str
) -> None:
    ec2 = org.admin(LOB_A, "ec2")
    _, id_ = group(ec2, org.name("described"))
    filters = [{"Name": "prefix-list-name", "Values": [f"com.amazonaws.{REGION}.s3"]}]
    (s3,) = ec2.describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
    lists = {
        **PORTS,
        "PrefixListIds": [{"PrefixListId": s3["PrefixListId"], "Description": "S3"}],
    }
    members = {**PORTS, "UserIdGroupPairs": [{"GroupId": id_, "Description": "members"}]}

    getattr(ec2, f"authorize_security_group_{way}")(GroupId=id_, IpPermissions=[lists, members])

    key = "IpPermissions" if way == "ingress" else "IpPermissionsEgress"
    (said,) = [one for one in shown(ec2, id_)[key] if one.get("FromPort") == 443]
    assert said["PrefixListIds"] == lists["PrefixListIds"]
    assert said["UserIdGroupPairs"][0]["Description"] == "members"
    assert {"S3", "members"} <= why(ec2, id_, egress=way == "egress")


def test_a_description_that_is_changed_is_the_new_one(org: World) -> None:
    ec2 = org.admin(LOB_A, "ec2")
    _, id_ = group(ec2, org.name("changed"))
    (s3, *_) = ec2.describe_managed_prefix_lists()["PrefixLists"]

    def rule(text: str) -> list[dict[str, Any]]:
        one = {"PrefixListId": s3["PrefixListId"], "Description": text}
        return [{**PORTS, "PrefixListIds": [one]}]

    ec2.authorize_security_group_ingress(GroupId=id_, IpPermissions=rule("old"))
    ec2.update_security_group_rule_descriptions_ingress(GroupId=id_, IpPermissions=rule("new"))

    (said,) = shown(ec2, id_)["IpPermissions"]
    assert said["PrefixListIds"][0]["Description"] == "new"
    assert why(ec2, id_, egress=False) == {"new"}
    ec2.revoke_security_group_ingress(GroupId=id_, IpPermissions=[said])
    assert shown(ec2, id_)["IpPermissions"] == []


@pytest.mark.parametrize("text", ["the VPC's own", "naïve", "x" * 256])
def test_letters_that_ec2_does_not_take_are_refused_in_its_words(org: World, text: str) -> None:
    ec2 = org.admin(LOB_A, "ec2")
    vpc, id_ = group(ec2, org.name("letters"))
    rule = {**PORTS, "IpRanges": [{"CidrIp": "10.9.0.0/16", "Description": text}]}

    for call, told in (
        (ec2.authorize_security_group_ingress, {"GroupId": id_, "IpPermissions": [rule]}),
        (ec2.create_security_group, {"GroupName": "g", "Description": text, "VpcId": vpc}),
    ):
        with pytest.raises(ClientError) as refused:
            call(**told)
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
        assert "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*" in str(refused.value)


def test_the_policy_of_an_endpoint_is_open_again_once_it_is_reset(org: World) -> None:
    ec2 = org.admin(LOB_A, "ec2")
    vpc, _ = group(ec2, org.name("reset"))
    closed = policy(allow("sts:GetCallerIdentity") | {"Principal": "*"})
    made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.sts",
        VpcEndpointType="Interface",
        PolicyDocument=closed,
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]

    with pytest.raises(ClientError, match="cannot be given together"):
        ec2.modify_vpc_endpoint(VpcEndpointId=made, ResetPolicy=True, PolicyDocument=closed)
    ec2.modify_vpc_endpoint(VpcEndpointId=made, ResetPolicy=True, PrivateDnsEnabled=False)

    (now,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"]
    assert '"Action": "*"' in now["PolicyDocument"]
    assert now["PrivateDnsEnabled"] is False


def test_a_host_is_started_from_an_image_whose_disk_nobody_measured(org: World) -> None:
    ec2 = org.admin(LOB_A, "ec2")
    vpc, id_ = group(ec2, org.name("host"))
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]

    started = ec2.run_instances(
        ImageId="ami-0123456789abcdef0",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        SecurityGroupIds=[id_],
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeType": "gp3"}}
        ],
    )["Instances"][0]

    assert (started["SubnetId"], started["SecurityGroups"][0]["GroupId"]) == (subnet, id_)
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_subnet(SubnetId=subnet)
    ec2.terminate_instances(InstanceIds=[started["InstanceId"]])
    ec2.delete_subnet(SubnetId=subnet)
