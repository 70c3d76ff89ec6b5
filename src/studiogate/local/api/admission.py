"""Everything API Gateway asks before a method answers: its policies, and its authorizer.

Source: API Gateway Developer Guide, "Use API Gateway Lambda authorizers" (identity sources,
input and output of a REQUEST authorizer, how long a result is kept).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

from starlette.types import Scope

from studiogate.errors import PolicyError
from studiogate.local.api.invoke import Api, Inside, refusal, unauthorised
from studiogate.local.api.refused import UNAUTHORIZED, UNDECLARED, UNUSABLE, Refused
from studiogate.local.api.served import Method
from studiogate.local.call import Arrival
from studiogate.policy.language import Kind, parse

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as it is looked at."""

    api: Api
    arrival: Arrival
    inside: Inside
    scope: Scope
    request_id: str

    @property
    def verb(self) -> str:
        """The HTTP method."""
        return str(self.scope["method"])


class Authorizing(Protocol):
    """Asks authorizers."""

    async def __call__(
        self, authorizer: Mapping[str, Any], identity: Sequence[str], event: Event
    ) -> Mapping[str, Any] | Refused:
        """What `authorizer` says about `event`; `identity` is what its result is kept under."""
        ...


async def refused(asked: Asked, ask: Authorizing) -> Refused | None:
    """Why `asked` is not passed on; `None` when it is."""
    api, path = asked.api, asked.inside.path
    method = api.served.method(asked.verb, path)
    spellings = dict.fromkeys([path, unquote(path)])
    asks = method is not None and method.authorizer is not None
    if found := refusal(api, asked.arrival, asked.verb, spellings, asks=asks):
        return found
    if method is None:
        return UNDECLARED
    if method.authorizer is None:
        return None
    said = await _said(asked, method, method.authorizer, ask)
    if isinstance(said, Refused):
        return said
    document = said.get("policyDocument")
    try:
        policy = parse(document or {}, kind=Kind.IDENTITY, name="authorizer")
    except PolicyError:
        return UNUSABLE
    return unauthorised(api, asked.arrival, asked.verb, spellings, policy)


async def _said(
    asked: Asked, method: Method, authorizer: Mapping[str, Any], ask: Authorizing
) -> Mapping[str, Any] | Refused:
    """What the authorizer says; without every part of the identity it is not asked at all."""
    event = _event(asked, method)
    sources = [word.strip() for word in (authorizer.get("identitySource") or "").split(",")]
    identity = [_identity(event, source) for source in sources if source]
    if any(value is None for value in identity):
        return UNUSABLE
    if not all(identity):
        return UNAUTHORIZED
    return await ask(authorizer, [value for value in identity if value], event)


def _identity(event: Event, source: str) -> str | None:
    """What `source` names in the request; empty where it is not there.

    `None`: it is of a kind that this emulation does not read.
    """
    where, _, name = source.removeprefix("method.request.").partition(".")
    match where:
        case "header":
            folded = {key.lower(): value for key, value in event["headers"].items()}
            return str(folded.get(name.lower(), ""))
        case "querystring":
            return str((event["queryStringParameters"] or {}).get(name, ""))
        case _:
            return None


def _event(asked: Asked, method: Method) -> Event:
    """What a REQUEST authorizer is told."""
    api, inside, scope = asked.api, asked.inside, asked.scope
    headers = _several(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    )
    query = _several(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    context = asked.arrival.context
    return {
        "type": "REQUEST",
        "methodArn": api.arn(asked.verb, inside.path),
        "resource": method.resource,
        "path": inside.path,
        "httpMethod": asked.verb,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()},
        "multiValueQueryStringParameters": query,
        "pathParameters": dict(method.parameters),
        "stageVariables": {},
        "requestContext": {
            "accountId": api.account,
            "apiId": api.api_id,
            "stage": api.stage,
            "httpMethod": asked.verb,
            "path": inside.prefix + inside.path,
            "resourcePath": method.resource,
            "requestId": asked.request_id,
            "identity": {
                "sourceIp": asked.arrival.client_ip,
                "vpcId": context.get("aws:SourceVpc"),
                "vpceId": context.get("aws:SourceVpce"),
            },
        },
    }


def _several(pairs: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
