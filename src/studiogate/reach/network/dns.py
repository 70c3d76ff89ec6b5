"""What a name means from a network: a private address, a public one, or nothing at all.

It decides how a request arrives.  A private answer leads to our endpoint (`aws:SourceVpce`); a
public one leads past it, and the request is one from the internet (`aws:SourceIp`), whoever
makes it; without an answer there is no request.

Like `route`, a yes holds for every DNS server of the place: nobody chooses which one answers.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from studiogate.landscape.model import INTERNET
from studiogate.reach.network.mend import remedy
from studiogate.reach.network.walk import Walk, once, walk
from studiogate.topology.endpoint_services import EXECUTE_API
from studiogate.topology.network import Topology
from studiogate.topology.parts import (
    DNS,
    RESOLVER,
    Admission,
    Corporate,
    CorporateForward,
    Endpoint,
    Forwarding,
    Part,
    RuleAssociation,
    Zone,
    ZoneAssociation,
)

PUBLIC_DNS = "public DNS"
INBOUND = "inbound resolver"

_PAST_US = "A request goes past our endpoints, and AWS sees an aws:SourceIp in place of them."


@dataclass(frozen=True, slots=True)
class Lookup:
    """One answer, and how it came about."""

    network: str
    name: str
    addresses: tuple[IPv4Address, ...]
    """Private addresses; what public ones AWS has is not ours to know."""

    public: bool
    """Whether public addresses came back; neither this nor `private`: no answer came."""

    by: str
    """What decided: a zone, `public DNS`, or the part on the way that is not there."""

    chain: tuple[str, ...]
    """Who was asked, one after the other."""

    said: str
    used: tuple[Part, ...] = ()
    """Everything the answer rests on."""

    missing: Part | None = None
    """The part to add for a private answer, where the landscape means it to be there."""

    @property
    def private(self) -> bool:
        """Whether the name leads to private addresses."""
        return bool(self.addresses)

    @property
    def address(self) -> IPv4Address | None:
        """The first private address, where there is one."""
        return self.addresses[0] if self.addresses else None


def lookup(topology: Topology, network: str, name: str) -> Lookup:
    """What `name` means to a client in `network`; capitals and a last dot mean nothing.

    Raises:
        KeyError: no such network.
    """
    asking = _Asking(topology, network, name.lower().rstrip("."))
    if network == INTERNET:
        return asking.public("", None)
    place = topology.places[network]
    return asking.corporate(place) if isinstance(place, Corporate) else asking.vpc()


class _Asking:
    """One question: whom it went to, and what carried it."""

    def __init__(self, topology: Topology, network: str, name: str) -> None:
        self._topology = topology
        self._network = network
        self._name = name
        self._chain = [network]
        self._used: list[Part] = []

    def vpc(self) -> Lookup:
        """Ask a VPC's own resolver, which has rules and zones."""
        topology, network = self._topology, self._network
        self._chain.append(f"resolver of {network}")
        rule, zone = self._rule_or_zone(network)
        if zone:
            return self._in_zone(*zone)
        if rule:
            return self._forwarded(rule)
        meant = topology.meant_zone(self._name)
        return self.public("", self._unseen(meant) if meant else None)

    def corporate(self, place: Corporate) -> Lookup:
        """Ask the DNS servers of a corporate network, which forward what they are told to."""
        servers = place.dns_servers
        named = f"{' and '.join(map(str, servers))} of {place.name}"
        self._chain.append(named if servers else f"whatever DNS servers {place.name} has")
        forward = self._topology.forward_for(place.name, self._name)
        if not servers:
            where = f"networks.{place.name}.dns_servers names none"
            return self.public(f", because {where}", None)
        if forward is None:
            meant = self._topology.meant_zone(self._name)
            return self.public("", CorporateForward(meant.name, place.name) if meant else None)
        self._used.append(forward)
        for server in servers:
            if lost := self._to_inbound(server):
                return self._silent(lost)
        return self._inbound()

    def public(self, because: str, missing: Part | None) -> Lookup:
        """Ask public DNS, as everybody does for what nobody here knows better."""
        topology = self._topology
        self._chain.append(PUBLIC_DNS)
        if self._name == topology.endpoint_api_name:
            also = "; public DNS says so to everybody, and it helps only those with a route"
            return self._private(topology.endpoints[EXECUTE_API], PUBLIC_DNS, also)
        advice = ""
        if missing:
            because = f", because there is no {missing}"
            advice = f" {remedy(topology, missing)}"
        return self._lookup(
            by=f"{PUBLIC_DNS}, for want of {missing}" if missing else PUBLIC_DNS,
            said=f"From {_spoken(self._network)}, {self._name} leads to a public address"
            f"{because}. {_PAST_US}{advice}",
            public=True,
            missing=missing,
        )

    def _rule_or_zone(
        self, vpc: str
    ) -> tuple[RuleAssociation | None, tuple[Zone, ZoneAssociation] | None]:
        """The more specific of the two; a rule, where they are for the same name.

        Source: Route 53 Developer Guide, "Considerations when working with a private hosted
        zone", on Resolver rules.
        """
        rule = self._topology.rule_for(vpc, self._name)
        zone = self._topology.zone_for(vpc, self._name)
        if rule and zone and len(rule.name) < len(zone[0].name):
            return None, zone
        return rule, None if rule else zone

    def _unseen(self, zone: Zone) -> Part:
        """What this VPC lacks to see `zone`."""
        if self._network == self._topology.hub:
            return ZoneAssociation(zone.name, self._network)
        if self._topology.forwarding(zone.name) is None:
            return Forwarding(zone.name)
        return RuleAssociation(zone.name, self._network)

    def _forwarded(self, association: RuleAssociation) -> Lookup:
        """Go by a rule: out of the hub's outbound resolver, and in again by the inbound one."""
        topology = self._topology
        rule = topology.forwarding(association.name)
        self._used += [association, *([rule] if rule else [])]
        self._chain.append("outbound resolver")
        if self._network == topology.hub:
            return self._circle(association)
        for address in topology.resolver.outbound:
            if lost := self._let_in(address):
                return self._silent(lost)
        return self._inbound()

    def _inbound(self) -> Lookup:
        """Ask as the hub asks: that is what the inbound resolver does."""
        topology = self._topology
        self._chain += [INBOUND, f"resolver of {topology.hub}"]
        rule, zone = self._rule_or_zone(topology.hub)
        if rule:
            return self._circle(rule)
        if zone:
            return self._in_zone(*zone)
        meant = topology.meant_zone(self._name)
        return self.public("", ZoneAssociation(meant.name, topology.hub) if meant else None)

    def _in_zone(self, zone: Zone, association: ZoneAssociation) -> Lookup:
        self._used.append(association)
        self._chain.append(str(zone))
        if not zone.answers(self._name):
            why = f"{zone} has no record for it, and hides what public DNS has"
            return self._lookup(by=str(zone), said=self._no_answer(why))
        endpoint = self._topology.endpoints[zone.service]
        return self._private(endpoint, str(zone))

    def _to_inbound(self, server: IPv4Address) -> Walk | None:
        """Why a corporate DNS server cannot ask the inbound resolver, if it cannot."""
        topology = self._topology
        where = topology.place_of(server)
        if where is None:
            why = f"{server} is in no network of the landscape, so nothing leads back to it"
            return Walk((), (), None, why)
        walks = [walk(topology, where, topology.hub, one) for one in topology.resolver.inbound]
        walks.append(walk(topology, topology.hub, where, server))
        self._used += [part for one in walks for part in one.used]
        return next((one for one in walks if one.lost), None) or self._let_in(server)

    def _let_in(self, address: IPv4Address) -> Walk | None:
        """Why the inbound resolver does not let `address` ask, if it does not."""
        rule = self._topology.admission(RESOLVER, address, DNS)
        if rule:
            self._used.append(rule)
            return None
        wanted = Admission(RESOLVER, IPv4Network(address), DNS)
        return Walk((), (), wanted, f"there is no {wanted}")

    def _circle(self, association: RuleAssociation) -> Lookup:
        why = (
            f"the {association} sends the question back to where it came from; take that "
            "association away"
        )
        return self._lookup(by=str(association), said=self._no_answer(why))

    def _silent(self, lost: Walk) -> Lookup:
        missing = lost.missing
        advice = f" {remedy(self._topology, missing)}" if missing else ""
        return self._lookup(
            by=f"no {missing}" if missing else str(lost.lost),
            said=f"{self._no_answer(str(lost.lost))}{advice}",
            missing=missing,
        )

    def _no_answer(self, why: str) -> str:
        return f"From {_spoken(self._network)}, {self._name} has no answer: {why}."

    def _private(self, endpoint: Endpoint, by: str, also: str = "") -> Lookup:
        found = " and ".join(map(str, endpoint.addresses))
        return self._lookup(
            by=by,
            said=f"From {_spoken(self._network)}, {self._name} leads to endpoint {endpoint.id} "
            f"at {found}{also}.",
            addresses=endpoint.addresses,
        )

    def _lookup(
        self,
        *,
        by: str,
        said: str,
        addresses: tuple[IPv4Address, ...] = (),
        public: bool = False,
        missing: Part | None = None,
    ) -> Lookup:
        return Lookup(
            network=self._network,
            name=self._name,
            addresses=addresses,
            public=public,
            by=by,
            chain=tuple(self._chain),
            said=said,
            used=once(self._used),
            missing=missing,
        )


def _spoken(network: str) -> str:
    """A network in the middle of a sentence."""
    return "the internet" if network == INTERNET else network
