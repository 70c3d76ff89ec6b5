"""The pieces a private network is made of; each can be missing, and then has a name.

`Topology` holds them in flat tuples, so that one can be taken away or added and the question
asked again.  The text of a part is how sentences name it.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

TRANSIT = "transit-gateway"

HTTPS, DNS = 443, 53

RESOLVER = "resolver-inbound"
"""The security group of the inbound resolver."""


class Role(StrEnum):
    """What a network is to the others; the transit gateway has one route table for each."""

    HUB = "hub"
    LOBS = "lobs"
    """VPCs in the account of a lob."""

    PRODUCERS = "producers"
    """Every other VPC: where warehouses are."""

    CORPORATE = "corporate"


def transit_table(role: Role) -> str:
    """The name of the transit gateway's route table for `role`; no network can have it."""
    return f"{TRANSIT}/{role}"


def table_words(table: str) -> str:
    """How a sentence names `table`: a network's own, or one of the transit gateway."""
    transit, _, role = table.partition("/")
    return f"the transit gateway's route table for {role}" if role else f"{transit}'s routes"


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC, and the blocks its subnets have."""

    name: str
    account: str
    """Account id."""

    cidr: IPv4Network
    role: Role
    subnets: tuple[IPv4Network, ...]
    """One for each availability zone."""

    public: tuple[IPv4Network, ...] = ()
    """Where NAT gateways stand, one in each zone; none where nobody goes out."""

    @property
    def cidrs(self) -> tuple[IPv4Network, ...]:
        """The one CIDR, in the form a corporate network has them."""
        return (self.cidr,)

    @property
    def blocks(self) -> tuple[IPv4Network, ...]:
        """The addresses that others have routes to."""
        return (self.cidr,)


@dataclass(frozen=True, slots=True)
class Corporate:
    """A place outside AWS."""

    name: str
    cidrs: tuple[IPv4Network, ...]
    """Where its people are."""

    dns_servers: tuple[IPv4Address, ...]
    blocks: tuple[IPv4Network, ...]
    """The addresses that others have routes to: `cidrs`, and DNS servers that stand alone."""

    role: Literal[Role.CORPORATE] = Role.CORPORATE


Place = Vpc | Corporate


@dataclass(frozen=True, slots=True)
class Attachment:
    """A network on the transit gateway: a VPC, or a corporate one by VPN or Direct Connect."""

    network: str

    def __str__(self) -> str:
        """As `attachment of lob-a to the transit gateway`."""
        return f"attachment of {self.network} to the transit gateway"


@dataclass(frozen=True, slots=True)
class Peering:
    """A peering connection, accepted; it carries what is between its two VPCs, no further."""

    one: str
    other: str

    def __str__(self) -> str:
        """As `peering of hub and lob-a`."""
        return f"peering of {self.one} and {self.other}"


@dataclass(frozen=True, slots=True)
class Vpn:
    """A corporate network's VPN or Direct Connect to the hub's own gateway."""

    network: str
    hub: str

    def __str__(self) -> str:
        """As `VPN or Direct Connect of office to hub`."""
        return f"VPN or Direct Connect of {self.network} to {self.hub}"


Link = Attachment | Peering | Vpn


@dataclass(frozen=True, slots=True)
class Association:
    """The route table that what arrives at the transit gateway by an attachment goes by."""

    network: str
    table: str

    def __str__(self) -> str:
        """As `association of lob-a's attachment with …`."""
        return f"association of {self.network}'s attachment with {table_words(self.table)}"


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a route table, made by hand or propagated from the attachment it leads to.

    The route of a VPC to itself is AWS's own and not among these.
    """

    table: str
    """A network's name, or `transit_table`.  A corporate network's are its own routers'."""

    to: IPv4Network
    via: Link

    def __str__(self) -> str:
        """As `route 10.0.0.0/16 by the … in lob-a's routes`."""
        return f"route {self.to} by the {self.via} in {table_words(self.table)}"


@dataclass(frozen=True, slots=True)
class GatewayRoute:
    """A route to a service's prefix list, by a gateway endpoint of the same VPC."""

    network: str
    service: str
    endpoint: str

    def __str__(self) -> str:
        """As `route to DynamoDB's prefix list by vpce-… in hub's routes`."""
        what = self.service.rpartition(".")[2]
        return (
            f"route to the prefix list of {what} by {self.endpoint} in {self.network}'s routes"
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """One rule of a security group: who may come in, on which port."""

    group: str
    source: IPv4Network
    port: int

    def __str__(self) -> str:
        """As `rule 443 from 10.100.0.0/16 of security group studio`."""
        return f"rule {self.port} from {self.source} of security group {self.group}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint of the hub."""

    id: str
    service: str
    """As in `endpoint_services`."""

    network: str
    addresses: tuple[IPv4Address, ...]
    """One in each subnet; none for a gateway endpoint, which is a route."""

    group: str | None
    """Its security group; `None` for a gateway endpoint, which has none."""

    private_dns: bool
    """Whether AWS keeps its names in a hidden zone of the endpoint's VPC."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A private zone, and the endpoint its one record leads to."""

    name: str
    service: str
    wildcard: bool
    """Whether the record is `*.NAME` rather than `NAME`."""

    def answers(self, name: str) -> bool:
        """Whether the zone has a record for `name`, which is in it."""
        return self.wildcard != (name == self.name)

    def __str__(self) -> str:
        """As `zone sts.eu-west-1.amazonaws.com`."""
        return f"zone {self.name}"


@dataclass(frozen=True, slots=True)
class ZoneAssociation:
    """A VPC that sees a private zone; for an endpoint's private DNS, the endpoint's own."""

    zone: str
    network: str

    def __str__(self) -> str:
        """As `association of zone sts… with hub`."""
        return f"association of zone {self.zone} with {self.network}"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """A Resolver rule: the name, and all below it, is asked of the inbound resolver."""

    name: str

    def __str__(self) -> str:
        """As `forwarding rule sts…`."""
        return f"forwarding rule {self.name}"


@dataclass(frozen=True, slots=True)
class RuleAssociation:
    """A VPC whose questions a forwarding rule takes, once the rule is shared with it."""

    name: str
    network: str

    def __str__(self) -> str:
        """As `association of forwarding rule sts… with lob-a`."""
        return f"association of forwarding rule {self.name} with {self.network}"


@dataclass(frozen=True, slots=True)
class CorporateForward:
    """What the DNS servers of a corporate network are told: ask the inbound resolver."""

    name: str
    network: str

    def __str__(self) -> str:
        """As `forward zone sts… on the DNS servers of office`."""
        return f"forward zone {self.name} on the DNS servers of {self.network}"


@dataclass(frozen=True, slots=True)
class Resolver:
    """The hub's resolver endpoints: the way in for questions, and the way out for rules."""

    inbound: tuple[IPv4Address, ...]
    outbound: tuple[IPv4Address, ...]


Part = (
    Link
    | Association
    | Route
    | GatewayRoute
    | Admission
    | ZoneAssociation
    | Forwarding
    | RuleAssociation
    | CorporateForward
)
"""Whatever can be taken away or added on its own."""
