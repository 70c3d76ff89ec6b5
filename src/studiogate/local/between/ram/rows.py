"""Shares and what is in them, as RAM's API shows them."""

from collections.abc import Iterator
from typing import Any, Literal

from studiogate.local.between.pace import Pace
from studiogate.local.between.ram.shares import Invitation, Share, Tie

Side = Literal["PRINCIPAL", "RESOURCE"]


def share_row(pace: Pace, share: Share, *, whole: bool = True) -> dict[str, Any]:
    """One share; its tags only for its owner (`whole`)."""
    return {
        "resourceShareArn": share.arn,
        "name": share.name,
        "owningAccountId": share.place.account,
        "allowExternalPrincipals": share.open,
        "status": pace.state(share.course),
        "tags": [{"key": k, "value": v} for k, v in share.tags.items()] if whole else [],
        "creationTime": share.created,
        "lastUpdatedTime": share.changed,
        "featureSet": "STANDARD",
    }


def ties_of(share: Share, side: Side) -> dict[str, Tie]:
    """The resources or the principals of a share."""
    return share.principals if side == "PRINCIPAL" else share.resources


def tie_row(pace: Pace, share: Share, tie: Tie, side: Side) -> dict[str, Any]:
    """One association."""
    return {
        "resourceShareArn": share.arn,
        "resourceShareName": share.name,
        "associatedEntity": tie.entity,
        "associationType": side,
        "status": pace.state(tie.course),
        "creationTime": tie.created,
        "lastUpdatedTime": tie.changed,
        "external": tie.external,
    }


def tie_rows(pace: Pace, share: Share, side: Side) -> Iterator[dict[str, Any]]:
    """Every association of one kind."""
    for tie in ties_of(share, side).values():
        yield tie_row(pace, share, tie, side)


def invitation_row(one: Invitation) -> dict[str, Any]:
    """One invitation."""
    return {
        "resourceShareInvitationArn": one.arn,
        "resourceShareName": one.share.name,
        "resourceShareArn": one.share.arn,
        "senderAccountId": one.share.place.account,
        "receiverAccountId": one.receiver,
        "invitationTimestamp": one.at,
        "status": one.status,
    }
