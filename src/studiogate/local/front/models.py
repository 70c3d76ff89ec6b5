"""Every AWS protocol, read and written after AWS's own service models.

The one module that knows botocore: the models are facts, and the emulated services speak with
them.  A request or an answer has two forms: on the wire, and as boto3 has it, typed and nested.

    written   parameters → a request        (as a client writes it)
    parsed    a request → parameters        (as a service reads it)
    rendered  a result → an answer          (as a service writes it)
    answered  an answer → a result          (as a client reads it)
"""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.datastructures import Headers, MultiDict

from studiogate.local.call import ApiAnswer, ApiError
from studiogate.local.front.protocols import Received

_FAILED = 300


def written(service: str, operation: str, params: Mapping[str, Any]) -> Received:
    """The request of `operation` with `params` as boto3 has them; not signed, host unnamed.

    Raises:
        ApiError: the service has no such operation, or the parameters are not its own.
    """
    model = _operation(service, operation)
    _check(model, params)
    writer = create_serializer(_protocol(service), include_validation=False)
    whole = writer.serialize_to_request(dict(params), model)
    body, path = whole["body"], urlsplit(whole["url_path"])
    if isinstance(body, Mapping):
        body = urlencode(body).encode()
        whole["headers"].setdefault(
            "Content-Type", "application/x-www-form-urlencoded; charset=utf-8"
        )
    query = "&".join(part for part in (path.query, urlencode(whole["query_string"])) if part)
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
    form = "x-www-form-urlencoded" in request.headers.get("content-type", "")
    text = request.body.decode() if form else request.query
    values = MultiDict(parse_qsl(text, keep_blank_values=True))
    whole = {
        "body": request.body,
        "headers": Headers(list(request.headers.items())),
        "method": request.method,
        "url_params": dict(uri or {}),
        "url_path": request.path,
        "values": values,
    }
    try:
        found: dict[str, Any] = parser.parse(whole)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ApiError(
            "SerializationException", f"The request of {operation} cannot be read."
        ) from exc
    _check(model, found)
    return found


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
    whole = {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body}
    found: dict[str, Any] = create_parser(_protocol(service)).parse(whole, model.output_shape)
    if answer.status >= _FAILED:
        error = found.get("Error", {})
        code, message = error.get("Code", "Unknown"), error.get("Message", "")
        raise ApiError(str(code), str(message), status=answer.status)
    found.pop("ResponseMetadata", None)
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
