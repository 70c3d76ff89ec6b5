"""The emulated APIs of Redshift behind a real door, for boto3; databases are told, not there."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3.session
from botocore.config import Config

from studiogate.landscape.model import INTERNET
from studiogate.local.cloudformation.api import CloudFormationService
from studiogate.local.cloudformation.kinds.all import KINDS
from studiogate.local.front.event import ApiEvent
from studiogate.local.front.inside import Inside
from studiogate.local.iam.accounts import MANAGEMENT, Founded, found_organisation
from studiogate.local.iam.guard import Guard
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.sts import StsService
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.moto_services import MotoService
from studiogate.local.redshift.api.together import Redshift, redshift
from studiogate.local.redshift.parts import Column, Failed, Grant, Result, Seat
from studiogate.local.redshift.standing.managed import ManagedByMoto
from studiogate.local.redshift.standing.vault import Vault
from studiogate.local.redshift.standing.warehouses import Warehouses
from studiogate.policy.warehouses import (
    reader_role_policy,
    reader_role_trust,
    reading_policy,
)
from tests.kit.front import (
    LANDSCAPE,
    LOB_A,
    REGION,
    SHARED,
    MovingClock,
    api_front,
    empty_moto,
    served,
)

if TYPE_CHECKING:
    from studiogate.local.call import Service

PRODUCER = SHARED
PASSWORD = "Correct-horse-1"


@dataclass
class ToldDatabase:
    """A `parts.Database` that remembers what it was told, and answers from a table."""

    told: list[tuple[str, str]] = field(default_factory=list)
    ran: list[tuple[Grant, str, dict[str, str], str | None]] = field(default_factory=list)
    results: dict[str, Result] = field(default_factory=dict)
    """By a part of the statement."""

    held: dict[str, asyncio.Event] = field(default_factory=dict)
    """Statements that wait, by a part of them."""

    async def open(self, seat: Seat, *, password: str | None = None) -> None:
        del password
        self.told.append(("open", seat.name))

    async def close(self, seat: Seat) -> None:
        self.told.append(("close", seat.name))

    async def drop(self, seat: Seat) -> None:
        self.told.append(("drop", seat.name))

    async def run(
        self,
        seat: Seat,
        grant: Grant,
        sql: str,
        parameters: Mapping[str, str] | None = None,
        *,
        database: str | None = None,
    ) -> Result:
        del seat
        self.ran.append((grant, sql, dict(parameters or {}), database))
        for part, gate in self.held.items():
            if part in sql:
                await gate.wait()
        if "nothing_there" in sql:
            raise Failed('relation "nothing_there" does not exist', code="42P01")
        for part, result in self.results.items():
            if part in sql:
                return result
        return Result((Column("one", "int4"),), ((1,),))


class ToldAddresses:
    """`parts.Addresses`: a seat answers in each network at a port of its own."""

    def address(self, seat: Seat, network: str) -> tuple[str, int] | None:
        del seat
        return ("127.0.0.1", 15439) if network == INTERNET else None


@dataclass
class Warehoused:
    """An organisation with Redshift, at one address."""

    founded: Founded
    url: str
    clock: MovingClock
    redshift: Redshift
    database: ToldDatabase
    vault: Vault
    events: list[ApiEvent]
    _session: boto3.session.Session = field(default_factory=boto3.session.Session)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: Any, keys: Any = None, *, account: str = PRODUCER) -> Any:
        """An unmodified boto3 client; the administrator of the producer by default."""
        given = keys or self.founded.explorers[account]
        if not isinstance(given, Mapping):
            given = {"AccessKeyId": given.access_key, "SecretAccessKey": given.secret_key}
        key = (service, given["AccessKeyId"])
        if key not in self._clients:
            self._clients[key] = self._made(service, given)
        return self._clients[key]

    def _made(self, service: Any, given: Mapping[str, str]) -> Any:
        return self._session.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given.get("SessionToken"),
            config=Config(retries={"max_attempts": 0}),
        )

    def network(self, account: str = PRODUCER, *, subnets: int = 3) -> tuple[str, list[str]]:
        """A new VPC with subnets in as many zones: its id, and theirs."""
        ec2 = self.client("ec2", account=account)
        vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        made = [
            ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.8.{n}.0/24", AvailabilityZoneId=f"euw1-az{n}"
            )["Subnet"]["SubnetId"]
            for n in range(1, subnets + 1)
        ]
        return vpc, made

    def subnet_group(self, name: str, account: str = PRODUCER) -> tuple[str, list[str]]:
        """A subnet group of that name in a VPC of its own."""
        vpc, subnets = self.network(account)
        self.client("redshift", account=account).create_cluster_subnet_group(
            ClusterSubnetGroupName=name, Description="where it is", SubnetIds=subnets
        )
        return vpc, subnets

    def cluster(self, name: str, **more: Any) -> dict[str, Any]:
        """A cluster of that name, available; its subnet group is called like it."""
        self.subnet_group(name)
        client = self.client("redshift")
        said = {
            "ClusterIdentifier": name,
            "ClusterSubnetGroupName": name,
            "NodeType": "ra3.large",
            "MasterUsername": "root-user",
            "MasterUserPassword": PASSWORD,
        }
        client.create_cluster(**(said | more))
        self.settle()
        found: dict[str, Any] = client.describe_clusters(ClusterIdentifier=name)["Clusters"][0]
        return found

    def workgroup(self, name: str) -> dict[str, Any]:
        """A workgroup of that name, available; its namespace is called like it."""
        client, (_, subnets) = self.client("redshift-serverless"), self.network()
        client.create_namespace(namespaceName=name, adminUserPassword=PASSWORD)
        client.create_workgroup(
            workgroupName=name, namespaceName=name, subnetIds=subnets, baseCapacity=8
        )
        self.settle()
        found: dict[str, Any] = client.get_workgroup(workgroupName=name)["workgroup"]
        return found

    def settle(self) -> None:
        """Return once databases are open or closed: any call waits for its turn in the loop."""
        for _ in range(50):
            if not self.redshift.warehouses.working:
                return
            self.client("sts").get_caller_identity()
        raise AssertionError("something is still under way")

    def reader(self, person: str, *, cluster: str, session: str | None = None) -> Any:
        """Credentials of the product's own reader role, taken from a notebook of `person`."""
        execution = self._role(LOB_A, "StudioExecution", _notebooks(), {})
        trust = reader_role_trust(execution_role_arns=[execution])
        can = reader_role_policy(
            region=REGION,
            account=PRODUCER,
            cluster=cluster,
            database="dev",
            groups=["analysts"],
        )
        reader = self._role(PRODUCER, f"StudioReader-{cluster}.lob-a", trust, can)
        self.client("iam", account=LOB_A).put_role_policy(
            RoleName="StudioExecution",
            PolicyName="reading",
            PolicyDocument=json.dumps(reading_policy(reader_role_arns=[reader])),
        )
        notebook = self.client("sts", account=LOB_A).assume_role(
            RoleArn=execution, RoleSessionName="SageMaker", SourceIdentity=person
        )["Credentials"]
        return self.client("sts", notebook).assume_role(
            RoleArn=reader, RoleSessionName=session or person
        )["Credentials"]

    def role(self, name: str, *statements: Any, tags: Mapping[str, str] | None = None) -> Any:
        """Credentials of a new role of the producer that may do that."""
        can = {"Version": "2012-10-17", "Statement": list(statements)}
        arn = self._role(PRODUCER, name, _notebooks(PRODUCER), can, tags)
        return self.client("sts").assume_role(RoleArn=arn, RoleSessionName="tester")[
            "Credentials"
        ]

    def _role(
        self,
        account: str,
        name: str,
        trust: Any,
        can: Any,
        tags: Mapping[str, str] | None = None,
    ) -> str:
        iam = self.client("iam", account=account)
        try:
            return str(iam.get_role(RoleName=name)["Role"]["Arn"])
        except iam.exceptions.NoSuchEntityException:
            made = iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=json.dumps(trust),
                Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
            )
        if can:
            iam.put_role_policy(RoleName=name, PolicyName="can", PolicyDocument=json.dumps(can))
        return str(made["Role"]["Arn"])


