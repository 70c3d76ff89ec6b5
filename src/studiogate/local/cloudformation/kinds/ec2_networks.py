"""VPCs and what is in them: subnets, route tables and routes, the way out.

Properties, attributes and what a change of them does: CloudFormation Template Reference,
"Amazon EC2"; calls: EC2 API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    Reader,
    Step,
    Turn,
    anew,
    at,
    by,
    each,
    ends,
    made_by,
    prop,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import born_with, ec2_tagging, read_pairs


def filtered(**by_name: str) -> Any:
    """EC2 filters; `_` for `-`, and `this` for the physical id."""

    def of(turn: Turn) -> list[dict[str, Any]]:
        return [
            {"Name": name.replace("_", "-"), "Values": [turn.id if one == "this" else one]}
            for name, one in by_name.items()
        ]

    return of


def _vpc_attribute(name: str, *, otherwise: bool) -> Step:
    """EC2 takes one attribute of a VPC at a time."""

    def asks(turn: Turn) -> Iterable[Ask]:
        value = turn.wanted.get(name, otherwise)
        return [Ask("ModifyVpcAttribute", {"VpcId": turn.id, name: {"Value": value}})]

    return Step(words(name), asks, first=True)


def _vpc_attribute_look(name: str) -> Look:
    attribute = name[0].lower() + name[1:]
    return Look(
        asks=by("DescribeVpcAttribute", VpcId=this, Attribute=attribute),
        live={name: at(f"{name}.Value")},
    )


VPC = ApiKind(
    name="AWS::EC2::VPC",
    service="ec2",
    properties=words("CidrBlock EnableDnsHostnames EnableDnsSupport InstanceTenancy Tags"),
    replaced_by=words("CidrBlock InstanceTenancy"),
    make=made_by(
        "CreateVpc", apart="EnableDnsHostnames EnableDnsSupport", Tags=born_with("vpc")
    ),
    id=lambda answer, _: str(answer["Vpc"]["VpcId"]),
    looks=(
        Look(
            asks=by("DescribeVpcs", VpcIds=each(this)),
            at=at("Vpcs.0"),
            gone=words("InvalidVpcID.NotFound"),
            attributes={
                **reads("VpcId CidrBlock"),
                "CidrBlockAssociations": lambda vpc: [
                    one["AssociationId"] for one in vpc.get("CidrBlockAssociationSet", ())
                ],
            },
            live={**reads("CidrBlock InstanceTenancy"), "Tags": read_pairs()},
        ),
        Look(
            asks=by(
                "DescribeSecurityGroups", Filters=filtered(vpc_id="this", group_name="default")
            ),
            at=at("SecurityGroups.0"),
            attributes={"DefaultSecurityGroup": at("GroupId")},
        ),
        Look(
            asks=by("DescribeNetworkAcls", Filters=filtered(vpc_id="this", default="true")),
            at=at("NetworkAcls.0"),
            attributes={"DefaultNetworkAcl": at("NetworkAclId")},
        ),
        _vpc_attribute_look("EnableDnsSupport"),
        _vpc_attribute_look("EnableDnsHostnames"),
    ),
    steps=(
        # Host names need resolution to be on, so that one comes first.
        _vpc_attribute("EnableDnsSupport", otherwise=True),
        _vpc_attribute("EnableDnsHostnames", otherwise=False),
        ec2_tagging(this),
    ),
    end=ends(by("DeleteVpc", VpcId=this)),
    gone=words("InvalidVpcID.NotFound"),
)


def _subnet_attribute(turn: Turn) -> Iterable[Ask]:
    value = turn.wanted.get("MapPublicIpOnLaunch", False)
    params = {"SubnetId": turn.id, "MapPublicIpOnLaunch": {"Value": value}}
    return [Ask("ModifySubnetAttribute", params)]


SUBNET = ApiKind(
    name="AWS::EC2::Subnet",
    service="ec2",
    properties=words(
        "AvailabilityZone AvailabilityZoneId CidrBlock MapPublicIpOnLaunch Tags VpcId"
    ),
    required=words("VpcId"),
    replaced_by=words("AvailabilityZone AvailabilityZoneId CidrBlock VpcId"),
    make=made_by("CreateSubnet", apart="MapPublicIpOnLaunch", Tags=born_with("subnet")),
    id=lambda answer, _: str(answer["Subnet"]["SubnetId"]),
    looks=(
        Look(
            asks=by("DescribeSubnets", SubnetIds=each(this)),
            at=at("Subnets.0"),
            gone=words("InvalidSubnetID.NotFound"),
            attributes=reads("SubnetId AvailabilityZone AvailabilityZoneId CidrBlock VpcId"),
            live={
                **reads("AvailabilityZone AvailabilityZoneId CidrBlock VpcId"),
                **reads("MapPublicIpOnLaunch"),
                "Tags": read_pairs(),
            },
        ),
    ),
    steps=(
        Step(words("MapPublicIpOnLaunch"), _subnet_attribute, first=True),
        ec2_tagging(this),
    ),
    end=ends(by("DeleteSubnet", SubnetId=this)),
    gone=words("InvalidSubnetID.NotFound"),
)

ROUTE_TABLE = ApiKind(
    name="AWS::EC2::RouteTable",
    service="ec2",
    properties=words("Tags VpcId"),
    required=words("VpcId"),
    replaced_by=words("VpcId"),
    make=made_by("CreateRouteTable", Tags=born_with("route-table")),
    id=lambda answer, _: str(answer["RouteTable"]["RouteTableId"]),
    looks=(
        Look(
            asks=by("DescribeRouteTables", RouteTableIds=each(this)),
            at=at("RouteTables.0"),
            gone=words("InvalidRouteTableID.NotFound"),
            attributes=reads("RouteTableId VpcId"),
            live={"VpcId": at("VpcId"), "Tags": read_pairs()},
        ),
    ),
    steps=(ec2_tagging(this),),
    end=ends(by("DeleteRouteTable", RouteTableId=this)),
    gone=words("InvalidRouteTableID.NotFound"),
)


def _association(shown: Any, turn: Turn) -> Any:
    found = shown.get("Associations", ())
    return next((a for a in found if a["RouteTableAssociationId"] == turn.id), None)


ROUTE_TABLE_ASSOCIATION = ApiKind(
    name="AWS::EC2::SubnetRouteTableAssociation",
    service="ec2",
    properties=words("RouteTableId SubnetId"),
    required=words("RouteTableId SubnetId"),
    replaced_by=words("RouteTableId SubnetId"),
    make=made_by("AssociateRouteTable"),
    id=lambda answer, _: str(answer["AssociationId"]),
    computed={"Id": this},
    looks=(
        Look(
            asks=by("DescribeRouteTables", RouteTableIds=each(prop("RouteTableId"))),
            at=at("RouteTables.0"),
            pick=_association,
            gone=words("InvalidRouteTableID.NotFound"),
            live=reads("RouteTableId SubnetId"),
        ),
    ),
    end=ends(by("DisassociateRouteTable", AssociationId=this)),
    gone=words("InvalidAssociationID.NotFound"),
)

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = (
    "GatewayId NatGatewayId NetworkInterfaceId TransitGatewayId VpcEndpointId "
    "VpcPeeringConnectionId"
)


_BY_DESTINATION: Mapping[str, Any] = {name: prop(name) for name in _DESTINATIONS}


def _destination(turn: Turn) -> str:
    return next(str(turn.wanted[name]) for name in _DESTINATIONS if turn.wanted.get(name))


def _route(shown: Any, turn: Turn) -> Any:
    """The route to the destination; one that the route table has by itself is not ours."""
    wanted = _destination(turn)
    for route in shown.get("Routes", ()):
        if wanted in {route.get(name) for name in _DESTINATIONS} and route.get("Origin") != (
            "CreateRouteTable"
        ):
            return route
    return None


def _target(name: str) -> Reader:
    """AWS shows an endpoint as a gateway: its id says which it is."""
    return lambda route: route.get("GatewayId" if name == "VpcEndpointId" else name)


ROUTE = ApiKind(
    name="AWS::EC2::Route",
    service="ec2",
    properties=words(f"RouteTableId {' '.join(_DESTINATIONS)} {_TARGETS}"),
    required=words("RouteTableId"),
    replaced_by=words(f"RouteTableId {' '.join(_DESTINATIONS)}"),
    make=made_by("CreateRoute"),
    id=lambda _, turn: f"{turn.wanted['RouteTableId']}|{_destination(turn)}",
    computed={"CidrBlock": _destination},
    looks=(
        Look(
            asks=by("DescribeRouteTables", RouteTableIds=each(prop("RouteTableId"))),
            at=at("RouteTables.0"),
            pick=_route,
            gone=words("InvalidRouteTableID.NotFound"),
            live={name: _target(name) for name in words(_TARGETS)},
        ),
    ),
    steps=(anew(_TARGETS, made_by("ReplaceRoute")),),
    end=ends(
        by(
            "DeleteRoute",
            RouteTableId=prop("RouteTableId"),
            **_BY_DESTINATION,
        )
    ),
    gone=words("InvalidRoute.NotFound InvalidRouteTableID.NotFound"),
)

INTERNET_GATEWAY = ApiKind(
    name="AWS::EC2::InternetGateway",
    service="ec2",
    properties=words("Tags"),
    make=made_by("CreateInternetGateway", Tags=born_with("internet-gateway")),
    id=lambda answer, _: str(answer["InternetGateway"]["InternetGatewayId"]),
    looks=(
        Look(
            asks=by("DescribeInternetGateways", InternetGatewayIds=each(this)),
            at=at("InternetGateways.0"),
            gone=words("InvalidInternetGatewayID.NotFound"),
            attributes=reads("InternetGatewayId"),
            live={"Tags": read_pairs()},
        ),
    ),
    steps=(ec2_tagging(this),),
    end=ends(by("DeleteInternetGateway", InternetGatewayId=this)),
    gone=words("InvalidInternetGatewayID.NotFound"),
)


def _attach_another(turn: Turn) -> Iterable[Ask]:
    vpc = turn.wanted["VpcId"]
    for operation, properties in (
        ("DetachInternetGateway", turn.before),
        ("AttachInternetGateway", turn.wanted),
    ):
        if gateway := properties.get("InternetGatewayId"):
            yield Ask(operation, {"InternetGatewayId": gateway, "VpcId": vpc})


GATEWAY_ATTACHMENT = ApiKind(
    name="AWS::EC2::VPCGatewayAttachment",
    service="ec2",
    properties=words("InternetGatewayId VpcId"),
    required=words("VpcId"),
    replaced_by=words("VpcId"),
    make=made_by("AttachInternetGateway"),
    id=lambda _, turn: f"IGW|{turn.wanted['VpcId']}",
    computed={"AttachmentType": lambda _: "IGW"},
    looks=(
        Look(
            asks=by(
                "DescribeInternetGateways", InternetGatewayIds=each(prop("InternetGatewayId"))
            ),
            at=at("InternetGateways.0.Attachments.0"),
            gone=words("InvalidInternetGatewayID.NotFound"),
            live=reads("VpcId"),
        ),
    ),
    steps=(Step(words("InternetGatewayId"), _attach_another),),
    end=ends(
        by(
            "DetachInternetGateway",
            InternetGatewayId=prop("InternetGatewayId"),
            VpcId=prop("VpcId"),
        )
    ),
    gone=words("Gateway.NotAttached InvalidInternetGatewayID.NotFound"),
)

KINDS = (
    VPC,
    SUBNET,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
    ROUTE,
    INTERNET_GATEWAY,
    GATEWAY_ATTACHMENT,
)
