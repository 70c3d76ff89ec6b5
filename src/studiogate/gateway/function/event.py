"""An event of API Gateway's REST proxy integration as ASGI has requests, and the way back.

The path of such an event is as it was sent, percent-encoding included, and without the stage;
names and values of the query are decoded; headers come once as they were last said and once as
all that was said.  Where the request came from is said beside them, under `requestContext`,
and there the path is the whole one, stage included.

Source: API Gateway Developer Guide, "Input format of a Lambda function for proxy integration"
and "Output format"; that REST APIs leave the path encoded was seen, and is not written there.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode

from starlette.types import Scope

from studiogate.gateway.source import ARRIVAL, Arrival

Event = Mapping[str, Any]
Raw = list[tuple[bytes, bytes]]

_ASCII = "".join(map(chr, range(128)))
_BODY = frozenset({"content-length", "transfer-encoding"})
"""What says how long the body was on its way to API Gateway."""

_WRITTEN = frozenset({b"content-length", b"connection", b"transfer-encoding"})
"""What API Gateway writes itself, and would hand on under another name."""


class NotProxied(ValueError):
    """The event is none of a REST API's proxy integration."""


def request_of(event: Event) -> tuple[Scope, bytes]:
    """The ASGI scope of the request in `event`, and its whole body.

    Raises:
        NotProxied: it is another kind of event; nothing of it is quoted.
    """
    try:
        body = _body(event)
        return _scope(event, body), body
    except (KeyError, TypeError, AttributeError, ValueError):
        pass  # its text may quote a header
    raise NotProxied("not an event of a REST API's proxy integration")


def answer_of(status: int, headers: Raw, body: bytes) -> dict[str, Any]:
    """What the function returns: text as it is, anything else in base64."""
    said: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() not in _WRITTEN:
            said.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    try:
        text, encoded = body.decode("utf-8"), False
    except UnicodeDecodeError:
        text, encoded = base64.b64encode(body).decode("ascii"), True
    return {
        "statusCode": status,
        "multiValueHeaders": said,
        "body": text,
        "isBase64Encoded": encoded,
    }


def headers_of(event: Event) -> Raw:
    """Every header of the request as often as it was sent; names in lower case."""
    several = event.get("multiValueHeaders")
    if several is None:
        several = {name: [value] for name, value in (event.get("headers") or {}).items()}
    return [
        (name.lower().encode("latin-1"), _octets(value))
        for name, values in several.items()
        for value in values
        if name.lower() not in _BODY
    ]


def _scope(event: Event, body: bytes) -> Scope:
    path = quote(event["path"], safe=_ASCII) or "/"
    context = event["requestContext"]
    identity = context["identity"]
    headers = headers_of(event)
    if body:
        headers.append((b"content-length", str(len(body)).encode("ascii")))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": str(event["httpMethod"]).upper(),
        "scheme": "https",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "root_path": "",
        "query_string": urlencode(list(_query(event))).encode("ascii"),
        "headers": headers,
        "client": None,
        "server": None,
        "state": {},
        ARRIVAL: Arrival(
            str(identity["sourceIp"]), identity.get("vpceId"), _prefix(path, context)
        ),
    }


def _prefix(path: str, context: Event) -> str:
    """The stage, if the path that the client asked for begins with it.

    By a domain of the API's own it does not, and `requestContext.path` is the path.
    """
    asked, inner, stage = unquote(context["path"]), unquote(path), f"/{context['stage']}"
    if asked == inner:
        return ""
    if asked == stage + inner or (asked == stage and inner == "/"):
        return stage
    raise ValueError("the path asked for is not the stage and the path")


def _query(event: Event) -> Iterable[tuple[str, str]]:
    several = event.get("multiValueQueryStringParameters")
    if several is None:
        return list((event.get("queryStringParameters") or {}).items())
    return [(name, value) for name, values in several.items() for value in values]


def _body(event: Event) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return _octets(text, "utf-8")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("the body is not base64") from None


def _octets(text: str, encoding: str = "latin-1") -> bytes:
    """`text` as it went over the wire; what cannot have, as UTF-8."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
