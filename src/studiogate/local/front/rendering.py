"""How answers and errors are written in the protocol of a service."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from studiogate.local.call import ApiAnswer, ApiError
from studiogate.local.front.protocols import Protocol, Wire

_SERVERS_FAULT = 500


def error_answer(protocol: Protocol, error: ApiError, request_id: str) -> ApiAnswer:
    """`error` as AWS writes it in `protocol`."""
    if protocol is Protocol.JSON:
        body = json.dumps({"__type": error.code, "message": error.message})
        headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": error.code}
        return ApiAnswer(error.status, body.encode(), headers)
    if protocol is Protocol.REST_JSON:
        body = json.dumps({"message": error.message})
        headers = {"content-type": "application/json", "x-amzn-errortype": error.code}
        return ApiAnswer(error.status, body.encode(), headers)
    text = _XML_ERRORS[protocol](error, request_id)
    return ApiAnswer(error.status, text.encode(), {"content-type": "text/xml"})


def query_answer(
    wire: Wire, operation: str, result: Mapping[str, Any], request_id: str
) -> ApiAnswer:
    """`result` as the answer to a query-protocol operation.

    Keys become elements in their order; a list becomes `member` elements; `None` is left out.
    """
    text = (
        f'<{operation}Response xmlns="{wire.namespace}">'
        f"<{operation}Result>{_elements(result)}</{operation}Result>"
        f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    return ApiAnswer(200, text.encode(), {"content-type": "text/xml"})


def _query_error(error: ApiError, request_id: str) -> str:
    fault = "Receiver" if error.status >= _SERVERS_FAULT else "Sender"
    return (
        f"<ErrorResponse><Error><Type>{fault}</Type><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    )


def _ec2_error(error: ApiError, request_id: str) -> str:
    return (
        f"<Response><Errors><Error><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error></Errors>"
        f"<RequestID>{escape(request_id)}</RequestID></Response>"
    )


def _s3_error(error: ApiError, request_id: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        f"<RequestId>{escape(request_id)}</RequestId><HostId></HostId></Error>"
    )


_XML_ERRORS: Mapping[Protocol, Callable[[ApiError, str], str]] = {
    Protocol.QUERY: _query_error,
    Protocol.EC2: _ec2_error,
    Protocol.REST_XML: _query_error,
    Protocol.S3: _s3_error,
}


def _elements(node: Mapping[str, Any] | Sequence[Any] | str | int) -> str:
    if isinstance(node, Mapping):
        return "".join(
            f"<{name}>{_elements(value)}</{name}>"
            for name, value in node.items()
            if value is not None
        )
    if isinstance(node, str):
        return escape(node)
    if isinstance(node, Sequence):
        return "".join(f"<member>{_elements(value)}</member>" for value in node)
    return str(node)
