"""One whole HTTP request out of ASGI: bounded, and with one reading."""

from starlette.types import Message, Receive, Scope

from studiogate.local.call import ApiError
from studiogate.local.front.protocols import Received

LARGEST_BODY = 8 * 1024 * 1024
"""Bytes.  DynamoDB takes 16 MB in one batch; nothing here comes near that."""

LARGEST_OBJECT = 64 * 1024 * 1024
"""Bytes of an S3 object sent in one piece: more than the gateway's bundle will ever have.  S3
itself takes 5 GB."""

LARGEST_LAYER_PART = 28 * 1024 * 1024
"""Bytes of ECR's UploadLayerPart: 20 MiB, which JSON carries in base64."""

_ONCE = frozenset({"authorization", "content-length", "content-type", "host"})


async def receive_whole(scope: Scope, receive: Receive) -> Received:
    """The whole request; a header that decides anything may be there once.

    Raises:
        ApiError: too large, or ambiguous.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in headers:
            if name in _ONCE or name.startswith("x-amz-"):
                raise ApiError("IncompleteSignature", f"The header {name} is there twice.")
            value = f"{headers[name]},{value}"
        headers[name] = value
    path = scope.get("raw_path") or scope["path"].encode()
    return Received(
        method=scope["method"],
        path=path.decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=await _body(receive, _largest(headers)),
    )


def _largest(headers: dict[str, str]) -> int:
    """How much a request may bring; only one that is signed for S3 brings an object."""
    signed = headers.get("authorization", "")
    if "/s3/aws4_request" in signed:
        return LARGEST_OBJECT
    return LARGEST_LAYER_PART if "/ecr/aws4_request" in signed else LARGEST_BODY


async def _body(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiError("RequestTimeout", "The client went away.", status=408)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise ApiError("RequestEntityTooLarge", "The request is too large.", status=413)
        if not message.get("more_body", False):
            return b"".join(parts)
