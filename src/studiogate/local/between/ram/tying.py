"""What may be in a share, and how it gets in and out."""

from collections.abc import Iterable
from uuid import uuid4

from studiogate import names
from studiogate.local.between.ram.shares import (
    ASSOCIATED,
    Invitation,
    Share,
    Shares,
    Tie,
    type_of,
)
from studiogate.local.call import ApiError, Place

_OUT = "DISASSOCIATED"

WITHIN_ONLY = (
    "The resource you are attempting to share can only be shared within your AWS Organization. "
    "This error may also occur if you have not enabled sharing with your AWS organization, or "
    "that onboarding process is still in progress."
)


def add_resources(shares: Shares, share: Share, arns: Iterable[str]) -> list[Tie]:
    """Put resources into a share.

    Raises:
        ApiError: one is malformed, of a type not shared here, or not the owner's.
    """
    wanted = list(arns)
    for arn in wanted:
        _require_resource(shares, share.place, arn)
    made = [_kept(shares, share.resources.get(arn)) or _tie(shares, arn) for arn in wanted]
    share.resources |= {tie.entity: tie for tie in made}
    return made


def add_principals(shares: Shares, share: Share, principals: Iterable[str]) -> list[Tie]:
    """Let principals into a share; those outside the organisation are invited first.

    Raises:
        ApiError: one is malformed, unknown, or outside while the share stays inside.
    """
    wanted = list(principals)
    for principal in wanted:
        require_principal(shares, share.place, principal, outsiders=share.open)
    made = [
        _kept(shares, share.principals.get(one)) or _principal(shares, share, one)
        for one in wanted
    ]
    share.principals |= {tie.entity: tie for tie in made}
    return made


def remove(shares: Shares, ties: dict[str, Tie], entities: Iterable[str]) -> list[Tie]:
    """Take entities out of a share.

    Raises:
        ApiError: `UnknownResourceException`, for one that is not in it.
    """
    gone = []
    for entity in entities:
        tie = ties.get(entity)
        if tie is None or shares.pace.state(tie.course) == _OUT:
            raise ApiError(
                "UnknownResourceException", f"{entity} is not associated with the share."
            )
        tie.course = shares.pace.course("DISASSOCIATING", _OUT)
        tie.changed = shares.pace.now()
        gone.append(tie)
    return gone


def require_principal(shares: Shares, place: Place, principal: str, *, outsiders: bool) -> None:
    """Return when `principal` may be in a share of `place`.

    Raises:
        ApiError: it is malformed, unknown, the owner, or outside while no outsider may be in.
    """
    if not names.is_account(principal):
        _require_unit(shares, principal)
    elif principal == place.account:
        raise ApiError(
            "InvalidParameterException", "A resource cannot be shared with its own account."
        )
    elif not outsiders and not shares.inside(principal):
        raise ApiError("OperationNotPermittedException", WITHIN_ONLY)


def _require_unit(shares: Shares, principal: str) -> None:
    parts = principal.split(":", 5)
    if parts[:1] != ["arn"] or parts[2:3] != ["organizations"]:
        raise ApiError("InvalidParameterException", f"The principal {principal} is malformed.")
    if not shares.enabled or str(shares.organisation.id) not in parts[-1].split("/"):
        what = principal.rpartition("/")[2]
        raise ApiError("UnknownResourceException", f"Organization {what} could not be found.")


def _require_resource(shares: Shares, place: Place, arn: str) -> None:
    if not arn.startswith("arn:"):
        raise ApiError("MalformedArnException", f"The resource ARN {arn} is not valid.")
    if type_of(arn) is None:
        raise ApiError(
            "InvalidParameterException",
            f"Sharing {arn} is not offered by this emulation.",
            status=501,
        )
    if not shares.exists(place, arn):
        raise ApiError("UnknownResourceException", f"ResourceArn {arn} could not be found.")


def _kept(shares: Shares, tie: Tie | None) -> Tie | None:
    """What is in already, or on its way: asked for again, it stays as it is."""
    live = tie is not None and shares.pace.state(tie.course) in {"ASSOCIATING", ASSOCIATED}
    return tie if live else None


def _tie(shares: Shares, entity: str) -> Tie:
    now = shares.pace.now()
    return Tie(entity, shares.pace.course("ASSOCIATING", ASSOCIATED), now, now)


def _principal(shares: Shares, share: Share, principal: str) -> Tie:
    now = shares.pace.now()
    outside = names.is_account(principal) and not shares.inside(principal)
    if not outside:
        return _tie(shares, principal)
    arn = share.place.arn("ram", f"resource-share-invitation/{uuid4()}")
    shares.invitations[arn] = Invitation(arn, share, principal, now)
    waiting = shares.pace.course("ASSOCIATING", "ASSOCIATING")
    return Tie(principal, waiting, now, now, external=True)
