"""What has to hold for a lob to reach the hub and to resolve its names, asked link by link.

S2-24, S2-25 and S2-41 to S2-44: share, attachment, association, propagation, rules, domain.
Each answer is one of: as it should be, not so (with what is missing), or could not be told.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.aws.patience import asked
from studiogate.aws.session import paged
from studiogate.deploy.emptying import has_rules
from studiogate.deploy.stack.values import Values
from studiogate.deploy.unpropagated import SETTING, WANTED
from studiogate.deploy.world import World


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to hold."""

    about: str
    """The lob, or the network."""

    what: str
    """As `transit gateway is shared with 222222222222`."""

    ok: bool | None
    """`None`: nobody could tell."""

    found: str
    """What is there instead, or what AWS says."""

    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One network, and what its stacks are told and tell."""

    name: str
    account: str
    hub: str
    """Id of the shared-services account."""

    tells: Mapping[str, str]
    """Outputs of `studiogate-network-NAME`."""

    joined: Values
    """What `studiogate-joined-NAME` is told."""

    asks: Values
    """What `studiogate-names-NAME` is told."""


_APPLY = "Run `studiogate apply`."


def closed(world: World, account: str, name: str, group: str) -> Iterator[Check]:
    """Whether the default group of a VPC lets nothing through: nothing of ours is in it."""
    client = world.client(account, "ec2")
    found = asked(
        world,
        "ec2:DescribeSecurityGroups",
        account,
        lambda: client.describe_security_groups(GroupIds=[group])["SecurityGroups"],
    )
    open_ = any(map(has_rules, found))
    yield Check(
        name,
        "the default security group of its VPC lets nothing through",
        ok=not open_,
        found=f"{group}: {'has rules' if open_ else 'has none'}",
        remedy=_APPLY if open_ else "",
    )


TRANSIT_SHARE, NAMES_SHARE = "studiogate-transit-gateway", "studiogate-names"
"""What the names of the hub's shares begin with."""


def shared(world: World, place: Place, *, transit: bool) -> Iterator[Check]:
    """Whether the hub's shares have reached the account (S2-41); `transit` as the names."""
    client = world.client(place.hub, "ram")
    found = asked(
        world,
        "ram:GetResourceShareAssociations",
        place.hub,
        lambda: list(
            paged(
                client,
                "get_resource_share_associations",
                "resourceShareAssociations",
                associationType="PRINCIPAL",
            )
        ),
    )
    theirs = [one for one in found if one["associatedEntity"] == place.account]
    if transit:
        yield _share(world, place, "transit gateway", TRANSIT_SHARE, theirs)
    yield _share(world, place, "forwarding rules", NAMES_SHARE, theirs)


def _share(
    world: World, place: Place, word: str, name: str, theirs: Iterable[Mapping[str, Any]]
) -> Check:
    """`theirs` are the account's associations; a share that is full is followed by another."""
    what = f"the hub shares the {word} with account {place.account}"
    states = {
        str(one["status"])
        for one in theirs
        if one.get("resourceShareName", "").startswith(name)
    }
    if "ASSOCIATED" in states:
        return Check(place.name, what, ok=True, found="associated")
    if states and _invited(world, place):
        return Check(
            place.name,
            what,
            ok=False,
            found="an invitation waits to be accepted",
            remedy=(
                "Enable sharing with the organisation (`aws ram "
                "enable-sharing-with-aws-organization`), then run `studiogate apply`."
            ),
        )
    said = ", ".join(sorted(states)).lower() or "there is no share"
    return Check(place.name, what, ok=False, found=said, remedy=_APPLY)


def attached(world: World, place: Place) -> Iterator[Check]:
    """Whether the VPC is attached, associated and propagated (S2-42, S2-43, S2-44)."""
    id_ = place.joined.known.get("AttachmentId", "")
    there = _attachment(world, place, id_) if id_ else None
    state = str(there["State"]) if there else "there is none"
    yield Check(
        place.name,
        "its VPC is attached to the transit gateway",
        ok=state == "available",
        found=f"{id_}: {state}" if id_ else state,
        remedy="" if state == "available" else _attachment_remedy(state),
    )
    association = there.get("Association", {}) if there else {}
    wanted = place.joined.known.get("AssociateWith")
    table = association.get("TransitGatewayRouteTableId", "")
    right = bool(wanted) and table == wanted and association.get("State") == "associated"
    yield Check(
        place.name,
        "its attachment is associated with the route table of its role",
        ok=right,
        found=f"{table or 'with none'} {association.get('State', '')}".strip(),
        remedy="" if right else f"It should be with {wanted or 'a table'}. {_APPLY}",
    )
    for name, told in place.joined.known.items():
        if name.startswith("SpreadTo"):
            yield _propagated(world, place, id_, told)


def peered(world: World, place: Place) -> Iterator[Check]:
    """Whether the peering with the hub is active (S1-22, S1-23)."""
    id_ = place.joined.known.get("PeeringId", "")
    client = world.client(place.hub, "ec2")
    found = asked(
        world,
        "ec2:DescribeVpcPeeringConnections",
        place.hub,
        lambda: list(
            paged(
                client,
                "describe_vpc_peering_connections",
                "VpcPeeringConnections",
                Filters=[{"Name": "vpc-peering-connection-id", "Values": [id_]}],
            )
        ),
    )
    code = found[0]["Status"]["Code"] if found else "there is none"
    yield Check(
        place.name,
        "its VPC is peered with the hub",
        ok=code == "active",
        found=f"{id_}: {code}" if id_ else code,
        remedy="" if code == "active" else f"Routes to it lead nowhere. {_APPLY}",
    )


