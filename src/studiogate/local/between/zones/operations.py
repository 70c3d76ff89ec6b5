"""The operations of Route 53 on zones, their records, and who sees them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from studiogate.local.between.asking import Asked, Doing, Result, Target, tags_asked, without
from studiogate.local.between.zones import records, sight
from studiogate.local.between.zones.zone import (
    Seer,
    Zone,
    Zones,
    bare,
    new_zone_id,
    owns,
    seer_of,
)
from studiogate.local.call import ApiError

_SERVERS = (
    "ns-0.awsdns-00.com.",
    "ns-512.awsdns-00.net.",
    "ns-1024.awsdns-00.org.",
    "ns-1536.awsdns-00.co.uk.",
)


def create(zones: Zones, asked: Asked) -> Result:
    """Make a zone; with a VPC, which has to be the caller's, it is private."""
    params, account = asked.params, asked.place.account
    name, reference = records.full_name(str(params["Name"])), str(params["CallerReference"])
    records.require_name(name)
    if any(one.reference == reference for one in zones.of(account)):
        raise ApiError(
            "HostedZoneAlreadyExists",
            f"A hosted zone has already been created with the specified caller reference "
            f"{reference}.",
            status=409,
        )
    config = params.get("HostedZoneConfig", {})
    seer = seer_of(params["VPC"]) if "VPC" in params else None
    if config.get("PrivateZone") and seer is None:
        raise ApiError("InvalidInput", "A private hosted zone needs a VPC.")
    comment = str(config.get("Comment", ""))
    zone = Zone(new_zone_id(), name, account, reference, comment, seer is not None, _SERVERS)
    _add(zones, zone, seer)
    return {
        "HostedZone": zone.row,
        "ChangeInfo": zones.changed(account),
        "DelegationSet": {"NameServers": list(zone.servers)},
        **({"VPC": seer.row} if seer else {}),
        "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone.id}",
    }


def _add(zones: Zones, zone: Zone, seer: Seer | None) -> None:
    """Keep a new zone; `seer` is the VPC it is private to."""
    if seer is not None:
        if not owns(zone.account, seer):
            raise sight.not_authorised(seer)
        sight.require_alone(zones, zone, seer)
        zone.seers.append(seer)
    zone.records = records.standing(zone)
    zones.zones[zone.id] = zone


def get(zones: Zones, asked: Asked) -> Result:
    """One zone, and the VPCs that see it."""
    zone = _own(zones, asked)
    if zone.private:
        return {"HostedZone": zone.row, "VPCs": [one.row for one in zone.seers]}
    return {"HostedZone": zone.row, "DelegationSet": {"NameServers": list(zone.servers)}}


def list_zones(zones: Zones, asked: Asked) -> Result:
    """The caller's zones, by id."""
    private = asked.params.get("HostedZoneType") == "PrivateHostedZone"
    found = sorted(
        (one for one in zones.of(asked.place.account) if one.private or not private),
        key=lambda one: one.id,
    )
    marker = str(asked.params.get("Marker", ""))
    left = [one for one in found if one.id >= bare(marker)]
    most = sight.most_of(asked)
    more = {"NextMarker": left[most].id} if len(left) > most else {}
    return {
        "HostedZones": [one.row for one in left[:most]],
        "Marker": marker,
        "IsTruncated": bool(more),
        "MaxItems": str(most),
        **more,
    }


def list_by_name(zones: Zones, asked: Asked) -> Result:
    """The caller's zones in the order of their names, from a name on."""
    params = asked.params
    first = records.full_name(str(params["DNSName"])) if params.get("DNSName") else ""
    start = (
        records.place_of(first) if first else (),
        bare(str(params.get("HostedZoneId", ""))),
    )
    found = sorted(
        (records.place_of(one.name), one.id) for one in zones.of(asked.place.account)
    )
    left = [zones.zones[name] for place, name in found if (place, name) >= start]
    most = sight.most_of(asked)
    answer: dict[str, Any] = {
        "HostedZones": [one.row for one in left[:most]],
        "IsTruncated": len(left) > most,
        "MaxItems": str(most),
    }
    if first:
        answer["DNSName"] = first
    if len(left) > most:
        answer |= {"NextDNSName": left[most].name, "NextHostedZoneId": left[most].id}
    return answer


def delete(zones: Zones, asked: Asked) -> Result:
    """End a zone that has nothing in it but what every zone has."""
    zone = _own(zones, asked)
    if zone.records.keys() - records.standing(zone).keys():
        raise ApiError(
            "HostedZoneNotEmpty",
            "The specified hosted zone contains non-required resource record sets and so "
            "cannot be deleted.",
        )
    del zones.zones[zone.id]
    return {"ChangeInfo": zones.changed(asked.place.account)}


def comment(zones: Zones, asked: Asked) -> Result:
    """Change what a zone says about itself."""
    zone = _own(zones, asked)
    zone.comment = str(asked.params.get("Comment", ""))
    return {"HostedZone": zone.row}


def change_records(zones: Zones, asked: Asked) -> Result:
    """Change the records of a zone, all or none."""
    zone, batch = _own(zones, asked, "HostedZoneId"), asked.params["ChangeBatch"]
    records.change(zones, zone, batch["Changes"])
    return {"ChangeInfo": zones.changed(asked.place.account, str(batch.get("Comment", "")))}


