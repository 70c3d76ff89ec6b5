"""The `sales` warehouse of `make up`, as its administrators and its readers meet it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.kit.organisation import Organisation
from tests.kit.routes import packets_know, without_routes
from tests.kit.waiting import awaited
from tests.kit.written import lines_of, written

CONNECT = 'from studiogate import warehouse; sales = warehouse.connect("sales"); sales'

PUBLISHED = """\
import json, os
import awswrangler as wr, boto3

def get_userprofile_name():
    place = os.environ.get("STUDIOGATE_METADATA", "/opt/ml/metadata/resource-metadata.json")
    with open(place) as logs:
        return json.load(logs)["UserProfileName"]

def connected(user=None, groups=("analysts",)):
    role = "arn:aws:iam::444444444444:role/StudioReader-sales.%s"
    lob = "lob-a" if ":222222222222:" in boto3.client("sts").get_caller_identity()["Arn"] else "lob-b"
    got = boto3.client("sts").assume_role(RoleArn=role % lob, RoleSessionName="RedshiftSession")
    keys = got["Credentials"]
    session = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name="eu-west-1",
    )
    return wr.redshift.connect_temp(
        cluster_identifier="sales",
        database="dev",
        user=user or get_userprofile_name(),
        auto_create=True,
        db_groups=list(groups),
        boto3_session=session,
    )
"""
"""What the published article has people type, put together as they would."""

DATA_API = """\
import json, os, boto3

listed = json.load(open(os.path.expanduser("~/.studiogate/warehouses.json")))

def reader(called):
    role = listed["warehouses"]["sales"]["role_arn"]
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName=called)["Credentials"]
    session = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=listed["region"],
    )
    return session.client("redshift-data")

def asked(data):
    who = json.load(open(os.environ.get(
        "STUDIOGATE_METADATA", "/opt/ml/metadata/resource-metadata.json")))["UserProfileName"]
    return data.execute_statement(
        ClusterIdentifier="sales", Database="dev", DbUser=who, Sql="select 17 as data_api"
    )["Id"]

"""
"""The Data API from a notebook, in a session of one's own naming."""

_ENDED = {"FINISHED", "FAILED", "ABORTED"}
_THERE = "10.200.0.0/16"


class Sales:
    """The warehouse, as whoever looks after the account `data` sees it."""

    def __init__(self, acme: Organisation) -> None:
        self._acme = acme
        self.redshift = acme.client("data", "redshift")
        self._data = acme.client("data", "redshift-data")

    @property
    def cluster(self) -> dict[str, Any]:
        """What DescribeClusters says."""
        found: dict[str, Any] = self.redshift.describe_clusters(ClusterIdentifier="sales")[
            "Clusters"
        ][0]
        return found

    def run(self, sql: str) -> list[list[Any]]:
        """The rows that `sql` gives its administrator, by the Data API."""
        asked = self._data.execute_statement(
            ClusterIdentifier="sales",
            Database="dev",
            DbUser=self.cluster["MasterUsername"],
            Sql=sql,
        )

        def ended() -> dict[str, Any] | None:
            told: dict[str, Any] = self._data.describe_statement(Id=asked["Id"])
            return told if told["Status"] in _ENDED else None

        found = awaited(ended)
        assert found["Status"] == "FINISHED", found.get("Error")
        if not found["HasResultSet"]:
            return []
        records = self._data.get_statement_result(Id=asked["Id"])["Records"]
        return [[next(iter(field.values())) for field in record] for record in records]

    def logged(self, text: str) -> list[dict[str, Any]]:
        """Lines of the log of statements that hold `text`, once there are any."""
        return awaited(lambda: [one for one in self._log() if text in one["text"]])

    def _log(self) -> Iterator[dict[str, Any]]:
        for _, said in written(self._acme.state / "redshift", "statements.jsonl"):
            yield from lines_of(said)

    @contextmanager
    def no_route_from(self, network: str) -> Iterator[None]:
        """The VPC of `network` without its routes to the warehouse's, until the block ends."""
        with without_routes(self._acme.client(network, "ec2"), _THERE, "TransitGatewayId"):
            packets_know()
            yield
