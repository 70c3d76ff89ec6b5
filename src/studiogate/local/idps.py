"""The organisation's identity providers: a user pool's site, and a stand-in for SAML."""

from pathlib import Path

from studiogate.gateway.ports import Clock
from studiogate.landscape.model import INTERNET, Landscape
from studiogate.local.aws import EmulatedAws
from studiogate.local.gateway import origins
from studiogate.local.idp.pool import Pool, found_pool
from studiogate.local.idp.site import idp_site
from studiogate.local.listeners import IDP, WORKFORCE, Listeners, studio_url
from studiogate.local.statedir import StateDir


def hang_pool(landscape: Landscape, known: Listeners, aws: EmulatedAws, clock: Clock) -> Pool:
    """Found the user pool of `landscape`, and answer for it at its door."""
    ours = origins(known)
    pool = found_pool(
        landscape,
        callback_urls={
            f"{origin}/signin/{idp}/callback" for origin in ours for idp in landscape.idps
        },
        logout_urls={f"{origin}/" for origin in ours},
        clock=clock,
    )
    site = idp_site(
        pool,
        base=known[IDP, INTERNET].url,
        name=landscape.name.title(),
        # A sign-in that began with Open ends in Studio, by redirects the browser checks.
        onward=[studio_url(landscape, known, "*")],
    )
    aws.doors.hang(IDP, site)
    return pool


def hang_access_portal(
    landscape: Landscape,
    known: Listeners,
    aws: EmulatedAws,
    clock: Clock,
    *,
    state: StateDir,
    file: Path,
) -> None:
    """Hang the stand-in for the landscape's SAML provider, if it has one.

    `file` is where the landscape was read: the metadata is named relative to it.
    """
    if (WORKFORCE, INTERNET) not in known:
        return
    from studiogate.local.workforce.founding import (  # noqa: PLC0415 - loads XML signatures
        Ground,
        found_workforce,
    )

    onward = [studio_url(landscape, known, "*")]
    ground = Ground(aws.places, aws.studio.store, onward, state, file, clock)
    aws.doors.hang(WORKFORCE, found_workforce(ground))