def resolving(world: World, place: Place) -> Iterator[Check]:
    """Whether every forwarding rule is shared with the account and asked by the VPC (S2-25)."""
    rules = {
        word.removeprefix("Rule"): id_
        for word, id_ in place.asks.known.items()
        if word.startswith("Rule")
    }
    client = world.client(place.account, "route53resolver")
    seen = _by_id(
        asked(
            world,
            "route53resolver:ListResolverRules",
            place.account,
            lambda: list(paged(client, "list_resolver_rules", "ResolverRules")),
        )
    )
    vpc = place.tells.get("VpcId", "")
    found = asked(
        world,
        "route53resolver:ListResolverRuleAssociations",
        place.account,
        lambda: list(
            paged(client, "list_resolver_rule_associations", "ResolverRuleAssociations")
        ),
    )
    states = {one["ResolverRuleId"]: one["Status"] for one in found if one["VPCId"] == vpc}
    for word, id_ in rules.items():
        yield _rule(place, word, id_, seen.get(id_), states.get(id_))
    for parameter in place.asks.unknown:
        yield Check(
            place.name, f"{parameter} is known", ok=False, found="not yet", remedy=_APPLY
        )


def opening(world: World, lob: str, account: str, domain: str, id_: str) -> Iterator[Check]:
    """Whether a domain is in service, in the VPC only, and by IAM."""
    client = world.client(account, "sagemaker")
    there = asked(
        world,
        "sagemaker:DescribeDomain",
        f"{account}/{id_}",
        lambda: client.describe_domain(DomainId=id_),
    )
    for key, wanted, remedy in (
        ("Status", "InService", "Look at it in the SageMaker console."),
        ("AppNetworkAccessType", "VpcOnly", _APPLY),
        ("AuthMode", "IAM", "It cannot be changed: make the domain anew."),
        (f"DomainSettings.{SETTING}", WANTED, _APPLY),
    ):
        is_ = _said(there, key)
        yield Check(
            lob,
            f"domain {domain} has {key} {wanted}",
            ok=is_ == wanted,
            found=is_,
            remedy="" if is_ == wanted else remedy,
        )


def _said(there: Mapping[str, Any], path: str) -> str:
    """What an answer has at `path`, of names with dots between."""
    found: Any = there
    for name in path.split("."):
        found = (found or {}).get(name)
    return str(found or "not said")


def zoned(world: World, hub: str, vpc: str, zones: Mapping[str, str]) -> Iterator[Check]:
    """Whether the hub's VPC sees each private zone; `zones` are ids by what they are of."""
    client = world.client(hub, "route53")
    seen: set[str] = set()
    asking: dict[str, Any] = {"VPCId": vpc, "VPCRegion": world.region}
    while True:
        answer = asked(
            world,
            "route53:ListHostedZonesByVPC",
            hub,
            lambda: client.list_hosted_zones_by_vpc(**asking),
        )
        seen |= {one["HostedZoneId"] for one in answer["HostedZoneSummaries"]}
        if not answer.get("NextToken"):
            break
        asking["NextToken"] = answer["NextToken"]
    for word, id_ in zones.items():
        there = id_ in seen
        yield Check(
            "hub",
            f"zone {word} is seen by the hub's VPC",
            ok=there,
            found=id_ if there else f"{id_} is not associated",
            remedy="" if there else _APPLY,
        )


def _rule(place: Place, word: str, id_: str, seen: Any, state: str | None) -> Check:
    what = f"rule {word} is asked by its VPC"
    if seen is None:
        return Check(
            place.name,
            what,
            ok=False,
            found=f"{id_} is not shared with account {place.account}",
            remedy=_APPLY,
        )
    if state == "COMPLETE":
        return Check(place.name, what, ok=True, found=id_)
    found = f"{id_} is shared and {state.lower() if state else 'not associated'}"
    return Check(place.name, what, ok=False, found=found, remedy=_APPLY)


def _attachment(world: World, place: Place, id_: str) -> Mapping[str, Any] | None:
    client = world.client(place.hub, "ec2")
    found: list[Mapping[str, Any]] = asked(
        world,
        "ec2:DescribeTransitGatewayAttachments",
        place.hub,
        lambda: list(
            paged(
                client,
                "describe_transit_gateway_attachments",
                "TransitGatewayAttachments",
                Filters=[{"Name": "transit-gateway-attachment-id", "Values": [id_]}],
            )
        ),
    )
    return found[0] if found else None


def _attachment_remedy(state: str) -> str:
    if state == "pendingAcceptance":
        return "Accept it in the shared-services account, or run `studiogate apply`."
    return "Wait a moment, and look again." if state == "pending" else _APPLY


def _propagated(world: World, place: Place, id_: str, table: str) -> Check:
    client = world.client(place.hub, "ec2")
    found = asked(
        world,
        "ec2:GetTransitGatewayRouteTablePropagations",
        place.hub,
        lambda: list(
            paged(
                client,
                "get_transit_gateway_route_table_propagations",
                "TransitGatewayRouteTablePropagations",
                TransitGatewayRouteTableId=table,
            )
        ),
    )
    states = {one["TransitGatewayAttachmentId"]: one["State"] for one in found}
    state = states.get(id_, "not propagated")
    return Check(
        place.name,
        f"its routes are propagated to {table}",
        ok=state == "enabled",
        found=state,
        remedy="" if state == "enabled" else _APPLY,
    )


def _invited(world: World, place: Place) -> bool:
    client = world.client(place.account, "ram")
    found = asked(
        world,
        "ram:GetResourceShareInvitations",
        place.account,
        lambda: list(
            paged(client, "get_resource_share_invitations", "resourceShareInvitations")
        ),
    )
    return any(one["status"] == "PENDING" for one in found)


def _by_id(rules: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {one["Id"]: one for one in rules}
