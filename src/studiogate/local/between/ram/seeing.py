"""What of the shares is seen, by their owner and by whom they reach."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from studiogate.local.between.asking import Asked, Result
from studiogate.local.between.ram import rows
from studiogate.local.between.ram.shares import Share, Shares, Tie, type_of
from studiogate.local.call import ApiError, Place
from studiogate.local.front.listing import page

_PAGE = ("maxResults", "nextToken")


def get_shares(shares: Shares, asked: Asked) -> Result:
    """My shares, or those of others that reach me."""
    params = asked.params
    found = [
        rows.share_row(shares.pace, share, whole=share.place.account == asked.place.account)
        for share in _visible(shares, asked)
        if _named(share, params)
    ]
    wanted = params.get("resourceShareStatus")
    kept = [row for row in found if wanted in {None, row["status"]}]
    shown, more = page(kept, params, lambda row: str(row["resourceShareArn"]), words=_PAGE)
    return {"resourceShares": shown, **more}


def get_associations(shares: Shares, asked: Asked) -> Result:
    """What is in my shares."""
    params = asked.params
    side = cast("rows.Side", params["associationType"])
    if side not in {"PRINCIPAL", "RESOURCE"}:
        raise ApiError("InvalidParameterException", f"{side} is not offered by this emulation.")
    entity = params.get("resourceArn" if side == "RESOURCE" else "principal")
    found = [
        row
        for share in _of_owner(shares, asked.place)
        if share.arn in (params.get("resourceShareArns") or [share.arn])
        for row in rows.tie_rows(shares.pace, share, side)
        if entity in {None, row["associatedEntity"]}
        and params.get("associationStatus") in {None, row["status"]}
    ]
    shown, more = page(found, params, _key_of("associatedEntity"), words=_PAGE)
    return {"resourceShareAssociations": shown, **more}


def get_invitations(shares: Shares, asked: Asked) -> Result:
    """The invitations sent to me."""
    params = asked.params
    found = [
        rows.invitation_row(one)
        for one in shares.invitations.values()
        if one.receiver == asked.place.account and one.share.place.region == asked.place.region
        if one.arn in (params.get("resourceShareInvitationArns") or [one.arn])
        and one.share.arn in (params.get("resourceShareArns") or [one.share.arn])
    ]
    key = "resourceShareInvitationArn"
    shown, more = page(found, params, lambda row: str(row[key]), words=_PAGE)
    return {"resourceShareInvitations": shown, **more}


def list_resources(shares: Shares, asked: Asked) -> Result:
    """What I share, or what is shared with me."""
    params = asked.params
    found = [
        {
            "arn": tie.entity,
            "type": type_of(tie.entity),
            "resourceShareArn": share.arn,
            "status": "AVAILABLE",
            "creationTime": tie.created,
            "lastUpdatedTime": tie.changed,
            "resourceRegionScope": "REGIONAL",
        }
        for share in _visible(shares, asked)
        if share.arn in (params.get("resourceShareArns") or [share.arn])
        for tie in live(shares, share.resources)
        if tie.entity in (params.get("resourceArns") or [tie.entity])
        and params.get("resourceType") in {None, type_of(tie.entity)}
        and params.get("principal") in {None, share.place.account, *share.principals}
    ]
    shown, more = page(found, params, _key_of("arn"), words=_PAGE)
    return {"resources": shown, **more}


def list_principals(shares: Shares, asked: Asked) -> Result:
    """Whom I share with, or who shares with me."""
    params = asked.params
    mine = params["resourceOwner"] == "SELF"
    found = [
        {
            "id": tie.entity if mine else share.place.account,
            "resourceShareArn": share.arn,
            "creationTime": tie.created,
            "lastUpdatedTime": tie.changed,
            "external": tie.external,
        }
        for share in _visible(shares, asked)
        if share.arn in (params.get("resourceShareArns") or [share.arn])
        and (params.get("resourceArn") is None or params["resourceArn"] in share.resources)
        for tie in live(shares, share.principals)
        if mine or shares.covers(tie.entity, asked.place.account)
    ]
    wanted = params.get("principals")
    kept = [row for row in found if not wanted or row["id"] in wanted]
    shown, more = page(kept, params, _key_of("id"), words=_PAGE)
    return {"principals": shown, **more}


def _of_owner(shares: Shares, place: Place) -> Iterator[Share]:
    return (share for share in shares.shares.values() if share.place == place)


def _visible(shares: Shares, asked: Asked) -> Iterable[Share]:
    if asked.params["resourceOwner"] == "SELF":
        return _of_owner(shares, asked.place)
    found = shares.reaching(asked.place.account)
    return (share for share in found if share.place.region == asked.place.region)


def _named(share: Share, params: Mapping[str, Any]) -> bool:
    tagged = all(
        one.get("tagKey") in share.tags
        and (not one.get("tagValues") or share.tags[one["tagKey"]] in one["tagValues"])
        for one in params.get("tagFilters") or ()
    )
    wanted = params.get("resourceShareArns") or [share.arn]
    return tagged and share.arn in wanted and params.get("name") in {None, share.name}


def _key_of(member: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: f"{row['resourceShareArn']} {row[member]}"


def live(shares: Shares, ties: Mapping[str, Tie]) -> list[Tie]:
    """What is in, or on its way in."""
    inside = {"ASSOCIATING", "ASSOCIATED"}
    return [tie for tie in ties.values() if shares.pace.state(tie.course) in inside]
