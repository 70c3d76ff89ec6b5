"""/scim/v2: which request is whose work, and how every end of it is answered.

Nothing is answered, not even what can be done here, before a provider has shown its token.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studiogate import names
from studiogate.errors import StudioGateError
from studiogate.gateway.ports import Clock
from studiogate.gateway.scim import discovery
from studiogate.gateway.scim.asking import NEVER_READ
from studiogate.gateway.scim.groups import Groups
from studiogate.gateway.scim.lobs import LobGroups
from studiogate.gateway.scim.members import Members
from studiogate.gateway.scim.patch import Json
from studiogate.gateway.scim.people import People
from studiogate.gateway.scim.refused import (
    MEDIA_TYPE,
    Wrong,
    error_answer,
    no_resource,
    refused,
)
from studiogate.gateway.scim.shown import ROOT, as_list
from studiogate.gateway.scim.store import ScimTables, Store
from studiogate.gateway.scim.tenant import Tenants
from studiogate.gateway.scim.users import Users
from studiogate.gateway.told import Secret

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]

Handler = Callable[[Request, str], Awaitable[Response]]
"""Answers a request of the provider that is named."""


class Scim:
    """People and groups, as providers send them."""

    def __init__(
        self,
        tokens: Mapping[str, Secret],
        tables: ScimTables,
        clock: Clock,
        *,
        provisioned_table: str = names.PROVISIONED_TABLE,
        people_table: str = names.PEOPLE_TABLE,
        lobs_table: str = names.LOBS_TABLE,
    ) -> None:
        """Listen to the providers that `tokens` names; without any there are no routes."""
        members = Members(
            Store(tables, provisioned_table),
            People(tables, people_table, clock),
            LobGroups(tables, lobs_table, clock),
            clock,
        )
        self._tenants = Tenants(tokens)
        self._users = Users(members, clock)
        self._groups = Groups(members, clock)
        self.routes = self._routes() if tokens else []

    def _routes(self) -> list[Route]:
        users, groups = self._users, self._groups
        return [
            self._route("/Users", GET=users.listed, POST=users.create),
            self._route(
                "/Users/{id}",
                GET=users.got,
                PUT=users.replace,
                PATCH=users.patch,
                DELETE=users.delete,
            ),
            self._route("/Groups", GET=groups.listed, POST=groups.create),
            self._route(
                "/Groups/{id}",
                GET=groups.got,
                PUT=groups.replace,
                PATCH=groups.patch,
                DELETE=groups.delete,
            ),
            self._route("/ServiceProviderConfig", GET=_provider_config),
            self._route("/ResourceTypes", GET=_resource_types),
            self._route("/ResourceTypes/{id}", GET=_resource_type),
            self._route("/Schemas", GET=_schemas),
            self._route("/Schemas/{id}", GET=_schema),
            self._route("/{rest:path}", **dict.fromkeys(_METHODS, _nothing)),
        ]

    def _route(self, path: str, **handlers: Handler) -> Route:
        async def answer(request: Request) -> Response:
            try:
                idp = await self._tenants.idp_of(request)
                return await _handler(handlers, request)(request, idp)
            except (StudioGateError, HTTPException) as error:
                return error_answer(request, error)

        larger = Middleware(RequestBodyLimitMiddleware, max_body_size=NEVER_READ)
        return Route(f"{ROOT}{path}", answer, methods=_METHODS, middleware=[larger])


def _handler(handlers: Mapping[str, Handler], request: Request) -> Handler:
    method = "GET" if request.method == "HEAD" else request.method
    found = handlers.get(method)
    if found is None:
        raise refused(Wrong.METHOD, "this address does not answer that method")
    return found


async def _provider_config(_request: Request, _idp: str) -> Response:
    return JSONResponse(discovery.provider_config(), media_type=MEDIA_TYPE)


async def _resource_types(_request: Request, _idp: str) -> Response:
    return _all(discovery.resource_types())


async def _resource_type(request: Request, _idp: str) -> Response:
    return _one(discovery.resource_types(), request)


async def _schemas(_request: Request, _idp: str) -> Response:
    return _all(discovery.schemas())


async def _schema(request: Request, _idp: str) -> Response:
    return _one(discovery.schemas(), request)


async def _nothing(_request: Request, _idp: str) -> Response:
    raise no_resource()


def _all(found: list[Json]) -> Response:
    return as_list(found, total=len(found))


def _one(found: list[Json], request: Request) -> Response:
    for one in found:
        if one["id"] == request.path_params["id"]:
            return JSONResponse(one, media_type=MEDIA_TYPE)
    raise no_resource()
