"""The SAML way in, put together from settings; imported only where a provider is configured."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.aws.wire.call import Transport
from studiogate.aws.wire.tables import Tables
from studiogate.gateway.saml.documents import TableDocuments
from studiogate.gateway.saml.refresh import PublishedDocuments
from studiogate.gateway.saml.routes import SamlSignIn
from studiogate.gateway.settings import Settings
from studiogate.gateway.signin.arrival import Arrival
from studiogate.gateway.signin.copies import Shelf
from studiogate.gateway.signin.session import Sessions


@dataclass(frozen=True, slots=True)
class SamlWay:
    """What the sign-in room is given."""

    routes: list[Route]
    """They come before those of other providers."""

    close: Callable[[], Awaitable[None]]


def saml_way(
    settings: Settings, transport: Transport, tables: Tables, shelf: Shelf, sessions: Sessions
) -> SamlWay:
    """The way in by every SAML provider of `settings`; asks nobody anything yet."""
    clock = shelf.clock
    entered = TableDocuments(tables, clock, table=settings.idps_table)
    documents = PublishedDocuments(entered, settings.saml, transport, shelf)
    saml = SamlSignIn(
        settings.saml,
        documents,
        origins=settings.origins,
        sealer=shelf.sealer,
        arrival=Arrival(sessions),
        clock=clock,
    )

    async def close() -> None:
        await documents.close()
        await entered.close()

    return SamlWay([*saml.routes, *(_away(saml, name) for name in settings.saml)], close)


def _away(saml: SamlSignIn, name: str) -> Route:
    async def send_away(request: Request) -> Response:
        return await saml.send_away(request, name)

    return Route(f"/signin/{name}", send_away, methods=["GET"])
