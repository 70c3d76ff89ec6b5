"""What EC2 says of a network: the one that a landscape's templates build, which tests may break.

`Described` is a small EC2 of rows, asked with the questions of `reach.packets.asking`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from studiogate.reach.packets.asking import Question, questions
from studiogate.reach.packets.crossing import Side
from studiogate.reach.packets.facts import Facts
from studiogate.reach.packets.read import facts
from tests.kit.network_stacks import Built
from tests.kit.templates import made_up, of_type, outputs

Row = dict[str, Any]
APPS, NODES = "sg-apps-{}", "sg-nodes-{}"


def tcp(port: int, *blocks: object, **whom: Any) -> Row:
    """A rule of a security group."""
    ranges = [{"CidrIp": str(block)} for block in blocks]
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": ranges,
        **whom,
    }


@dataclass
class Described:
    """Rows by account and operation, with the keys of boto3."""

    rows: defaultdict[tuple[str, str], list[Row]] = field(
        default_factory=lambda: defaultdict(list)
    )
    vpcs: dict[str, str] = field(default_factory=dict)
    """Id of a VPC by the name of its network."""

    accounts: dict[str, str] = field(default_factory=dict)
    """The account of each VPC, by id."""

    def ask(self, question: Question) -> list[Row]:
        """The rows that answer it."""
        found = self.rows[question.account, question.operation]
        named = dict(question.named)
        kept = [
            row
            for row in found
            if all(row.get(f"_{key}") == value for key, value in named.items())
            and all(_passes(row, name, values) for name, values in question.filters)
        ]
        return deepcopy(kept)

    def facts(self, *networks: str, blind: Collection[str] = ()) -> Facts:
        """What is told of the VPCs of `networks`; accounts in `blind` cannot be entered."""
        about: defaultdict[str, set[str]] = defaultdict(set)
        for name in networks:
            about[self.accounts[self.vpcs[name]]].add(self.vpcs[name])
        entered = {account for account, _ in self.rows} - {*blind}
        answers: dict[Question, list[Row]] = {}
        while asked := questions(about, answers, entered=entered):
            answers |= {one: self.ask(one) for one in asked}
        return facts(answers)

    def side(self, network: str, group: str | None) -> Side:
        """All of a network; `group` is `APPS` or `NODES`, or nothing that is asked."""
        groups = None if group is None else (group.format(network),)
        return Side(self.vpcs[network], groups=groups)

    def of(self, network: str, operation: str, **wanted: Any) -> list[Row]:
        """The rows of the network's account and VPC that have `wanted`, to be changed."""
        vpc = self.vpcs[network]
        return [
            row
            for row in self.rows[self.accounts[vpc], operation]
            if vpc in _values(row, "vpc-id")
            and all(row.get(key) == value for key, value in wanted.items())
        ]

    def drop_routes(self, network: str, to: object) -> list[str]:
        """Take the routes to a block out of the network's tables; the tables."""
        found = []
        for table in self.of(network, "DescribeRouteTables"):
            kept = [one for one in table["Routes"] if one["DestinationCidrBlock"] != str(to)]
            if len(kept) < len(table["Routes"]):
                found.append(str(table["RouteTableId"]))
            table["Routes"] = kept
        return found

    def group(self, name: str) -> Row:
        """The security group of that id, to be changed."""
        return next(
            row
            for (_, operation), rows in self.rows.items()
            if operation == "DescribeSecurityGroups"
            for row in rows
            if row["GroupId"] == name
        )


_FILTERS: Mapping[str, Callable[[Row], list[Any]]] = {
    "vpc-id": lambda row: [row.get("VpcId")],
    "resource-id": lambda row: [row.get("ResourceId")],
    "transit-gateway-id": lambda row: [row.get("TransitGatewayId")],
    "requester-vpc-info.vpc-id": lambda row: [row["RequesterVpcInfo"]["VpcId"]],
    "accepter-vpc-info.vpc-id": lambda row: [row["AccepterVpcInfo"]["VpcId"]],
    "state": lambda row: [row["State"]],
}


