"""AWS as a notebook sees it: the app's own session, and the reader roles it becomes.

The source identity is on the app's session already, put there by SageMaker, and comes along by
itself (requirement S1-11): it is never set here, because a hop that sets another is refused.
The session is called like the profile: the Data API, and the roles of workgroups, insist on it.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import CredentialResolver
from botocore.loaders import create_loader

from studiogate import __version__
from studiogate.aws.session import RoleProvider, calling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_redshift import RedshiftClient
    from mypy_boto3_redshift_serverless import RedshiftServerlessClient

CHAINED_S: Final = 3600
"""Seconds a session lasts that came from another one; no role may say more (STS API
reference, AssumeRole, "role chaining").  It is asked for anew ten minutes before."""

PASSWORD_S: Final = 3600
"""Seconds a database password lasts: 900 to 3600 (Redshift API, GetClusterCredentials)."""

_CONFIG: Final = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 3},
    user_agent_extra=f"studiogate/{__version__}",
)
"""Somebody waits in front of a cell: an endpoint that is not there is told in 20 seconds."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who AWS takes somebody for."""

    account: str
    arn: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A cluster or a workgroup, as its account describes it."""

    status: str
    """AWS's word, in lower case: `available`, `paused`, `resizing`, …"""

    host: str | None
    """Name it answers by; `None` while it is being made."""

    port: int


@dataclass(frozen=True, slots=True)
class Password:
    """What a database lets somebody in with, for a while."""

    user: str
    """As the database is to be told it, prefix and all."""

    password: str = field(repr=False)
    expires_at: datetime


class Reader:
    """Redshift's API as one reader role, in the account of the warehouse.

    Safe to share between threads.  The role is assumed at the first call, and again before its
    session ends.
    """

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._made: dict[str, Any] = {}
        self._making = threading.Lock()

    def caller(self) -> Caller:
        """Who the reader role's session is.

        Raises:
            AwsError: STS refused, or did not answer.
        """
        return _caller(self._client("sts"))

    def cluster(self, name: str) -> Standing:
        """The provisioned cluster called `name`.

        Raises:
            Absent: the role's account has none.
            AwsError: AWS refused, or did not answer.
        """
        with calling("redshift:DescribeClusters", about=name):
            answer = self._redshift().describe_clusters(ClusterIdentifier=name)
        found = answer["Clusters"][0]
        endpoint = found.get("Endpoint", {})
        return Standing(
            status=found.get("ClusterStatus", "").lower(),
            host=endpoint.get("Address"),
            port=endpoint.get("Port", 5439),
        )

    def cluster_password(
        self, name: str, *, user: str, database: str, groups: "Sequence[str]"
    ) -> Password:
        """A password for `user` of the cluster, who is made when missing, in those groups.

        The database is always named: without it the password opens every one (F-59).

        Raises:
            Denied: that user, database or group is not the caller's.
            AwsError: AWS refused otherwise, or did not answer.
        """
        joined: dict[str, Any] = {"DbGroups": list(groups)} if groups else {}
        with calling("redshift:GetClusterCredentials", about=f"{name}/{database}"):
            answer = self._redshift().get_cluster_credentials(
                ClusterIdentifier=name,
                DbUser=user,
                DbName=database,
                AutoCreate=True,
                DurationSeconds=PASSWORD_S,
                **joined,
            )
        return Password(answer["DbUser"], answer["DbPassword"], answer["Expiration"])

    def workgroup(self, name: str) -> Standing:
        """The serverless workgroup called `name`.

        Raises:
            Absent: the role's account has none.
            AwsError: AWS refused, or did not answer.
        """
        with calling("redshift-serverless:GetWorkgroup", about=name):
            found = self._serverless().get_workgroup(workgroupName=name)["workgroup"]
        endpoint = found.get("endpoint", {})
        return Standing(
            status=found.get("status", "").lower(),
            host=endpoint.get("address"),
            port=endpoint.get("port", 5439),
        )

    def workgroup_password(self, name: str, *, database: str) -> Password:
        """A password for the database user that the role itself is: `IAMR:` and its name.

        Raises:
            Denied: the role may not.
            AwsError: AWS refused otherwise, or did not answer.
        """
        with calling("redshift-serverless:GetCredentials", about=f"{name}/{database}"):
            answer = self._serverless().get_credentials(
                workgroupName=name, dbName=database, durationSeconds=PASSWORD_S
            )
        return Password(answer["dbUser"], answer["dbPassword"], answer["expiration"])

    def _redshift(self) -> "RedshiftClient":
        return cast("RedshiftClient", self._client("redshift"))

    def _serverless(self) -> "RedshiftServerlessClient":
        return cast("RedshiftServerlessClient", self._client("redshift-serverless"))

    def _client(self, service: Literal["redshift", "redshift-serverless", "sts"]) -> Any:
        """The client of `service`, made when needed: one takes a third of a second."""
        with self._making:
            if service not in self._made:
                self._made[service] = self._session.client(service, config=_CONFIG)
            return self._made[service]


class Notebook:
    """AWS with the keys of the app that a notebook runs in."""

    def __init__(self, region: str) -> None:
        """Speak to `region`, that of the warehouses; keys come from boto3's own search."""
        self._region = region
        self._own = boto3.Session(region_name=region)
        # Models of services are large: read once, not once for each role.
        self._models = create_loader()

    def caller(self) -> Caller:
        """Who the notebook itself is.

        Raises:
            AwsError: STS refused, or did not answer.
            SettingsError: there are no keys.
        """
        return _caller(self._own.client("sts", config=_CONFIG))

    def reader(self, role_arn: str, *, profile: str) -> Reader:
        """Redshift's API as the role of `role_arn`, in a session called like `profile`."""
        own = self._own.client("sts", config=_CONFIG)
        inner = botocore.session.Session()
        provider = RoleProvider(lambda: _assumed(own, role_arn, profile))
        inner.register_component("data_loader", self._models)
        inner.register_component("credential_provider", CredentialResolver([provider]))
        return Reader(boto3.Session(botocore_session=inner, region_name=self._region))


def _assumed(sts: Any, role_arn: str, profile: str) -> dict[str, str]:
    """Keys of the role, with the names botocore has for them."""
    with calling("sts:AssumeRole", about=role_arn):
        answer = sts.assume_role(
            RoleArn=role_arn, RoleSessionName=profile, DurationSeconds=CHAINED_S
        )
    keys = answer["Credentials"]
    return {
        "access_key": keys["AccessKeyId"],
        "secret_key": keys["SecretAccessKey"],
        "token": keys["SessionToken"],
        "expiry_time": keys["Expiration"].isoformat(),
    }


def _caller(sts: Any) -> Caller:
    with calling("sts:GetCallerIdentity"):
        answer = sts.get_caller_identity()
    return Caller(account=answer["Account"], arn=answer["Arn"])
