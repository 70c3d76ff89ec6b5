"""What ties VPCs of several accounts together: transit gateways, their tables, and peerings.

Properties, attributes and what a change of them does: CloudFormation Template Reference,
"Amazon EC2"; calls: EC2 API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    State,
    Step,
    Turn,
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

_MADE = State(
    at=at("State"),
    ready=words("available"),
    waiting=words("pending modifying"),
    over=words("deleted"),
)
_OPTIONS = (
    "AutoAcceptSharedAttachments DefaultRouteTableAssociation DefaultRouteTablePropagation "
    "DnsSupport SecurityGroupReferencingSupport VpnEcmpSupport"
)
_FIRST_OPTIONS = "AmazonSideAsn MulticastSupport"


def _options(turn: Turn, names: str) -> dict[str, Any]:
    found = {name: turn.wanted.get(name) for name in words(names)}
    return {name: value for name, value in found.items() if value is not None}


def _create_gateway(turn: Turn) -> Ask:
    params: dict[str, Any] = {**born_with("transit-gateway")(turn.wanted.get("Tags"))}
    if "Description" in turn.wanted:
        params["Description"] = turn.wanted["Description"]
    if options := _options(turn, f"{_OPTIONS} {_FIRST_OPTIONS}"):
        params["Options"] = options
    return Ask("CreateTransitGateway", params)


def _modify_gateway(turn: Turn) -> Iterable[Ask]:
    params: dict[str, Any] = {"TransitGatewayId": turn.id}
    if turn.changed(["Description"]):
        params["Description"] = turn.wanted.get("Description", "")
    if options := _options(turn, _OPTIONS):
        params["Options"] = options
    return [Ask("ModifyTransitGateway", params)]


TRANSIT_GATEWAY = ApiKind(
    name="AWS::EC2::TransitGateway",
    service="ec2",
    properties=words(f"{_OPTIONS} {_FIRST_OPTIONS} Description Tags"),
    replaced_by=words(_FIRST_OPTIONS),
    make=_create_gateway,
    id=lambda answer, _: str(answer["TransitGateway"]["TransitGatewayId"]),
    computed={"Id": this},
    looks=(
        Look(
            asks=by("DescribeTransitGateways", TransitGatewayIds=each(this)),
            at=at("TransitGateways.0"),
            gone=words("InvalidTransitGatewayID.NotFound"),
            attributes=reads("TransitGatewayArn"),
            live={
                **{
                    name: at(f"Options.{name}")
                    for name in words(f"{_OPTIONS} {_FIRST_OPTIONS}")
                },
                **reads("Description"),
                "Tags": read_pairs(),
            },
            state=_MADE,
        ),
    ),
    steps=(Step(words(f"{_OPTIONS} Description"), _modify_gateway), ec2_tagging(this)),
    end=ends(by("DeleteTransitGateway", TransitGatewayId=this)),
    gone=words("InvalidTransitGatewayID.NotFound"),
    lingers=True,
)

_ATTACHMENT_LOOK = Look(
    asks=by("DescribeTransitGatewayVpcAttachments", TransitGatewayAttachmentIds=each(this)),
    at=at("TransitGatewayVpcAttachments.0"),
    gone=words("InvalidTransitGatewayAttachmentID.NotFound"),
    live={**reads("Options SubnetIds TransitGatewayId VpcId"), "Tags": read_pairs()},
    state=State(
        at=at("State"),
        # An attachment that waits for the gateway's owner is made, as far as its own goes.
        ready=words("available pendingAcceptance"),
        waiting=words("initiating initiatingRequest pending modifying"),
        over=words("deleted rejected failed"),
    ),
)


def _attach(turn: Turn) -> Ask:
    return made_by(
        "CreateTransitGatewayVpcAttachment", Tags=born_with("transit-gateway-attachment")
    )(turn)


def _modify_attachment(turn: Turn) -> Iterable[Ask]:
    """Options as they are to be, and the difference between the subnets."""
    wanted, before = turn.wanted.get("SubnetIds") or [], turn.before.get("SubnetIds") or []
    said = {
        "Options": turn.wanted.get("Options"),
        "AddSubnetIds": [one for one in wanted if one not in before],
        "RemoveSubnetIds": [one for one in before if one not in wanted],
    }
    params = {name: value for name, value in said.items() if value}
    if params:
        whom = {"TransitGatewayAttachmentId": turn.id}
        yield Ask("ModifyTransitGatewayVpcAttachment", {**whom, **params})


def _attachment(name: str, *, subnets_change: bool) -> ApiKind:
    """Two types make the same thing; only the older one lets subnets change."""
    changing = "Options SubnetIds" if subnets_change else "Options"
    return ApiKind(
        name=name,
        service="ec2",
        properties=words("Options SubnetIds Tags TransitGatewayId VpcId"),
        required=words("SubnetIds TransitGatewayId VpcId"),
        replaced_by=words("SubnetIds TransitGatewayId VpcId") - words(changing),
        make=_attach,
        id=lambda answer, _: str(
            answer["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
        ),
        computed={"Id": this},
        looks=(_ATTACHMENT_LOOK,),
        steps=(Step(words(changing), _modify_attachment), ec2_tagging(this)),
        end=ends(by("DeleteTransitGatewayVpcAttachment", TransitGatewayAttachmentId=this)),
        gone=words("InvalidTransitGatewayAttachmentID.NotFound"),
        lingers=True,
    )


VPC_ATTACHMENT = _attachment("AWS::EC2::TransitGatewayVpcAttachment", subnets_change=False)
ATTACHMENT = _attachment("AWS::EC2::TransitGatewayAttachment", subnets_change=True)

ROUTE_TABLE = ApiKind(
    name="AWS::EC2::TransitGatewayRouteTable",
    service="ec2",
    properties=words("Tags TransitGatewayId"),
    required=words("TransitGatewayId"),
    replaced_by=words("TransitGatewayId"),
    make=made_by(
        "CreateTransitGatewayRouteTable", Tags=born_with("transit-gateway-route-table")
    ),
    id=lambda answer, _: str(answer["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]),
    looks=(
        Look(
            asks=by(
                "DescribeTransitGatewayRouteTables", TransitGatewayRouteTableIds=each(this)
            ),
            at=at("TransitGatewayRouteTables.0"),
            gone=words("InvalidRouteTableID.NotFound"),
            attributes=reads("TransitGatewayRouteTableId"),
            live={**reads("TransitGatewayId"), "Tags": read_pairs()},
            state=_MADE,
        ),
    ),
    steps=(ec2_tagging(this),),
    end=ends(by("DeleteTransitGatewayRouteTable", TransitGatewayRouteTableId=this)),
    gone=words("InvalidRouteTableID.NotFound InvalidTransitGatewayID.NotFound"),
    lingers=True,
)

_TABLE, _ATTACHED = "TransitGatewayRouteTableId", "TransitGatewayAttachmentId"
_OF_TABLE: Mapping[str, Any] = {name: prop(name) for name in (_TABLE, _ATTACHED)}


def _tie(
    name: str, calls: tuple[str, str, str], where: str, states: tuple[str, ...]
) -> ApiKind:
    """An attachment in a table: served by it, or known in it.

    `calls` make, show and end one; `states` are on the way, there, on the way out and gone.
    """
    coming, there, going, over = states
    return ApiKind(
        name=name,
        service="ec2",
        properties=words(f"{_TABLE} {_ATTACHED}"),
        required=words(f"{_TABLE} {_ATTACHED}"),
        replaced_by=words(f"{_TABLE} {_ATTACHED}"),
        make=made_by(calls[0]),
        id=lambda _, turn: f"{turn.wanted[_TABLE]}|{turn.wanted[_ATTACHED]}",
        looks=(
            Look(
                asks=by(
                    calls[1],
                    TransitGatewayRouteTableId=prop(_TABLE),
                    Filters=lambda turn: [
                        {
                            "Name": "transit-gateway-attachment-id",
                            "Values": [turn.wanted[_ATTACHED]],
                        }
                    ],
                ),
                at=at(f"{where}.0"),
                gone=words("InvalidRouteTableID.NotFound"),
                live=reads(_ATTACHED),
                state=State(
                    at=at("State"),
                    ready=words(there),
                    waiting=words(f"{coming} {going}"),
                    over=words(over),
                ),
            ),
        ),
        end=ends(by(calls[2], **_OF_TABLE)),
        gone=words(
            "InvalidAssociation.NotFound InvalidRouteTableID.NotFound "
            "InvalidTransitGatewayAttachmentID.NotFound "
            "TransitGatewayRouteTablePropagation.NotFound"
        ),
        lingers=True,
    )


ASSOCIATION = _tie(
    "AWS::EC2::TransitGatewayRouteTableAssociation",
    (
        "AssociateTransitGatewayRouteTable",
        "GetTransitGatewayRouteTableAssociations",
        "DisassociateTransitGatewayRouteTable",
    ),
    "Associations",
    ("associating", "associated", "disassociating", "disassociated"),
)

PROPAGATION = _tie(
    "AWS::EC2::TransitGatewayRouteTablePropagation",
    (
        "EnableTransitGatewayRouteTablePropagation",
        "GetTransitGatewayRouteTablePropagations",
        "DisableTransitGatewayRouteTablePropagation",
    ),
    "TransitGatewayRouteTablePropagations",
    ("enabling", "enabled", "disabling", "disabled"),
)


def _static(turn: Turn) -> list[dict[str, Any]]:
    block = turn.wanted["DestinationCidrBlock"]
    return [
        {"Name": "route-search.exact-match", "Values": [block]},
        {"Name": "type", "Values": ["static"]},
    ]


ROUTE = ApiKind(
    name="AWS::EC2::TransitGatewayRoute",
    service="ec2",
    properties=words(f"Blackhole DestinationCidrBlock {_TABLE} {_ATTACHED}"),
    required=words(f"DestinationCidrBlock {_TABLE}"),
    replaced_by=words(f"Blackhole DestinationCidrBlock {_TABLE} {_ATTACHED}"),
    make=made_by("CreateTransitGatewayRoute"),
    id=lambda _, turn: f"{turn.wanted[_TABLE]}|{turn.wanted['DestinationCidrBlock']}",
    looks=(
        Look(
            asks=by(
                "SearchTransitGatewayRoutes",
                TransitGatewayRouteTableId=prop(_TABLE),
                Filters=_static,
            ),
            at=at("Routes.0"),
            gone=words("InvalidRouteTableID.NotFound"),
            live={
                **reads("DestinationCidrBlock"),
                _ATTACHED: at(f"TransitGatewayAttachments.0.{_ATTACHED}"),
                "Blackhole": lambda route: not route.get("TransitGatewayAttachments"),
            },
        ),
    ),
    end=ends(
        by(
            "DeleteTransitGatewayRoute",
            TransitGatewayRouteTableId=prop(_TABLE),
            DestinationCidrBlock=prop("DestinationCidrBlock"),
        )
    ),
    gone=words("InvalidRoute.NotFound InvalidRouteTableID.NotFound"),
)

KINDS = (
    ASSOCIATION,
    ATTACHMENT,
    PROPAGATION,
    ROUTE,
    ROUTE_TABLE,
    TRANSIT_GATEWAY,
    VPC_ATTACHMENT,
)
