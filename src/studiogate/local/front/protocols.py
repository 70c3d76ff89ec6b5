"""The wire protocols of the emulated services: how a request is read.

Strict where two readers could differ: a parameter, a JSON key or a header that matters may be
there once.  What the policies were asked about is then exactly what the service will do.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any
from urllib.parse import parse_qsl

from studiogate.local.call import ApiCall, ApiError

_MOST_FIELDS = 5_000
_DEEPEST = 12


class Protocol(Enum):
    """How requests, answers and errors of a service are written."""

    JSON = auto()
    QUERY = auto()
    EC2 = auto()
    REST_JSON = auto()
    REST_XML = auto()
    S3 = auto()
    """REST with XML, and S3's own ways with payloads, paths and errors."""


REST = frozenset({Protocol.REST_JSON, Protocol.REST_XML, Protocol.S3})
"""Protocols that say the operation by method and path."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What one service speaks."""

    protocol: Protocol
    target: str = ""
    """Prefix of `X-Amz-Target`, for JSON."""

    namespace: str = ""
    """XML namespace of answers, for the query protocols."""

    content_type: str = "application/x-amz-json-1.1"


# From the AWS service models (service-2.json: protocols, targetPrefix, xmlNamespace).
WIRES: Mapping[str, Wire] = {
    "sts": Wire(Protocol.QUERY, namespace="https://sts.amazonaws.com/doc/2011-06-15/"),
    "iam": Wire(Protocol.QUERY, namespace="https://iam.amazonaws.com/doc/2010-05-08/"),
    "ec2": Wire(Protocol.EC2, namespace="http://ec2.amazonaws.com/doc/2016-11-15/"),
    "dynamodb": Wire(
        Protocol.JSON, target="DynamoDB_20120810", content_type="application/x-amz-json-1.0"
    ),
    "organizations": Wire(Protocol.JSON, target="AWSOrganizationsV20161128"),
    "codebuild": Wire(Protocol.JSON, target="CodeBuild_20161006"),
    "cognito-idp": Wire(Protocol.JSON, target="AWSCognitoIdentityProviderService"),
    "sagemaker": Wire(Protocol.JSON, target="SageMaker"),
    "kms": Wire(Protocol.JSON, target="TrentService"),
    "license-manager": Wire(Protocol.JSON, target="AWSLicenseManager"),
    "logs": Wire(Protocol.JSON, target="Logs_20140328"),
    "monitoring": Wire(
        Protocol.JSON,
        target="GraniteServiceVersion20100801",
        content_type="application/x-amz-json-1.0",
    ),
    "secretsmanager": Wire(Protocol.JSON, target="secretsmanager"),
    "ecr": Wire(Protocol.JSON, target="AmazonEC2ContainerRegistry_V20150921"),
    "ssm": Wire(Protocol.JSON, target="AmazonSSM"),
    "route53resolver": Wire(Protocol.JSON, target="Route53Resolver"),
    "cloudformation": Wire(
        Protocol.QUERY, namespace="http://cloudformation.amazonaws.com/doc/2010-05-15/"
    ),
    "apigateway": Wire(Protocol.REST_JSON),
    "elasticfilesystem": Wire(Protocol.REST_JSON),
    "lambda": Wire(Protocol.REST_JSON),
    "ram": Wire(Protocol.REST_JSON),
    "route53": Wire(
        Protocol.REST_XML, namespace="https://route53.amazonaws.com/doc/2013-04-01/"
    ),
    "redshift": Wire(Protocol.QUERY, namespace="http://redshift.amazonaws.com/doc/2012-12-01/"),
    "redshift-data": Wire(Protocol.JSON, target="RedshiftData"),
    "redshift-serverless": Wire(Protocol.JSON, target="RedshiftServerless"),
    "s3": Wire(Protocol.S3, namespace="http://s3.amazonaws.com/doc/2006-03-01/"),
}