def _notebooks(account: str = LOB_A) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            }
        ],
    }


@contextmanager
def warehoused() -> Iterator[Warehoused]:
    """Found the organisation and serve it."""
    empty_moto()
    clock, events = MovingClock(), list[ApiEvent]()
    founded = found_organisation(LANDSCAPE)
    sessions, policies = SessionStore(clock), LivePolicies(Organisation(MANAGEMENT))
    guard, moto = Guard(policies, clock), MotoApp({})
    services: dict[str, Service] = {
        name: MotoService(name, moto) for name in ("ec2", "iam", "secretsmanager", "kms")
    }
    database, vault = ToldDatabase(), Vault(clock)
    warehouses = Warehouses(
        clock,
        database,
        vault,
        addresses=ToldAddresses(),
        managed=ManagedByMoto(moto, trail=events.append, clock=clock),
    )
    made = redshift(warehouses, services["ec2"])
    services |= {**made.services, "sts": StsService(sessions, policies)}
    inside = Inside(services, guard, trail=events.append, clock=clock)
    services["cloudformation"] = CloudFormationService(KINDS, inside.cloud_of, clock)
    front = api_front(services, guard, sessions, clock, events)
    with served(front) as url:
        try:
            yield Warehoused(founded, url, clock, made, database, vault, events)
        finally:
            moto.close()
            empty_moto()
