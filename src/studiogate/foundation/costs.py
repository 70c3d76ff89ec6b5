"""What sharing the endpoints saves: one set in the hub, beside a set in every VPC (S2-23).

Only what is there by the hour is counted, and only what differs or links: bytes cost extra in
either way.  Prices are assumptions: AWS's list prices of the cheapest Regions, which whoever
asks replaces by their own (AWS PrivateLink pricing, Transit Gateway pricing, Route 53 pricing).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from studiogate.foundation.network_plan import NetworkPlan
from studiogate.landscape.model import Landscape
from studiogate.topology.endpoint_services import EXECUTE_API, GATEWAY_TYPE, SAGEMAKER_API, STS
from studiogate.topology.parts import Attachment, Vpc

HOURS = 730
"""Of a month, as AWS counts it in its examples."""

OF_THE_GATEWAY = frozenset({STS, SAGEMAKER_API, EXECUTE_API})
"""What the hub has an endpoint for in any case: the gateway is called and calls by these."""


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars an hour."""

    endpoint: Decimal = Decimal("0.01")
    """Of an interface endpoint in one zone."""

    attachment: Decimal = Decimal("0.05")
    """Of one network on a transit gateway; a peering costs nothing by the hour."""

    resolver: Decimal = Decimal("0.125")
    """Of one address of a resolver endpoint."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that costs by the hour, in both ways."""

    what: str
    price: Decimal
    """US dollars an hour, each."""

    shared: int
    """How many there are as it is built."""

    everywhere: int
    """How many there would be with endpoints in every VPC."""

    more_shared: int = 0
    """How many one more VPC with notebooks adds to `shared`."""

    more_everywhere: int = 0


@dataclass(frozen=True, slots=True)
class Costs:
    """Both ways, for one landscape."""

    lines: tuple[Line, ...]
    vpcs: int
    """VPCs beside the hub with notebooks in them: each would have endpoints of its own."""

    @property
    def shared(self) -> Decimal:
        """US dollars a month, as it is built."""
        return sum((monthly(one.price, one.shared) for one in self.lines), Decimal())

    @property
    def everywhere(self) -> Decimal:
        """US dollars a month, with endpoints in every VPC."""
        return sum((monthly(one.price, one.everywhere) for one in self.lines), Decimal())

    @property
    def more_shared(self) -> Decimal:
        """US dollars a month that one more VPC with notebooks adds, as it is built."""
        return sum((monthly(one.price, one.more_shared) for one in self.lines), Decimal())

    @property
    def more_everywhere(self) -> Decimal:
        """US dollars a month that it would add, with endpoints in every VPC."""
        return sum((monthly(one.price, one.more_everywhere) for one in self.lines), Decimal())

    @property
    def pays_from(self) -> int | None:
        """With how many such VPCs sharing costs no more; `None` where it never does."""
        saves = self.more_everywhere - self.more_shared
        if saves <= 0:
            return None
        return max(0, self.vpcs + ceil((self.shared - self.everywhere) / saves))


def warehouses_built(landscape: Landscape) -> dict[str, str]:
    """By warehouse, what of it runs by the hour where `apply` builds it, as `2 × ra3.large`.

    No price is known of it here, and it is the same in both ways.
    """
    found = {}
    for name, one in landscape.warehouses.items():
        if one.build is not None and one.workgroup is not None:
            found[name] = f"{one.build.base_rpus} RPUs while something is asked of it"
        elif one.build is not None:
            found[name] = f"{one.build.nodes or 1} × {one.build.node_type}"
    return found


def monthly(price: Decimal, count: int) -> Decimal:
    """US dollars a month, of `count` at `price` an hour."""
    return price * count * HOURS


def costs(landscape: Landscape, prices: Prices) -> Costs:
    """Both ways of `landscape`, of which the first is what is built.

    Offices reach Studio in every VPC over the same links, whosever endpoint it is, so links and
    the resolver they ask are in both.  VPCs ask the hub only for names of shared endpoints.

    Raises:
        LandscapeError: the network cannot be laid out.
    """
    plan = NetworkPlan(landscape)
    apps = dict.fromkeys(one.network for one in landscape.domains.values())
    away = [plan.vpc(name) for name in apps if name != plan.hub.name]
    resolver, price = plan.network.resolver, prices.resolver
    asked = len(resolver.inbound)
    return Costs(
        lines=(
            _endpoints(plan, away, prices.endpoint, hosts=len(away) < len(apps)),
            _attachments(plan, prices.attachment),
            Line("resolver, inbound", price, asked, asked),
            Line("resolver, outbound", price, len(resolver.outbound), 0),
        ),
        vpcs=len(away),
    )


def _endpoints(plan: NetworkPlan, away: Sequence[Vpc], price: Decimal, *, hosts: bool) -> Line:
    """`hosts`: notebooks are in the hub as well, and use what is there in either way."""
    there = [one for one in plan.network.endpoints if one not in GATEWAY_TYPE]
    of_each = sum(one != EXECUTE_API for one in there)
    kept = len(there) if hosts else len(OF_THE_GATEWAY.intersection(there))
    zones = len(plan.hub.subnets)
    return Line(
        "endpoints, in each zone",
        price,
        shared=len(there) * zones,
        everywhere=kept * zones + sum(of_each * len(one.subnets) for one in away),
        more_everywhere=of_each * zones,
    )


def _attachments(plan: NetworkPlan, price: Decimal) -> Line:
    count = sum(isinstance(one, Attachment) for one in plan.network.links)
    more = int(plan.network.manner == "transit-gateway")
    return Line("attached networks", price, count, count, more, more)
