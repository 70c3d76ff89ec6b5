"""Which VPC sees which private zone: associations, and whom an owner lets make them."""

from studiogate.local.between.asking import Asked, Result
from studiogate.local.between.zones.zone import (
    Seer,
    Zone,
    Zones,
    owner_of,
    owns,
    seer_of,
)
from studiogate.local.call import ApiError

_PAGE = 100


def list_by_vpc(zones: Zones, asked: Asked) -> Result:
    """The private zones that a VPC of the caller's sees, whoever has them."""
    seer = Seer(str(asked.params["VPCRegion"]), str(asked.params["VPCId"]))
    if not owns(asked.place.account, seer):
        raise ApiError(
            "AccessDenied", "The VPC does not belong to the calling account.", status=403
        )
    found = sorted(zones.seen_by(seer), key=lambda one: one.id)
    after = str(asked.params.get("NextToken", ""))
    left = [one for one in found if one.id > after]
    most = most_of(asked)
    rows = [
        {"HostedZoneId": one.id, "Name": one.name, "Owner": {"OwningAccount": one.account}}
        for one in left[:most]
    ]
    more = {"NextToken": left[most - 1].id} if len(left) > most else {}
    return {"HostedZoneSummaries": rows, "MaxItems": str(most), **more}


def authorise(zones: Zones, asked: Asked) -> Result:
    """Let the account of a VPC associate it with the caller's zone."""
    zone, seer = _private(zones, asked), seer_of(asked.params["VPC"])
    if seer not in zone.invited:
        zone.invited.append(seer)
    return {"HostedZoneId": zone.id, "VPC": seer.row}


def withdraw(zones: Zones, asked: Asked) -> Result:
    """Take that permission back; an association made by it stays."""
    zone, seer = (
        zones.zone(asked.place.account, str(asked.params["HostedZoneId"])),
        seer_of(asked.params["VPC"]),
    )
    if seer not in zone.invited:
        raise ApiError(
            "VPCAssociationAuthorizationNotFound",
            "The VPC that you specified is not authorized to be associated with the hosted "
            "zone.",
            status=404,
        )
    zone.invited.remove(seer)
    return {}


def authorised(zones: Zones, asked: Asked) -> Result:
    """The VPCs that may be associated with the caller's zone."""
    zone = zones.zone(asked.place.account, str(asked.params["HostedZoneId"]))
    return {"HostedZoneId": zone.id, "VPCs": [one.row for one in zone.invited]}


def associate(zones: Zones, asked: Asked) -> Result:
    """Let a VPC see a zone: one's own zone, or one whose owner has authorised the VPC."""
    zone = zones.anyones(str(asked.params["HostedZoneId"]))
    seer, account = seer_of(asked.params["VPC"]), asked.place.account
    if not zone.private:
        raise ApiError(
            "PublicZoneVPCAssociation",
            "You're trying to associate a VPC with a public hosted zone.",
        )
    if not owns(account, seer) or (zone.account != account and seer not in zone.invited):
        raise not_authorised(seer)
    require_alone(zones, zone, seer)
    zone.seers.append(seer)
    return {"ChangeInfo": zones.changed(account, str(asked.params.get("Comment", "")))}


def disassociate(zones: Zones, asked: Asked) -> Result:
    """Let a VPC see a zone no longer: the owner of either may."""
    zone = zones.anyones(str(asked.params["HostedZoneId"]))
    seer, account = seer_of(asked.params["VPC"]), asked.place.account
    if account not in {zone.account, owner_of(seer)}:
        raise not_authorised(seer)
    if seer not in zone.seers:
        raise ApiError(
            "VPCAssociationNotFound",
            f"The VPC: {seer.vpc} in region {seer.region} is not associated with the hosted "
            "zone.",
            status=404,
        )
    if len(zone.seers) == 1:
        raise ApiError(
            "LastVPCAssociation",
            f"Cannot remove the last VPC association for the private zone: {zone.id}",
        )
    zone.seers.remove(seer)
    return {"ChangeInfo": zones.changed(account, str(asked.params.get("Comment", "")))}


def _private(zones: Zones, asked: Asked) -> Zone:
    zone = zones.zone(asked.place.account, str(asked.params["HostedZoneId"]))
    if not zone.private:
        raise ApiError("InvalidInput", "The hosted zone is not private.")
    return zone


def require_alone(zones: Zones, zone: Zone, seer: Seer) -> None:
    """Return when a VPC may come to see a zone: it sees one of a name.

    Raises:
        ApiError: `ConflictingDomainExists`.
    """
    for one in zones.seen_by(seer):
        if one.name == zone.name:
            raise ApiError(
                "ConflictingDomainExists",
                f"The VPC {seer.vpc} in region {seer.region} has already been associated with "
                f"the hosted zone {one.id} with the same domain name.",
            )


def not_authorised(seer: Seer) -> ApiError:
    """Route 53's refusal of a VPC that is not the caller's to speak for."""
    return ApiError(
        "NotAuthorizedException",
        f"The VPC: {seer.vpc} has not authorized to associate with your hosted zone.",
        status=401,
    )


def most_of(asked: Asked) -> int:
    """How many rows a call wants at most."""
    text = str(asked.params.get("MaxItems", _PAGE))
    if not text.isdigit() or not int(text):
        raise ApiError("InvalidInput", f"MaxItems {text} is not a number above zero.")
    return min(int(text), _PAGE)
