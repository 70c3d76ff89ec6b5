"""What must not be the same: accounts, addresses, people and profiles.

Separation between lines of business rests on these.  Two lobs in one account share whatever
the account's roles may do; two networks with one address cannot be told apart; two people with
one profile are one person to everything behind the front door, and so are two of different
lobs with one profile to a warehouse that both lobs read.

Several domains of one lob are no collision.  AWS says that one user profile cannot be added to
several domains of a Region and account: a profile is part of its domain (its ARN names both).
So each domain of a lob gets profiles of its own, which happen to have the same names.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from studiogate.landscape.complaints import Finding
from studiogate.landscape.document import Path, dotted
from studiogate.landscape.model import Landscape, VpcNetwork

LARGEST_CORPORATE = 8
"""Shortest prefix of a corporate network; a shorter one would take in the internet."""

VPC_PREFIXES = range(16, 29)
"""Amazon VPC User Guide, "VPC CIDR blocks": /16 to /28."""

# No client comes from there: this host, loopback, link-local, multicast, reserved (RFC 6890).
_NOBODYS = tuple(
    IPv4Network(cidr)
    for cidr in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")
)


def collisions(landscape: Landscape) -> Iterator[Finding]:
    """Everything in `landscape` that is there twice and must not be."""
    yield from _accounts(landscape)
    yield from _lobs(landscape)
    yield from _cidrs(landscape)
    yield from _people(landscape)


def _twice(entries: Iterable[tuple[Hashable, Path]]) -> Iterator[tuple[Path, Path]]:
    """Each place whose key was seen before, with the place that had it first."""
    seen: dict[Hashable, Path] = {}
    for key, path in entries:
        first = seen.setdefault(key, path)
        if first != path:
            yield path, first


def _accounts(landscape: Landscape) -> Iterator[Finding]:
    entries = ((id_, ("accounts", name)) for name, id_ in landscape.accounts.items())
    for path, first in _twice(entries):
        yield Finding(
            path,
            f"has the id of {dotted(first)}",
            "Give each account its own id, or use one name for it everywhere.",
        )


def _lobs(landscape: Landscape) -> Iterator[Finding]:
    lobs = landscape.lobs.items()
    for path, first in _twice((lob.account, ("lobs", name, "account")) for name, lob in lobs):
        yield Finding(
            path,
            f"is the account of {dotted(first[:2])} already",
            "Give each lob an account of its own: what keeps lobs apart is the account. "
            "One lob may have several domains.",
        )
    groups = (
        (group, ("lobs", name, "groups", n))
        for name, lob in lobs
        for n, group in enumerate(lob.groups)
    )
    for path, first in _twice(groups):
        yield Finding(
            path,
            f"is also {dotted(first)}",
            "Name a group once: one that belongs to two lobs says nothing about either.",
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Some addresses, and the network that has them."""

    cidr: IPv4Network
    path: Path
    network: str
    number: int
    """Its turn in the file."""


def _cidrs(landscape: Landscape) -> Iterator[Finding]:
    places = [_Place(*place, n) for n, place in enumerate(_addresses(landscape))]
    for place in places:
        vpc = isinstance(landscape.networks[place.network], VpcNetwork)
        yield from _misplaced(place.cidr, place.path, vpc=vpc)
    outer: _Place | None = None
    # Sorted, a network comes after every network it is part of.
    for place in sorted(places, key=lambda place: (place.cidr, place.number)):
        if outer is None or not place.cidr.overlaps(outer.cidr):
            outer = place
        elif place.network != outer.network:
            yield _overlap(*sorted((outer, place), key=lambda place: place.number))


def _overlap(first: _Place, second: _Place) -> Finding:
    return Finding(
        second.path,
        f"{second.cidr} overlaps {first.cidr} of network {first.network!r}",
        f"Give one of {second.network!r} and {first.network!r} other addresses: they tell "
        "networks apart, and no route between the two could work.",
    )


def _addresses(landscape: Landscape) -> Iterator[tuple[IPv4Network, Path, str]]:
    for name, network in landscape.networks.items():
        if isinstance(network, VpcNetwork):
            yield network.cidr, ("networks", name, "cidr"), name
        else:
            for n, cidr in enumerate(network.cidrs):
                yield cidr, ("networks", name, "cidrs", n), name


def _misplaced(cidr: IPv4Network, path: Path, *, vpc: bool) -> Iterator[Finding]:
    if any(cidr.overlaps(nobodys) for nobodys in _NOBODYS):
        yield Finding(
            path,
            f"{cidr} holds addresses no client can have",
            "Use addresses of your own, as 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
        )
    if vpc and cidr.prefixlen not in VPC_PREFIXES:
        yield Finding(
            path,
            f"a VPC cannot be a /{cidr.prefixlen}",
            "Amazon VPC takes /16 to /28. For example: `cidr: 10.100.0.0/16`.",
        )
    elif not vpc and cidr.prefixlen < LARGEST_CORPORATE:
        yield Finding(
            path,
            f"a /{cidr.prefixlen} is more than an enterprise has",
            "Name the addresses your people really come from, /8 or smaller.",
        )


def _people(landscape: Landscape) -> Iterator[Finding]:
    people = landscape.people
    for path, first in _twice((name.casefold(), ("people", name)) for name in people):
        yield Finding(
            path,
            f"differs from {dotted(first)} only in capitals",
            "Choose names that differ otherwise: to many identity providers the two are one.",
        )
    owned = list(_owned(landscape))
    for path, first in _twice(((one.lob, one.profile), one.path) for one in owned):
        yield Finding(
            path,
            f"{_made(landscape, path)}is the profile of {dotted(first[:2])} already",
            "Give each person of a lob a profile of their own; capitals do not count, because "
            "Studio does not tell them apart.",
        )
    for (_, called, cluster), lobs in _readers(landscape).items():
        readers = [one for one in owned if one.lob in lobs]
        what = "cluster" if cluster else "workgroup"
        yield from _one_database_user(f"{what} {called!r}", readers)


@dataclass(frozen=True, slots=True)
class _Owned:
    """A profile, in the letters that count, and whose it is."""

    lob: str
    profile: str
    path: Path


def _owned(landscape: Landscape) -> Iterator[_Owned]:
    for name, person in landscape.people.items():
        profile = landscape.profile_of(name)
        if person.lob is not None and profile is not None:
            yield _Owned(person.lob, profile.casefold(), ("people", name, "profile"))


def _made(landscape: Landscape, path: Path) -> str:
    """What a sentence about a profile begins with that the file does not say itself."""
    name = str(path[1])
    if landscape.people[name].profile is not None:
        return ""
    return f"{landscape.profile_of(name)!r}, made from the sign-in name, "


def _readers(landscape: Landscape) -> Mapping[tuple[str, str, bool], set[str]]:
    """By account and name, and whether it is a cluster, the lobs with database users there."""
    found: defaultdict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for one in landscape.warehouses.values():
        found[one.account, one.name_in_redshift, one.cluster is not None] |= {*one.readers}
    return found


def _one_database_user(where: str, owned: Iterable[_Owned]) -> Iterator[Finding]:
    """The findings about people of several lobs with one profile, who read one warehouse."""
    seen: dict[str, _Owned] = {}
    for one in owned:
        first = seen.setdefault(one.profile, one)
        if first.lob != one.lob:
            yield Finding(
                one.path,
                f"in the {where} they and {dotted(first.path[:2])} would be one "
                f"database user, {one.profile!r}",
                "Give one of them another profile: a database user is called like the profile, "
                "whatever lob it is in.",
            )
