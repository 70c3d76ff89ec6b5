"""Namespaces and workgroups as unmodified clients meet them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.kit.front import LOB_A, REGION
from tests.kit.redshift_api import PASSWORD, PRODUCER, Warehoused


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_a_workgroup_has_an_id_that_policies_name_and_answers(org: Warehoused) -> None:
    found = org.workgroup("reports")

    assert found["status"] == "AVAILABLE"
    arn = f"arn:aws:redshift-serverless:{REGION}:{PRODUCER}:workgroup/{found['workgroupId']}"
    assert found["workgroupArn"] == arn
    assert (found["endpoint"]["address"], found["endpoint"]["port"]) == ("127.0.0.1", 15439)
    assert found["baseCapacity"] == 8
    (seat,) = [s for s in org.redshift.warehouses.seats() if s.name == "reports"]
    assert org.vault.of(seat, "admin", PASSWORD) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"baseCapacity": 12},
        {"baseCapacity": 0},
        {"baseCapacity": 520},
        {"workgroupName": "Big"},
        {"port": 80},
        {"subnetIds": None},
        {"securityGroupIds": ["sg-0123"]},
    ],
)
def test_what_aws_would_not_make_is_not_made(org: Warehoused, changed: dict[str, Any]) -> None:
    client, (_, subnets) = org.client("redshift-serverless"), org.network()
    said = {"workgroupName": "wanted", "namespaceName": "wanted", "subnetIds": subnets}
    there = {one["namespaceName"] for one in client.list_namespaces()["namespaces"]}
    if "wanted" not in there:
        client.create_namespace(namespaceName="wanted")

    given = {key: value for key, value in {**said, **changed}.items() if value is not None}
    with pytest.raises(ClientError) as caught:
        client.create_workgroup(**given)

    assert code(caught) == "ValidationException"


def test_two_zones_are_too_few(org: Warehoused) -> None:
    client, (_, subnets) = org.client("redshift-serverless"), org.network(subnets=2)
    client.create_namespace(namespaceName="narrow")

    with pytest.raises(ClientError, match="three Availability Zones") as caught:
        client.create_workgroup(
            workgroupName="narrow", namespaceName="narrow", subnetIds=subnets
        )

    assert code(caught) == "ValidationException"


def test_a_person_is_the_role_on_serverless_and_has_the_roles_of_its_tags(
    org: Warehoused,
) -> None:
    found = org.workgroup("per-role")
    may = {
        "Effect": "Allow",
        "Action": "redshift-serverless:GetCredentials",
        "Resource": found["workgroupArn"],
    }
    keys = org.role("StudioReader-ada", may, tags={"RedshiftDbRoles": "analysts:planners"})
    client = org.client("redshift-serverless", keys)

    given = client.get_credentials(workgroupName="per-role", dbName="dev")

    assert given["dbUser"] == "IAMR:StudioReader-ada"
    (seat,) = [s for s in org.redshift.warehouses.seats() if s.name == "per-role"]
    grant = org.vault.of(seat, given["dbUser"], given["dbPassword"])
    assert grant is not None
    assert (grant.groups, grant.database) == (("analysts", "planners"), "dev")


def test_credentials_of_another_workgroup_are_denied_on_its_id(org: Warehoused) -> None:
    own, other = org.workgroup("own-one"), org.workgroup("other-one")
    may = {
        "Effect": "Allow",
        "Action": "redshift-serverless:GetCredentials",
        "Resource": own["workgroupArn"],
    }
    client = org.client("redshift-serverless", org.role("one-workgroup", may))

    with pytest.raises(ClientError) as caught:
        client.get_credentials(workgroupName="other-one")

    assert code(caught) == "AccessDeniedException"
    assert other["workgroupArn"] in str(caught.value)


@pytest.mark.parametrize("seconds", [899, 3601])
def test_credentials_last_as_long_as_aws_lets_them(org: Warehoused, seconds: int) -> None:
    with pytest.raises(ClientError) as caught:
        org.client("redshift-serverless").get_credentials(
            workgroupName="any", durationSeconds=seconds
        )

    assert code(caught) == "ValidationException"


def test_a_workgroup_of_another_account_is_not_there(org: Warehoused) -> None:
    org.workgroup("hidden")

    with pytest.raises(ClientError) as caught:
        org.client("redshift-serverless", account=LOB_A).get_workgroup(workgroupName="hidden")

    assert code(caught) == "ResourceNotFoundException"


def test_a_namespace_keeps_what_it_holds_until_it_goes(org: Warehoused) -> None:
    found = org.workgroup("lasting")
    client = org.client("redshift-serverless")
    with pytest.raises(ClientError) as caught:
        client.delete_namespace(namespaceName="lasting")
    assert code(caught) == "ConflictException"

    client.delete_workgroup(workgroupName="lasting")
    org.settle()

    assert ("drop", "lasting") not in org.database.told
    client.create_workgroup(
        workgroupName="lasting", namespaceName="lasting", subnetIds=found["subnetIds"]
    )
    org.settle()
    (seat,) = [s for s in org.redshift.warehouses.seats() if s.name == "lasting"]
    assert org.vault.of(seat, "admin", PASSWORD) is not None
    client.delete_workgroup(workgroupName="lasting")
    org.settle()
    client.delete_namespace(namespaceName="lasting")
    assert ("drop", "lasting") in org.database.told


def test_redshift_looks_after_a_password_in_a_secret_of_the_account(org: Warehoused) -> None:
    client = org.client("redshift-serverless")

    made = client.create_namespace(namespaceName="minded", manageAdminPassword=True)

    secret = made["namespace"]["adminPasswordSecretArn"]
    text = org.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    assert '"username": "admin"' in text


def test_tags_are_kept(org: Warehoused) -> None:
    client = org.client("redshift-serverless")
    arn = client.create_namespace(
        namespaceName="marked", tags=[{"key": "owner", "value": "sales"}]
    )["namespace"]["namespaceArn"]

    client.tag_resource(resourceArn=arn, tags=[{"key": "stage", "value": "demo"}])
    client.untag_resource(resourceArn=arn, tagKeys=["owner"])

    tags = client.list_tags_for_resource(resourceArn=arn)["tags"]
    assert tags == [{"key": "stage", "value": "demo"}]
