"""From the answers of EC2's Describe calls to facts.

Nothing is guessed: what an answer does not say is not there, and what leads to it stops.
Source of every key: Amazon EC2 API Reference, of each action by its name.
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from types import MappingProxyType
from typing import Any, TypeVar

from studiogate.reach.packets.asking import Answers, Row
from studiogate.reach.packets.facts import (
    ANY,
    Acl,
    AclEntry,
    Attachment,
    Facts,
    Group,
    Peering,
    Route,
    Rule,
    Subnet,
    Table,
    TransitTable,
    Via,
    Vpc,
)

MOST_ROUTES = 1000
"""What SearchTransitGatewayRoutes gives at most; a table with as many may have more."""

_TARGETS: Mapping[str, Via] = MappingProxyType(
    {
        "TransitGatewayId": "transit-gateway",
        "VpcPeeringConnectionId": "peering",
        "NatGatewayId": "nat-gateway",
    }
)
_PORTS = (0, 65535)
_Thing = TypeVar("_Thing", Vpc, Subnet, Table, Group, Acl, Peering, TransitTable)
_Lists = Mapping[str, tuple[IPv4Network, ...]]
"""The blocks of each prefix list that was asked for."""


def facts(answers: Answers) -> Facts:
    """Everything that `answers` tell.

    Raises:
        ValueError: an address in them is none.
    """
    lists = {
        dict(asked.named)["PrefixListId"]: tuple(_blocks(rows, "Cidr"))
        for asked, rows in answers.items()
        if asked.operation == "GetManagedPrefixListEntries"
    }
    attached = _all(answers, "DescribeTransitGatewayAttachments")
    return Facts(
        vpcs=_by_id(_vpc(row) for row in _all(answers, "DescribeVpcs")),
        subnets=_by_id(_subnet(row) for row in _all(answers, "DescribeSubnets")),
        tables=_by_id(_table(row, lists) for row in _all(answers, "DescribeRouteTables")),
        groups=_by_id(_group(row, lists) for row in _all(answers, "DescribeSecurityGroups")),
        acls=_by_id(_acl(row) for row in _all(answers, "DescribeNetworkAcls")),
        peerings=_by_id(
            _peering(row) for row in _all(answers, "DescribeVpcPeeringConnections")
        ),
        attachments=_attachments(
            attached, _all(answers, "DescribeTransitGatewayVpcAttachments")
        ),
        transit_tables=_by_id(_transit_tables(answers)),
        gateways={
            str(row["TransitGatewayId"]): str(row["TransitGatewayOwnerId"])
            for row in attached
            if "TransitGatewayId" in row
        },
        accounts=frozenset(asked.account for asked in answers),
    )


def _all(answers: Answers, operation: str) -> list[Row]:
    found = (rows for asked, rows in answers.items() if asked.operation == operation)
    return [row for rows in found for row in rows]


def _by_id(found: Iterator[_Thing]) -> dict[str, _Thing]:
    return {one.id: one for one in found}


def _blocks(rows: Any, key: str) -> Iterator[IPv4Network]:
    """IPv4 blocks; what is IPv6 goes another way and is not asked about."""
    for row in rows or ():
        text = str(row.get(key) or "")
        if text and ":" not in text:
            yield IPv4Network(text)


def _vpc(row: Row) -> Vpc:
    tied = [
        one
        for one in row.get("CidrBlockAssociationSet") or ()
        if one.get("CidrBlockState", {}).get("State", "associated") == "associated"
    ]
    cidrs = tuple(_blocks(tied or [row], "CidrBlock"))
    return Vpc(str(row["VpcId"]), str(row.get("OwnerId", "")), cidrs)


def _subnet(row: Row) -> Subnet:
    return Subnet(
        str(row["SubnetId"]),
        str(row["VpcId"]),
        IPv4Network(row["CidrBlock"]),
        str(row.get("AvailabilityZoneId", "")),
    )


def _table(row: Row, lists: _Lists) -> Table:
    ties = [
        one
        for one in row.get("Associations") or ()
        if one.get("AssociationState", {}).get("State", "associated") == "associated"
    ]
    return Table(
        id=str(row["RouteTableId"]),
        vpc=str(row["VpcId"]),
        main=any(one.get("Main") for one in ties),
        subnets=tuple(str(one["SubnetId"]) for one in ties if one.get("SubnetId")),
        routes=tuple(route for one in row.get("Routes") or () for route in _route(one, lists)),
    )


def _route(row: Row, lists: _Lists) -> Iterator[Route]:
    """One route for each block it is for."""
    kind, via = _target(row)
    blocks = list(_blocks([row], "DestinationCidrBlock"))
    if name := row.get("DestinationPrefixListId"):
        # The lists of AWS's own services hold public addresses, and lead to an endpoint.
        blocks += lists.get(str(name), ())
    for block in blocks:
        yield Route(block, kind, via, blackhole=row.get("State") == "blackhole")


def _target(row: Row) -> tuple[Via, str]:
    for key, kind in _TARGETS.items():
        if row.get(key):
            return kind, str(row[key])
    gateway = str(row.get("GatewayId") or "")
    if gateway == "local":
        return "local", gateway
    if gateway.startswith("igw-"):
        return "internet-gateway", gateway
    others = ("NetworkInterfaceId", "InstanceId", "LocalGatewayId", "CarrierGatewayId")
    named = (str(row[key]) for key in others if row.get(key))
    return "something else", gateway or next(named, "")


def _group(row: Row, lists: _Lists) -> Group:
    return Group(
        id=str(row["GroupId"]),
        name=str(row.get("GroupName", "")),
        account=str(row.get("OwnerId", "")),
        vpc=str(row.get("VpcId", "")),
        come=tuple(_rule(one, lists) for one in row.get("IpPermissions") or ()),
        go=tuple(_rule(one, lists) for one in row.get("IpPermissionsEgress") or ()),
    )


def _rule(row: Row, lists: _Lists) -> Rule:
    named = [str(one["PrefixListId"]) for one in row.get("PrefixListIds") or ()]
    listed = tuple(block for name in named for block in lists.get(name, ()))
    pairs = row.get("UserIdGroupPairs") or ()
    return Rule(
        protocol=str(row["IpProtocol"]),
        first=int(row.get("FromPort", _PORTS[0])),
        last=int(row.get("ToPort", _PORTS[1])),
        blocks=(*_blocks(row.get("IpRanges"), "CidrIp"), *listed),
        groups=tuple(str(one["GroupId"]) for one in pairs if one.get("GroupId")),
    )


def _acl(row: Row) -> Acl:
    ties = row.get("Associations") or ()
    return Acl(
        id=str(row["NetworkAclId"]),
        vpc=str(row["VpcId"]),
        subnets=tuple(str(one["SubnetId"]) for one in ties),
        entries=tuple(_entry(one) for one in row.get("Entries") or () if "CidrBlock" in one),
    )


def _entry(row: Row) -> AclEntry:
    ports = row.get("PortRange") or {}
    return AclEntry(
        number=int(row["RuleNumber"]),
        egress=bool(row["Egress"]),
        allow=row["RuleAction"] == "allow",
        protocol=str(row["Protocol"]),
        first=int(ports.get("From", _PORTS[0])),
        last=int(ports.get("To", _PORTS[1])),
        block=IPv4Network(row.get("CidrBlock") or ANY),
    )


def _peering(row: Row) -> Peering:
    asks, gives = row.get("RequesterVpcInfo") or {}, row.get("AccepterVpcInfo") or {}
    return Peering(
        id=str(row["VpcPeeringConnectionId"]),
        state=str((row.get("Status") or {}).get("Code", "")),
        requester=str(asks.get("VpcId", "")),
        accepter=str(gives.get("VpcId", "")),
        accepter_account=str(gives.get("OwnerId", "")),
    )


def _attachments(rows: list[Row], in_vpcs: list[Row]) -> dict[str, Attachment]:
    """Attachments; of two answers about one, that of the gateway's owner says more."""
    seats = {str(one["TransitGatewayAttachmentId"]): one.get("SubnetIds") for one in in_vpcs}
    found: dict[str, Attachment] = {}
    for row in rows:
        one = _attachment(row, tuple(seats.get(str(row["TransitGatewayAttachmentId"])) or ()))
        if one.table is not None or one.id not in found:
            found[one.id] = one
    return found


