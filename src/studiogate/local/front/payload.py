"""What S3 does to payloads: which of them are signed, how they are framed, and their checksums.

Amazon S3 User Guide and API Reference: "Signature calculations for the Authorization header",
"Transferring payload in chunks with trailing headers", "Checking object integrity".  SDKs sign
the payload, leave it unsigned (over TLS, which our doors stand for), or send it framed with its
checksum behind it.  Payloads signed chunk by chunk are refused by name.
"""

import base64
import hmac
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from hashlib import md5, sha1, sha256

from studiogate.local.call import ApiError
from studiogate.local.front.protocols import Received

UNSIGNED = "UNSIGNED-PAYLOAD"
FRAMED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_LONGEST_LINE = 1024

CHECKSUMS: Mapping[str, Callable[[bytes], bytes]] = {
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda body: sha1(body, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": lambda body: sha256(body).digest(),
    "content-md5": lambda body: md5(body, usedforsecurity=False).digest(),
}
_SETTINGS = frozenset(
    {"x-amz-checksum-mode", "x-amz-checksum-type", "x-amz-checksum-algorithm"}
)


def signed_as(request: Received) -> str:
    """What stands for the payload in the signature of a request to S3.

    Raises:
        ApiError: the header is missing, does not match the body, or is of a kind not offered.
    """
    claimed = request.headers.get("x-amz-content-sha256")
    if claimed is None:
        raise ApiError(
            "InvalidRequest",
            "Missing required header for this request: x-amz-content-sha256",
        )
    if claimed in {UNSIGNED, FRAMED}:
        return claimed
    if claimed.startswith("STREAMING-"):
        raise _not_offered(f"a payload of the kind {claimed}")
    digest = sha256(request.body).hexdigest()
    if not hmac.compare_digest(claimed.encode(), digest.encode()):
        raise ApiError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
    return digest


def addressed(request: Received) -> Received:
    """`request`, which says in its path which bucket it is about, and not in its host name.

    Raises:
        ApiError: the bucket may be in the host name; then the path would mean something else.
    """
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    if host == "localhost" or host.replace(".", "").isdigit() or host.startswith("["):
        return request
    raise ApiError(
        "NotImplemented",
        "Virtual-hosted-style requests are not offered by this emulation. Use path style "
        "(AWS SDKs: addressing_style = path).",
        status=501,
    )


def unframed(request: Received) -> Received:
    """`request` with its payload as it was before SDKs framed it; every checksum holds.

    Raises:
        ApiError: the frames are broken, or the payload is not what a checksum says.
    """
    framed = request.headers.get("x-amz-content-sha256") == FRAMED
    codings = [one.strip() for one in request.headers.get("content-encoding", "").split(",")]
    if framed != ("aws-chunked" in codings):
        raise ApiError("InvalidRequest", "The payload and its content encoding disagree.")
    headers, body = dict(request.headers), request.body
    if framed:
        body, trailers = _read_frames(body)
        promised = {one.strip() for one in headers.pop("x-amz-trailer", "").split(",")} - {""}
        if promised != trailers.keys() or headers.keys() & trailers.keys():
            raise _malformed_trailer()
        if headers.pop("x-amz-decoded-content-length", "") != str(len(body)):
            raise ApiError(
                "IncompleteBody",
                "The request body terminated unexpectedly or has another length than it says.",
            )
        headers |= trailers
        _keep_codings(headers, [one for one in codings if one != "aws-chunked"])
    _hold(headers, body)
    return replace(request, headers=headers, body=body)


def _keep_codings(headers: dict[str, str], codings: list[str]) -> None:
    headers.pop("content-encoding")
    if codings:
        headers["content-encoding"] = ",".join(codings)


def _read_frames(body: bytes) -> tuple[bytes, dict[str, str]]:
    """The payload in `SIZE CRLF DATA CRLF … 0 CRLF`, and the trailers behind it."""
    parts: list[bytes] = []
    at = 0
    while True:
        line, at = _line(body, at)
        size = _size(line)
        if size == 0:
            return b"".join(parts), dict(_trailers(body, at))
        parts.append(body[at : at + size])
        at += size
        if body[at : at + 2] != b"\r\n" or len(parts[-1]) < size:
            raise _malformed_trailer()
        at += 2


def _line(body: bytes, at: int) -> tuple[bytes, int]:
    end = body.find(b"\r\n", at, at + _LONGEST_LINE)
    if end < 0:
        raise _malformed_trailer()
    return body[at:end], end + 2


def _size(line: bytes) -> int:
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError as exc:
        raise _malformed_trailer() from exc
    # `int` would take a sign, a space or an underscore as well.
    if not text or not set(text) <= set("0123456789abcdefABCDEF"):
        raise _malformed_trailer()
    return int(text, 16)


def _trailers(body: bytes, at: int) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    while at < len(body):
        line, at = _line(body, at)
        if not line:
            break
        name, colon, value = line.decode("latin-1").partition(":")
        name = name.strip().lower()
        if not colon or name in seen or name not in CHECKSUMS:
            raise _malformed_trailer()
        seen.add(name)
        yield name, value.strip()
    if at < len(body):
        raise _malformed_trailer()


def _hold(headers: Mapping[str, str], body: bytes) -> None:
    """Return when every checksum that was sent is that of `body`."""
    for name, sent in headers.items():
        checksum = name.startswith("x-amz-checksum-") and name not in _SETTINGS
        if not checksum and name != "content-md5":
            continue
        compute = CHECKSUMS.get(name)
        if compute is None:
            raise _not_offered(f"the checksum {name}")
        if not hmac.compare_digest(base64.b64encode(compute(body)), sent.encode("latin-1")):
            shown = name.removeprefix("x-amz-checksum-").upper()
            raise ApiError(
                "BadDigest",
                f"The {shown} you specified did not match the calculated checksum.",
            )


def _malformed_trailer() -> ApiError:
    return ApiError(
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to "
        "our published schema.",
    )


def _not_offered(what: str) -> ApiError:
    return ApiError("NotImplemented", f"This emulation does not offer {what}.", status=501)
