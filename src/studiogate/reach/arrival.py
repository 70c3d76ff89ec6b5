"""Which door a request comes in by, from the network it starts in.

Everybody inside reaches AWS through the shared endpoints in the hub (requirement S2-14),
whoever they are.  So `aws:SourceVpc` is always the hub's and tells nobody apart; the client is
told apart by `aws:VpcSourceIp`, which means something only beside the endpoint it came
through.  Through an endpoint there is no `aws:SourceIp`; from the internet there is nothing
else (IAM User Guide, "AWS global condition context keys").
"""

from difflib import get_close_matches
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.model import INTERNET, Landscape

INTERNET_IP = "198.51.100.77"
"""A client on the internet, from the block kept for documentation (RFC 5737)."""


def client_ip(landscape: Landscape, network: str, host: int = 23) -> str:
    """The address of a client in `network`: number `host` of the network's first CIDR.

    The same arguments always give the same address.  In a small network `host` wraps around,
    and never falls on the network's own or its broadcast address where there are others.

    Raises:
        LandscapeError: the landscape has no such network.
    """
    if network == INTERNET:
        return INTERNET_IP
    _require(landscape, network)
    return str(_address(landscape.networks[network].cidrs[0], host))


def arrival_keys(
    landscape: Landscape, network: str, *, vpce: str, vpc: str, host: int = 23
) -> dict[str, str]:
    """The network condition keys AWS sets for a request from `network`.

    `vpce` is the shared endpoint the request goes through and `vpc` the VPC that endpoint is
    in; neither is used from the internet, which no endpoint serves.

    Raises:
        LandscapeError: the landscape has no such network.
    """
    ip = client_ip(landscape, network, host)
    if network == INTERNET:
        return {"aws:SourceIp": ip}
    return {"aws:SourceVpce": vpce, "aws:SourceVpc": vpc, "aws:VpcSourceIp": ip}


def network_of(landscape: Landscape, ip: str) -> str | None:
    """The network `ip` is in; `None` where it is in none, so on the internet.

    Networks do not overlap (`landscape.rules`), so there is at most one.  The landscape is
    IPv4: an IPv6 address is in no network, unless it is an IPv4 one in IPv6 clothes, which is
    how a listener for both families reports its clients (RFC 4291, 2.5.5.2).

    Raises:
        ValueError: `ip` is not an address.
    """
    address = ip_address(ip)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return None
        address = address.ipv4_mapped
    return next(
        (
            name
            for name, network in landscape.networks.items()
            if any(address in cidr for cidr in network.cidrs)
        ),
        None,
    )


def _address(cidr: IPv4Network, host: int) -> IPv4Address:
    usable = cidr.num_addresses - 2
    return cidr[1 + (host - 1) % usable] if usable > 0 else cidr[host % cidr.num_addresses]


def _require(landscape: Landscape, network: str) -> None:
    if network in landscape.networks:
        return
    known = [*landscape.networks, INTERNET]
    near = get_close_matches(network, known, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise LandscapeError(
        [
            Problem(
                where=f"networks.{network}",
                what=f"there is no network called {network!r}",
                remedy=f"{hint}Use one of: {', '.join(known)}.",
            )
        ]
    )
