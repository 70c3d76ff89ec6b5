"""/scim/v2/Users: the people of one provider, and what becomes of each in the directory."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from studiogate import names
from studiogate.gateway.ports import Clock
from studiogate.gateway.scim import patch, shown
from studiogate.gateway.scim.asking import body_of, changing, id_in, meant, only_over, sought
from studiogate.gateway.scim.filters import Filter, holds
from studiogate.gateway.scim.members import Members
from studiogate.gateway.scim.patch import Json
from studiogate.gateway.scim.refused import no_resource
from studiogate.gateway.scim.resources import Kind, Resource, as_sent, checked
from studiogate.gateway.scim.store import busy, taken
from studiogate.gateway.signin.noted import Note

_TRIES: Final = 8
_FILTERS: Final = frozenset(
    {"id", "username", "externalid", "displayname", "active", "emails", "emails.value"}
)


@dataclass(frozen=True, slots=True)
class Users:
    """What is done with people; every method is a request of one provider."""

    members: Members
    clock: Clock

    async def listed(self, request: Request, idp: str) -> Response:
        """GET: those that the filter holds of, a page of them."""
        wanted = shown.asked(request)
        only_over(wanted.filter, _FILTERS)
        found = [
            one
            for one in await self._candidates(idp, wanted.filter)
            if holds(wanted.filter, {"id": one.id} | one.attributes)
        ]
        return shown.listed(request, found, wanted)

    async def got(self, request: Request, idp: str) -> Response:
        """GET: one of them."""
        return shown.answer(request, await self._there(request, idp))

    async def create(self, request: Request, idp: str) -> Response:
        """POST: somebody new; 201, or 409 where there is one of that name."""
        async with changing(request, idp, "create user") as note:
            attributes = as_sent(Kind.USER, await body_of(request))
            now = self.clock()
            new = Resource(
                kind=Kind.USER,
                idp=idp,
                id=secrets.token_hex(16),
                attributes=attributes,
                created=now,
                changed=now,
            )
            note.person = new.name
            await self._free(new)
            await self.members.store.create(new)
            await self.members.settle(new)
        return shown.answer(request, new, status=201)

    async def replace(self, request: Request, idp: str) -> Response:
        """PUT: what they are from now on, whole."""
        async with changing(request, idp, "replace user") as note:
            body = await body_of(request)
            after = await self._changed(
                request, idp, note, lambda there: as_sent(Kind.USER, body, there.attributes)
            )
        return shown.answer(request, after)

    async def patch(self, request: Request, idp: str) -> Response:
        """PATCH: some of what they are."""
        async with changing(request, idp, "patch user") as note:
            asked = patch.operations(await body_of(request))
            after = await self._changed(
                request,
                idp,
                note,
                lambda there: checked(Kind.USER, patch.patched(there.attributes, asked)),
            )
        return shown.answer(request, after)

    async def delete(self, request: Request, idp: str) -> Response:
        """DELETE: they are gone; the directory is told first, so that it is never forgotten."""
        async with changing(request, idp, "delete user") as note:
            there = await self._there(request, idp)
            meant(request, there)
            note.person = there.name
            await self.members.people.leave(there, there.name)
            await self.members.drop(there)
            await self.members.store.remove(there)
            # Again: somebody at work on an older word of theirs may have entered them anew.
            await self.members.people.leave(there, there.name)
        return Response(status_code=204)

    async def _there(self, request: Request, idp: str) -> Resource:
        found = await self.members.store.find(Kind.USER, idp, id_in(request))
        if found is None:
            raise no_resource()
        return found

    async def _candidates(self, idp: str, filter_: Filter) -> list[Resource]:
        """All that `filter_` may hold of; asked for by name, there is one at most."""
        name = sought(filter_, "username")
        if name is None:
            return await self.members.store.every(Kind.USER, idp)
        if not names.is_person(name):
            return []
        found = await self.members.store.named(Kind.USER, idp, name)
        return [found] if found is not None else []

    async def _free(self, user: Resource) -> None:
        """Return if nobody else has the name of `user`, at this provider or another."""
        other = await self.members.store.named(Kind.USER, user.idp, user.name)
        if other is not None and other.id != user.id:
            raise taken(Kind.USER)
        await self.members.people.free(user)

    async def _changed(
        self, request: Request, idp: str, note: Note, become: Callable[[Resource], Json]
    ) -> Resource:
        """The resource as `become` has it, kept and known to the directory."""
        for _ in range(_TRIES):
            there = await self._there(request, idp)
            meant(request, there)
            after = replace(
                there,
                attributes=become(there),
                version=there.version + 1,
                changed=self.clock(),
            )
            note.person = after.name
            if after.active != there.active:
                note.about = f"{note.about}: {'activate' if after.active else 'deactivate'}"
            if after.name != there.name:
                note.about = f"{note.about}: rename {there.name}"
                await self._free(after)
                # Before the name is given up: whoever takes it next must find it closed.
                await self.members.people.leave(there, there.name)
            if await self.members.store.save(there, after):
                if after.name != there.name:
                    await self.members.people.leave(there, there.name)
                await self.members.settle(after)
                return after
        raise busy(self.members.store.table)
