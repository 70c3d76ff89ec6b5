"""GET /api/me and GET /api/domains: what a person could know about themselves, as JSON."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate.foundation.directory import DomainRow, LobRow, PersonRow
from studiogate.gateway.authorise import admit, network_of
from studiogate.gateway.openapi import DOCUMENT
from studiogate.gateway.ports import Identity, Ports, Source
from studiogate.gateway.prefix import outward


@dataclass(frozen=True, slots=True)
class Known:
    """A person who may come in, and where they belong."""

    identity: Identity
    person: PersonRow
    lob: LobRow | None


@dataclass(frozen=True, slots=True)
class Door:
    """One domain as its person sees it."""

    name: str
    path: str
    """Our own path; `prefix` makes it the caller's."""

    opens_from: tuple[str, ...]
    here: str | None
    """The network the person is in now, if the domain opens from it."""

    lasts: str
    """The longest session, in words."""


async def known(request: Request) -> Known:
    """Who asks, if they may come in at all.

    Raises:
        NotSignedIn: nobody we can vouch for.
        NotAllowed: nobody entered them, or they are revoked or expired.
        AwsError: the directory did not answer.
    """
    ports: Ports = request.app.state.ports
    identity = await ports.sign_in.who(request)
    row = await ports.directory.standing(identity)
    lob = await ports.directory.lob(row.lob) if row and row.lob else None
    person = admit(row, lob, identity, now=ports.clock(), contact=ports.contact)
    return Known(identity, person, lob)


def doors(found: Known, *, source_ip: str) -> list[Door]:
    """The domains of a person, in the order of the landscape."""
    rows = found.lob.domains if found.lob else ()
    return [_door(row, source_ip) for row in rows]


async def me(request: Request) -> Response:
    """GET /api/me: who we take the caller for."""
    found = await known(request)
    facts = {
        "person": found.identity.person,
        "idp": found.identity.idp,
        "way": found.identity.way,
        "signed_in_until": found.identity.until.isoformat(timespec="seconds"),
        "lob": found.person.lob,
        "profile": found.person.profile or found.person.person,
        "access_until": _moment(found.person),
    }
    return JSONResponse(facts)


async def domains(request: Request) -> Response:
    """GET /api/domains: the caller's domains, and which open from where the caller is."""
    source: Source = request.state.source
    found = await known(request)
    rows = doors(found, source_ip=source.ip)
    return JSONResponse(
        {
            "domains": [
                {
                    "name": door.name,
                    "open": outward(request, door.path),
                    "opens_from": door.opens_from,
                    "opens_here": door.here is not None,
                    "network": door.here,
                }
                for door in rows
            ]
        }
    )


async def openapi(request: Request) -> Response:
    """GET /api/openapi.json: this interface, for programs."""
    here = outward(request, "")
    # Without it a path is one of the host, and that is the default (OpenAPI 3.1, 4.8.1).
    return JSONResponse(DOCUMENT | ({"servers": [{"url": here}]} if here else {}))


def _door(row: DomainRow, source_ip: str) -> Door:
    return Door(
        name=row.name,
        path=f"/open/{row.name}",
        opens_from=tuple(sorted(row.opens_from)),
        here=network_of(row.opens_from, source_ip),
        lasts=_hours(row.session_s),
    )


def _hours(seconds: int) -> str:
    hours = f"{seconds / 3600:.2g}"
    return "1 hour" if hours == "1" else f"{hours} hours"


def _moment(person: PersonRow) -> str | None:
    return person.until.isoformat(timespec="seconds") if person.until else None
