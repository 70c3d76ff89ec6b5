"""What can stop a packet, each in one sentence with what exactly to add or to change."""

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal

from studiogate.reach.packets.facts import (
    Acl,
    Attachment,
    Facts,
    Group,
    Peering,
    Route,
    Subnet,
    Table,
    TransitTable,
)

Kind = Literal[
    "no-link",
    "pending-acceptance",
    "not-ready",
    "missing-route",
    "blackhole",
    "elsewhere",
    "no-association",
    "no-zone",
    "overlap",
    "egress",
    "ingress",
    "acl",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a packet ends, why, and what to do about it."""

    kind: Kind
    where: str
    """The account, and the thing in it."""

    what: str
    remedy: str


def no_link(facts: Facts, here: str, there: str) -> Stop:
    """Neither a peering nor a transit gateway joins the two VPCs (S1-22)."""
    return Stop(
        "no-link",
        _in(facts.account_of(here), here),
        f"{here} and {there} are neither peered nor attached to one transit gateway",
        f"Peer {here} with {there} of account {facts.account_of(there)}, or attach both to one "
        "transit gateway.",
    )


def peering_waits(facts: Facts, peering: Peering) -> Stop:
    """The peering is there and carries nothing yet (S1-23)."""
    account = peering.accepter_account or facts.account_of(peering.accepter)
    if peering.state == "pending-acceptance":
        return Stop(
            "pending-acceptance",
            _in(account, peering.id),
            f"the peering {peering.id} waits for account {account} to accept it "
            "(pending-acceptance), so routes by it lead nowhere",
            f"Accept {peering.id} in account {account}.",
        )
    return Stop(
        "not-ready",
        _in(account, peering.id),
        f"the peering {peering.id} is {peering.state}",
        "Wait, or create it anew if it does not become active.",
    )


def attachment_waits(facts: Facts, one: Attachment) -> Stop:
    """The attachment is there and carries nothing yet (S2-24, S2-25)."""
    owner = facts.gateways.get(one.gateway, "of the transit gateway")
    waiting = one.state == "pendingAcceptance"
    return Stop(
        "pending-acceptance" if waiting else "not-ready",
        _in(owner, one.id),
        f"the attachment {one.id} of {one.resource} to {one.gateway} is {one.state}",
        f"Accept it in account {owner}." if waiting else "Wait until it is available.",
    )


def not_attached(facts: Facts, vpc: str, gateway: str) -> Stop:
    """A route leads to a transit gateway that the VPC is not attached to."""
    account = facts.account_of(vpc)
    return Stop(
        "no-link",
        _in(account, vpc),
        f"{vpc} is not attached to {gateway}, so the route by it leads nowhere",
        f"Attach {vpc} to {gateway}, in account {account}.",
    )


def no_route(
    facts: Facts,
    table: Table,
    *,
    subnet: Subnet,
    to: IPv4Network,
    via: str,
    beside: Route | None,
) -> Stop:
    """The subnet's table does not lead there (S1-24, S1-25)."""
    only = f"; {beside} is all that matches" if beside else ""
    account = facts.account_of(table.vpc)
    return Stop(
        "missing-route",
        _in(account, table.id),
        f"the route table {table.id} of {subnet.id} has no route to {to}{only}",
        f"Add the route {to} by {via} to {table.id}, in account {account}.",
    )


def no_transit_route(
    facts: Facts, table: TransitTable, to: IPv4Network, attachment: Attachment | None
) -> Stop:
    """The transit gateway's table does not lead there."""
    owner = facts.gateways.get(table.gateway, "of the transit gateway")
    which = f"the attachment {attachment.id}" if attachment else f"what {to} is attached by"
    return Stop(
        "missing-route",
        _in(owner, table.id),
        f"the route table {table.id} of {table.gateway} has no route to {to}",
        f"Propagate {which} to {table.id}, in account {owner}.",
    )


def blackhole(account: str, table: str, route: Route) -> Stop:
    """A route matches, and drops."""
    return Stop(
        "blackhole",
        _in(account, table),
        f"the route {route} in {table} is a blackhole",
        "Replace it by one that leads there; what it led to is gone, or was never there."
        if route.via
        else "Delete it: it was written to drop what matches.",
    )


def elsewhere(account: str, table: str, route: Route, to: IPv4Network) -> Stop:
    """A route matches, and leads somewhere else."""
    return Stop(
        "elsewhere",
        _in(account, table),
        f"the route {route} in {table} does not lead to {to}: nothing is passed on from there",
        f"Take {route} out of {table}, or add a narrower one that leads to {to}.",
    )


def no_association(facts: Facts, one: Attachment) -> Stop:
    """Nothing says by which of the transit gateway's tables packets are to go (F-25)."""
    owner = facts.gateways.get(one.gateway, "of the transit gateway")
    return Stop(
        "no-association",
        _in(owner, one.id),
        f"the attachment {one.id} of {one.resource} is associated with no route table of "
        f"{one.gateway}",
        f"Associate {one.id} with the table for its kind, in account {owner}.",
    )


def no_zone(facts: Facts, subnet: Subnet, one: Attachment) -> Stop:
    """The VPC is attached, but not in the zone of this subnet.

    Source: Amazon VPC Transit Gateways, "Transit gateway attachments to a VPC".
    """
    account = facts.account_of(subnet.vpc)
    return Stop(
        "no-zone",
        _in(account, one.id),
        f"the attachment {one.id} has no subnet in zone {subnet.zone}, where {subnet.id} is",
        f"Add a subnet of {subnet.zone} to {one.id}, in account {account}.",
    )


def overlap(facts: Facts, here: str, block: IPv4Network) -> Stop:
    """The addresses there are also addresses here, and packets never leave (S1-22)."""
    return Stop(
        "overlap",
        _in(facts.account_of(here), here),
        f"{here} has addresses of {block} itself, so packets for it never leave",
        "Move one of the two to other addresses; nothing routes between them as they are.",
    )


def not_let(
    facts: Facts, group: Group, to: IPv4Network, port: int, way: Literal["egress", "ingress"]
) -> Stop:
    """No rule of a security group lets the packet pass (F-63)."""
    account = group.account or facts.account_of(group.vpc)
    pass_ = f"TCP {port} {'to' if way == 'egress' else 'from'} {to}"
    return Stop(
        way,
        _in(account, group.id),
        f"no rule of {group.id} ({group.name}) lets {pass_} pass",
        f"Add the {way} rule {pass_} to {group.id}, in account {account}.",
    )


def acl_denies(
    facts: Facts, acl: Acl, block: IPv4Network, ports: tuple[int, int], *, egress: bool
) -> Stop:
    """A network ACL does not allow it; it needs rules for both directions."""
    way, preposition = ("outbound", "to") if egress else ("inbound", "from")
    first, last = ports
    spoken = str(first) if first == last else f"{first} to {last}"
    account = facts.account_of(acl.vpc)
    return Stop(
        "acl",
        _in(account, acl.id),
        f"the network ACL {acl.id} denies TCP {spoken} {preposition} {block}",
        f"Allow {way} TCP {spoken} {preposition} {block} in {acl.id}, in account {account}.",
    )


def unknown(what: str, about: str) -> Stop:
    """Nobody told us, and nothing is guessed."""
    return Stop(
        "unknown",
        about,
        what,
        "Look there yourself, or let the command read the account it is in.",
    )


def _in(account: str, what: str) -> str:
    return f"account {account}, {what}"
