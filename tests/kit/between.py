"""What stands between accounts, for tests: an organisation whose accounts call in process.

Every call goes the whole way but for the signature: written, read, decided by the policies,
answered, and read back as boto3 would.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from typing import Any

import pytest
from moto.ec2.models import ec2_backends

from studiogate.landscape.model import Landscape
from studiogate.local.between.pace import SETTLES
from studiogate.local.between.together import Between, between
from studiogate.local.call import ApiError, Caller, Service
from studiogate.local.front.event import ApiEvent
from studiogate.local.front.inside import Inside, InsideCloud
from studiogate.local.iam.accounts import MANAGEMENT, Founded, found_organisation
from studiogate.local.iam.guard import Guard
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.sts import StsService
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.moto_services import MotoService
from tests.kit.front import LANDSCAPE, LOB_A, LOB_B, REGION, SHARED, MovingClock, empty_moto

OUTSIDER = "777777777777"
"""An account of nobody's organisation."""


@dataclass
class StandingClock:
    """A time that moves when a test says so."""

    now: datetime = field(default_factory=lambda: datetime(2030, 1, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def tick(self, time: timedelta = SETTLES) -> None:
        """Let time pass: by default as long as a state takes to settle."""
        self.now += time


@dataclass
class Accounts:
    """The organisation, each account called by its administrator."""

    founded: Founded
    between: Between
    clock: Any
    inside: Inside
    sessions: SessionStore
    guard: Guard
    services: dict[str, Service]
    events: list[ApiEvent]

    def tick(self) -> None:
        """Let what is on its way arrive."""
        self.clock.tick()

    def caller(self, account: str) -> Caller:
        """The administrator of `account`."""
        if account == OUTSIDER:
            return Caller(
                kind="root",
                account=account,
                arn=f"arn:aws:iam::{account}:root",
                user_id=account,
                name=account,
                access_key="AKIAOUTSIDE",
                secret_key="",
            )
        keys = (
            self.founded.management
            if account == MANAGEMENT
            else self.founded.explorers[account]
        )
        found = self.sessions.lookup(keys.access_key)
        assert found is not None
        return found

    def cloud(self, account: str) -> InsideCloud:
        """The emulated AWS of that administrator."""
        return InsideCloud(self.inside, self.caller(account), REGION)

    async def ec2(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        """One call of EC2."""
        return await self.cloud(account).call("ec2", operation, **params)

    async def ram(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        """One call of RAM."""
        return await self.cloud(account).call("ram", operation, **params)

    async def dns(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        """One call of Route 53."""
        return await self.cloud(account).call("route53", operation, **params)

    async def resolver(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        """One call of Resolver."""
        return await self.cloud(account).call("route53resolver", operation, **params)

    async def vpc(self, account: str, cidr: str) -> tuple[str, list[str]]:
        """A new VPC with two subnets in two zones: its id, and theirs."""
        made = await self.ec2(account, "CreateVpc", CidrBlock=cidr)
        vpc = made["Vpc"]["VpcId"]
        subnets, blocks = [], IPv4Network(cidr).subnets(new_prefix=24)
        for block, zone in zip(blocks, ("euw1-az1", "euw1-az2"), strict=False):
            one = await self.ec2(
                account,
                "CreateSubnet",
                VpcId=vpc,
                CidrBlock=str(block),
                AvailabilityZoneId=zone,
            )
            subnets.append(one["Subnet"]["SubnetId"])
        return vpc, subnets

    async def shared(self, arn: str, *accounts: str, **more: Any) -> str:
        """A share of the hub's that the accounts have at once; its ARN."""
        await self.ram(MANAGEMENT, "EnableSharingWithAwsOrganization")
        made = await self.ram(
            SHARED,
            "CreateResourceShare",
            name="hub",
            resourceArns=[arn],
            principals=list(accounts),
            allowExternalPrincipals=False,
            **more,
        )
        if hasattr(self.clock, "tick"):
            self.tick()
        return str(made["resourceShare"]["resourceShareArn"])

    async def gateway(self, **options: str) -> str:
        """A transit gateway of the hub's, ready; nothing is automatic but what is said."""
        plain = {
            "DefaultRouteTableAssociation": "disable",
            "DefaultRouteTablePropagation": "disable",
            "AutoAcceptSharedAttachments": "enable",
        }
        made = await self.ec2(SHARED, "CreateTransitGateway", Options={**plain, **options})
        self.tick()
        return str(made["TransitGateway"]["TransitGatewayId"])

    async def attached(self, account: str, gateway: str, cidr: str) -> tuple[str, str]:
        """A VPC of `account`, attached: the attachment and the VPC."""
        vpc, subnets = await self.vpc(account, cidr)
        made = await self.ec2(
            account,
            "CreateTransitGatewayVpcAttachment",
            TransitGatewayId=gateway,
            VpcId=vpc,
            SubnetIds=subnets,
        )
        self.tick()
        return str(made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]), vpc

    async def table(self, gateway: str) -> str:
        """A route table of a gateway of the hub's."""
        made = await self.ec2(
            SHARED, "CreateTransitGatewayRouteTable", TransitGatewayId=gateway
        )
        self.tick()
        return str(made["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"])


@dataclass(frozen=True)
class Ground:
    """What is slow to make and the same for all: an organisation, founded, and moto."""

    founded: Founded
    moto: MotoApp


@contextmanager
def ground(landscape: Landscape = LANDSCAPE) -> Iterator[Ground]:
    """An organisation with the accounts of `landscape`, and nothing in them."""
    empty_moto()
    moto = MotoApp({})
    try:
        yield Ground(found_organisation(landscape), moto)
    finally:
        moto.close()
        empty_moto()


def accounts(there: Ground, clock: Any = None, **more: Any) -> Accounts:
    """The accounts of `there`, with nothing between them and no VPC in them.

    The clock stands still unless another is given; `more` goes to `between`.
    """
    ec2_backends.clear()
    clock = clock or StandingClock()
    sessions, organisation = SessionStore(clock), Organisation(MANAGEMENT)
    policies, events = LivePolicies(organisation), list[ApiEvent]()
    found = between(MotoService("ec2", there.moto), organisation, clock, **more)
    services: dict[str, Service] = {
        "sts": StsService(sessions, policies),
        "iam": MotoService("iam", there.moto),
        "organizations": MotoService("organizations", there.moto),
        **found.services,
    }
    guard = Guard(policies, clock, found.resource_policies)
    inside = Inside(services, guard, trail=events.append, clock=clock, lookup=sessions.lookup)
    return Accounts(there.founded, found, clock, inside, sessions, guard, services, events)


@contextmanager
def refused(code: str, match: str = "") -> Iterator[None]:
    """What is done inside is refused by AWS with `code`, in words that `match`."""
    with pytest.raises(ApiError, match=match or None) as caught:
        yield
    assert caught.value.code == code


__all__ = ["LOB_A", "LOB_B", "MANAGEMENT", "OUTSIDER", "REGION", "SHARED", "MovingClock"]
