"""How a VPC is linked to another: routes, the transit gateway with its tables, and peerings.

The transit gateway has neither a default association nor a default propagation: an attachment
that nobody associated leads nowhere (F-25).  It accepts attachments by itself, because it is
shared with accounts that are named, and an attachment alone is no way in.
"""

from collections.abc import Iterable
from typing import Any

from troposphere import Equals, GetAtt, Join, Not, Ref, Select, Sub, Template, ec2, iam, ram

from studiogate.foundation.templates.network_parameters import told
from studiogate.foundation.templates.subnets import Ground, gives, named
from studiogate.topology.parts import Role

VIA_TRANSIT, VIA_PEERING = "TransitGatewayId", "VpcPeeringConnectionId"
"""What the property of a route is called that says where it leads."""


def table_name(role: Role) -> str:
    """The logical id, and the output, of the transit gateway's table for `role`."""
    return f"{role.capitalize()}Table"


def routes(
    template: Template,
    tables: Iterable[Any],
    blocks: Iterable[Any],
    via: dict[str, Any],
    *,
    after: str | None = None,
) -> None:
    """A route to each of `blocks` in each of `tables`; `after` must stand before."""
    known = list(tables)
    waits = {} if after is None else {"DependsOn": after}
    for number, block in enumerate(blocks, 1):
        for zone, table in enumerate(known, 1):
            template.add_resource(
                ec2.Route(
                    f"Route{number}Zone{zone}",
                    RouteTableId=table,
                    DestinationCidrBlock=block,
                    **via,
                    **waits,
                )
            )


def tables_told(template: Template, name: str, zones: int) -> list[Any]:
    """The route tables that the list parameter `name` has, one for each zone."""
    return [Select(n, told(template, name)) for n in range(zones)]


def attachment(template: Template, ground: Ground, transit: Any) -> Any:
    """The attachment of this template's VPC to the transit gateway, in every zone."""
    made = template.add_resource(
        ec2.TransitGatewayVpcAttachment(
            "Attachment",
            TransitGatewayId=transit,
            VpcId=ground.vpc,
            SubnetIds=list(ground.subnets),
            Tags=named(template),
        )
    )
    gives(template, "AttachmentId", Ref(made))
    return made


def transit_gateway(template: Template, ground: Ground, members: int) -> None:
    """The transit gateway with a table for each role: the hub attached, the others invited."""
    made = template.add_resource(
        ec2.TransitGateway(
            "TransitGateway",
            Description="studiogate: every network to the hub, and no other two together",
            AutoAcceptSharedAttachments="enable",
            DefaultRouteTableAssociation="disable",
            DefaultRouteTablePropagation="disable",
            DnsSupport="enable",
            MulticastSupport="disable",
            VpnEcmpSupport="enable",
            Tags=named(template),
        )
    )
    gives(template, "TransitGatewayId", Ref(made))
    for role in Role:
        table = template.add_resource(
            ec2.TransitGatewayRouteTable(
                table_name(role),
                TransitGatewayId=Ref(made),
                Tags=named(template, f"-{role}"),
            )
        )
        gives(template, table_name(role), Ref(table))
    hub = Ref(attachment(template, ground, Ref(made)))
    associated(template, hub, Ref(table_name(Role.HUB)))
    for role in Role:
        if role is not Role.HUB:
            spread(template, hub, Ref(table_name(role)), role.capitalize())
    arn = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:transit-gateway/"
    shared(template, "transit-gateway", [Sub(f"{arn}${{TransitGateway}}")], members)


def associated(template: Template, attached: Any, table: Any) -> None:
    """Have what arrives by `attached` go by `table`, and by no other."""
    template.add_resource(
        ec2.TransitGatewayRouteTableAssociation(
            "Associated",
            TransitGatewayAttachmentId=attached,
            TransitGatewayRouteTableId=table,
        )
    )


def spread(template: Template, attached: Any, table: Any, suffix: str | int) -> None:
    """Have `table` lead to the VPC of `attached`, by that VPC's own addresses (S2-44)."""
    template.add_resource(
        ec2.TransitGatewayRouteTablePropagation(
            f"Spread{suffix}",
            TransitGatewayAttachmentId=attached,
            TransitGatewayRouteTableId=table,
        )
    )


def shared(template: Template, what: str, arns: list[Any], members: int) -> None:
    """Share `arns` with the accounts of `members` list parameters, never outside (S2-41).

    A parameter holds some three hundred account ids, so there are several where there are
    more; one without any makes no share.
    """
    for number in range(1, members + 1):
        suffix = "" if number == 1 else str(number)
        accounts = told(template, "Members", suffix)
        template.add_condition(f"HasMembers{suffix}", Not(Equals(Join("", accounts), "")))
        template.add_resource(
            ram.ResourceShare(
                f"Share{suffix}",
                Condition=f"HasMembers{suffix}",
                Name=f"studiogate-{what}{suffix and f'-{suffix}'}",
                AllowExternalPrincipals=False,
                Principals=accounts,
                ResourceArns=arns,
            )
        )


def accepting_role(template: Template, ground: Ground, requesters: Any) -> None:
    """The role by which accounts that are named have a peering with this VPC accepted.

    CloudFormation of the asking account assumes it (AWS CloudFormation User Guide, "Peer with a
    VPC in another AWS account").  A peering has no id before it is asked for.
    """
    where = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}"
    role = template.add_resource(
        iam.Role(
            "PeerRole",
            Description="Accepts peerings with this one VPC",
            AssumeRolePolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": requesters},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            Policies=[
                iam.Policy(
                    PolicyName="AcceptPeering",
                    PolicyDocument={
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": "ec2:AcceptVpcPeeringConnection",
                                "Resource": [
                                    ground.arn,
                                    Sub(f"{where}:vpc-peering-connection/*"),
                                ],
                            }
                        ],
                    },
                )
            ],
        )
    )
    gives(template, "PeerRoleArn", GetAtt(role, "Arn"))


def peering(
    template: Template, vpc: Any, peer: Any, owner: tuple[Any, Any] | None = None
) -> Any:
    """A peering of `vpc` with `peer`; `owner` is its account and role, where it is another."""
    elsewhere = {} if owner is None else {"PeerOwnerId": owner[0], "PeerRoleArn": owner[1]}
    made = template.add_resource(
        ec2.VPCPeeringConnection(
            "Peering", VpcId=vpc, PeerVpcId=peer, Tags=named(template), **elsewhere
        )
    )
    gives(template, "PeeringId", Ref(made))
    return Ref(made)
