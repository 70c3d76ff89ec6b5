"""The Data API as unmodified clients meet it: statements that run by themselves."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.local.call import Place
from studiogate.local.redshift.parts import Column, Result
from studiogate.local.redshift.statements.results import ROWS_IN_A_PAGE, field
from tests.kit.front import REGION
from tests.kit.redshift_api import PASSWORD, PRODUCER, Warehoused

NAIVE = datetime.fromisoformat("2026-01-31T08:00:00.500000")


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture(scope="module")
def sales(org: Warehoused) -> str:
    org.cluster("sales")
    return "sales"


def asked(sql: str = "select 1", **more: Any) -> dict[str, Any]:
    said = {"ClusterIdentifier": "sales", "Database": "dev", "DbUser": "ada", "Sql": sql}
    found = {**said, "WaitTimeSeconds": 5, **more}
    return {key: value for key, value in found.items() if value is not None}


class TestTheReader:
    def test_s1_17_runs_polls_and_fetches_as_their_own_user(
        self, org: Warehoused, sales: str
    ) -> None:
        client = org.client("redshift-data", org.reader("ada", cluster=sales))

        handed = client.execute_statement(**asked("select 1 as one"))

        assert handed["Status"] == "FINISHED"
        assert handed["DbUser"] == "ada"
        shown = client.describe_statement(Id=handed["Id"])
        assert (shown["Status"], shown["ResultRows"]) == ("FINISHED", 1)
        assert shown["HasResultSet"] is True
        found = client.get_statement_result(Id=handed["Id"])
        assert found["Records"] == [[{"longValue": 1}]]
        assert found["ColumnMetadata"][0]["typeName"] == "int4"
        grant, _, _, database = org.database.ran[-1]
        assert (grant.user, grant.creates, database) == ("ada", False, "dev")
        assert grant.source_identity == "ada"

    def test_s1_17_is_refused_another_persons_statement(
        self, org: Warehoused, sales: str
    ) -> None:
        ada = org.client("redshift-data", org.reader("ada", cluster=sales))
        ben = org.client("redshift-data", org.reader("ben", cluster=sales))
        theirs = ada.execute_statement(**asked())["Id"]

        for refused in (
            ben.get_statement_result,
            ben.describe_statement,
            ben.cancel_statement,
        ):
            with pytest.raises(ClientError) as caught:
                refused(Id=theirs)
            assert code(caught) == "AccessDeniedException"

    def test_s1_17_lists_their_own_statements_and_no_others(
        self, org: Warehoused, sales: str
    ) -> None:
        ada = org.client("redshift-data", org.reader("ada", cluster=sales))
        ben = org.client("redshift-data", org.reader("ben", cluster=sales))
        own = ada.execute_statement(**asked("select 'hers'"))["Id"]
        ben.execute_statement(**asked("select 'his'", DbUser="ben"))

        shown = ada.list_statements(RoleLevel=False)["Statements"]

        assert own in {one["Id"] for one in shown}
        assert "select 'his'" not in {one["QueryString"] for one in shown}
        with pytest.raises(ClientError) as caught:
            ada.list_statements()
        assert code(caught) == "AccessDeniedException"

    @pytest.mark.parametrize(
        ("changed", "action"),
        [
            ({"DbUser": "ben"}, "redshift:GetClusterCredentials"),
            ({"Database": "prod"}, "redshift:GetClusterCredentials"),
            ({"DbUser": None}, "redshift:GetClusterCredentialsWithIAM"),
            ({"ClusterIdentifier": "other"}, "redshift-data:ExecuteStatement"),
        ],
    )
    def test_is_refused_what_a_connection_would_be_refused(
        self, org: Warehoused, sales: str, changed: dict[str, Any], action: str
    ) -> None:
        client = org.client("redshift-data", org.reader("ada", cluster=sales))

        with pytest.raises(ClientError) as caught:
            client.execute_statement(**asked(**changed))

        assert code(caught) == "AccessDeniedException"
        assert f"perform: {action} " in str(caught.value)

    def test_s1_17_is_refused_an_action_outside_the_nine(
        self, org: Warehoused, sales: str
    ) -> None:
        client = org.client("redshift-data", org.reader("ada", cluster=sales))

        with pytest.raises(ClientError) as caught:
            client.batch_execute_statement(
                ClusterIdentifier=sales, Database="dev", DbUser="ada", Sqls=["select 1"]
            )

        assert code(caught) == "AccessDeniedException"


@pytest.mark.usefixtures("sales")
class TestAStatement:
    def test_fails_in_the_words_of_the_database(self, org: Warehoused) -> None:
        client = org.client("redshift-data")

        handed = client.execute_statement(**asked("select * from nothing_there"))

        shown = client.describe_statement(Id=handed["Id"])
        assert shown["Status"] == "FAILED"
        assert shown["Error"] == 'ERROR: relation "nothing_there" does not exist'
        with pytest.raises(ClientError) as caught:
            client.get_statement_result(Id=handed["Id"])
        assert code(caught) == "ResourceNotFoundException"

    def test_is_cancelled_where_it_runs(self, org: Warehoused) -> None:
        org.database.held["pg_sleep"] = asyncio.Event()
        client = org.client("redshift-data")
        handed = client.execute_statement(**asked("select pg_sleep(60)", WaitTimeSeconds=None))

        assert client.describe_statement(Id=handed["Id"])["Status"] == "STARTED"
        assert client.cancel_statement(Id=handed["Id"])["Status"] is True

        assert client.describe_statement(Id=handed["Id"])["Status"] == "ABORTED"
        with pytest.raises(ClientError) as caught:
            client.cancel_statement(Id=handed["Id"])
        assert code(caught) == "ValidationException"

    def test_takes_parameters_that_it_names(self, org: Warehoused) -> None:
        client, given = org.client("redshift-data"), [{"name": "id", "value": "7"}]

        client.execute_statement(**asked("select :id", Parameters=given))

        assert org.database.ran[-1][2] == {"id": "7"}
        with pytest.raises(ClientError, match="unused parameters"):
            client.execute_statement(**asked("select :other", Parameters=given))

    def test_is_not_run_again_for_the_same_token(self, org: Warehoused) -> None:
        client = org.client("redshift-data")

        first = client.execute_statement(**asked("select 'once'", ClientToken="t-1"))
        ran = len(org.database.ran)
        second = client.execute_statement(**asked("select 'once'", ClientToken="t-1"))

        assert first["Id"] == second["Id"]
        assert len(org.database.ran) == ran

    def test_is_forgotten_after_a_day(self, org: Warehoused) -> None:
        handed = org.client("redshift-data").execute_statement(**asked())
        place = Place(PRODUCER, REGION)
        assert org.redshift.jobs.find(place, handed["Id"]) is not None

        org.clock.ahead = timedelta(hours=24)
        try:
            assert org.redshift.jobs.find(place, handed["Id"]) is None
        finally:
            org.clock.ahead = timedelta()

    def test_gives_its_rows_in_pages(self, org: Warehoused) -> None:
        rows = tuple((n,) for n in range(ROWS_IN_A_PAGE + 5))
        org.database.results["from many"] = Result((Column("n", "int8"),), rows)
        client = org.client("redshift-data")
        handed = client.execute_statement(**asked("select n from many"))

        pages = client.get_paginator("get_statement_result").paginate(Id=handed["Id"])
        found = [row[0]["longValue"] for page in pages for row in page["Records"]]

        assert found == list(range(ROWS_IN_A_PAGE + 5))

    def test_of_a_batch_fails_alone(self, org: Warehoused) -> None:
        client = org.client("redshift-data")

        handed = client.batch_execute_statement(
            ClusterIdentifier="sales",
            Database="dev",
            DbUser="ada",
            Sqls=["select * from nothing_there", "select 1"],
            ExecutionMode="AUTO_COMMIT",
            WaitTimeSeconds=5,
        )

        shown = client.describe_statement(Id=handed["Id"])
        assert [one["Status"] for one in shown["SubStatements"]] == ["FAILED", "FINISHED"]
        assert shown["Status"] == "FAILED"
        second = shown["SubStatements"][1]["Id"]
        assert client.get_statement_result(Id=second)["TotalNumRows"] == 1

    @pytest.mark.parametrize(
        "changed",
        [
            {"WithEvent": True},
            {"ResultFormat": "CSV"},
            {"SessionKeepAliveSeconds": 60},
            {"WorkgroupName": "also"},
            {"Database": None},
            {"SecretArn": "mine", "DbUser": "ada"},
        ],
    )
    def test_in_a_way_that_is_not_offered_is_refused(
        self, org: Warehoused, changed: dict[str, Any]
    ) -> None:
        with pytest.raises(ClientError) as caught:
            org.client("redshift-data").execute_statement(**asked(**changed))

        assert code(caught) in {"ValidationException", "ResourceNotFoundException"}

    def test_runs_with_a_secret_and_never_shows_what_is_in_it(self, org: Warehoused) -> None:
        kept = org.client("secretsmanager").create_secret(
            Name="sales-admin",
            SecretString=json.dumps({"username": "root-user", "password": PASSWORD}),
        )["ARN"]
        client = org.client("redshift-data")

        handed = client.execute_statement(**asked(DbUser=None, SecretArn=kept))

        assert client.describe_statement(Id=handed["Id"])["Status"] == "FINISHED"
        assert org.database.ran[-1][0].user == "root-user"
        assert PASSWORD not in repr(list(org.redshift.jobs.of(Place(PRODUCER, REGION))))

    def test_joins_the_groups_of_a_tag_that_a_policy_allows(self, org: Warehoused) -> None:
        stem = f"arn:aws:redshift:{REGION}:{PRODUCER}"
        may: dict[str, Any] = {
            "Effect": "Allow",
            "Action": ["redshift-data:*", "redshift:GetClusterCredentials"],
            "Resource": "*",
        }
        join = {
            "Effect": "Allow",
            "Action": "redshift:JoinGroup",
            "Resource": f"{stem}:dbgroup:sales/analysts",
        }
        tagged = org.role("tagged", may, join, tags={"RedshiftDbGroups": "analysts"})
        greedy = org.role("greedy", may, join, tags={"RedshiftDbGroups": "analysts:admins"})

        org.client("redshift-data", tagged).execute_statement(**asked())

        assert org.database.ran[-1][0].groups == ("analysts",)
        with pytest.raises(ClientError) as caught:
            org.client("redshift-data", greedy).execute_statement(**asked())
        assert "redshift:JoinGroup" in str(caught.value)

    def test_runs_on_a_workgroup_as_the_role(self, org: Warehoused) -> None:
        org.workgroup("adhoc")
        may = {
            "Effect": "Allow",
            "Action": ["redshift-data:*", "redshift-serverless:GetCredentials"],
            "Resource": "*",
        }
        client = org.client("redshift-data", org.role("Planner", may))

        client.execute_statement(
            WorkgroupName="adhoc", Database="dev", Sql="select 1", WaitTimeSeconds=5
        )

        assert org.database.ran[-1][0].user == "IAMR:Planner"


def test_the_catalogue_is_the_databases_own(org: Warehoused, sales: str) -> None:
    org.database.results |= {
        "from pg_database": Result((Column("datname", "name"),), (("dev",), ("prod",))),
        "information_schema.schemata": Result((Column("s", "name"),), (("public",),)),
        "information_schema.tables": Result(
            (Column("t", "name"),), (("orders", "public", "BASE TABLE"),)
        ),
        "information_schema.columns": Result(
            (Column("c", "name"),),
            (("id", "orders", "public", "int4", "NO", None, 32, 0, None),),
        ),
    }
    client = org.client("redshift-data")
    who = {"ClusterIdentifier": sales, "Database": "dev", "DbUser": "ada"}

    assert client.list_databases(**who)["Databases"] == ["dev", "prod"]
    assert client.list_schemas(**who, SchemaPattern="pub%")["Schemas"] == ["public"]
    assert org.database.ran[-1][2] == {"schema": "pub%"}
    (table,) = client.list_tables(**who)["Tables"]
    assert table == {"name": "orders", "schema": "public", "type": "TABLE"}
    (column,) = client.describe_table(**who, Schema="public", Table="orders")["ColumnList"]
    assert (column["name"], column["typeName"], column["nullable"]) == ("id", "int4", 0)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, {"isNull": True}),
        (True, {"booleanValue": True}),
        (-3, {"longValue": -3}),
        (0.5, {"doubleValue": 0.5}),
        (b"\x00", {"blobValue": b"\x00"}),
        (Decimal("1.10"), {"stringValue": "1.10"}),
        (date(2026, 1, 31), {"stringValue": "2026-01-31"}),
        (NAIVE, {"stringValue": "2026-01-31 08:00:00.5"}),
        (datetime(2026, 1, 31, 8, tzinfo=UTC), {"stringValue": "2026-01-31 08:00:00+00"}),
        ({"a": [1]}, {"stringValue": '{"a":[1]}'}),
        ("ø", {"stringValue": "ø"}),
    ],
)
def test_every_value_is_in_the_member_that_fits_it(value: Any, shown: dict[str, Any]) -> None:
    assert field(value) == shown
