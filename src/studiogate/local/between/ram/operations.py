"""The operations of RAM: shares by their owner, what is shared by whom it reaches."""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import uuid4

from studiogate.local.between.asking import Asked, Doing, Result, Target, tags_asked, without
from studiogate.local.between.ram import rows, seeing, tying
from studiogate.local.between.ram.shares import ACTIVE, Share, Shares, Tie
from studiogate.local.call import ApiError


def create(shares: Shares, asked: Asked) -> Result:
    """Make a share; one token makes one share."""
    params, place, pace = asked.params, asked.place, shares.pace
    token = (place, str(params.get("clientToken") or uuid4()))
    known = shares.shares.get(shares.tokens.get(token, ""))
    if known is not None:
        return _shown(shares, known)
    share = Share(
        arn=place.arn("ram", f"resource-share/{uuid4()}"),
        name=str(params["name"]),
        place=place,
        open=bool(params.get("allowExternalPrincipals", True)),
        course=pace.course(ACTIVE, ACTIVE),
        created=pace.now(),
        changed=pace.now(),
        tags=tags_asked(params),
    )
    for principal in params.get("principals") or ():
        tying.require_principal(shares, place, principal, outsiders=share.open)
    tying.add_resources(shares, share, params.get("resourceArns") or ())
    tying.add_principals(shares, share, params.get("principals") or ())
    shares.shares[share.arn] = share
    shares.tokens[token] = share.arn
    return _shown(shares, share)


def update(shares: Shares, asked: Asked) -> Result:
    """Rename a share, or open or close it to outsiders."""
    share = _own(shares, asked)
    closing = asked.params.get("allowExternalPrincipals") is False
    if closing and any(tie.external for tie in seeing.live(shares, share.principals)):
        raise ApiError("OperationNotPermittedException", tying.WITHIN_ONLY)
    share.name = str(asked.params.get("name", share.name))
    share.open = bool(asked.params.get("allowExternalPrincipals", share.open))
    share.changed = shares.pace.now()
    return _shown(shares, share)


def delete(shares: Shares, asked: Asked) -> Result:
    """End a share.  What was attached or associated by it stays as it is."""
    share = _own(shares, asked)
    share.course = shares.pace.course("DELETING", "DELETED")
    share.changed = shares.pace.now()
    for ties in (share.resources, share.principals):
        tying.remove(shares, ties, [tie.entity for tie in seeing.live(shares, ties)])
    return {"returnValue": True, "clientToken": asked.params.get("clientToken")}


def associate(shares: Shares, asked: Asked) -> Result:
    """Put resources and principals into a share."""
    share, params = _own(shares, asked), asked.params
    principals, resources = params.get("principals") or (), params.get("resourceArns") or ()
    for principal in principals:
        tying.require_principal(shares, share.place, principal, outsiders=share.open)
    made = {
        "RESOURCE": tying.add_resources(shares, share, resources),
        "PRINCIPAL": tying.add_principals(shares, share, principals),
    }
    return {"resourceShareAssociations": _tied(shares, share, made)}


def disassociate(shares: Shares, asked: Asked) -> Result:
    """Take resources and principals out of a share."""
    share, params = _own(shares, asked), asked.params
    gone = {
        "RESOURCE": tying.remove(shares, share.resources, params.get("resourceArns") or ()),
        "PRINCIPAL": tying.remove(shares, share.principals, params.get("principals") or ()),
    }
    return {"resourceShareAssociations": _tied(shares, share, gone)}


def accept(shares: Shares, asked: Asked) -> Result:
    """Say yes to an invitation: from now on the share reaches me."""
    return _reply(shares, asked, "ACCEPTED")


def reject(shares: Shares, asked: Asked) -> Result:
    """Say no to an invitation."""
    return _reply(shares, asked, "REJECTED")


def tag(shares: Shares, asked: Asked) -> Result:
    """Set tags of a share."""
    _own(shares, asked).tags |= tags_asked(asked.params)
    return {}


def untag(shares: Shares, asked: Asked) -> Result:
    """Remove tags of a share."""
    share = _own(shares, asked)
    gone = set(asked.params["tagKeys"])
    share.tags = {key: value for key, value in share.tags.items() if key not in gone}
    return {}