def _attachment(row: Row, subnets: tuple[str, ...]) -> Attachment:
    tied = row.get("Association") or {}
    associated = tied.get("State") == "associated"
    return Attachment(
        id=str(row["TransitGatewayAttachmentId"]),
        gateway=str(row["TransitGatewayId"]),
        kind=str(row.get("ResourceType", "")),
        resource=str(row.get("ResourceId", "")),
        state=str(row.get("State", "")),
        table=str(tied["TransitGatewayRouteTableId"]) if associated else None,
        subnets=subnets,
    )


def _transit_tables(answers: Answers) -> Iterator[TransitTable]:
    gateways = {
        str(tied["TransitGatewayRouteTableId"]): str(row["TransitGatewayId"])
        for row in _all(answers, "DescribeTransitGatewayAttachments")
        if (tied := row.get("Association") or {}).get("TransitGatewayRouteTableId")
    }
    for asked, rows in answers.items():
        if asked.operation == "SearchTransitGatewayRoutes":
            name = dict(asked.named)["TransitGatewayRouteTableId"]
            routes = tuple(_transit_route(row) for row in rows if _is_block(row))
            yield TransitTable(name, gateways.get(name, ""), routes, len(rows) < MOST_ROUTES)


def _is_block(row: Row) -> bool:
    return ":" not in str(row.get("DestinationCidrBlock") or ":")


def _transit_route(row: Row) -> Route:
    towards: Row = next(iter(row.get("TransitGatewayAttachments") or ()), {})
    return Route(
        IPv4Network(row["DestinationCidrBlock"]),
        "transit-gateway",
        str(towards.get("TransitGatewayAttachmentId", "")),
        blackhole=row.get("State") == "blackhole",
    )
