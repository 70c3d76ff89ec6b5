"""What the stacks of one landscape's network share: places, keys, and what each gives.

Whoever needs a value of the network's stacks asks here, as `plan.output("hub", "VpcId")`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network

from studiogate.foundation.stacks import Output, StackKey, Value
from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.links import table_name
from studiogate.landscape.model import CorporateNetwork, Landscape
from studiogate.topology.addresses import zone_ids
from studiogate.topology.ids import symbolic
from studiogate.topology.links import Pair
from studiogate.topology.network import Topology, topology
from studiogate.topology.parts import Attachment, Corporate, Role, Vpc, transit_table

_MEMBERS = 300
"""Account ids that fit a parameter of 4,096 bytes."""


class NetworkPlan:
    """The network of one landscape, and the names of the stacks that build it."""

    network: Topology
    """What is built; the API's id in it is the symbol of a parameter."""

    hub: Vpc
    zones: tuple[str, ...]
    """Availability zones by id; a small VPC spans the first of them."""

    attachments: Mapping[str, str]
    """Corporate networks that are attached already, by name."""

    simulated: Mapping[str, str]
    """Corporate networks that hosts stand in for, with the account they are in."""

    def __init__(self, landscape: Landscape) -> None:
        """Lay out the network.

        Raises:
            LandscapeError: what `topology` refuses.
        """
        self.network = topology(landscape, replace(symbolic(landscape), api=symbol("ApiId")))
        self.hub = self.vpc(self.network.hub)
        self.zones = zone_ids(landscape)
        corporate = {
            name: one
            for name, one in landscape.networks.items()
            if isinstance(one, CorporateNetwork)
        }
        self.attachments = {n: one.attachment for n, one in corporate.items() if one.attachment}
        self.simulated = {
            name: landscape.accounts[one.simulated_in]
            for name, one in corporate.items()
            if one.simulated_in
        }
        self._leads, self._beside = self._routes()

    def _routes(self) -> tuple[dict[str, set[str]], dict[str, list[IPv4Network]]]:
        """Tables that lead to each network, and where each VPC goes beside the hub."""
        leads: defaultdict[str, set[str]] = defaultdict(set)
        beside: defaultdict[str, list[IPv4Network]] = defaultdict(list)
        for route in self.network.routes:
            if route.to != self.hub.cidr:
                beside[route.table].append(route.to)
            if isinstance(route.via, Attachment):
                leads[route.via.network].add(route.table)
        return leads, beside

    def vpc(self, name: str) -> Vpc:
        """The VPC called `name`.

        Raises:
            KeyError: there is none.
        """
        found = self.network.places[name]
        if not isinstance(found, Vpc):
            raise KeyError(f"{name} is no VPC")
        return found

    def corporate(self, name: str) -> Corporate:
        """The corporate network called `name`.

        Raises:
            KeyError: there is none.
        """
        found = self.network.places[name]
        if not isinstance(found, Corporate):
            raise KeyError(f"{name} is no corporate network")
        return found

    @property
    def others(self) -> tuple[Vpc, ...]:
        """Every VPC but the hub's."""
        places = self.network.places.values()
        return tuple(one for one in places if isinstance(one, Vpc) and one is not self.hub)

    @property
    def members(self) -> dict[str, Value]:
        """The list parameters that name the accounts of the others: `Members`, `Members2`."""
        accounts = [*(one.account for one in self.others), *self.simulated.values()]
        known = tuple(dict.fromkeys(one for one in accounts if one != self.hub.account))
        parts = [known[n : n + _MEMBERS] for n in range(0, len(known), _MEMBERS)] or [()]
        return {f"Members{n + 1 if n else ''}": part for n, part in enumerate(parts)}

    @property
    def reads(self) -> tuple[Pair, ...]:
        """VPCs that meet beside the hub: a reader, and where its warehouse is."""
        return tuple(pair for pair in self.network.pairs if self.hub.name not in pair)

    def beside(self, name: str) -> list[IPv4Network]:
        """Where the VPC called `name` has ways to, beside the hub."""
        return self._beside.get(name, [])

    def key(self, name: str) -> StackKey:
        """The stack of the VPC called `name`."""
        return StackKey(self.vpc(name).account, f"studiogate-network-{name}")

    def output(self, name: str, value: str) -> Output:
        """What the stack of the VPC called `name` gives."""
        return Output(self.key(name), value)

    def of_hub(self, value: str) -> Output:
        """What the hub's stack gives."""
        return self.output(self.hub.name, value)

    def tables(self, name: str) -> dict[str, Value]:
        """The transit gateway's tables that lead to the network `name`, as parameters."""
        leads = self._leads.get(name, set())
        roles = [role for role in Role if transit_table(role) in leads]
        return {
            f"SpreadTo{n}": self.of_hub(table_name(role)) for n, role in enumerate(roles, 1)
        }


def texts(some: tuple[object, ...]) -> tuple[str, ...]:
    """Addresses or blocks, as a list parameter has them."""
    return tuple(map(str, some))


def numbered(name: str, some: tuple[object, ...] | list[IPv4Network]) -> dict[str, Value]:
    """Each of `some` as a parameter of its own, counted from 1."""
    return {f"{name}{n}": str(one) for n, one in enumerate(some, 1)}
