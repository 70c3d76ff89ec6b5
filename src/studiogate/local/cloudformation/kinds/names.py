"""Hosted zones, and the VPCs that see the private ones.

Properties, attributes and what a change of them does: CloudFormation Template Reference,
"Amazon Route 53".
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    Step,
    Turn,
    at,
    by,
    changing,
    ends,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.records import RECORD_SET, RECORD_SET_GROUP
from studiogate.local.cloudformation.kinds.tagging import (
    own,
    pairs,
    read_pairs,
)


def _create_zone(turn: Turn) -> Ask:
    """A zone with its first VPC; the others come after."""
    params: dict[str, Any] = {"Name": turn.wanted.get("Name"), "CallerReference": str(uuid4())}
    if vpcs := turn.wanted.get("VPCs"):
        params["VPC"] = vpcs[0]
    comment = (turn.wanted.get("HostedZoneConfig") or {}).get("Comment")
    config = {"Comment": comment} if comment else {}
    if config or vpcs:
        params["HostedZoneConfig"] = {**config, "PrivateZone": bool(vpcs)}
    return Ask("CreateHostedZone", params)


def _vpcs(turn: Turn) -> Iterable[Ask]:
    """VPCs that are to see the zone come first: a private zone is never without any."""
    wanted, before = turn.wanted.get("VPCs") or [], turn.before.get("VPCs") or []
    seen = before or wanted[:1]
    for operation, some in (
        ("AssociateVPCWithHostedZone", [one for one in wanted if one not in seen]),
        ("DisassociateVPCFromHostedZone", [one for one in before if one not in wanted]),
    ):
        for one in some:
            yield Ask(operation, {"HostedZoneId": turn.id, "VPC": one})


def _comment(value: Any) -> Mapping[str, Any]:
    return {"Comment": (value or {}).get("Comment", "")}


def _zone_tags(turn: Turn) -> Iterable[Ask]:
    wanted, before = (
        own(turn.wanted.get("HostedZoneTags")),
        own(turn.before.get("HostedZoneTags")),
    )
    new = {key: value for key, value in wanted.items() if before.get(key) != value}
    gone = sorted(before.keys() - wanted.keys())
    if new or gone:
        params: dict[str, Any] = {"ResourceType": "hostedzone", "ResourceId": turn.id}
        params |= {"AddTags": pairs(new)} if new else {}
        yield Ask("ChangeTagsForResource", params | ({"RemoveTagKeys": gone} if gone else {}))


HOSTED_ZONE = ApiKind(
    name="AWS::Route53::HostedZone",
    service="route53",
    properties=words("HostedZoneConfig HostedZoneTags Name VPCs"),
    replaced_by=words("Name"),
    make=_create_zone,
    id=lambda answer, _: str(answer["HostedZone"]["Id"]).rpartition("/")[2],
    computed={"Id": this},
    looks=(
        Look(
            asks=by("GetHostedZone", Id=this),
            at=lambda answer: answer if answer.get("HostedZone") else None,
            gone=words("NoSuchHostedZone"),
            attributes={"NameServers": at("DelegationSet.NameServers")},
            live={
                "HostedZoneConfig": at("HostedZone.Config"),
                "Name": lambda answer: str(answer["HostedZone"]["Name"]).removesuffix("."),
                "VPCs": at("VPCs"),
            },
        ),
        Look(
            asks=by("ListTagsForResource", ResourceType="hostedzone", ResourceId=this),
            live={"HostedZoneTags": read_pairs("ResourceTagSet.Tags")},
        ),
    ),
    steps=(
        Step(words("VPCs"), _vpcs, first=True),
        changing(
            "UpdateHostedZoneComment",
            "HostedZoneConfig",
            into={"HostedZoneConfig": _comment},
            without={"HostedZoneConfig": {}},
            Id=this,
        ),
        Step(words("HostedZoneTags"), _zone_tags, first=True),
    ),
    end=ends(by("DeleteHostedZone", Id=this)),
    gone=words("NoSuchHostedZone"),
)


KINDS = (HOSTED_ZONE, RECORD_SET, RECORD_SET_GROUP)
