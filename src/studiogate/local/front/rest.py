"""REST requests read: which operation a method and a path mean, and its parameters.

The paths are those of AWS's own models.  A path is decoded once, segment by segment; what could
be taken for another path, another parameter or another body is refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from studiogate.local.call import ApiError
from studiogate.local.front.models import asked, parsed, paths
from studiogate.local.front.protocols import WIRES, Protocol, Received

_NO_BODY = frozenset({"GET", "HEAD"})
_HALF_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SDKS_OWN = "x-id"
"""Some SDKs say in it which operation they mean."""

_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "s3": frozenset(
        {
            "GetBucketLifecycle",
            "GetBucketNotification",
            "ListDirectoryBuckets",
            "PutBucketLifecycle",
            "PutBucketNotification",
        }
    )
}
"""Operations of another host, and those that newer ones have replaced at the same path."""

_JSON_TYPES = ("application/json", "application/x-amz-json-1.")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation's method, path and the query string that belongs to it."""

    operation: str
    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]

    @property
    def literals(self) -> int:
        """How much of the path is words, not parameters."""
        return sum(not one.startswith("{") for one in self.segments)


def read_rest(service: str, request: Received) -> tuple[str, dict[str, Any]]:
    """The operation and its parameters, typed as boto3 has them.

    Raises:
        ApiError: there is nothing at the path, or the request cannot be read in one way.
    """
    protocol = WIRES[service].protocol
    query = _query(request.query)
    found = [
        (route, uri)
        for route in _routes(service)
        if route.method == request.method
        and (uri := _matched(route, request.path, s3=protocol is Protocol.S3)) is not None
    ]
    if not found:
        raise _nothing(protocol)
    route, uri = _meant(service, found, query, request)
    _check_body(protocol, request)
    _check_repeats(service, route, query)
    return route.operation, parsed(service, route.operation, request, uri)


def _meant(
    service: str,
    found: list[tuple[Route, dict[str, str]]],
    query: list[tuple[str, str]],
    request: Received,
) -> tuple[Route, dict[str, str]]:
    """The one operation that takes exactly these parameters; the most specific of several."""
    fitting = [one for one in found if _fits(service, one[0], dict(query), request)]
    if not fitting:
        raise ApiError(
            "InvalidRequest"
            if WIRES[service].protocol is Protocol.S3
            else "ValidationException",
            "No operation at this path takes these parameters.",
        )
    ranked = sorted(fitting, key=lambda one: _rank(service, one[0]), reverse=True)
    if len(ranked) > 1 and _rank(service, ranked[0][0]) == _rank(service, ranked[1][0]):
        raise ApiError("ValidationException", "The request can mean more than one operation.")
    return ranked[0]


def _rank(service: str, route: Route) -> tuple[int, int, int]:
    wants = asked(service, route.operation)
    needs = len(wants.required_query) + len(wants.required_headers)
    return route.literals, len(route.query), needs


def _fits(service: str, route: Route, query: Mapping[str, str], request: Received) -> bool:
    wants = asked(service, route.operation)
    ours = {name: value for name, value in query.items() if name in route.query}
    rest = query.keys() - route.query.keys()
    if query.get(_SDKS_OWN) == route.operation:
        rest -= {_SDKS_OWN}
    return (
        ours == route.query
        and wants.required_query <= query.keys()
        and all(name in request.headers for name in wants.required_headers)
        and (wants.open_query or rest <= wants.query.keys())
    )


def _check_repeats(service: str, route: Route, query: list[tuple[str, str]]) -> None:
    names = [name for name, _ in query]
    wants = asked(service, route.operation)
    if any(names.count(name) > 1 and not wants.query.get(name, False) for name in set(names)):
        raise ApiError("ValidationException", "A parameter is there more than once.")


def _check_body(protocol: Protocol, request: Received) -> None:
    """Refuse a body where there is none to read, and one that says it is something else."""
    if not request.body:
        return
    kind = request.headers.get("content-type", "")
    wrong = protocol is Protocol.REST_JSON and kind and not kind.startswith(_JSON_TYPES)
    if request.method in _NO_BODY or wrong:
        raise ApiError("SerializationException", "There is a body that cannot be read here.")


def _query(text: str) -> list[tuple[str, str]]:
    # A plus is a space to some readers and a plus to others; SDKs write neither so.
    if "+" in text or ";" in text or _HALF_ESCAPE.search(text):
        raise ApiError("ValidationException", "The query string has more than one reading.")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=500)
    except ValueError as exc:
        raise ApiError("ValidationException", "The query string is malformed.") from exc


@cache
def _routes(service: str) -> tuple[Route, ...]:
    found = []
    for method, template, operation in paths(service):
        if operation in _LEFT_OUT.get(service, ()):
            continue
        path, _, query = template.partition("?")
        own = dict(parse_qsl(query, keep_blank_values=True))
        found.append(Route(operation, method, tuple(_split(path)), own))
    return tuple(found)


def _split(path: str) -> Iterator[str]:
    """The segments of a path; one slash at its end says nothing."""
    inner = path.removeprefix("/")
    if inner not in {"", "/"}:
        yield from inner.removesuffix("/").split("/")


def _matched(route: Route, path: str, *, s3: bool) -> dict[str, str] | None:
    """The parameters in `path` where it is one of `route`.

    Raises:
        ApiError: it is malformed.
    """
    if not path.startswith("/") or not path.isascii() or _HALF_ESCAPE.search(path):
        raise ApiError("ValidationException", "The path is malformed.", status=400)
    greedy = bool(route.segments) and route.segments[-1].endswith("+}")
    # A key of S3 is a text: slashes, dots and all.
    inner = path.removeprefix("/")
    parts = inner.split("/", len(route.segments) - 1) if greedy else list(_split(path))
    if s3 and not greedy and path != "/":
        parts = inner.split("/")
    if len(parts) != len(route.segments):
        return None
    found: dict[str, str] = {}
    for wanted, part in zip(route.segments, parts, strict=True):
        if not wanted.startswith("{"):
            if part != wanted:
                return None
            continue
        found[wanted.strip("{+}")] = _decoded(part, key=s3 and wanted.endswith("+}"))
    return found if all(found.values()) else None


def _decoded(part: str, *, key: bool) -> str:
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ApiError("ValidationException", "The path is not UTF-8.") from exc
    if not key and (text in {".", ".."} or _CONTROL.search(text)):
        raise ApiError("ValidationException", "The path is malformed.")
    return text


def _nothing(protocol: Protocol) -> ApiError:
    """The refusal of a method and a path nobody has."""
    if protocol is Protocol.S3:
        return ApiError(
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            status=405,
        )
    code = "UnknownOperationException" if protocol is Protocol.REST_JSON else "InvalidAction"
    return ApiError(code, "There is nothing at this path.", status=404)
