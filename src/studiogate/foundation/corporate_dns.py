"""What the DNS servers of a corporate network are told, in the words of whoever runs them.

Each private name, and all below it, is asked of the hub's inbound resolver (S4-15, S5-05).  No
name is wider than it must be: every other answer stays the public one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from studiogate.errors import LandscapeError, Problem
from studiogate.topology.network import Topology
from studiogate.topology.parts import DNS, HTTPS, Corporate, Zone


@dataclass(frozen=True, slots=True)
class _Forwards:
    """What one network forwards."""

    zones: tuple[Zone, ...]
    to: tuple[IPv4Address, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(zone.name for zone in self.zones)


def bind(network: Topology, name: str) -> str:
    """Zones of `named.conf` for BIND on the DNS servers of the corporate network `name`.

    Raises:
        KeyError: there is no corporate network called that.
        LandscapeError: the landscape does not say which DNS servers it has.
    """
    found = _forwards(network, name)
    to = " ".join(f"{address};" for address in found.to)
    said = f"    type forward;\n    forward only;\n    forwarders {{ {to} }};\n"
    return "".join(f'zone "{one}" {{\n{said}}};\n' for one in found.names)


def unbound(network: Topology, name: str) -> str:
    """The same for Unbound; raises as `bind` does."""
    found = _forwards(network, name)
    to = "".join(f"    forward-addr: {address}\n" for address in found.to)
    return "".join(f'forward-zone:\n    name: "{one}."\n{to}' for one in found.names)


def dnsmasq(network: Topology, name: str) -> str:
    """The same for dnsmasq; raises as `bind` does."""
    found = _forwards(network, name)
    return "".join(
        f"server=/{one}/{address}#{DNS}\n" for one in found.names for address in found.to
    )


def windows(network: Topology, name: str) -> str:
    """The same for a DNS server of Windows, in PowerShell; raises as `bind` does."""
    found = _forwards(network, name)
    to = ",".join(map(str, found.to))
    return "".join(
        f'Add-DnsServerConditionalForwarderZone -Name "{one}" -MasterServers {to}\n'
        for one in found.names
    )


def zscaler(network: Topology, name: str) -> str:
    """What a Zscaler-style connector is given: names to take, and where it asks for them.

    The connector stands in the corporate network `name` and reaches the hub as everybody there
    does; raises as `bind` does.
    """
    found = _forwards(network, name)
    segment = "".join(
        f'  - "{"*." if zone.wildcard else ""}{zone.name}"\n' for zone in found.zones
    )
    forwarded = "".join(f"  - {one}\n" for one in found.names)
    servers = "".join(f"  - {address}:{DNS}\n" for address in found.to)
    return (
        f"application_segment: studiogate-{name}\n"
        f"tcp_ports: [{HTTPS}]\n"
        f"domains:\n{segment}"
        f"dns_forward_zones:\n{forwarded}"
        f"dns_servers:\n{servers}"
    )


WRITERS: Mapping[str, Callable[[Topology, str], str]] = {
    "bind": bind,
    "unbound": unbound,
    "dnsmasq": dnsmasq,
    "windows": windows,
    "zscaler": zscaler,
}
"""Every form, by what the software is called."""


def _forwards(network: Topology, name: str) -> _Forwards:
    place = network.places[name]
    if not isinstance(place, Corporate):
        raise KeyError(f"{name} is a VPC: its questions are taken by forwarding rules")
    if not place.dns_servers:
        raise LandscapeError(
            [
                Problem(
                    where=f"networks.{name}.dns_servers",
                    what="is empty, so the hub would not answer them",
                    remedy="Name the DNS servers that are to resolve the private names. "
                    "For example: `dns_servers: [192.168.10.53]`.",
                )
            ]
        )
    forwarded = {one.name for one in network.corporate_forwards if one.network == name}
    zones = tuple(zone for zone in network.zones if zone.name in forwarded)
    return _Forwards(zones, network.resolver.inbound)