@dataclass(frozen=True, slots=True)
class Received:
    """One HTTP request as it came in; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def received(call: ApiCall) -> Received:
    """The request that `call` was read from."""
    return Received(call.method, call.path, call.query, call.headers, call.body)


def sent_as(request: Received, call: ApiCall) -> ApiCall:
    """`call`, as if it had been read from `request`."""
    return replace(
        call,
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
    )


def guess(request: Received) -> Protocol:
    """How to write an error for a request whose service is not known."""
    return Protocol.JSON if "x-amz-target" in request.headers else Protocol.QUERY


def read(wire: Wire, request: Received) -> tuple[str, dict[str, Any]]:
    """The operation and its parameters.

    Raises:
        ApiError: it cannot be read in exactly one way.
    """
    if request.path != "/":
        raise ApiError(
            "UnknownOperationException", "There is nothing at this path.", status=404
        )
    if wire.protocol is Protocol.JSON:
        return _target(wire, request), json_object(request.body)
    return _form(request)


def form_pairs(request: Received) -> list[tuple[str, str]]:
    """The parameters of a query request in their order, each name once.

    Raises:
        ApiError: `MalformedQueryString`.
    """
    text = _text(request.body) if request.method == "POST" else request.query
    if request.method == "POST" and request.query:
        raise ApiError("MalformedQueryString", "Parameters are in the body or in the URL.")
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError as exc:
        raise ApiError("MalformedQueryString", "The query string is malformed.") from exc
    if len({name for name, _ in pairs}) < len(pairs):
        raise ApiError("MalformedQueryString", "A parameter is there more than once.")
    return pairs


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`A.member.1.B=x` and `A.1.B=x` both as `{"A": [{"B": "x"}]}`.

    Raises:
        ApiError: `MalformedQueryString`, where a name is a value and a structure at once.
    """
    tree: dict[str, Any] = {}
    for name, value in pairs:
        *path, leaf = name.split(".", _DEEPEST)
        node = tree
        for part in path:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise _conflict(name)
        if leaf in node:
            raise _conflict(name)
        node[leaf] = value
    return {name: _folded(value) for name, value in tree.items()}


def _folded(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node.keys() == {"member"} and isinstance(node["member"], dict):
        node = node["member"]
    if all(name.isascii() and name.isdigit() for name in node):
        return [_folded(node[name]) for name in sorted(node, key=int)]
    return {name: _folded(value) for name, value in node.items()}


def _conflict(name: str) -> ApiError:
    return ApiError("MalformedQueryString", f"{name} contradicts another parameter.")


def _form(request: Received) -> tuple[str, dict[str, Any]]:
    params = nested(form_pairs(request))
    operation = params.pop("Action", "")
    params.pop("Version", None)
    if not isinstance(operation, str) or not operation.isalnum():
        raise ApiError("MissingAction", "The request must contain the parameter Action.")
    return operation, params


def _target(wire: Wire, request: Received) -> str:
    prefix, _, operation = request.headers.get("x-amz-target", "").partition(".")
    is_json = request.headers.get("content-type", "").startswith("application/x-amz-json-1.")
    ours = prefix == wire.target and operation.isascii() and operation.isalnum()
    if not ours or not is_json or request.method != "POST" or request.query:
        raise ApiError("UnknownOperationException", "The operation is not known.")
    return operation


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; an empty one for an empty body.

    Raises:
        ApiError: `SerializationException`: it is none, or a key of it is there twice.
    """
    try:
        value = json.loads(_text(body) or "{}", object_pairs_hook=_once)
    except (ValueError, RecursionError) as exc:
        raise ApiError(
            "SerializationException", "The body is not JSON of one reading."
        ) from exc
    if not isinstance(value, dict):
        raise ApiError("SerializationException", "The body is not a JSON object.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there more than once")
    return found


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ApiError("SerializationException", "The body is not UTF-8.") from exc
