"""What a network is made of, as EC2's Describe calls tell it: values, and how they are found.

`topology` says what a landscape means to build; here is what stands, whoever made it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Literal

Via = Literal[
    "local", "transit-gateway", "peering", "internet-gateway", "nat-gateway", "something else"
]
"""What kind of thing a route leads to."""

ANY = IPv4Network("0.0.0.0/0")


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC."""

    id: str
    account: str
    cidrs: tuple[IPv4Network, ...]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet."""

    id: str
    vpc: str
    cidr: IPv4Network
    zone: str
    """Id of its availability zone, which means the same in every account."""


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a VPC's route table, or of a transit gateway's."""

    to: IPv4Network
    kind: Via
    via: str
    """The id it leads to; empty for one that drops."""

    blackhole: bool = False

    def __str__(self) -> str:
        """As `10.0.0.0/16 by pcx-1`."""
        return f"{self.to} by {self.via or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Table:
    """A route table of a VPC."""

    id: str
    vpc: str
    main: bool
    """Whether it is for every subnet that has none of its own."""

    subnets: tuple[str, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a security group; prefix lists are resolved."""

    protocol: str
    """`tcp`, or `-1` for every one."""

    first: int
    last: int
    blocks: tuple[IPv4Network, ...] = ()
    groups: tuple[str, ...] = ()

    def carries(self, port: int) -> bool:
        """Whether it is for TCP on `port`."""
        if self.protocol == "-1":
            return True
        return self.protocol in {"tcp", "6"} and self.first <= port <= self.last


@dataclass(frozen=True, slots=True)
class Group:
    """A security group."""

    id: str
    name: str
    account: str
    vpc: str
    come: tuple[Rule, ...]
    go: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One line of a network ACL; the lowest number that matches decides."""

    number: int
    egress: bool
    allow: bool
    protocol: str
    first: int
    last: int
    block: IPv4Network


@dataclass(frozen=True, slots=True)
class Acl:
    """A network ACL, which has no memory: answers need a rule of their own."""

    id: str
    vpc: str
    subnets: tuple[str, ...]
    entries: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True)
class Peering:
    """A peering of two VPCs, or the request for one."""

    id: str
    state: str
    """As AWS has it: `active`, `pending-acceptance`, …"""

    requester: str
    accepter: str
    """Ids of the two VPCs."""

    accepter_account: str = ""

    def other(self, vpc: str) -> str | None:
        """The VPC at the other end; `None` where `vpc` is at neither."""
        ends = {self.requester: self.accepter, self.accepter: self.requester}
        return ends.get(vpc)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something on a transit gateway."""

    id: str
    gateway: str
    kind: str
    """`vpc`, `vpn`, `direct-connect-gateway`, `peering`, …"""

    resource: str
    """For a VPC, its id."""

    state: str
    table: str | None = None
    """The gateway's route table for what comes by it; only the gateway's owner is told."""

    subnets: tuple[str, ...] = ()
    """Those a VPC is attached in, one in each zone."""


@dataclass(frozen=True, slots=True)
class TransitTable:
    """A route table of a transit gateway; `via` of a route is an attachment."""

    id: str
    gateway: str
    routes: tuple[Route, ...]
    whole: bool = True
    """Whether these are all its routes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was told, each by its id."""

    vpcs: Mapping[str, Vpc] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    acls: Mapping[str, Acl] = field(default_factory=dict)
    peerings: Mapping[str, Peering] = field(default_factory=dict)
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    transit_tables: Mapping[str, TransitTable] = field(default_factory=dict)
    gateways: Mapping[str, str] = field(default_factory=dict)
    """Owner's account by id of a transit gateway."""

    accounts: frozenset[str] = frozenset()
    """Those that were asked; of others nothing is known."""

    def subnets_of(self, vpc: str) -> tuple[Subnet, ...]:
        """Every subnet of `vpc`."""
        return tuple(one for one in self.subnets.values() if one.vpc == vpc)

    def account_of(self, vpc: str) -> str:
        """The account `vpc` is in; `an account nobody looked into` where it is not known."""
        found = self.vpcs.get(vpc)
        return found.account if found else "an account nobody looked into"

    def table_of(self, subnet: Subnet) -> Table | None:
        """The route table of a subnet: its own, or else its VPC's main one."""
        here = [one for one in self.tables.values() if one.vpc == subnet.vpc]
        own = next((one for one in here if subnet.id in one.subnets), None)
        return own or next((one for one in here if one.main), None)

    def acl_of(self, subnet: Subnet) -> Acl | None:
        """The network ACL of a subnet; each has one."""
        return next((one for one in self.acls.values() if subnet.id in one.subnets), None)

    def attachments_of(self, vpc: str, gateway: str | None = None) -> tuple[Attachment, ...]:
        """Attachments of a VPC that live, to `gateway` or to any."""
        return tuple(
            one
            for one in self.attachments.values()
            if one.resource == vpc and one.state not in GONE and gateway in {None, one.gateway}
        )

    def peerings_of(self, vpc: str, other: str) -> tuple[Peering, ...]:
        """Peerings of two VPCs that live or may yet, those that carry packets first."""
        found = [one for one in self.peerings.values() if one.other(vpc) == other]
        alive = [one for one in found if one.state not in GONE]
        return tuple(sorted(alive, key=lambda one: one.state != "active"))


GONE = frozenset({"deleting", "deleted", "rejecting", "rejected", "expired", "failed"})
"""States of a peering or an attachment that will not carry anything any more."""


def inside(block: IPv4Network, blocks: Iterable[IPv4Network]) -> bool:
    """Whether `block` is whole in `blocks`, taken together."""
    left = [block]
    for one in blocks:
        left = [rest for part in left for rest in without(part, one)]
    return not left


def without(part: IPv4Network, taken: IPv4Network) -> list[IPv4Network]:
    """What is left of `part`, in blocks, without the addresses of `taken`."""
    if part.subnet_of(taken):
        return []
    return list(part.address_exclude(taken)) if taken.subnet_of(part) else [part]
