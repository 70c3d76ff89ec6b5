"""Warehouses and the domains that read them as AWS tells of them, and what may be said of them.

Values alone.  `warehouse_reading` reads what is `Told`, and `warehouse_ways` judges it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from studiogate.landscape.model import Landscape
from studiogate.reach.packets.crossing import Side
from studiogate.reach.packets.facts import Facts

BY_PROFILE = "USER_PROFILE_NAME"
"""What ExecutionRoleIdentityConfig has to be (S1-08)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A cluster or a workgroup, as AWS tells it."""

    status: str
    vpc: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    public: bool
    port: int
    node_type: str = ""
    """Empty for a workgroup."""

    administrator: str = ""
    """The database user who may do everything; not told of a workgroup."""

    @property
    def side(self) -> Side:
        """Where packets to it go."""
        return Side(self.vpc, self.subnets, self.groups)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Redshift-managed VPC endpoint in the VPC of a domain."""

    name: str
    status: str
    vpc: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def side(self) -> Side:
        """Where packets to it go."""
        return Side(self.vpc, self.subnets, self.groups)


@dataclass(frozen=True, slots=True)
class Studio:
    """A Studio domain, as AWS tells it."""

    id: str
    vpc: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    auth: str
    access: str
    identity: str
    """`ExecutionRoleIdentityConfig`."""

    apps: tuple[str, ...] = ()
    """Apps that run; read only where the domain has to be changed (S1-09)."""

    @property
    def side(self) -> Side:
        """Where packets of its apps come from."""
        return Side(self.vpc, self.subnets, self.groups)


@dataclass(frozen=True, slots=True)
class Told:
    """What there is, as AWS told it; `None`: it is not there."""

    warehouses: Mapping[str, Standing | None]
    studios: Mapping[str, Studio | None]
    """By the name of the domain."""

    endpoints: Mapping[tuple[str, str], Endpoint | None] = field(default_factory=dict)
    """By warehouse and domain, where the landscape reaches it by one."""

    facts: Facts = field(default_factory=Facts)
    services: frozenset[str] = frozenset()
    """Services that have an endpoint in the shared-services account, as AWS names them."""


@dataclass(frozen=True, slots=True)
class Way:
    """One domain and a warehouse that its lob reads, and whether its notebooks get there."""

    warehouse: str
    lob: str
    domain: str
    region: str
    producer: str
    consumer: str
    """Ids of the two accounts (S1-01)."""

    reaches: bool
    said: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that keeps a notebook from a warehouse, or had better be otherwise."""

    warehouse: str
    where: str
    """The domain, the account, or the thing in it."""

    what: str
    remedy: str
    advice: bool = False
    """Whether nothing is wrong, and it is only to be considered."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Every way, and every finding."""

    ways: tuple[Way, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing but advice was found."""
        return all(one.advice for one in self.findings)


def reading(landscape: Landscape) -> Iterator[tuple[str, str]]:
    """Each warehouse, and each domain whose notebooks may read it."""
    for name, warehouse in landscape.warehouses.items():
        for domain, one in landscape.domains.items():
            if one.lob in warehouse.readers:
                yield name, domain
