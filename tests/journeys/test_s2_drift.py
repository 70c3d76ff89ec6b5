"""S2-24, S2-47: what nobody touched has not drifted, what somebody touched is named, homes stay.

An organisation of its own, because somebody changes things by hand and everything is taken down.
"""

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.kit.commands import drifted, reported
from tests.kit.endpoint import THERE, ByEndpoint
from tests.kit.everything import ALL
from tests.kit.kernel import Kernel
from tests.kit.organisation import Organisation
from tests.kit.starting import started_as
from tests.kit.studio_session import Session

OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    """An organisation with everything that a landscape can have built."""
    file = tmp_path_factory.mktemp("everything") / "landscape.yaml"
    file.write_text(ALL, encoding="utf-8")
    with started_as(file) as up, Organisation(up) as organisation:
        yield organisation


def test_s1_24_s1_35_s2_24_s2_47_s3_27_what_is_touched_is_named_and_homes_outlive_the_rest(
    acme: Organisation,
) -> None:
    a_cluster_is_read_by_its_endpoint(acme)
    status = reported(acme, "status", "--drift")
    assert (drifted(status), status["ok"]) == ({}, True)
    closed = [one for one in status["checks"] if "default security group" in one["what"]]
    assert len(closed) == 5
    touched = {
        add_a_rule(acme): "MODIFIED",
        open_an_endpoint(acme): "MODIFIED",
        widen_a_role(acme): "MODIFIED",
        lift_a_guardrail(acme): "MODIFIED",
        cut_a_route(acme): "DELETED",
    }
    assert drifted(reported(acme, "status", "--drift", code=3)) == touched
    homes_stay(acme)
    the_endpoint_went_before_its_cluster(acme)


def a_cluster_is_read_by_its_endpoint(acme: Organisation) -> None:
    """S1-24: no route leads there; the endpoint does, as long as its security group lets in."""
    with acme.studio() as browser:
        kernel = Kernel(Session(acme, "user-lob-a", browser))
        events = ByEndpoint(acme, kernel)
        told = events.listed()
        reading = kernel.of_warehouse("events", 'read("select current_user").iloc[0, 0]')
        with events.closed():
            assert events.answers("silence")
        assert events.answers("S")

    assert reading == "user-lob-a"
    assert told["found"] == told["listed"]
    assert told["account"] == "333333333333"
    assert THERE not in events.routes()


def the_endpoint_went_before_its_cluster(acme: Organisation) -> None:
    """S1-35: granted before it is made, and the other way round at the end."""
    made = ["CreateCluster", "AuthorizeEndpointAccess", "CreateEndpointAccess"]
    ended = ["DeleteEndpointAccess", "RevokeEndpointAccess", "DeleteCluster"]
    of_sales = "cluster:sales"
    first = dict.fromkeys(
        one["operation"]
        for one in acme.calls()
        if one["service"] == "redshift" and of_sales not in one.get("resource", "")
    )

    assert [one for one in first if one in made + ended] == made + ended


def add_a_rule(acme: Organisation) -> tuple[str, str]:
    ec2 = acme.client("lob-a", "ec2")
    said = [{"Name": "description", "Values": ["Studio apps, and what they reach"]}]
    (group,) = ec2.describe_security_groups(Filters=said)["SecurityGroups"]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"],
        IpPermissions=[{**rule, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    return "studiogate-studio", "AppsForecasting"


def open_an_endpoint(acme: Organisation) -> tuple[str, str]:
    ec2 = acme.client("shared-services", "ec2")
    (studio,) = [
        one["VpcEndpointId"]
        for one in ec2.describe_vpc_endpoints()["VpcEndpoints"]
        if one["ServiceName"].startswith("aws.sagemaker.")
    ]
    ec2.modify_vpc_endpoint(VpcEndpointId=studio, ResetPolicy=True)
    return "studiogate-endpoints", "EndpointStudio"


def widen_a_role(acme: Organisation) -> tuple[str, str]:
    iam = acme.client("lob-a", "iam")
    policy = {"RoleName": "StudioExecution", "PolicyName": "StudioExecution"}
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(OPEN))
    return "studiogate-access", "StudioExecution"


def lift_a_guardrail(acme: Organisation) -> tuple[str, str]:
    organizations = acme.client("management", "organizations")
    (ours,) = [
        one["Id"]
        for one in organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        if one["Name"].startswith("studiogate-")
    ]
    organizations.update_policy(PolicyId=ours, Content=json.dumps(OPEN))
    return "studiogate-guardrails", "Callers1"


def cut_a_route(acme: Organisation) -> tuple[str, str]:
    ec2 = acme.client("lob-a", "ec2")
    said = [{"Name": "tag:Name", "Values": ["studiogate-lob-a-table1"]}]
    (table,) = ec2.describe_route_tables(Filters=said)["RouteTables"]
    ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="10.0.0.0/16")
    return "studiogate-network-lob-a", "Route1Zone1"


def homes_stay(acme: Organisation) -> None:
    """S2-47: no subnet goes while a home is mounted in it; the homes themselves are kept."""
    efs, ec2 = acme.client("lob-a", "efs"), acme.client("lob-a", "ec2")
    (home,) = efs.describe_file_systems()["FileSystems"]
    id_ = home["FileSystemId"]
    mounted = efs.describe_mount_targets(FileSystemId=id_)["MountTargets"]
    assert mounted
    with pytest.raises(ClientError, match="has dependencies and cannot be deleted"):
        ec2.delete_subnet(SubnetId=mounted[0]["SubnetId"])

    done = reported(acme, "destroy", "--yes", "acme", "--efs", "keep")

    lob_a = home["OwnerId"]
    kept = {
        (one["account"], one["kind"]): one["id"]
        for one in done["residue"]
        if one["state"] == "kept"
    }
    assert kept[lob_a, "file system"] == id_
    assert kept[lob_a, "key"] == home["KmsKeyId"].rpartition("/")[2]
    assert len(done["stacks"]) == 34
    assert {one["state"] for one in done["residue"]} == {"kept", "going"}
    assert efs.describe_mount_targets(FileSystemId=id_)["MountTargets"] == []
    (still,) = efs.describe_file_systems()["FileSystems"]
    assert {"Key": "studiogate:landscape", "Value": "acme"} in still["Tags"]
    assert [one for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]] == []
