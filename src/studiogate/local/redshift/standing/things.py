"""Clusters, namespaces and workgroups, and what belongs to them: the rows of the emulation.

A status changes by what is done with a thing (`opening`), never by being looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from studiogate import names
from studiogate.local.call import Place
from studiogate.local.redshift.parts import Seat


@dataclass(slots=True, kw_only=True)
class Thing:
    """What all of them have."""

    place: Place
    name: str
    created: datetime
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Housed(Thing):
    """What has addresses in subnets of a VPC, behind security groups."""

    vpc: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class SubnetGroup(Thing):
    """The subnets a cluster may be in, all of one VPC."""

    description: str
    vpc: str
    subnets: tuple[str, ...]

    @property
    def arn(self) -> str:
        """As policies name it."""
        return self.place.arn("redshift", f"subnetgroup:{self.name}")


@dataclass(slots=True, kw_only=True)
class ParameterGroup(Thing):
    """How databases of clusters are set."""

    description: str
    family: str
    values: dict[str, str] = field(default_factory=dict)
    """Parameters that differ from the family's own."""

    @property
    def arn(self) -> str:
        """As policies name it."""
        return self.place.arn("redshift", f"parametergroup:{self.name}")


@dataclass(slots=True, kw_only=True)
class Cluster(Housed):
    """One provisioned cluster."""

    node_type: str
    nodes: int
    master: str
    database: str
    port: int
    subnet_group: str
    parameter_group: str
    public: bool
    namespace: str
    """A UUID: the part of the cluster that a namespace's ARN names."""

    status: str = "creating"
    settings: dict[str, Any] = field(default_factory=dict)
    """Members of an answer that nothing here acts on, as they were asked for."""

    secret: str | None = None
    """ARN of the secret with the administrator's password, where Redshift looks after it."""

    secret_key: str | None = None
    logging: Mapping[str, Any] | None = None

    @property
    def arn(self) -> str:
        """As policies name it."""
        return self.place.arn("redshift", f"cluster:{self.name}")

    @property
    def seat(self) -> Seat:
        """Its database's side, as it is now."""
        return _seat("cluster", self, self.database, self.master)


@dataclass(slots=True, kw_only=True)
class Snapshot(Thing):
    """What a cluster held when it was deleted."""

    cluster: Cluster
    retention: int

    @property
    def arn(self) -> str:
        """As policies name it."""
        return self.place.arn("redshift", f"snapshot:{self.cluster.name}/{self.name}")


@dataclass(slots=True, kw_only=True)
class Authorization:
    """That another account may make endpoints to a cluster."""

    cluster: Cluster
    grantee: str
    vpcs: tuple[str, ...]
    """None: any VPC of that account."""

    at: datetime


@dataclass(slots=True, kw_only=True)
class Endpoint(Housed):
    """A Redshift-managed VPC endpoint: a door to a cluster in somebody's own subnets."""

    id: str
    cluster: Cluster
    subnet_group: str
    status: str = "active"

    @property
    def arn(self) -> str:
        """As it is called among resources."""
        return self.place.arn("redshift", f"managedvpcendpoint/{self.name}")


@dataclass(slots=True, kw_only=True)
class Namespace(Thing):
    """The databases and users of a serverless warehouse."""

    id: str
    database: str
    master: str
    secret: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    held: Seat | None = None
    """The seat under whose name its databases are kept here, since it had a workgroup."""

    @property
    def waiting(self) -> Seat:
        """No seat of anybody: where the administrator's password is while nothing computes."""
        account, region = self.place.account, self.place.region
        name = f"namespace/{self.name}"
        return Seat("workgroup", account, region, name, self.database, self.master, "", (), ())

    @property
    def arn(self) -> str:
        """As policies name it: by its id, never by its name."""
        return self.place.arn("redshift-serverless", f"namespace/{self.id}")


@dataclass(slots=True, kw_only=True)
class LastSnapshot(Thing):
    """What a namespace held when it was deleted."""

    id: str
    namespace: Namespace
    retention: int

    @property
    def arn(self) -> str:
        """As policies name it: by its id, never by its name."""
        return self.place.arn("redshift-serverless", f"snapshot/{self.id}")


@dataclass(slots=True, kw_only=True)
class Workgroup(Housed):
    """What computes for a namespace, and the door to it."""

    id: str
    namespace: Namespace
    base: int
    port: int
    public: bool
    status: str = "CREATING"
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """As policies name it: by its id, never by its name."""
        return self.place.arn("redshift-serverless", f"workgroup/{self.id}")

    @property
    def seat(self) -> Seat:
        """Its database's side, as it is now."""
        return _seat("workgroup", self, self.namespace.database, self.namespace.master)


def _seat(
    kind: Literal["cluster", "workgroup"],
    one: Cluster | Workgroup,
    database: str,
    master: str,
) -> Seat:
    place = one.place
    return Seat(
        kind,
        place.account,
        place.region,
        one.name,
        database,
        master,
        one.vpc,
        one.subnets,
        one.groups,
        one.public,
    )


def host(one: Cluster | Workgroup) -> str:
    """The name AWS gives the database of a cluster or workgroup; nothing here resolves it.

    Source: Redshift Management Guide, "Finding your cluster connection string" and "Connecting
    to Amazon Redshift Serverless".
    """
    place = one.place
    suffix = names.dns_suffix(place.region)
    if isinstance(one, Workgroup):
        return f"{one.name}.{place.account}.{place.region}.redshift-serverless.{suffix}"
    label = one.namespace.replace("-", "")[:12]
    return f"{one.name}.{label}.{place.region}.redshift.{suffix}"


def endpoint_host(one: Endpoint) -> str:
    """The name AWS gives a managed endpoint; nothing here resolves it."""
    region = one.place.region
    label = one.id.removeprefix("vpce-")[:12]
    return f"{one.name}-endpoint-{label}.{region}.redshift.{names.dns_suffix(region)}"
