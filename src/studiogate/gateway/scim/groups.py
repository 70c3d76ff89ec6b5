"""/scim/v2/Groups: the groups of one provider, and what follows for everybody in them."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from studiogate.gateway.ports import Clock
from studiogate.gateway.scim import patch, shown
from studiogate.gateway.scim.asking import body_of, changing, id_in, meant, only_over, sought
from studiogate.gateway.scim.filters import Filter, got, holds
from studiogate.gateway.scim.members import Members
from studiogate.gateway.scim.patch import Json, Operation
from studiogate.gateway.scim.refused import Wrong, no_resource, refused
from studiogate.gateway.scim.resources import Kind, Resource, as_sent, checked
from studiogate.gateway.scim.store import busy
from studiogate.gateway.signin.noted import Note

_TRIES: Final = 8
_FILTERS: Final = frozenset({"id", "displayname", "externalid", "members", "members.value"})
_MEMBERS: Final = "members"

Become = Callable[[Resource], tuple[Json, frozenset[str]]]
"""What a group becomes: its attributes, and its members."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What is done with groups; every method is a request of one provider."""

    members: Members
    clock: Clock

    async def listed(self, request: Request, idp: str) -> Response:
        """GET: those that the filter holds of, a page of them."""
        wanted = shown.asked(request)
        only_over(wanted.filter, _FILTERS)
        found = [
            one
            for one in await self._candidates(idp, wanted.filter)
            if holds(wanted.filter, _held(one, wanted.filter))
        ]
        return shown.listed(request, found, wanted)

    async def got(self, request: Request, idp: str) -> Response:
        """GET: one of them."""
        return shown.answer(request, await self._there(request, idp))

    async def create(self, request: Request, idp: str) -> Response:
        """POST: a new group; 201, or 409 where there is one of that name."""
        async with changing(request, idp, "create group") as note:
            body = await body_of(request)
            attributes, ids = as_sent(Kind.GROUP, body), ids_in(got(body, _MEMBERS))
            await self.members.check(idp, ids)
            now = self.clock()
            new = Resource(
                kind=Kind.GROUP,
                idp=idp,
                id=secrets.token_hex(16),
                attributes=attributes,
                created=now,
                changed=now,
                members=ids,
                pending=ids,
            )
            note.about = f"create group {new.name}: +{len(ids)}"
            await self.members.store.create(new)
            new = await self.members.follow(new)
        return shown.answer(request, new, status=201)

    async def replace(self, request: Request, idp: str) -> Response:
        """PUT: what it is from now on, with all its members."""
        async with changing(request, idp, "replace group") as note:
            body = await body_of(request)
            whole = as_sent(Kind.GROUP, body), ids_in(got(body, _MEMBERS))
            after = await self._changed(request, idp, note, lambda _: whole)
        return shown.answer(request, after)

    async def patch(self, request: Request, idp: str) -> Response:
        """PATCH: 204, because all members of a large group would be an answer of megabytes."""
        async with changing(request, idp, "patch group") as note:
            asked = patch.operations(await body_of(request))
            await self._changed(request, idp, note, lambda there: _patched(there, asked))
        return Response(status_code=204)

    async def delete(self, request: Request, idp: str) -> Response:
        """DELETE: it is gone, once everybody has left it."""
        async with changing(request, idp, "delete group") as note:
            for _ in range(_TRIES):
                there = await self._there(request, idp)
                meant(request, there)
                note.about = f"delete group {there.name}: -{len(there.members)}"
                empty = self.members.changed(
                    there, members=frozenset(), pending=there.pending | there.members
                )
                if await self.members.store.save(there, empty):
                    await self.members.store.remove(await self.members.follow(empty))
                    return Response(status_code=204)
        raise busy(self.members.store.table)

    async def _there(self, request: Request, idp: str) -> Resource:
        found = await self.members.store.find(Kind.GROUP, idp, id_in(request))
        if found is None:
            raise no_resource()
        return found

    async def _candidates(self, idp: str, filter_: Filter) -> list[Resource]:
        """All that `filter_` may hold of; asked for by name, there is one at most."""
        name = sought(filter_, "displayname")
        if name is None:
            return await self.members.store.every(Kind.GROUP, idp)
        found = await self.members.store.named(Kind.GROUP, idp, name)
        return [found] if found is not None else []

    async def _changed(
        self, request: Request, idp: str, note: Note, become: Become
    ) -> Resource:
        """The group as `become` has it, kept, and known to everybody it concerns."""
        for _ in range(_TRIES):
            there = await self._there(request, idp)
            meant(request, there)
            attributes, ids = become(there)
            joined, left = ids - there.members, there.members - ids
            await self.members.check(idp, joined)
            moved = self.members.changed(
                there, members=ids, pending=there.pending | joined | left
            )
            after = replace(moved, attributes=attributes)
            if after.name != there.name:
                after = replace(after, pending=after.pending | ids)
            note.about = f"{_first(note)} {after.name}: +{len(joined)} -{len(left)}"
            if await self.members.store.save(there, after):
                return await self.members.follow(after)
        raise busy(self.members.store.table)


def ids_in(found: Any) -> frozenset[str]:
    """The ids in a list of members, or in one member alone.

    Raises:
        Malformed: it is none, or names a group as a member.
    """
    several = found if isinstance(found, list) else [] if found is None else [found]
    return frozenset(map(_id, several))


def _id(member: Any) -> str:
    id_ = got(member, "value") if isinstance(member, Mapping) else member
    if isinstance(member, Mapping) and str(got(member, "type") or "User").lower() != "user":
        raise refused(Wrong.VALUE, "a member of a group is a user; groups have no groups")
    if not isinstance(id_, str):
        raise refused(Wrong.VALUE, "a member has no value")
    return id_


def _patched(there: Resource, asked: Sequence[Operation]) -> tuple[Json, frozenset[str]]:
    """What `asked`, one after the other, make of a group."""
    members = set(there.members)
    others = []
    for operation in asked:
        if operation.path.attribute.partition(".")[0] == _MEMBERS:
            _move(members, operation)
        else:
            others.append(operation)
    return checked(Kind.GROUP, patch.patched(there.attributes, others)), frozenset(members)


def _move(members: set[str], operation: Operation) -> None:
    """Change `members` in place, as one operation says."""
    where = operation.path.where
    if operation.path.sub is not None or (where and operation.op != "remove"):
        raise refused(Wrong.PATH, "members are added, removed or replaced whole")
    if where:
        members.difference_update(_named(operation))
        return
    ids = ids_in(operation.value)
    if operation.op == "add":
        members.update(ids)
    elif operation.op == "replace":
        members.clear()
        members.update(ids)
    elif operation.value is None:
        members.clear()
    else:
        members.difference_update(ids)


def _named(operation: Operation) -> frozenset[str]:
    """The members that a path names, as `members[value eq "…"]`."""
    found = [term.value for term in operation.path.where if term.path.attribute == "value"]
    if len(found) != 1 or len(operation.path.where) != 1 or not isinstance(found[0], str):
        raise refused(Wrong.PATH, "a member is named by its value")
    return frozenset({found[0]})


def _held(one: Resource, filter_: Filter) -> Mapping[str, Any]:
    """What a filter is held against; the members only where it asks for them."""
    asks = any(term.path.attribute.startswith(_MEMBERS) for term in filter_)
    members = [{"value": id_} for id_ in one.members] if asks else []
    return {"id": one.id, **one.attributes, _MEMBERS: members}


def _first(note: Note) -> str:
    return " ".join((note.about or "").split(" ")[:2])
