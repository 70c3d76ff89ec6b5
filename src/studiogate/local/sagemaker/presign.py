"""CreatePresignedDomainUrl: a URL that opens one profile's Studio once, for seconds."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from studiogate.local.call import ApiCall, ApiError, Caller, Place
from studiogate.local.sagemaker.backend import Backend, Operation
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.landing import DEFAULT_LANDING, landing
from studiogate.local.sagemaker.model import Domain, Profile, Status
from studiogate.local.sagemaker.tickets import Ticket

URL_LIVES_S = 300
"""Seconds a URL may be used when the caller does not say (S2-12: 5 to 300)."""

SESSION_LASTS_S = 43200
"""Seconds the session lasts when the caller does not say (1 800 to 43 200)."""


async def create_presigned_domain_url(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A fresh URL; asking again gives another one."""
    backend.presigns.take(call.account)
    asked, place = call.params, call.place
    domain = backend.store.domain(place, asked["DomainId"])
    if domain.auth_mode != "IAM":
        raise invalid(
            "CreatePresignedDomainUrl can only be called when the authentication mode "
            f"equals IAM; Domain [{domain.id}] uses {domain.auth_mode}."
        )
    profile = backend.store.profile(place, domain.id, asked["UserProfileName"])
    _in_service(backend, domain, profile)
    space = asked.get("SpaceName")
    if space is not None:
        _admitted(backend, place, profile, space)
    lives_s = asked.get("ExpiresInSeconds") or URL_LIVES_S
    token = backend.tickets.issue(
        Ticket(
            caller=_signed(call),
            place=place,
            domain_id=domain.id,
            profile=profile.name,
            space=space,
            landing=_landing(asked, domain, profile),
            expires_at=backend.clock() + timedelta(seconds=lives_s),
            session_s=asked.get("SessionExpirationDurationInSeconds") or SESSION_LASTS_S,
        )
    )
    address = backend.studio_url(domain.id, place.region)
    return {"AuthorizedUrl": f"{address}/auth?token={token}"}


def _signed(call: ApiCall) -> Caller:
    """Who asks; the URL carries their policies for as long as its session lasts."""
    if call.caller is None:
        raise ApiError(
            "MissingAuthenticationTokenException", "Missing Authentication Token", status=403
        )
    return call.caller


def _in_service(backend: Backend, domain: Domain, profile: Profile) -> None:
    now = backend.clock()
    if domain.status(now) is not Status.IN_SERVICE:
        raise invalid(f"Domain [{domain.id}] is not InService.")
    if profile.status(now) is not Status.IN_SERVICE:
        raise invalid(f"UserProfile [{domain.id}/{profile.name}] is not InService.")


def _admitted(backend: Backend, place: Place, profile: Profile, name: str) -> None:
    """Refuse the private space of somebody else, and one that does not exist."""
    space = backend.store.space(place, profile.domain_id, name)
    if not space.admits(profile.name):
        raise invalid(
            f"UserProfile [{profile.domain_id}/{profile.name}] does not own "
            f"the private Space [{name}]."
        )


def _landing(asked: Mapping[str, Any], domain: Domain, profile: Profile) -> str:
    """Where to land: as asked, else the profile's default, the domain's, or Studio itself."""
    uri = (
        asked.get("LandingUri")
        or profile.settings.get("DefaultLandingUri")
        or domain.user_settings.get("DefaultLandingUri")
        or DEFAULT_LANDING
    )
    if landing(uri) is None:
        raise invalid(f"LandingUri [{uri}] is not supported.")
    return str(uri)


OPERATIONS: Mapping[str, Operation] = {"CreatePresignedDomainUrl": create_presigned_domain_url}
