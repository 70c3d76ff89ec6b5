"""A landscape with one more line of business: what has to be written, and where (S2-41..45)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.edit import Entry, added
from studiogate.landscape.model import Landscape, VpcNetwork
from studiogate.landscape.read import read

_PRIVATE = IPv4Network("10.0.0.0/8")
_USUAL = 16


@dataclass(frozen=True, slots=True)
class NewLob:
    """What a platform engineer says of a line of business that is to join."""

    name: str
    account: str
    """Id of its account, of 12 digits."""

    opens_from: tuple[str, ...]
    domain: str | None = None
    """Name of its domain; that of the lob, where nobody says."""

    cidr: str | None = None
    """Addresses of its VPC; the next free block, where nobody says."""

    groups: tuple[str, ...] = ()
    owner: str | None = None
    people: Mapping[str, str | None] = field(default_factory=dict)
    """Sign-in name to profile; `None` where the name itself is the profile."""

    idps: tuple[str, ...] = ()
    """The idps whose word counts for `people`; any, where there is one only."""


def with_lob(text: str, wanted: NewLob, *, source: str = "landscape.yaml") -> str:
    """`text` with `wanted` in it, comments and all; it has been read and is sound.

    Raises:
        LandscapeError: `text` is not sound, something of that name is there already, no block
            of addresses is free, nobody says whose word counts for the new people where there
            are several idps, or the result would not be sound.
    """
    landscape = read(text, source=source)
    if wanted.people and not wanted.idps and len(landscape.idp_names) > 1:
        raise _not_vouched(landscape)
    grown = added(text, list(_entries(landscape, wanted)), source=source)
    read(grown, source=source)
    return grown


def free_block(landscape: Landscape) -> IPv4Network:
    """The block after the last VPC of a lob, of the same size, that no network has.

    Raises:
        LandscapeError: 10.0.0.0/8 is used up behind it.
    """
    taken = [cidr for network in landscape.networks.values() for cidr in network.cidrs]
    accounts = {lob.account for lob in landscape.lobs.values()}
    theirs = [
        network.cidr
        for network in landscape.networks.values()
        if isinstance(network, VpcNetwork) and network.account in accounts
    ]
    last = max(theirs, default=None)
    size = last.prefixlen if last else _USUAL
    for block in _PRIVATE.subnets(new_prefix=size):
        behind = last is None or block > last
        if behind and not any(block.overlaps(other) for other in taken):
            return block
    raise LandscapeError(
        [
            Problem(
                where="networks",
                what=f"no /{size} of {_PRIVATE} is free behind the last line of business",
                remedy="Say which addresses the new VPC has, as --cidr 172.16.0.0/16.",
            )
        ]
    )


def _not_vouched(landscape: Landscape) -> LandscapeError:
    some = ", ".join(landscape.idp_names)
    return LandscapeError(
        [
            Problem(
                where="people",
                what=f"there are several idps: {some}; nobody says whose word counts",
                remedy="Say it of the new people with --idp, once for each that does. "
                f"For example: --idp {landscape.idp_names[0]}.",
            )
        ],
        remedy="Nothing was written; run the command again with what is missing.",
    )


def _entries(landscape: Landscape, wanted: NewLob) -> Iterator[Entry]:
    name = wanted.name
    cidr = wanted.cidr or str(free_block(landscape))
    yield Entry("accounts", name, wanted.account)
    yield Entry("networks", name, {"kind": "vpc", "account": name, "cidr": cidr})
    lob: dict[str, str | tuple[str, ...]] = {"account": name}
    if wanted.groups:
        lob["groups"] = wanted.groups
    if wanted.owner:
        lob["owner"] = wanted.owner
    yield Entry("lobs", name, lob)
    opens = {"lob": name, "network": name, "opens_from": wanted.opens_from}
    yield Entry("domains", wanted.domain or name, opens)
    for person, profile in wanted.people.items():
        theirs: dict[str, str | tuple[str, ...]] = {"lob": name}
        if profile:
            theirs["profile"] = profile
        if wanted.idps:
            theirs["idp"] = wanted.idps if len(wanted.idps) > 1 else wanted.idps[0]
        yield Entry("people", person, theirs)