def _values(row: Row, name: str) -> list[Any]:
    return _FILTERS[name](row)


def _passes(row: Row, name: str, values: Collection[str]) -> bool:
    return any(one in values for one in _values(row, name))


def described(found: Built) -> Described:
    """What EC2 would say of a network once its templates stand.

    Each VPC has two security groups beside: `APPS`, which lets out to Redshift everywhere, and
    `NODES`, which lets in from everywhere, so that only the ways decide.
    """
    told = Described()
    for key, template in found.stood.items():
        gives = outputs(template)
        for logical, vpc in of_type(template, "AWS::EC2::VPC").items():
            _vpc(told, (key.account, str(key)), template, (gives, logical, vpc))
            name = key.name.removeprefix("studiogate-network-")
            told.vpcs[name] = gives["VpcId"]
            told.accounts[gives["VpcId"]] = key.account
    _routes(told, found)
    _peerings(told, found)
    _transit(told, found)
    return told


def _vpc(
    told: Described,
    where: tuple[str, str],
    template: Mapping[str, Any],
    made: tuple[Mapping[str, Any], str, Mapping[str, Any]],
) -> None:
    (account, seed), (gives, _, vpc) = where, made
    own = {"VpcId": gives["VpcId"], "OwnerId": account}
    told.rows[account, "DescribeVpcs"].append({**own, "CidrBlock": vpc["CidrBlock"]})
    subnets = []
    for name, one in of_type(template, "AWS::EC2::Subnet").items():
        row = {
            **own,
            "SubnetId": made_up("AWS::EC2::Subnet", name, seed),
            "CidrBlock": one["CidrBlock"],
            "AvailabilityZoneId": one["AvailabilityZoneId"],
        }
        subnets.append(row)
    told.rows[account, "DescribeSubnets"] += subnets
    local = {
        "DestinationCidrBlock": vpc["CidrBlock"],
        "GatewayId": "local",
        "State": "active",
    }
    ties = list(of_type(template, "AWS::EC2::SubnetRouteTableAssociation").values())
    for name in of_type(template, "AWS::EC2::RouteTable"):
        table = made_up("AWS::EC2::RouteTable", name, seed)
        row = {**own, "RouteTableId": table, "Routes": [dict(local)]}
        row["Associations"] = [
            {"Main": False, "SubnetId": one["SubnetId"]}
            for one in ties
            if one["RouteTableId"] == table
        ]
        told.rows[account, "DescribeRouteTables"].append(row)
    _doors(told, account, own, subnets)


def _doors(told: Described, account: str, own: Row, subnets: list[Row]) -> None:
    """The VPC's main table and network ACL, which every VPC has; and two security groups."""
    vpc = own["VpcId"]
    told.rows[account, "DescribeRouteTables"].append(
        {
            **own,
            "RouteTableId": f"rtb-main-{vpc}",
            "Associations": [{"Main": True}],
            "Routes": [],
        }
    )
    entries = [
        {
            "RuleNumber": number,
            "Egress": egress,
            "RuleAction": action,
            "Protocol": "-1",
            "CidrBlock": "0.0.0.0/0",
        }
        for egress in (True, False)
        for number, action in ((100, "allow"), (32767, "deny"))
    ]
    told.rows[account, "DescribeNetworkAcls"].append(
        {
            **own,
            "NetworkAclId": f"acl-{vpc}",
            "Entries": entries,
            "Associations": [{"SubnetId": one["SubnetId"]} for one in subnets],
        }
    )


