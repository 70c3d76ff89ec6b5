"""Numbers, moments and addresses: the points that policies name, and what lies between them.

Everything between two neighbouring points is alike to every comparison, so one value of each
gap stands for all of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from itertools import pairwise

from studiogate.policy.values import moment, number
from studiogate.reach.prove.answers import Unbounded

Network = IPv4Network | IPv6Network

_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 2_100
"""Enough for the middle of any two numbers that a policy can write."""

_TOP = {False: 2**32 - 1, True: 2**128 - 1}
"""The last address of each family, by whether it is IPv6."""

# Never seen as the source of a request to AWS (IANA special-purpose registries, RFC 6890).
_SPECIAL = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "203.0.113.0/24", "224.0.0.0/3",
)  # fmt: skip
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_GLOBAL_6 = IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses of one family that no policy tells apart."""

    six: bool
    """Whether they are IPv6."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many IPv4 addresses it has."""
        return 0 if self.six else self.last - self.first + 1

    def address(self, *, public: bool) -> str:
        """One of its addresses: where there is one, such as the internet or a VPC shows."""
        if self.six:
            start = max(self.first, int(_GLOBAL_6[0])) if public else self.first
            return str(IPv6Address(start if start <= self.last else self.first))
        found = self._public() if public else self._private()
        return str(IPv4Address(self.first if found is None else found))

    def _public(self) -> int | None:
        place = self.first
        for net in map(IPv4Network, _SPECIAL):
            if int(net[0]) <= place <= int(net[-1]):
                place = int(net[-1]) + 1
        return place if place <= self.last else None

    def _private(self) -> int | None:
        starts = (max(self.first, int(IPv4Network(net)[0])) for net in _PRIVATE)
        ends = (min(self.last, int(IPv4Network(net)[-1])) for net in _PRIVATE)
        return next((a for a, b in zip(starts, ends, strict=True) if a <= b), None)


def is_public(text: str) -> bool:
    """Whether a request from the internet may show the address `text`."""
    found = ip_address(text)
    if isinstance(found, IPv6Address):
        return found in _GLOBAL_6
    return not any(found in IPv4Network(net) for net in _SPECIAL)


def ranges(named: Iterable[Network]) -> list[Range]:
    """All addresses there are, cut wherever one of `named` begins or ends."""
    cuts: dict[bool, set[int]] = {False: {0}, True: {0}}
    for net in named:
        cuts[isinstance(net, IPv6Network)].update((int(net[0]), int(net[-1]) + 1))
    found: list[Range] = []
    for six, top in _TOP.items():
        starts = sorted(cut for cut in cuts[six] if cut <= top)
        ends = [*(start - 1 for start in starts[1:]), top]
        found += [Range(six, a, b) for a, b in zip(starts, ends, strict=True)]
    return found


def host(text: str) -> Network | None:
    """The network of the one address `text`; `None` where AWS writes no address so."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if str(found) != text or (isinstance(found, IPv6Address) and found.ipv4_mapped):
        return None
    return IPv4Network(found) if isinstance(found, IPv4Address) else IPv6Network(found)


def numbers(bounds: Iterable[Decimal]) -> list[Decimal]:
    """`bounds`, and a number in each gap between them and beyond."""
    named = sorted(set(bounds))
    if not named:
        return []
    with localcontext(prec=_DIGITS):
        between = [_between(a, b) for a, b in pairwise(named)]
        found = [named[0] - _DAY, *named, *between, named[-1] + _DAY]
    if len(set(found)) < len(found):
        raise Unbounded("two numbers are too close to find one between them")
    return sorted(found)


def _between(low: Decimal, high: Decimal) -> Decimal:
    middle = (low + high) / 2
    # A whole number reads better, where there is room for one.
    whole = middle.to_integral_value()
    return whole if low < whole < high else middle


def spelled(found: Decimal, avoid: frozenset[str]) -> str:
    """`found` written so that it is none of `avoid`.

    Raises:
        Unbounded: no spelling reads back as the same number.
    """
    text = format(found, "f")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    while sign + digits in avoid:
        digits = "0" + digits
    if number(sign + digits) != found:
        raise Unbounded("a number has too many digits")
    return sign + digits


def dated(found: Decimal, avoid: frozenset[str]) -> str | None:
    """`found`, seconds since 1970, as a date that is none of `avoid`; `None` where none is."""
    microseconds = found * 1_000_000
    if microseconds != microseconds.to_integral_value():
        return None
    try:
        when = _EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        return None
    plain = when.replace(tzinfo=None)
    return next(
        (text for text in _dates(plain) if text not in avoid and moment(text) == found),
        None,
    )


def _dates(when: datetime) -> Iterator[str]:
    for places in ("auto", "seconds", "milliseconds", "microseconds"):
        text = when.isoformat(timespec=places)
        yield from (text + zone for zone in ("Z", "+00:00", "-00:00", ""))
