"""Resource shares.  CloudFormation Template Reference, "AWS Resource Access Manager"."""

import asyncio
from collections.abc import Iterable
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud, Made, Properties
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    State,
    Step,
    Turn,
    at,
    by,
    changing,
    each,
    ends,
    made_by,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.followed import Followed
from studiogate.local.cloudformation.kinds.tagging import pairs, tagged, tagging

_TIED_WITHIN_S, _PAUSE_S = 60.0, 0.01


def _ties(turn: Turn) -> Iterable[Ask]:
    """What goes out of the share and what comes in."""
    for operation, wanted, before in (
        ("DisassociateResourceShare", turn.before, turn.wanted),
        ("AssociateResourceShare", turn.wanted, turn.before),
    ):
        params = {
            name: [one for one in wanted.get(name) or () if one not in (before.get(name) or ())]
            for name in ("Principals", "ResourceArns")
        }
        said = {name: some for name, some in params.items() if some}
        if said:
            yield Ask(operation, {"resourceShareArn": turn.id, **said})


def _there(shown: dict[str, Any], _: Turn) -> Any:
    """A share that was deleted is still shown, for a while."""
    return None if shown["status"] == "DELETED" else shown


def _shown_tags(share: dict[str, Any]) -> list[dict[str, str]]:
    return pairs({one["key"]: one["value"] for one in share.get("tags") or ()})


_SHARE = ApiKind(
    name="AWS::RAM::ResourceShare",
    service="ram",
    properties=words("AllowExternalPrincipals Name Principals ResourceArns Tags"),
    required=words("Name"),
    make=made_by("CreateResourceShare", Tags=tagged(pairs)),
    id=lambda answer, _: str(answer["resourceShare"]["resourceShareArn"]),
    computed={"Arn": this},
    looks=(
        Look(
            asks=by("GetResourceShares", resourceOwner="SELF", resourceShareArns=each(this)),
            at=at("resourceShares.0"),
            pick=_there,
            gone=words("UnknownResourceException"),
            attributes={
                "CreationTime": at("creationTime"),
                "FeatureSet": at("featureSet"),
                "LastUpdatedTime": at("lastUpdatedTime"),
                "OwningAccountId": at("owningAccountId"),
                "Status": at("status"),
            },
            live={
                "AllowExternalPrincipals": at("allowExternalPrincipals"),
                "Name": at("name"),
                "Tags": _shown_tags,
            },
            state=State(
                at=at("status"),
                ready=words("ACTIVE"),
                waiting=words("PENDING"),
                over=words("DELETED"),
            ),
        ),
    ),
    steps=(
        changing(
            "UpdateResourceShare",
            "AllowExternalPrincipals Name",
            without={"AllowExternalPrincipals": True},
            resourceShareArn=this,
        ),
        Step(words("Principals ResourceArns"), _ties),
        tagging(
            "TagResource",
            "UntagResource",
            who={"resourceShareArn": this},
            names=("tags", "tagKeys"),
        ),
    ),
    end=ends(by("DeleteResourceShare", resourceShareArn=this)),
    gone=words("UnknownResourceException"),
    lingers=True,
)


async def _tied(cloud: Cloud, made: Made, _: Properties) -> None:
    """Return when nothing is on its way in or out but what waits for an invitation's answer."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + _TIED_WITHIN_S
    while await _moving(cloud, made):
        if loop.time() > ends_at:
            raise ApiError("NotStabilized", f"{made.physical_id} did not stabilize in time.")
        await asyncio.sleep(_PAUSE_S)


async def _moving(cloud: Cloud, made: Made) -> bool:
    for side in ("RESOURCE", "PRINCIPAL"):
        shown = await cloud.call(
            "ram",
            "GetResourceShareAssociations",
            associationType=side,
            resourceShareArns=[made.physical_id],
        )
        for one in shown["resourceShareAssociations"]:
            if one["status"] in {"ASSOCIATING", "DISASSOCIATING"} and not one["external"]:
                return True
    return False


SHARE = Followed(_SHARE, _tied)

KINDS = (SHARE,)
