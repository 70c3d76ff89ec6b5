"""Clusters as unmodified clients meet them: made, shown, changed, ended."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.kit.front import LOB_A, REGION
from tests.kit.redshift_api import PASSWORD, PRODUCER, Warehoused


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def asked(**more: Any) -> dict[str, Any]:
    said = {
        "ClusterIdentifier": "wanted",
        "ClusterSubnetGroupName": "wanted",
        "NodeType": "ra3.large",
        "MasterUsername": "root-user",
        "MasterUserPassword": PASSWORD,
    }
    return {key: value for key, value in {**said, **more}.items() if value is not None}


def test_a_cluster_is_creating_without_an_endpoint_and_then_answers(org: Warehoused) -> None:
    org.subnet_group("born")
    client = org.client("redshift")

    made = client.create_cluster(
        **asked(ClusterIdentifier="born", ClusterSubnetGroupName="born")
    )

    assert made["Cluster"]["ClusterStatus"] == "creating"
    assert "Endpoint" not in made["Cluster"]
    assert made["Cluster"]["PubliclyAccessible"] is False
    org.settle()
    (shown,) = client.describe_clusters(ClusterIdentifier="born")["Clusters"]
    assert shown["ClusterStatus"] == "available"
    assert shown["Endpoint"]["Address"] == "127.0.0.1"
    assert shown["Endpoint"]["Port"] == 15439
    assert ("open", "born") in org.database.told
    assert shown["DBName"] == "dev"
    assert PASSWORD not in str(shown)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"ClusterIdentifier": "Sales"}, "InvalidParameterValue"),
        ({"ClusterIdentifier": "a--b"}, "InvalidParameterValue"),
        ({"ClusterIdentifier": "a" * 64}, "InvalidParameterValue"),
        ({"NodeType": "ds2.xlarge"}, "InvalidParameterValue"),
        ({"NodeType": "ra3.4xlarge"}, "InvalidParameterValue"),
        ({"ClusterType": "single-node", "NumberOfNodes": 2}, "InvalidParameterCombination"),
        ({"ClusterType": "multi-node"}, "InvalidParameterCombination"),
        ({"NumberOfNodes": 17}, "InvalidParameterValue"),
        ({"Encrypted": False}, "InvalidParameterValue"),
        ({"Port": 5000}, "InvalidParameterValue"),
        ({"AutomatedSnapshotRetentionPeriod": 0}, "InvalidParameterValue"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue"),
        ({"MasterUserPassword": "no-capitals-1"}, "InvalidParameterValue"),
        ({"MasterUserPassword": "Slash/inside1"}, "InvalidParameterValue"),
        ({"MasterUserPassword": None}, "InvalidParameterCombination"),
        ({"ManageMasterPassword": True}, "InvalidParameterCombination"),
        ({"MasterUsername": "public"}, "InvalidParameterValue"),
        ({"MasterUsername": "a/b"}, "InvalidParameterValue"),
        ({"DBName": "select"}, "InvalidParameterValue"),
        ({"ClusterSubnetGroupName": "nowhere"}, "ClusterSubnetGroupNotFoundFault"),
        ({"ClusterSubnetGroupName": None}, "InvalidVPCNetworkStateFault"),
        ({"ClusterParameterGroupName": "none"}, "ClusterParameterGroupNotFound"),
        ({"VpcSecurityGroupIds": ["sg-0123"]}, "InvalidParameterValue"),
        ({"LoadSampleData": "true"}, "UnsupportedOperation"),
        ({"MultiAZ": True}, "UnsupportedOperation"),
    ],
)
def test_what_aws_would_not_make_is_not_made(
    org: Warehoused, changed: dict[str, Any], refusal: str
) -> None:
    client = org.client("redshift")
    groups = client.describe_cluster_subnet_groups()["ClusterSubnetGroups"]
    if not any(one["ClusterSubnetGroupName"] == "wanted" for one in groups):
        org.subnet_group("wanted")

    with pytest.raises(ClientError) as caught:
        client.create_cluster(**asked(**changed))

    assert code(caught) == refusal
    password = changed.get("MasterUserPassword")
    assert not password or password not in str(caught.value)


def test_a_cluster_of_another_account_is_not_there(org: Warehoused) -> None:
    org.cluster("mine")

    with pytest.raises(ClientError) as caught:
        org.client("redshift", account=LOB_A).describe_clusters(ClusterIdentifier="mine")

    assert code(caught) == "ClusterNotFound"
    assert "Cluster mine not found." in str(caught.value)


def test_s1_18_a_reader_may_look_and_not_change(org: Warehoused) -> None:
    org.cluster("looked-at")
    client = org.client("redshift", org.reader("ada", cluster="looked-at"))

    assert client.describe_clusters(ClusterIdentifier="looked-at")["Clusters"]
    with pytest.raises(ClientError) as caught:
        client.modify_cluster(ClusterIdentifier="looked-at", PubliclyAccessible=True)

    assert code(caught) == "AccessDenied"


def test_security_groups_change_for_whoever_connects_next(org: Warehoused) -> None:
    found = org.cluster("regrouped")
    ec2, client = org.client("ec2"), org.client("redshift")
    group = ec2.create_security_group(
        GroupName="readers", Description="readers", VpcId=found["VpcId"]
    )["GroupId"]
    (before,) = [s for s in org.redshift.warehouses.seats() if s.name == "regrouped"]

    client.modify_cluster(ClusterIdentifier="regrouped", VpcSecurityGroupIds=[group])

    now = org.redshift.warehouses.now(before)
    assert now is not None
    assert now.groups == (group,) != before.groups
    with pytest.raises(ClientError) as caught:
        ec2.delete_security_group(GroupId=group)
    assert code(caught) == "DependencyViolation"


def test_what_a_cluster_is_in_stays_as_long_as_it_does(org: Warehoused) -> None:
    vpc, subnets = org.subnet_group("rooted")
    ec2, client = org.client("ec2"), org.client("redshift")
    client.create_cluster(**asked(ClusterIdentifier="rooted", ClusterSubnetGroupName="rooted"))
    org.settle()

    with pytest.raises(ClientError) as caught:
        ec2.delete_subnet(SubnetId=subnets[0])
    assert code(caught) == "DependencyViolation"
    with pytest.raises(ClientError) as caught:
        ec2.delete_vpc(VpcId=vpc)
    assert code(caught) == "DependencyViolation"
    with pytest.raises(ClientError) as caught:
        client.delete_cluster_subnet_group(ClusterSubnetGroupName="rooted")
    assert code(caught) == "InvalidClusterSubnetGroupStateFault"

    client.delete_cluster(ClusterIdentifier="rooted", SkipFinalClusterSnapshot=True)
    org.settle()

    client.delete_cluster_subnet_group(ClusterSubnetGroupName="rooted")
    ec2.delete_subnet(SubnetId=subnets[0])
    assert [one for one in org.database.told if one[1] == "rooted"] == [
        ("open", "rooted"),
        ("close", "rooted"),
        ("drop", "rooted"),
    ]


def test_a_cluster_does_not_go_without_a_word_about_what_it_held(org: Warehoused) -> None:
    org.cluster("held")
    client = org.client("redshift")

    for said in ({}, {"SkipFinalClusterSnapshot": True, "FinalClusterSnapshotIdentifier": "s"}):
        with pytest.raises(ClientError) as caught:
            client.delete_cluster(ClusterIdentifier="held", **said)
        assert code(caught) == "InvalidParameterCombination"


def test_a_last_snapshot_keeps_what_comes_back_with_it(org: Warehoused) -> None:
    org.cluster("kept")
    client = org.client("redshift")

    client.delete_cluster(ClusterIdentifier="kept", FinalClusterSnapshotIdentifier="kept-last")
    org.settle()

    assert ("drop", "kept") not in org.database.told
    with pytest.raises(ClientError):
        client.describe_clusters(ClusterIdentifier="kept")
    (shown,) = client.describe_cluster_snapshots(SnapshotIdentifier="kept-last")["Snapshots"]
    assert shown["ClusterIdentifier"] == "kept"
    client.restore_from_cluster_snapshot(
        ClusterIdentifier="kept", SnapshotIdentifier="kept-last"
    )
    org.settle()
    (back,) = client.describe_clusters(ClusterIdentifier="kept")["Clusters"]
    assert back["ClusterStatus"] == "available"
    assert ("drop", "kept") not in org.database.told


def test_what_a_snapshot_kept_goes_with_it(org: Warehoused) -> None:
    org.cluster("let-go")
    client = org.client("redshift")
    client.delete_cluster(
        ClusterIdentifier="let-go", FinalClusterSnapshotIdentifier="let-go-last"
    )
    org.settle()

    client.delete_cluster_snapshot(SnapshotIdentifier="let-go-last")

    assert ("drop", "let-go") in org.database.told


def test_a_new_cluster_is_empty_whatever_an_old_one_left(org: Warehoused) -> None:
    org.cluster("again")
    client = org.client("redshift")
    client.delete_cluster(ClusterIdentifier="again", FinalClusterSnapshotIdentifier="old")
    org.settle()

    client.create_cluster(**asked(ClusterIdentifier="again", ClusterSubnetGroupName="again"))
    org.settle()

    assert ("drop", "again") in org.database.told
    client.delete_cluster(ClusterIdentifier="again", SkipFinalClusterSnapshot=True)
    org.settle()
    with pytest.raises(ClientError) as caught:
        client.restore_from_cluster_snapshot(
            ClusterIdentifier="again", SnapshotIdentifier="old"
        )
    assert code(caught) == "UnsupportedOperation"


def test_redshift_looks_after_a_password_in_a_secret_of_the_account(org: Warehoused) -> None:
    org.subnet_group("minded")
    client, secrets = org.client("redshift"), org.client("secretsmanager")

    made = client.create_cluster(
        **asked(
            ClusterIdentifier="minded",
            ClusterSubnetGroupName="minded",
            MasterUserPassword=None,
            ManageMasterPassword=True,
        )
    )["Cluster"]
    org.settle()

    text = secrets.get_secret_value(SecretId=made["MasterPasswordSecretArn"])["SecretString"]
    assert '"username": "root-user"' in text
    client.delete_cluster(ClusterIdentifier="minded", SkipFinalClusterSnapshot=True)
    org.settle()
    with pytest.raises(ClientError):
        secrets.describe_secret(SecretId=made["MasterPasswordSecretArn"])


def test_parameters_are_set_shown_and_set_back(org: Warehoused) -> None:
    client = org.client("redshift")
    client.create_cluster_parameter_group(
        ParameterGroupName="Strict", ParameterGroupFamily="redshift-2.0", Description="TLS only"
    )
    wanted = {"ParameterName": "statement_timeout", "ParameterValue": "60000"}

    client.modify_cluster_parameter_group(ParameterGroupName="strict", Parameters=[wanted])

    def user() -> list[Any]:
        found: list[Any] = client.describe_cluster_parameters(
            ParameterGroupName="strict", Source="user"
        )["Parameters"]
        return found

    assert [one["ParameterValue"] for one in user()] == ["60000"]
    with pytest.raises(ClientError) as caught:
        client.modify_cluster_parameter_group(
            ParameterGroupName="strict",
            Parameters=[{"ParameterName": "require_ssl", "ParameterValue": "perhaps"}],
        )
    assert code(caught) == "InvalidParameterValue"
    client.reset_cluster_parameter_group(ParameterGroupName="strict", ResetAllParameters=True)
    assert user() == []
    client.delete_cluster_parameter_group(ParameterGroupName="strict")


def test_tags_and_logging_are_kept(org: Warehoused) -> None:
    org.cluster("marked", Tags=[{"Key": "owner", "Value": "sales"}])
    client = org.client("redshift")
    arn = f"arn:aws:redshift:{REGION}:{PRODUCER}:cluster:marked"

    client.create_tags(ResourceName=arn, Tags=[{"Key": "stage", "Value": "demo"}])
    client.delete_tags(ResourceName=arn, TagKeys=["owner"])
    client.enable_logging(
        ClusterIdentifier="marked",
        LogDestinationType="cloudwatch",
        LogExports=["useractivitylog", "connectionlog"],
    )

    (row,) = client.describe_tags(ResourceName=arn)["TaggedResources"]
    assert row["Tag"] == {"Key": "stage", "Value": "demo"}
    assert client.describe_logging_status(ClusterIdentifier="marked")["LoggingEnabled"] is True


class TestEndpoints:
    def test_another_account_makes_an_endpoint_once_it_is_let(self, org: Warehoused) -> None:
        org.cluster("shared-out", AvailabilityZoneRelocation=True)
        vpc, _ = org.subnet_group("in-the-lob", LOB_A)
        owner, other = org.client("redshift"), org.client("redshift", account=LOB_A)
        wanted = {
            "ClusterIdentifier": "shared-out",
            "ResourceOwner": PRODUCER,
            "EndpointName": "to-sales",
            "SubnetGroupName": "in-the-lob",
        }
        with pytest.raises(ClientError) as caught:
            other.create_endpoint_access(**wanted)
        assert code(caught) == "AccessToClusterDenied"

        owner.authorize_endpoint_access(
            ClusterIdentifier="shared-out", Account=LOB_A, VpcIds=[vpc]
        )
        other.create_endpoint_access(**wanted)

        (shown,) = other.describe_endpoint_access(EndpointName="to-sales")["EndpointAccessList"]
        assert shown["EndpointStatus"] == "active"
        assert shown["VpcEndpoint"]["VpcId"] == vpc
        with pytest.raises(ClientError) as caught:
            owner.delete_cluster(ClusterIdentifier="shared-out", SkipFinalClusterSnapshot=True)
        assert code(caught) == "InvalidClusterState"
        with pytest.raises(ClientError) as caught:
            owner.revoke_endpoint_access(ClusterIdentifier="shared-out", Account=LOB_A)
        assert code(caught) == "InvalidAuthorizationState"
        owner.revoke_endpoint_access(ClusterIdentifier="shared-out", Account=LOB_A, Force=True)
        assert other.describe_endpoint_access()["EndpointAccessList"] == []

    def test_a_cluster_without_managed_storage_has_none(self, org: Warehoused) -> None:
        org.cluster("old", NodeType="dc2.large")

        with pytest.raises(ClientError) as caught:
            org.client("redshift").authorize_endpoint_access(
                ClusterIdentifier="old", Account=LOB_A
            )

        assert code(caught) == "UnsupportedOperation"
