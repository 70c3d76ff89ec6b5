"""The way from the proxy into the world, and nowhere else.

A tunnel to an address of this machine or of a private network would be a way past every door
there is, so such a target is refused, by what its name leads to and not by how it is called.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

CONNECTS_S, CONNECTS_EACH_S = 15.0, 5.0

_GLOBAL = IPv6Network("2000::/3")
"""All that is given out of IPv6 (RFC 4291, 2.4).  What is elsewhere may be translated to
anything, as `::127.0.0.1` and `64:ff9b:1::/48` (RFC 8215) are."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
World = Callable[[str, int], Awaitable[Streams]]
"""Connects to a host and a port; raises what `into_the_world` raises."""


class Forbidden(Exception):
    """The target is on this machine, or in a private network."""


def is_public(address: str) -> bool:
    """Whether `address` is one of the world's, however it is written."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    inner = _within(found) if isinstance(found, IPv6Address) else None
    plain = found if inner is None else inner
    if isinstance(plain, IPv6Address) and plain not in _GLOBAL:
        return False
    return plain.is_global and not plain.is_multicast


def _within(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for (RFC 4291, 3056 and 6052)."""
    if int(address) >> 32 == 0x64FF9B << 64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


async def into_the_world(host: str, port: int) -> Streams:
    """A connection to a public address of `host`.

    Raises:
        Forbidden: one of its addresses is not public.
        OSError: it has no address, or does not answer there within 15 seconds.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(CONNECTS_S):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        return await _first(_public(addresses), port)


def _public(addresses: Iterable[str]) -> list[str]:
    listed = list(addresses)
    if not listed or not all(map(is_public, listed)):
        raise Forbidden
    return listed


async def _first(addresses: list[str], port: int) -> Streams:
    """The first of `addresses` that answers: to them, not to a name that may lead elsewhere."""
    failed: OSError | None = None
    for address in addresses:
        try:
            async with asyncio.timeout(CONNECTS_EACH_S):
                found = await asyncio.open_connection(address, port)
        except OSError as exc:
            failed = exc
            continue
        if is_here(found[1]):
            found[1].transport.abort()
            raise Forbidden
        return found
    raise failed or OSError("no address")


def is_here(line: asyncio.StreamWriter) -> bool:
    """Whether a connection ends on this machine, whose own address may be a public one."""
    own, other = (line.get_extra_info(one) for one in ("sockname", "peername"))
    return own is None or other is None or own[0] == other[0]
