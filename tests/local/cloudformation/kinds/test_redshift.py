"""Warehouses from a template, in the emulated services themselves, with a real door before them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from studiogate.foundation.templates.workgroup import workgroup
from tests.kit.redshift_api import PASSWORD, PRODUCER, Warehoused, warehoused
from tests.kit.waiting import awaited


@pytest.fixture(scope="module")
def org() -> Iterator[Warehoused]:
    with warehoused() as made:
        yield made


def template(resources: Mapping[str, Any], **outputs: Any) -> str:
    shown = {
        name: {"Value": {"Fn::GetAtt": path.split(".", 1)}} for name, path in outputs.items()
    }
    return json.dumps({"Resources": resources, **({"Outputs": shown} if shown else {})})


def settled(client: Any, name: str) -> dict[str, Any]:
    """The stack, once nothing is under way with it."""

    def stands() -> dict[str, Any] | None:
        stack: dict[str, Any] = client.describe_stacks(StackName=name)["Stacks"][0]
        return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

    return awaited(stands)


def reasons(client: Any, name: str) -> list[str]:
    """Why resources failed."""
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    return [one.get("ResourceStatusReason", "") for one in events]


def built(org: Warehoused, name: str, body: str) -> dict[str, str]:
    """The outputs of a stack that stands."""
    client = org.client("cloudformation")
    client.create_stack(StackName=name, TemplateBody=body)
    stack = settled(client, name)
    assert stack["StackStatus"] == "CREATE_COMPLETE", reasons(client, name)
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}


def ended(org: Warehoused, name: str) -> None:
    client = org.client("cloudformation")
    found = client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    client.delete_stack(StackName=name)
    assert settled(client, found)["StackStatus"] == "DELETE_COMPLETE", reasons(client, found)


def cluster(subnets: list[str], name: str, **policies: str) -> dict[str, Any]:
    said = {
        "ClusterIdentifier": name,
        "ClusterType": "single-node",
        "DBName": "dev",
        "NodeType": "ra3.large",
        "MasterUsername": "studiogate_admin",
        "ManageMasterPassword": "true",
        "Port": "5439",
        "AvailabilityZoneRelocation": "true",
        "ClusterSubnetGroupName": {"Ref": "Subnets"},
        "ClusterParameterGroupName": {"Ref": "Parameters"},
        "LoggingProperties": {
            "LogDestinationType": "cloudwatch",
            "LogExports": ["connectionlog", "useractivitylog"],
        },
    }
    return {
        "Subnets": {
            "Type": "AWS::Redshift::ClusterSubnetGroup",
            "Properties": {"Description": "private", "SubnetIds": subnets},
        },
        "Parameters": {
            "Type": "AWS::Redshift::ClusterParameterGroup",
            "Properties": {
                "Description": "TLS only",
                "ParameterGroupFamily": "redshift-1.0",
                "Parameters": [{"ParameterName": "require_ssl", "ParameterValue": "true"}],
            },
        },
        "Cluster": {"Type": "AWS::Redshift::Cluster", "Properties": said, **policies},
    }


def test_a_cluster_stands_once_its_database_answers(org: Warehoused) -> None:
    _, subnets = org.network()

    found = built(
        org,
        "warehouse",
        template(
            cluster(subnets, "sales"),
            Address="Cluster.Endpoint.Address",
            Port="Cluster.Endpoint.Port",
            Secret="Cluster.MasterPasswordSecretArn",
        ),
    )

    # Nobody's network asked: the name that AWS would give it.
    assert found["Address"].startswith("sales.")
    assert found["Address"].endswith(".redshift.amazonaws.com")
    assert found["Port"] == "5439"
    assert org.client("secretsmanager").get_secret_value(SecretId=found["Secret"])
    assert ("open", "sales") in org.database.told
    client = org.client("redshift")
    assert client.describe_logging_status(ClusterIdentifier="sales")["LoggingEnabled"]
    ended(org, "warehouse")
    assert ("drop", "sales") in org.database.told


def test_a_policy_leaves_a_last_snapshot_of_a_cluster(org: Warehoused) -> None:
    _, subnets = org.network()
    body = template(cluster(subnets, "kept", DeletionPolicy="Snapshot"))
    built(org, "keeping", body)

    ended(org, "keeping")

    found = org.client("redshift").describe_cluster_snapshots(ClusterIdentifier="kept")
    (snapshot,) = found["Snapshots"]
    assert snapshot["SnapshotIdentifier"].startswith("keeping-cluster-")
    assert ("drop", "kept") not in org.database.told
    built(org, "keeping", body)  # a new cluster of that name is empty
    assert ("drop", "kept") in org.database.told
    ended(org, "keeping")


def test_what_leaves_no_snapshot_has_no_such_policy(org: Warehoused) -> None:
    _, subnets = org.network()
    resources = cluster(subnets, "wrong")
    resources["Subnets"]["DeletionPolicy"] = "Snapshot"

    with pytest.raises(ClientError, match="does not support the policy Snapshot"):
        org.client("cloudformation").create_stack(
            StackName="wrong", TemplateBody=template(resources)
        )


def test_an_endpoint_and_who_may_have_it(org: Warehoused) -> None:
    vpc, subnets = org.network()
    resources = cluster(subnets, "reached")
    name = {"ClusterIdentifier": {"Ref": "Cluster"}}
    group = {"Fn::GetAtt": ["Door", "GroupId"]}
    resources |= {
        "Door": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "in", "VpcId": vpc},
        },
        "Granted": {
            "Type": "AWS::Redshift::EndpointAuthorization",
            "Properties": {**name, "Account": "222222222222", "VpcIds": [vpc]},
        },
        "Endpoint": {
            "Type": "AWS::Redshift::EndpointAccess",
            "Properties": {
                **name,
                "EndpointName": "to-reached",
                "SubnetGroupName": {"Ref": "Subnets"},
                "VpcSecurityGroupIds": [group],
            },
        },
    }

    found = built(
        org,
        "reaching",
        template(resources, Address="Endpoint.Address", Grantee="Granted.Grantee"),
    )

    assert found["Grantee"] == "222222222222"
    assert found["Address"].startswith("to-reached-endpoint-")
    ended(org, "reaching")
    assert org.client("redshift").describe_endpoint_access()["EndpointAccessList"] == []


def test_a_workgroup_is_known_by_its_id_and_leaves_a_snapshot_each_time(
    org: Warehoused,
) -> None:
    _, subnets = org.network()
    ours = yaml.safe_load(workgroup().text)["Resources"]["Namespace"]["Properties"]
    resources = {
        "Namespace": {
            "Type": "AWS::RedshiftServerless::Namespace",
            "Properties": {
                "NamespaceName": "adhoc",
                "AdminUserPassword": PASSWORD,
                "AdminUsername": "studiogate_admin",
                "FinalSnapshotName": ours["FinalSnapshotName"],
            },
        },
        "Workgroup": {
            "Type": "AWS::RedshiftServerless::Workgroup",
            "Properties": {
                "WorkgroupName": "adhoc",
                "NamespaceName": {"Ref": "Namespace"},
                "BaseCapacity": "8",
                "SubnetIds": subnets,
            },
        },
    }

    body = json.loads(
        template(
            resources,
            Id="Workgroup.Workgroup.WorkgroupId",
            Address="Workgroup.Workgroup.Endpoint.Address",
        )
    )
    body["Parameters"] = {"WorkgroupName": {"Type": "String", "Default": "adhoc"}}
    client = org.client("redshift-serverless")
    for times in (1, 2):
        found = built(org, "adhoc", json.dumps(body))
        arn = client.get_workgroup(workgroupName="adhoc")["workgroup"]["workgroupArn"]
        assert arn.endswith(f"{PRODUCER}:workgroup/{found['Id']}")
        assert found["Address"].startswith(f"adhoc.{PRODUCER}.")
        ended(org, "adhoc")

        kept = client.list_snapshots(namespaceName="adhoc")["snapshots"]
        assert len({one["snapshotName"] for one in kept}) == times
