"""Longest prefix wins: how every router, and every security group here, looks an address up."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import Generic, TypeVar

T = TypeVar("T")

_BITS = 32
_ALL = 2**_BITS - 1


class Prefixes(Generic[T]):
    """Values by address block; asked in a few dictionary look-ups, however many there are."""

    __slots__ = ("_levels",)

    def __init__(self, entries: Iterable[tuple[IPv4Network, T]]) -> None:
        levels: dict[int, dict[int, T]] = {}
        for block, value in entries:
            level = levels.setdefault(block.prefixlen, {})
            level.setdefault(int(block.network_address), value)
        # Longest first: the first level that answers is the answer.
        self._levels = [
            (prefix, _ALL >> (_BITS - prefix) << (_BITS - prefix) if prefix else 0, level)
            for prefix, level in sorted(levels.items(), reverse=True)
        ]

    def at(self, place: IPv4Address | IPv4Network) -> T | None:
        """The value of the longest block that holds all of `place`; the first of two."""
        if isinstance(place, IPv4Network):
            number, longest = int(place.network_address), place.prefixlen
        else:
            number, longest = int(place), _BITS
        for prefix, mask, level in self._levels:
            if prefix <= longest and (found := level.get(number & mask)) is not None:
                return found
        return None
