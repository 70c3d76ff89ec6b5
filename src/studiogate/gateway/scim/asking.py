"""A request as this room reads it: its body, its record, and the version it means to change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import Request

from studiogate.audit.signing_in import Deed
from studiogate.gateway.scim.filters import Filter
from studiogate.gateway.scim.patch import Json
from studiogate.gateway.scim.refused import MEDIA_TYPE, Wrong, no_resource, refused
from studiogate.gateway.scim.resources import Resource, is_id
from studiogate.gateway.scim.shown import version
from studiogate.gateway.signin.arrival import ports_of
from studiogate.gateway.signin.noted import Note, noted
from studiogate.gateway.signin.shape import strict_object

LONGEST_BODY: Final = 1024 * 1024
"""Bytes: 10,000 members as providers write them are a little less."""

NEVER_READ: Final = 64 * LONGEST_BODY
"""Bytes: what says it is longer is not even answered in the words of the protocol."""

_MEDIA_TYPES: Final = frozenset({MEDIA_TYPE, "application/json"})


async def body_of(request: Request) -> Json:
    """The JSON object in the body of `request`: no member twice, nothing deep.

    Raises:
        Malformed: it is anything else, or too long.
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said not in _MEDIA_TYPES:
        raise refused(Wrong.MEDIA_TYPE, "the body is not SCIM")
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > LONGEST_BODY:
            raise refused(Wrong.TOO_LARGE, "the body is too large")
    try:
        return strict_object(bytes(raw))
    except ValueError:
        pass
    raise refused(Wrong.SYNTAX, "the body is not a JSON object that can be read in one way")


@asynccontextmanager
async def changing(request: Request, idp: str, what: str) -> AsyncIterator[Note]:
    """Record how the change in the block ends; where no record can be kept, none is begun.

    Raises:
        RecordError: there is no record, or the line could not be written.
    """
    await ports_of(request).ledger.ready()
    async with noted(request, "scim", deed=Deed.PROVISION, idp=idp) as note:
        note.about = what
        yield note


def id_in(request: Request) -> str:
    """The id in the path of `request`.

    Raises:
        NotThere: no resource has such an id.
    """
    found: str = request.path_params["id"]
    if not is_id(found):
        raise no_resource()
    return found


def meant(request: Request, there: Resource) -> None:
    """Return if `request` means `there` as it is now (RFC 7644, section 3.14).

    Raises:
        Malformed: it means another version.
    """
    tags = request.headers.get("if-match")
    if tags is None:
        return
    bare = version(there).removeprefix("W/")
    wanted = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    if not wanted & {bare, "*"}:
        raise refused(Wrong.VERSION, "the resource has changed since it was read")


def only_over(filter_: Filter, known: frozenset[str]) -> None:
    """Return if `filter_` asks for attributes among `known` alone.

    Raises:
        Malformed: it asks for another.
    """
    if not all(term.path.attribute in known for term in filter_):
        raise refused(Wrong.FILTER, f"a filter may ask for {', '.join(sorted(known))}")


def sought(filter_: Filter, name: str) -> str | None:
    """The text that `filter_` wants the attribute `name` to be; `None`: it does not say."""
    for term in filter_:
        if term.path.attribute == name and isinstance(term.value, str):
            return term.value
    return None