def _routes(told: Described, found: Built) -> None:
    tables = {
        row["RouteTableId"]: row
        for (_, operation), rows in told.rows.items()
        if operation == "DescribeRouteTables"
        for row in rows
    }
    names = {vpc: name for name, vpc in told.vpcs.items()}
    for _, one in found.each("AWS::EC2::Route"):
        keys = ("DestinationCidrBlock", "TransitGatewayId", "VpcPeeringConnectionId")
        more = ("NatGatewayId", "GatewayId")
        row = {key: one[key] for key in (*keys, *more) if key in one}
        tables[one["RouteTableId"]]["Routes"].append({**row, "State": "active"})
    for vpc, account in told.accounts.items():
        for group, rules in (
            (APPS, {"IpPermissionsEgress": [tcp(5439, "0.0.0.0/0")]}),
            (NODES, {"IpPermissions": [tcp(5439, "0.0.0.0/0")]}),
        ):
            told.rows[account, "DescribeSecurityGroups"].append(
                {"GroupId": group.format(names[vpc]), "GroupName": "made", "OwnerId": account,
                 "VpcId": vpc, **rules}
            )  # fmt: skip


def _peerings(told: Described, found: Built) -> None:
    for template in found.stood.values():
        for wanted in of_type(template, "AWS::EC2::VPCPeeringConnection").values():
            ends = [wanted["VpcId"], wanted["PeerVpcId"]]
            sides = [{"VpcId": vpc, "OwnerId": told.accounts[vpc]} for vpc in ends]
            row = {
                "VpcPeeringConnectionId": outputs(template)["PeeringId"],
                "Status": {"Code": "active"},
                "RequesterVpcInfo": sides[0],
                "AccepterVpcInfo": sides[1],
            }
            for account in dict.fromkeys(told.accounts[vpc] for vpc in ends):
                told.rows[account, "DescribeVpcPeeringConnections"].append(row)


def _transit(told: Described, found: Built) -> None:
    hub = told.accounts[told.vpcs[found.meant.hub]]
    tied = {
        one["TransitGatewayAttachmentId"]: one["TransitGatewayRouteTableId"]
        for _, one in found.each("AWS::EC2::TransitGatewayRouteTableAssociation")
    }
    vpc_of: dict[str, str] = {}
    for key, template in found.stood.items():
        for one in of_type(template, "AWS::EC2::TransitGatewayVpcAttachment").values():
            name, vpc = outputs(template)["AttachmentId"], one["VpcId"]
            vpc_of[name] = vpc
            both = {
                "TransitGatewayAttachmentId": name,
                "TransitGatewayId": one["TransitGatewayId"],
                "State": "available",
            }
            seats = {**both, "VpcId": vpc, "SubnetIds": [*one["SubnetIds"]]}
            told.rows[key.account, "DescribeTransitGatewayVpcAttachments"].append(seats)
            row = {
                **both,
                "TransitGatewayOwnerId": hub,
                "ResourceType": "vpc",
                "ResourceId": vpc,
            }
            if key.account != hub:
                told.rows[key.account, "DescribeTransitGatewayAttachments"].append(dict(row))
            if name in tied:
                row["Association"] = {
                    "TransitGatewayRouteTableId": tied[name],
                    "State": "associated",
                }
            told.rows[hub, "DescribeTransitGatewayAttachments"].append(row)
    told.rows[hub, "SearchTransitGatewayRoutes"] += _transit_routes(found, vpc_of)


def _transit_routes(found: Built, vpc_of: Mapping[str, str]) -> Iterator[Row]:
    cidrs = {
        outputs(template)["VpcId"]: vpc["CidrBlock"]
        for template in found.stood.values()
        for vpc in of_type(template, "AWS::EC2::VPC").values()
    }
    for _, one in found.each("AWS::EC2::TransitGatewayRouteTablePropagation"):
        block = cidrs[vpc_of[one["TransitGatewayAttachmentId"]]]
        yield _transit_route(one, block)
    for _, one in found.each("AWS::EC2::TransitGatewayRoute"):
        yield _transit_route(one, one["DestinationCidrBlock"])


def _transit_route(one: Mapping[str, Any], block: str) -> Row:
    return {
        "_TransitGatewayRouteTableId": one["TransitGatewayRouteTableId"],
        "DestinationCidrBlock": block,
        "State": "active",
        "TransitGatewayAttachments": [
            {"TransitGatewayAttachmentId": one["TransitGatewayAttachmentId"]}
        ],
    }