def enable(shares: Shares, asked: Asked) -> Result:
    """Let shares reach the accounts of the organisation without an invitation.

    Only the management account may (RAM User Guide, "Enable resource sharing within AWS
    Organizations").
    """
    if asked.place.account != shares.organisation.management:
        raise ApiError(
            "OperationNotPermittedException",
            "Only the management account of an organization can enable sharing with it.",
        )
    shares.enabled = True
    return {"returnValue": True}


def _reply(shares: Shares, asked: Asked, word: str) -> Result:
    arn = asked.params["resourceShareInvitationArn"]
    one = shares.invitations.get(arn)
    if one is None or one.receiver != asked.place.account:
        raise ApiError(
            "ResourceShareInvitationArnNotFoundException",
            f"ResourceShareInvitationArn {arn} could not be found.",
        )
    if one.status != "PENDING":
        raise ApiError(
            f"ResourceShareInvitationAlready{one.status.capitalize()}Exception",
            f"Invitation {arn} was already {one.status.lower()}.",
        )
    one.status = word
    tie = one.share.principals[one.receiver]
    ended = "ASSOCIATED" if word == "ACCEPTED" else "DISASSOCIATED"
    tie.course, tie.changed = shares.pace.course("ASSOCIATING", ended), shares.pace.now()
    return {"resourceShareInvitation": rows.invitation_row(one)}


def _own(shares: Shares, asked: Asked) -> Share:
    """The caller's own share that a call names, while it is there."""
    arn = str(asked.params.get("resourceShareArn") or asked.params.get("resourceArn") or "")
    share = shares.shares.get(arn)
    if share is None or share.place != asked.place or shares.pace.state(share.course) != ACTIVE:
        raise ApiError("UnknownResourceException", f"ResourceShare {arn} could not be found.")
    return share


def _tied(shares: Shares, share: Share, ties: Mapping[str, list[Tie]]) -> list[dict[str, Any]]:
    return [
        rows.tie_row(shares.pace, share, tie, cast("rows.Side", side))
        for side, some in ties.items()
        for tie in some
    ]


def _shown(shares: Shares, share: Share) -> Result:
    return {"resourceShare": rows.share_row(shares.pace, share)}


def _on_share(shares: Shares, asked: Asked) -> Iterable[Target]:
    arn = str(asked.params.get("resourceShareArn") or asked.params.get("resourceArn") or "*")
    share = shares.shares.get(arn)
    return (Target(arn, tags=share.tags if share else {}),)


def _on_new(_: Shares, asked: Asked) -> Iterable[Target]:
    return (Target(asked.place.arn("ram", "resource-share/*")),)


def _on_invitation(_: Shares, asked: Asked) -> Iterable[Target]:
    return (Target(str(asked.params["resourceShareInvitationArn"])),)


def _on_enabling(_: Shares, asked: Asked) -> Iterable[Target]:
    partition = asked.place.arn("ram", "").split(":", 2)[1]
    stem = f"arn:{partition}:iam::{asked.place.account}:role/aws-service-role"
    return (
        Target("*"),
        Target(f"{stem}/ram.amazonaws.com/*", "iam:CreateServiceLinkedRole"),
        Target("*", "organizations:EnableAWSServiceAccess"),
    )


OPERATIONS: Mapping[str, Doing[Shares]] = {
    "AcceptResourceShareInvitation": Doing(accept, _on_invitation),
    "AssociateResourceShare": Doing(associate, _on_share, without("sources")),
    "CreateResourceShare": Doing(
        create,
        _on_new,
        without(
            "permissionArns",
            "permissionTemplateParameters",
            "resourceShareConfiguration",
            "sources",
        ),
    ),
    "DeleteResourceShare": Doing(delete, _on_share),
    "DisassociateResourceShare": Doing(disassociate, _on_share, without("sources")),
    "EnableSharingWithAwsOrganization": Doing(enable, _on_enabling),
    "GetResourceShareAssociations": Doing(seeing.get_associations),
    "GetResourceShareInvitations": Doing(seeing.get_invitations),
    "GetResourceShares": Doing(
        seeing.get_shares, never=without("permissionArn", "permissionVersion")
    ),
    "ListPrincipals": Doing(seeing.list_principals, never=without("resourceType")),
    "ListResources": Doing(seeing.list_resources, never=without("resourceRegionScope")),
    "RejectResourceShareInvitation": Doing(reject, _on_invitation),
    "TagResource": Doing(tag, _on_share),
    "UntagResource": Doing(untag, _on_share),
    "UpdateResourceShare": Doing(update, _on_share),
}