def list_records(zones: Zones, asked: Asked) -> Result:
    """The records of a zone, from a name and a type on."""
    zone, params = _own(zones, asked, "HostedZoneId"), asked.params
    name = params.get("StartRecordName")
    start = (
        records.place_of(records.full_name(str(name))) if name else (),
        str(params.get("StartRecordType", "")),
    )
    every = records.ordered(zone)
    left = [one for one in every if (records.place_of(one["Name"]), one["Type"]) >= start]
    most = sight.most_of(asked)
    answer: dict[str, Any] = {
        "ResourceRecordSets": left[:most],
        "IsTruncated": len(left) > most,
        "MaxItems": str(most),
    }
    if len(left) > most:
        answer |= {"NextRecordName": left[most]["Name"], "NextRecordType": left[most]["Type"]}
    return answer


def get_change(zones: Zones, asked: Asked) -> Result:
    """How far a change has got."""
    name = bare(str(asked.params["Id"]))
    found = zones.changes.get(name)
    if found is None or found.account != asked.place.account:
        raise ApiError("NoSuchChange", f"Could not find resource with ID: {name}", status=404)
    return {"ChangeInfo": zones.change_row(found)}


def change_tags(zones: Zones, asked: Asked) -> Result:
    """Set and remove tags of a zone."""
    zone, gone = _tagged(zones, asked), set(asked.params.get("RemoveTagKeys") or ())
    kept = {key: value for key, value in zone.tags.items() if key not in gone}
    zone.tags = kept | tags_asked(asked.params)
    return {}


def list_tags(zones: Zones, asked: Asked) -> Result:
    """The tags of a zone."""
    zone = _tagged(zones, asked)
    tags = [{"Key": key, "Value": value} for key, value in sorted(zone.tags.items())]
    found = {"ResourceType": "hostedzone", "ResourceId": zone.id, "Tags": tags}
    return {"ResourceTagSet": found}


def _own(zones: Zones, asked: Asked, member: str = "Id") -> Zone:
    return zones.zone(asked.place.account, str(asked.params[member]))


def _tagged(zones: Zones, asked: Asked) -> Zone:
    if asked.params["ResourceType"] != "hostedzone":
        raise ApiError("InvalidInput", "Health checks are not offered by this emulation.")
    return _own(zones, asked, "ResourceId")


def _on_zone(member: str, *, vpcs: bool = False) -> Callable[[Zones, Asked], Iterable[Target]]:
    """The zone named; and, to speak of VPCs, leave to look at them.

    Route 53 Developer Guide, "Permissions required to use the Route 53 API".
    """

    def on(zones: Zones, asked: Asked) -> Iterable[Target]:
        name = bare(str(asked.params[member]))
        zone = zones.zones.get(name)
        yield Target(_arn(asked, f"hostedzone/{name}"), tags=zone.tags if zone else {})
        if vpcs:
            yield Target("*", "ec2:DescribeVpcs")

    return on


def _on_new(_: Zones, asked: Asked) -> Iterable[Target]:
    yield Target("*")
    if "VPC" in asked.params:
        yield Target("*", "ec2:DescribeVpcs")


def _on_change(_: Zones, asked: Asked) -> Iterable[Target]:
    return (Target(_arn(asked, f"change/{bare(str(asked.params['Id']))}")),)


def _arn(asked: Asked, rest: str) -> str:
    partition = asked.place.arn("route53", "").split(":", 2)[1]
    return f"arn:{partition}:route53:::{rest}"


OPERATIONS: Mapping[str, Doing[Zones]] = {
    "AssociateVPCWithHostedZone": Doing(sight.associate, _on_zone("HostedZoneId", vpcs=True)),
    "ChangeResourceRecordSets": Doing(change_records, _on_zone("HostedZoneId")),
    "ChangeTagsForResource": Doing(change_tags, _on_zone("ResourceId")),
    "CreateHostedZone": Doing(create, _on_new, without("DelegationSetId")),
    "CreateVPCAssociationAuthorization": Doing(
        sight.authorise, _on_zone("HostedZoneId", vpcs=True)
    ),
    "DeleteHostedZone": Doing(delete, _on_zone("Id")),
    "DeleteVPCAssociationAuthorization": Doing(
        sight.withdraw, _on_zone("HostedZoneId", vpcs=True)
    ),
    "DisassociateVPCFromHostedZone": Doing(
        sight.disassociate, _on_zone("HostedZoneId", vpcs=True)
    ),
    "GetChange": Doing(get_change, _on_change),
    "GetHostedZone": Doing(get, _on_zone("Id")),
    "ListHostedZones": Doing(list_zones, never=without("DelegationSetId")),
    "ListHostedZonesByName": Doing(list_by_name),
    "ListHostedZonesByVPC": Doing(sight.list_by_vpc),
    "ListResourceRecordSets": Doing(
        list_records, _on_zone("HostedZoneId"), without("StartRecordIdentifier")
    ),
    "ListTagsForResource": Doing(list_tags, _on_zone("ResourceId")),
    "ListVPCAssociationAuthorizations": Doing(sight.authorised, _on_zone("HostedZoneId")),
    "UpdateHostedZoneComment": Doing(comment, _on_zone("Id")),
}
