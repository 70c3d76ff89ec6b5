"""Which of EC2's Describe calls it takes to know how packets go, and in which account.

Plain data, so that the doctor asks AWS and the emulation asks itself with the same questions.
Later ones follow from the answers to earlier ones: ask until there is nothing left to ask.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One call of EC2; its answer is a list."""

    account: str
    operation: str
    member: str
    """The key of the answer that has the list."""

    named: tuple[tuple[str, str], ...] = ()
    """Parameters with one value."""

    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def params(self) -> dict[str, Any]:
        """The parameters, as boto3 takes them."""
        found: dict[str, Any] = dict(self.named)
        if self.filters:
            found["Filters"] = [{"Name": n, "Values": list(v)} for n, v in self.filters]
        return found

    @property
    def method(self) -> str:
        """The operation, as boto3 calls it: `describe_vpcs`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.operation).lower()

    @property
    def action(self) -> str:
        """The IAM action: `ec2:DescribeVpcs`."""
        return f"ec2:{self.operation}"


Answers = Mapping[Question, Sequence[Row]]

_IN_VPC = (
    ("DescribeVpcs", "Vpcs", "vpc-id"),
    ("DescribeSubnets", "Subnets", "vpc-id"),
    ("DescribeRouteTables", "RouteTables", "vpc-id"),
    ("DescribeSecurityGroups", "SecurityGroups", "vpc-id"),
    ("DescribeNetworkAcls", "NetworkAcls", "vpc-id"),
    ("DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments", "vpc-id"),
    ("DescribeTransitGatewayAttachments", "TransitGatewayAttachments", "resource-id"),
)
_PEERED = ("requester-vpc-info.vpc-id", "accepter-vpc-info.vpc-id")
_LISTED = "GetManagedPrefixListEntries"
_SEARCHED = "SearchTransitGatewayRoutes"
_ATTACHED = "DescribeTransitGatewayAttachments"

ACTIONS = (
    *sorted({f"ec2:{operation}" for operation, _, _ in _IN_VPC}),
    "ec2:DescribeVpcPeeringConnections",
    f"ec2:{_LISTED}",
    f"ec2:{_SEARCHED}",
)
"""The permissions that all of it takes; EC2 knows no resource but for the last two."""


def questions(
    about: Mapping[str, Collection[str]], answers: Answers, *, entered: Collection[str]
) -> tuple[Question, ...]:
    """What is still to be asked of the VPCs in `about`, which are ids by account.

    Only accounts in `entered` are asked: what is known to others alone stays unknown.
    """
    wanted = [
        *_first(about),
        *_of_gateways(answers),
        *_routes(about, answers),
        *_lists(answers),
    ]
    new = [one for one in wanted if one not in answers and one.account in entered]
    return tuple(dict.fromkeys(new))


def _first(about: Mapping[str, Collection[str]]) -> Iterator[Question]:
    for account, vpcs in about.items():
        ids = tuple(sorted(vpcs))
        if not ids:
            continue
        for operation, member, by in _IN_VPC:
            yield Question(account, operation, member, filters=((by, ids),))
        for by in _PEERED:
            yield Question(
                account,
                "DescribeVpcPeeringConnections",
                "VpcPeeringConnections",
                filters=((by, ids),),
            )


def _of_gateways(answers: Answers) -> Iterator[Question]:
    """What else is on the gateways, and by which table it goes: their owners see it."""
    for one in _rows(answers, _ATTACHED):
        gateway, owner = one.get("TransitGatewayId"), one.get("TransitGatewayOwnerId")
        if gateway and owner:
            yield _on_gateway(str(owner), str(gateway))


def _on_gateway(owner: str, gateway: str) -> Question:
    return Question(
        owner,
        _ATTACHED,
        "TransitGatewayAttachments",
        filters=(("transit-gateway-id", (gateway,)),),
    )


def _routes(about: Mapping[str, Collection[str]], answers: Answers) -> Iterator[Question]:
    """The routes of the tables that the VPCs asked about go by."""
    ours = {vpc for vpcs in about.values() for vpc in vpcs}
    for one in _rows(answers, _ATTACHED):
        table = one.get("Association", {}).get("TransitGatewayRouteTableId")
        if table and one.get("ResourceId") in ours:
            yield Question(
                str(one["TransitGatewayOwnerId"]),
                _SEARCHED,
                "Routes",
                named=(("TransitGatewayRouteTableId", str(table)),),
                filters=(("state", ("active", "blackhole")),),
            )


def _lists(answers: Answers) -> Iterator[Question]:
    """The entries of prefix lists that rules and routes name."""
    for asked, rows in answers.items():
        if asked.operation in {"DescribeSecurityGroups", "DescribeRouteTables"}:
            for name in sorted({name for row in rows for name in _named(row)}):
                named = (("PrefixListId", name),)
                yield Question(asked.account, _LISTED, "Entries", named=named)


def _named(row: Row) -> Iterator[str]:
    for rule in (*row.get("IpPermissions", ()), *row.get("IpPermissionsEgress", ())):
        yield from (str(one["PrefixListId"]) for one in rule.get("PrefixListIds", ()))
    for route in row.get("Routes", ()):
        if name := route.get("DestinationPrefixListId"):
            yield str(name)


def _rows(answers: Answers, operation: str) -> Iterator[Row]:
    for asked, rows in answers.items():
        if asked.operation == operation:
            yield from rows
