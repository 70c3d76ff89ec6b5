"""How resources are answered: whole or in parts, one or a page of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate.gateway.origin import own
from studiogate.gateway.prefix import outward
from studiogate.gateway.scim.filters import CORE, ENTERPRISE, Filter, filter_of, got
from studiogate.gateway.scim.patch import Json
from studiogate.gateway.scim.refused import MEDIA_TYPE, Wrong, refused
from studiogate.gateway.scim.resources import Kind, Resource

ROOT: Final = "/scim/v2"
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
MOST_ON_A_PAGE: Final = 200
_A_PAGE: Final = 100
_ALWAYS: Final = frozenset({"schemas", "id"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query of a list says."""

    filter: Filter
    start: int
    """From 1."""

    count: int


def asked(request: Request) -> Asked:
    """What the query of `request` asks for.

    Raises:
        Malformed: it cannot be read.
    """
    text = request.query_params.get("filter")
    return Asked(
        filter_of(text) if text is not None else (),
        max(_number(request, "startIndex", 1), 1),
        min(max(_number(request, "count", _A_PAGE), 0), MOST_ON_A_PAGE),
    )


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return otherwise
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 9):  # noqa: PLR2004 - fits
        raise refused(Wrong.VALUE, f"{name} is not a whole number")
    return int(text)


def as_json(request: Request, one: Resource) -> Json:
    """`one` as the protocol has it, whole: what was sent, and what is ours to say."""
    path = f"{ROOT}/{one.kind}s/{one.id}"
    extensions = [name for name in one.attributes if name.casefold().startswith("urn:")]
    found: Json = {
        "schemas": [f"{CORE}{one.kind}", *sorted(extensions)],
        "id": one.id,
        **one.attributes,
        "meta": {
            "resourceType": str(one.kind),
            "created": one.created.isoformat(),
            "lastModified": one.changed.isoformat(),
            "version": version(one),
            "location": own(request) + outward(request, path),
        },
    }
    if one.kind is Kind.GROUP:
        found["members"] = [{"value": id_} for id_ in sorted(one.members)]
    else:
        found["groups"] = [
            {"value": id_, "display": name} for id_, name in sorted(one.groups.items())
        ]
    return found


def version(one: Resource) -> str:
    """The entity tag of `one`."""
    return f'W/"{one.version}"'


def answer(request: Request, one: Resource, *, status: int = 200) -> Response:
    """`one`, as far as the query asks for it."""
    found = as_json(request, one)
    headers = {"etag": version(one), "location": found["meta"]["location"]}
    return JSONResponse(
        chosen(request, found), status_code=status, headers=headers, media_type=MEDIA_TYPE
    )


def listed(request: Request, found: Sequence[Resource], wanted: Asked) -> Response:
    """A page of `found`, which are all there are."""
    some = found[wanted.start - 1 : wanted.start - 1 + wanted.count]
    shown = [chosen(request, as_json(request, one)) for one in some]
    return as_list(shown, total=len(found), start=wanted.start)


def as_list(shown: Sequence[Mapping[str, Any]], *, total: int, start: int = 1) -> Response:
    """A page of a list of `total`."""
    return JSONResponse(
        {
            "schemas": [LIST],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": len(shown),
            "Resources": list(shown),
        },
        media_type=MEDIA_TYPE,
    )


def chosen(request: Request, found: Json) -> Json:
    """The parts of `found` that `attributes`, or all that `excludedAttributes`, leave."""
    wanted = _names(request, "attributes")
    unwanted = _names(request, "excludedAttributes")
    if wanted:
        heads = {one.partition(".")[0] for one in wanted}
        return {
            name: _parts(name, value, wanted)
            for name, value in found.items()
            if name.lower() in heads or name.lower() in _ALWAYS
        }
    return {
        name: value
        for name, value in found.items()
        if name.lower() in _ALWAYS or name.lower() not in unwanted
    }


def _parts(name: str, value: Any, wanted: frozenset[str]) -> Any:
    """`value`, or those parts of it that are asked for by name, as `name.familyName`."""
    parts = [one.partition(".")[2] for one in wanted if one.startswith(f"{name.lower()}.")]
    if not parts or name.lower() in wanted:
        return value
    if isinstance(value, list):
        return [_some(one, parts) for one in value]
    return _some(value, parts)


def _some(value: Any, parts: Sequence[str]) -> Any:
    if not isinstance(value, dict):
        return value
    return {one: got(value, one) for one in value if one.lower() in parts}


def _names(request: Request, parameter: str) -> frozenset[str]:
    text = request.query_params.get(parameter, "")
    names = (_plain(one.strip()) for one in text.split(","))
    return frozenset(one.lower() for one in names if one)


def _plain(name: str) -> str:
    """`name` without the schema of its own resource; of an extension, the extension."""
    if name.lower().startswith(CORE.lower()):
        return name[len(CORE) :].partition(":")[2]
    return ENTERPRISE if name.lower().startswith(ENTERPRISE.lower()) else name
