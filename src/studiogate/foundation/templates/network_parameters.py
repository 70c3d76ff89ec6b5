"""What network templates are told: one parameter of each name, with a pattern that refuses.

CloudFormation holds the pattern of a `CommaDelimitedList` against each of its items.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import Parameter, Ref, Template

_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_ADDRESS = rf"{_OCTET}(\.{_OCTET}){{3}}"
_ID = "[0-9a-f]{8,17}"
_ONE, _LIST = "String", "CommaDelimitedList"


@dataclass(frozen=True, slots=True)
class _Told:
    kind: str
    pattern: str
    description: str
    default: str | None = None


_KNOWN = {
    "NetworkName": _Told(
        _ONE, "[a-z0-9](-?[a-z0-9]){0,39}", "Name of the network in the landscape."
    ),
    "Cidr": _Told(_ONE, f"{_ADDRESS}/(3[0-2]|[12]?[0-9])", "Addresses of the network."),
    "PeerCidr": _Told(_ONE, f"{_ADDRESS}/(3[0-2]|[12]?[0-9])", "Addresses of the other VPC."),
    "HubCidr": _Told(_ONE, f"{_ADDRESS}/(1[6-9]|2[0-8])", "Addresses of the hub's VPC."),
    "SubnetCidrs": _Told(
        _LIST, f"{_ADDRESS}/(1[6-9]|2[0-8])", "Addresses of the private subnets, zone by zone."
    ),
    "PublicSubnetCidrs": _Told(
        _LIST, f"{_ADDRESS}/(1[6-9]|2[0-8])", "Addresses of the NAT gateways' subnets."
    ),
    "ZoneIds": _Told(_LIST, "[a-z]{2,6}[0-9]-az[0-9]{1,2}", "Availability zones, by id."),
    "Members": _Told(_LIST, "([0-9]{12})?", "Accounts that others of the landscape are in."),
    "Requesters": _Told(_LIST, "[0-9]{12}", "Accounts that may ask this VPC to peer."),
    "LogKeyArn": _Told(
        _ONE,
        "(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+)?",
        "A key of your own for the logs; AWS's own, where it is left out.",
        "",
    ),
    "VpcId": _Told(_ONE, f"vpc-{_ID}", "The VPC."),
    "HubVpcId": _Told(_ONE, f"vpc-{_ID}", "The hub's VPC."),
    "HubAccount": _Told(_ONE, "[0-9]{12}", "The account the hub is in."),
    "PeerVpcId": _Told(_ONE, f"vpc-{_ID}", "The VPC to peer with."),
    "PeerAccount": _Told(_ONE, "[0-9]{12}", "The account of the VPC to peer with."),
    "PeerRoleArn": _Told(
        _ONE,
        r"arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@/-]+",
        "The role in its account that accepts the peering.",
    ),
    "SubnetIds": _Told(_LIST, f"subnet-{_ID}", "Private subnets, zone by zone."),
    "RouteTableIds": _Told(_LIST, f"rtb-{_ID}", "Route tables of the VPC, zone by zone."),
    "HubRouteTableIds": _Told(_LIST, f"rtb-{_ID}", "Route tables of the hub, zone by zone."),
    "TransitGatewayId": _Told(_ONE, f"tgw-{_ID}", "The transit gateway, shared by the hub."),
    "AttachmentId": _Told(_ONE, f"tgw-attach-{_ID}", "The network's attachment to it."),
    "PeeringId": _Told(_ONE, f"pcx-{_ID}", "The peering, accepted."),
    "AssociateWith": _Told(
        _ONE, f"tgw-rtb-{_ID}", "The route table that what arrives by the attachment goes by."
    ),
    "SpreadTo": _Told(_ONE, f"tgw-rtb-{_ID}", "A route table that leads to the attachment."),
    "InboundAddresses": _Told(_LIST, _ADDRESS, "Where the private names are asked for."),
    "OutboundAddresses": _Told(_LIST, _ADDRESS, "Where forwarded questions come from."),
    "DnsServer": _Told(_ONE, _ADDRESS, "The address of the DNS server of the place."),
    "ApiId": _Told(_ONE, "[a-z0-9]{2,64}", "The private API."),
    "ExecuteApiDnsName": _Told(
        _ONE, "[A-Za-z0-9.-]+", "The Regional DNS name of the endpoint of API Gateway."
    ),
    "ExecuteApiZoneId": _Told(_ONE, "Z[A-Z0-9]{1,31}", "The hosted zone of that name."),
    "Rule": _Told(_ONE, f"rslvr-rr-{_ID}", "A forwarding rule, shared by the hub."),
}


def told(template: Template, name: str, suffix: str | int = "") -> Any:
    """A reference to the parameter `name`, with `suffix` where there are several of a kind.

    The parameter is added where it is not there yet.

    Raises:
        KeyError: no network template has such a parameter.
    """
    whole, known = f"{name}{suffix}", _KNOWN[name]
    if whole not in template.parameters:
        given = {} if known.default is None else {"Default": known.default}
        template.add_parameter(
            Parameter(
                whole,
                Type=known.kind,
                AllowedPattern=f"^{known.pattern}$",
                Description=known.description,
                **given,
            )
        )
    return Ref(whole)
