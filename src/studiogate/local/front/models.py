"""Every AWS protocol, read and written after AWS's own service models.

The one module that knows botocore: the models are facts, and the emulated services speak with
them.  A request or an answer has two forms: on the wire, and as boto3 has it, typed and nested.

    written   parameters → a request        (as a client writes it)
    parsed    a request → parameters        (as a service reads it)
    rendered  a result → an answer          (as a service writes it)
    answered  an answer → a result          (as a client reads it)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.datastructures import Headers, MultiDict

from studiogate.local.call import ApiAnswer, ApiCall, ApiError
from studiogate.local.front import once
from studiogate.local.front.protocols import Received, received

_FAILED = 300
_FORMS = frozenset({"query", "ec2"})


def written(service: str, operation: str, params: Mapping[str, Any]) -> Received:
    """The request of `operation` with `params` as boto3 has them; not signed, host unnamed.

    Raises:
        ApiError: the service has no such operation, or the parameters are not its own.
    """
    model = _operation(service, operation)
    _check(model, params)
    writer = create_serializer(_protocol(service), include_validation=False)
    whole = writer.serialize_to_request(_plain_ids(service, model, params), model)
    body, path = whole["body"], urlsplit(whole["url_path"])
    if isinstance(body, Mapping):
        body = urlencode(body).encode()
        whole["headers"].setdefault(
            "Content-Type", "application/x-www-form-urlencoded; charset=utf-8"
        )
    asked = urlencode(whole["query_string"], doseq=True, quote_via=quote)
    query = "&".join(part for part in (path.query, asked) if part)
    headers = {name.lower(): str(text) for name, text in whole["headers"].items()}
    raw = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Received(whole["method"], path.path or "/", query, headers, raw)


def parsed(
    service: str, operation: str, request: Received, uri: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The parameters of `operation` in `request`, typed as the model types them.

    `uri` gives the parts of the path that are parameters, for the REST protocols.

    Raises:
        ApiError: `request` is not one of `operation`.
    """
    model = _operation(service, operation)
    parser = PROTOCOL_PARSERS[_protocol(service)](model)
    try:
        once.check(_protocol(service), model, request)
        found: dict[str, Any] = parser.parse(_parts(service, request, uri or {}))
    except (ValueError, KeyError, TypeError, AttributeError, RequestParserError) as exc:
        raise ApiError(
            "SerializationException", f"The request of {operation} cannot be read."
        ) from exc
    told = _told(model)
    found = {name: one for name, one in found.items() if one not in ([], {}) or name in told}
    _check(model, found)
    return found


def params_of(call: ApiCall) -> dict[str, Any]:
    """The parameters of `call`, typed as the model types them.

    Raises:
        ApiError: its request is not one of its operation.
    """
    return parsed(call.service, call.operation, received(call))


def _parts(service: str, request: Received, uri: Mapping[str, str]) -> dict[str, Any]:
    """`request` as the parsers of the protocols take it."""
    form = _protocol(service) in _FORMS and request.method == "POST"
    text = request.body.decode() if form else request.query
    return {
        "body": request.body,
        "headers": Headers(list(request.headers.items())),
        "method": request.method,
        "url_params": dict(uri),
        "url_path": request.path,
        "values": MultiDict(parse_qsl(text, keep_blank_values=True)),
    }


def _told(model: Any) -> frozenset[str]:
    """Members of which nothing is a statement, too.

    Not those of query strings and headers, in which the parser finds an empty list always.
    """
    shape = model.input_shape
    members = shape.members.items() if shape else ()
    return frozenset(n for n, m in members if "location" not in m.serialization)


def rendered(
    service: str, operation: str, result: Mapping[str, Any], request_id: str
) -> ApiAnswer:
    """The answer that says `result`; keys as boto3 has them, others are left out."""
    model = _operation(service, operation)
    make = get_serializer_class(service, _protocol(service))
    context = SerializationContext(request_id)
    answer = make(operation_model=model, context=context).serialize(dict(result))
    body = answer["body"]
    raw = body.encode() if isinstance(body, str) else bytes(body or b"")
    headers = {str(name).lower(): str(text) for name, text in answer["headers"].items()}
    return ApiAnswer(int(answer["status_code"]), raw, headers)


def answered(service: str, operation: str, answer: ApiAnswer) -> dict[str, Any]:
    """The result in `answer`, as boto3 would give it, without its metadata.

    Raises:
        ApiError: the answer is a refusal; in its words.
    """
    model = _operation(service, operation)
    # A stream is bytes and stays so; botocore takes bytes for a text.
    streamed = answer.status < _FAILED and model.has_streaming_output
    body = bytearray(answer.body) if streamed else answer.body
    whole = {"status_code": answer.status, "headers": dict(answer.headers), "body": body}
    found: dict[str, Any] = create_parser(_protocol(service)).parse(whole, model.output_shape)
    if answer.status >= _FAILED:
        error = found.get("Error", {})
        code, message = error.get("Code", "Unknown"), error.get("Message", "")
        raise ApiError(str(code), str(message), status=answer.status)
    found.pop("ResponseMetadata", None)
    if streamed:
        found[model.output_shape.serialization["payload"]] = answer.body
    return found


