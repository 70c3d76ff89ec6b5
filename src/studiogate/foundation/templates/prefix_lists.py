"""Lists of addresses, written once and named by many security groups.

A rule for each network in each group of each service would be thousands; a group that names a
list has one.  AWS counts the list's room against the quota of the group all the same, so
blocks that lie beside each other are one entry (Amazon VPC User Guide, "Customer-managed prefix
lists").
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, collapse_addresses
from typing import Any

from troposphere import Ref, Template, ec2

ENTRIES = 100
"""Entries of one list: as many as one call to make it takes (API reference,
CreateManagedPrefixList)."""

_ROOM = 20
"""The room of a list grows by so many entries, so that one more network rarely resizes it."""


def blocks(cidrs: Iterable[IPv4Network]) -> tuple[IPv4Network, ...]:
    """The same addresses in as few blocks as there can be, in order."""
    return tuple(collapse_addresses(cidrs))


def room(entries: int) -> int:
    """The entries a list of so many has room for; they count as rules of a group."""
    return -(-entries // _ROOM) * _ROOM


def parts(found: Sequence[IPv4Network]) -> list[Sequence[IPv4Network]]:
    """`found` in pieces that fit one list each."""
    return [found[n : n + ENTRIES] for n in range(0, len(found), ENTRIES)]


def prefix_lists(
    template: Template, name: str, cidrs: Iterable[IPv4Network]
) -> tuple[Any, ...]:
    """References to lists that hold `cidrs` together, added to `template`."""
    found = [
        ec2.PrefixList(
            f"{name}{number}",
            PrefixListName=f"studiogate-{name.lower()}-{number}",
            AddressFamily="IPv4",
            MaxEntries=room(len(part)),
            Entries=[ec2.Entry(Cidr=str(cidr)) for cidr in part],
        )
        for number, part in enumerate(parts(blocks(cidrs)), start=1)
    ]
    return tuple(Ref(template.add_resource(one)) for one in found)


def from_lists(what: str, port: int, lists: Iterable[Any]) -> list[dict[str, Any]]:
    """The rules that let everybody on `lists` in on TCP `port`."""
    return [
        {
            "Description": what,
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "SourcePrefixListId": one,
        }
        for one in lists
    ]
