"""Where a request comes from: a choice of the deployment, never of the request.

`X-Forwarded-For` is believed only from proxies named in the settings, and only as far as they
can know: the rightmost hop that is not one of them.  From anybody else the header is noise.
So is `X-Forwarded-Prefix`, and only where the settings name that very prefix: proxies that do
not know the header hand on whatever a client wrote there.
A function is told by API Gateway's event, and believes no header at all.
What cannot be known is `0.0.0.0`, which is in no network: unknown does not open.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

from starlette.requests import Request

from studiogate.gateway.authorise import NOWHERE
from studiogate.gateway.ports import Source

ARRIVAL = "studiogate.arrival"
"""Where in a scope an event of API Gateway says how the request came."""

Proxy = Literal["unix"] | IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address

_LONGEST = 64
"""Characters of an address, with a zone; what is longer is none, and is not remembered."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request came, as the event of API Gateway says; no client can write there."""

    ip: str
    """Of the connection to the endpoint: for a private API the client's own address."""

    endpoint: str | None
    """The VPC endpoint it came through; `None` for what came by none, as a test in the
    console does."""

    prefix: str = ""
    """The stage, as `/prod`, where the path began with it."""


def through(endpoint: str) -> Callable[[Request], Source]:
    """A `source_of` for a function behind a private API: only `endpoint` leads here.

    A request that came by any other way, or says of itself how it came, came from nowhere.
    """

    def source_of(request: Request) -> Source:
        arrival = request.scope.get(ARRIVAL)
        if not isinstance(arrival, Arrival):
            return Source(ip=NOWHERE, scheme="https")
        address = _address(arrival.ip) if arrival.endpoint == endpoint else None
        ip = NOWHERE if address is None else str(address)
        return Source(ip=ip, scheme="https", prefix=arrival.prefix)

    return source_of


def direct(request: Request) -> Source:
    """The peer of the connection; right where nothing stands in between."""
    peer = _peer(request)
    return Source(ip=NOWHERE if peer is None else str(peer))


def behind(
    trusted: Sequence[Proxy], prefixes: Collection[str] = ()
) -> Callable[[Request], Source]:
    """A `source_of` that believes the proxies in `trusted`; `direct` where there are none.

    `unix` stands for whoever connects to the Unix socket; `prefixes` are what proxies may say
    they took off the path.
    """
    if not trusted:
        return direct
    # Remembered, because the same few addresses come with every request.
    is_trusted = lru_cache(maxsize=4096)(partial(_is_trusted, trusted=trusted))

    def source_of(request: Request) -> Source:
        peer = _peer(request)
        if not is_trusted(peer):
            return Source(ip=NOWHERE if peer is None else str(peer))
        return Source(
            ip=_client(request, is_trusted),
            scheme=_scheme(request),
            prefix=_prefix(request, prefixes),
        )

    return source_of


def _peer(request: Request) -> _Address | None:
    """Address of the connection; `None` for a Unix socket."""
    client = request.client
    return _address(client.host) if client is not None and client.host else None


def _address(text: str) -> _Address | None:
    """The address in `text`, an IPv4 address in IPv6 clothes as the IPv4 address it is."""
    return _read(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _read(text: str) -> _Address | None:
    """`_address`, read once: the same few come with every request."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: _Address | None, trusted: Sequence[Proxy]) -> bool:
    if address is None:
        return "unix" in trusted
    return any(proxy != "unix" and address in proxy for proxy in trusted)


def _client(request: Request, is_trusted: Callable[[_Address | None], bool]) -> str:
    """The rightmost hop that no trusted proxy is; the first one, where all are trusted."""
    hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    address: _Address | None = None
    for hop in reversed(hops):
        address = _address(hop.strip())
        if address is None:
            return NOWHERE
        if not is_trusted(address):
            break
    return NOWHERE if address is None else str(address)


def _scheme(request: Request) -> str | None:
    said = ",".join(request.headers.getlist("x-forwarded-proto")).rpartition(",")[2].strip()
    return said if said in {"http", "https"} else None


def _prefix(request: Request, known: Collection[str]) -> str:
    said = request.headers.getlist("x-forwarded-prefix")
    return said[0] if len(said) == 1 and said[0] in known else ""