def typed(service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` as the model has them, of what CloudFormation takes for the same thing.

    It takes `"true"` for a flag, `"443"` for a number, `443` for a text, and begins every name
    with a capital.  What is no form of what the model asks for stays as it is, to be refused.
    """
    shape = _operation(service, operation).input_shape
    found: dict[str, Any] = _fitted(shape, params) if shape else dict(params)
    return found


def operations(service: str) -> frozenset[str]:
    """Every operation AWS has for `service`, a signing name."""
    return frozenset(_model(service).operation_names)


def paths(service: str) -> list[tuple[str, str, str]]:
    """Method, path template and operation, for the REST protocols: the longest path first."""
    model = _model(service)
    found = [
        (http["method"], http["requestUri"], name)
        for name in model.operation_names
        if (http := model.operation_model(name).http)
    ]
    return sorted(found, key=lambda one: len(one[1]), reverse=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a REST operation is in the query string and in headers."""

    query: Mapping[str, bool]
    """Parameters of the query string, and whether each may be there more than once."""

    open_query: bool
    """Whether every other name is a parameter as well."""

    required_query: frozenset[str]
    required_headers: frozenset[str]
    """Lower case."""


@cache
def asked(service: str, operation: str) -> Asked:
    """Where `operation` of a REST service has its parameters, besides path and body."""
    shape = _operation(service, operation).input_shape
    query: dict[str, bool] = {}
    required: dict[str, set[str]] = {"querystring": set(), "header": set()}
    open_query = False
    for name, member in shape.members.items() if shape else ():
        where, wire = (
            member.serialization.get("location"),
            member.serialization.get("name", name),
        )
        if where == "querystring":
            query[wire] = member.type_name == "list"
            open_query |= member.type_name == "map"
        if where in required and name in shape.required_members:
            required[where].add(wire)
    headers = frozenset(name.lower() for name in required["header"])
    return Asked(query, open_query, frozenset(required["querystring"]), headers)


_LONG_IDS = frozenset({"ResourceId", "DelegationSetId", "ChangeId"})
"""Shapes of Route 53's ids, which answers give as `/hostedzone/Z1` and paths take as `Z1`."""


def _plain_ids(service: str, model: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """`params`, with Route 53's ids as SDKs write them into paths."""
    if service != "route53" or model.input_shape is None:
        return dict(params)
    members = model.input_shape.members
    return {
        name: value.rpartition("/")[2] if members[name].name in _LONG_IDS else value
        for name, value in params.items()
    }


_MODELS = {"monitoring": "cloudwatch", "elasticfilesystem": "efs"}
"""Signing names that are not the model's own."""


@cache
def _model(service: str) -> Any:
    found: Any = get_service_model(_MODELS.get(service, service))
    return found


def _protocol(service: str) -> str:
    protocol: str = _model(service).resolved_protocol
    return protocol


def _operation(service: str, operation: str) -> Any:
    model = _model(service)
    if operation not in model.operation_names:
        raise ApiError("InvalidAction", f"{service} has no operation {operation}.")
    return model.operation_model(operation)


def _check(model: Any, params: Mapping[str, Any]) -> None:
    if model.input_shape is None:
        return
    report = ParamValidator().validate(dict(params), model.input_shape)
    if report.has_errors():
        raise ApiError("ValidationError", report.generate_report())


def _fitted(shape: Any, value: Any) -> Any:
    """`value` in the form `shape` has it; maps keep their keys, for those are data."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        known = {name.lower(): name for name in shape.members}
        return {
            (own := known.get(name.lower(), name)): (
                _fitted(shape.members[own], one) if own in shape.members else one
            )
            for name, one in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list | tuple):
        return [_fitted(shape.member, one) for one in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {name: _fitted(shape.value, one) for name, one in value.items()}
    return _scalar(shape.type_name, value)


_FLAGS: Mapping[str, bool] = {"true": True, "false": False}
_NUMBERS: Mapping[str, Any] = {"integer": int, "long": int, "float": float, "double": float}


def _scalar(wanted: str, value: Any) -> Any:
    match wanted, value:
        case "boolean", str():
            return _FLAGS.get(value.lower(), value)
        case "string", bool():
            return str(value).lower()
        case "string", int() | float():
            return str(value)
        case "blob", str():
            return value.encode()
        case (("integer" | "long" | "float" | "double"), str()):
            try:
                return _NUMBERS[wanted](value)
            except ValueError:
                return value
    return value
