"""The whole verification of one world: its invariants, its promises, its weak documents."""

from collections.abc import Iterator

from studiogate import names
from studiogate.reach.table import table
from studiogate.reach.verify.findings import Finding, Report
from studiogate.reach.verify.invariants import invariants, outside, weak
from studiogate.reach.verify.promises import promises, unasked
from studiogate.reach.world import World
from studiogate.topology.endpoint_services import SERVICES


def report(world: World, notes: tuple[str, ...] = ()) -> Report:
    """Everything that can be said of `world`; `notes` is what was not looked at.

    Raises:
        KeyError: an account of the estate has no entry in its guardrails.
    """
    landscape, estate = world.landscape, world.estate
    gateway = names.role_arn(landscape.region, landscape.hub_account, names.GATEWAY_ROLE)
    found = invariants(estate, gateway)
    return Report(
        findings=(*found, *_promises(world, found)),
        weaknesses=weak(estate),
        unread=estate.unread,
        notes=(*notes, *_absent(world)),
    )


def _promises(world: World, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    landscape = world.landscape
    if not landscape.invariants:
        return ()
    lacking = (*_lacking(world),)
    if lacking:
        return unasked(landscape, lacking)
    return promises(landscape, table(world), outside(found))


def _lacking(world: World) -> Iterator[str]:
    """What the front door is made of and is not there, so that nobody can be asked about."""
    landscape = world.landscape
    for service in SERVICES:
        if service not in world.doors:
            name = service.format(region=landscape.region)
            yield f"The shared-services account has no endpoint for {name}."
    if world.gateway is None:
        yield f"The shared-services account has no role {names.GATEWAY_ROLE}."
    for lob in landscape.lobs.values():
        account = landscape.accounts[lob.account]
        domains = [one for one in world.estate.studios if one.account == account]
        if domains and account not in world.presigners:
            yield f"Account {account} has a domain and no role {names.PRESIGN_ROLE}."


def _absent(world: World) -> tuple[str, ...]:
    """Domains of the landscape that nothing was asked about, because they are not there."""
    return tuple(
        f"The domain {name} is not there: nothing is proved of it."
        for name in world.landscape.domains
        if name not in world.ids.domains
    )
