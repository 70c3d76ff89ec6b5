"""What the portal says beside its doors: what runs and can be started there, and until when.

Neither decides anything.  What AWS does not tell at once is left out, and the doors stay.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from studiogate.errors import StudioGateError
from studiogate.gateway.api import Door, Known
from studiogate.gateway.authorise import authorise
from studiogate.gateway.logs import LOG
from studiogate.gateway.ports import App, Grant, Image, Ports
from studiogate.gateway.reasons import recorded
from studiogate.gateway.signin.session import IDLE
from studiogate.gateway.turns import all_of

MOST_LOOKED_AT = 8
"""Domains of a person that are looked into; whoever has more sees nothing in the others."""

_AT_ONCE = 4
_MINUTE, _HOUR = 60, 3600
_T = TypeVar("_T")
_SHORTEST = timedelta(seconds=1)
"""What has lasted less is said to have lasted this: nobody reads `0 seconds` as `just now`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An app in words."""

    name: str
    starting: bool
    lasts: str
    """For how long it has been starting, or running, as `40 seconds`."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What a person has in a domain."""

    apps: tuple[Seen, ...] = ()
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """When a person cannot come in any longer."""

    what: str
    """What ends: their `sign-in`, or their `access`, where that is sooner."""

    at: datetime
    """Aware UTC."""

    within: str
    """From now, as `7 hours 40 minutes`."""

    idle: str | None
    """How long a session may be left alone, as `30 minutes`; `None`: they came without one."""


async def inside(
    ports: Ports, found: Known, shown: Sequence[Door], *, source_ip: str
) -> Mapping[str, Inside]:
    """What the person has in those domains that open from here, by the name of the domain."""
    here = [door for door in shown if door.here is not None][:MOST_LOOKED_AT]
    looks = [_looked(ports, found, door, source_ip) for door in here]
    return {
        door.name: one
        for door, one in zip(here, await all_of(looks, at_once=_AT_ONCE), strict=True)
    }


def ending(found: Known, now: datetime) -> Ending:
    """When whoever was `found` cannot come in any longer, however much they come."""
    identity, access = found.identity, found.person.until
    what, at = "sign-in", identity.until
    if access is not None and access < at:
        what, at = "access", access
    idle = in_words(IDLE) if identity.way == "session" else None
    return Ending(what, at, in_words(at - now), idle)


def in_words(spell: timedelta) -> str:
    """`spell` as people say it, in two units at most; nothing is rounded up."""
    seconds = max(0, int(spell.total_seconds()))
    if seconds < _MINUTE:
        return _counted(seconds, "second")
    minutes = seconds // _MINUTE
    if seconds < _HOUR:
        return _counted(minutes, "minute")
    hours, left = divmod(minutes, 60)
    return _counted(hours, "hour") + (f" {_counted(left, 'minute')}" if left else "")


async def _looked(ports: Ports, found: Known, door: Door, source_ip: str) -> Inside:
    try:
        grant = authorise(
            found.person,
            found.lob,
            found.identity,
            domain=door.name,
            source_ip=source_ip,
            now=ports.clock(),
            contact=ports.contact,
        )
        await ports.owners.hold(found.identity, grant.lob, grant.profile)
    except StudioGateError as error:
        return _unseen("domain", error, Inside())
    return await _there(ports, grant)


async def _there(ports: Ports, grant: Grant) -> Inside:
    """What of apps and images can be seen; either may be there without the other."""
    apps = await _told("apps", ports.looks.running(grant))
    images = await _told("images", ports.looks.images(grant))
    now = ports.clock()
    return Inside(tuple(_seen(app, now) for app in apps), images)


async def _told(what: str, look: Awaitable[tuple[_T, ...]]) -> tuple[_T, ...]:
    try:
        return await look
    except StudioGateError as error:
        return _unseen(what, error, ())


def _unseen(what: str, error: StudioGateError, nothing: _T) -> _T:
    LOG.info(f"{what} not seen", extra={"facts": {"reason": recorded(error)}})
    return nothing


def _seen(app: App, now: datetime) -> Seen:
    name = app.type if app.space is None else f"{app.type} in the space {app.space}"
    lasts = max(now - app.since, _SHORTEST)
    return Seen(name, app.starting, in_words(lasts))


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
