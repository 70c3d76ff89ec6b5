"""VPC peerings, accepted by the other side before they count as made.

CloudFormation Template Reference, "AWS::EC2::VPCPeeringConnection".
"""

import asyncio

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Assuming, Cloud, Made, Properties
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Look,
    State,
    at,
    by,
    each,
    ends,
    made_by,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.followed import Followed
from studiogate.local.cloudformation.kinds.tagging import born_with, ec2_tagging, read_pairs

_ACCEPTED_WITHIN_S, _PAUSE_S = 60.0, 0.01

_PEERING = ApiKind(
    name="AWS::EC2::VPCPeeringConnection",
    service="ec2",
    properties=words("PeerOwnerId PeerRegion PeerRoleArn PeerVpcId Tags VpcId"),
    required=words("PeerVpcId VpcId"),
    replaced_by=words("PeerOwnerId PeerRegion PeerVpcId VpcId"),
    inert=words("PeerRoleArn"),
    make=made_by(
        "CreateVpcPeeringConnection",
        apart="PeerRoleArn",
        Tags=born_with("vpc-peering-connection"),
    ),
    id=lambda answer, _: str(answer["VpcPeeringConnection"]["VpcPeeringConnectionId"]),
    computed={"Id": this},
    looks=(
        Look(
            asks=by("DescribeVpcPeeringConnections", VpcPeeringConnectionIds=each(this)),
            at=at("VpcPeeringConnections.0"),
            gone=words("InvalidVpcPeeringConnectionID.NotFound"),
            live={
                "PeerOwnerId": at("AccepterVpcInfo.OwnerId"),
                "PeerRegion": at("AccepterVpcInfo.Region"),
                "PeerVpcId": at("AccepterVpcInfo.VpcId"),
                "Tags": read_pairs(),
                "VpcId": at("RequesterVpcInfo.VpcId"),
            },
            state=State(
                at=at("Status.Code"),
                ready=words("pending-acceptance active"),
                waiting=words("initiating-request provisioning"),
                over=words("deleting deleted rejected expired"),
                why=at("Status.Message"),
            ),
        ),
    ),
    steps=(ec2_tagging(this),),
    end=ends(by("DeleteVpcPeeringConnection", VpcPeeringConnectionId=this)),
    # One that failed cannot be deleted; it is shown for a while, and does nothing.
    gone=words("InvalidVpcPeeringConnectionID.NotFound InvalidStateTransition"),
)


async def _accept(cloud: Cloud, made: Made, wanted: Properties) -> None:
    """Have the other side accept, as the role the template names where it is another account.

    CloudFormation User Guide, "Peer with a VPC in another AWS account".
    """
    if await _status(cloud, made) == "active":
        return
    other = await _other_side(cloud, wanted)
    await other.call(
        "ec2", "AcceptVpcPeeringConnection", VpcPeeringConnectionId=made.physical_id
    )
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + _ACCEPTED_WITHIN_S
    while await _status(cloud, made) != "active":
        if loop.time() > ends_at:
            raise ApiError("NotStabilized", f"{made.physical_id} did not become active.")
        await asyncio.sleep(_PAUSE_S)


async def _other_side(cloud: Cloud, wanted: Properties) -> Cloud:
    if wanted.get("PeerOwnerId", cloud.account) == cloud.account:
        return cloud
    role = wanted.get("PeerRoleArn")
    if not role:
        raise ApiError(
            "InvalidRequest",
            "A peering with a VPC of another account needs PeerRoleArn, to accept it.",
        )
    if not isinstance(cloud, Assuming):
        raise ApiError(
            "InvalidRequest", f"{role} cannot be assumed in this emulation.", status=501
        )
    return await cloud.as_role(str(role))


async def _status(cloud: Cloud, made: Made) -> str:
    shown = await cloud.call(
        "ec2", "DescribeVpcPeeringConnections", VpcPeeringConnectionIds=[made.physical_id]
    )
    return str(shown["VpcPeeringConnections"][0]["Status"]["Code"])


PEERING = Followed(_PEERING, _accept)

KINDS = (PEERING,)
