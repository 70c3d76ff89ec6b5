"""AWS Signature Version 4 in HTTP headers: to sign with, and to check signatures by.

Follows "Signature Version 4 signing process" of the IAM User Guide.  `sign` adds what a request
needs; `canonical_request` and `signature` are the same computation in the open, so that whoever
checks a signature runs the code that made it.  A property test holds all of it equal to
botocore's over random requests.

Pure: the time is an argument, and nothing is sent.
"""

import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final
from urllib.parse import quote, urlsplit

from studiogate.aws.wire.call import Credentials, WireRequest

ALGORITHM: Final = "AWS4-HMAC-SHA256"

UNSIGNED: Final = frozenset(
    {"authorization", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"}
)
"""Headers that are never signed: proxies and load balancers may change them on the way."""

_RENEWED: Final = ("authorization", "x-amz-date", "x-amz-security-token")
_BASIC: Final = str.maketrans("", "", "-:")
"""From ISO 8601's extended format to its basic one."""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def sign(
    request: WireRequest,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    now: datetime,
) -> WireRequest:
    """`request` with `host`, `x-amz-date`, `x-amz-security-token` and `authorization` added.

    Every header but those in `UNSIGNED` is signed; names come back in lower case.  What an
    earlier signature left behind is replaced.  `service` is the signing name, as `sagemaker`.

    Raises:
        ValueError: `now` has no time zone, or a header holds what no header may (its name is
            given, never its value: it may be the token).
    """
    amz_date = _amz_date(now)
    host, path, query = _parts(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    for name in _RENEWED:
        headers.pop(name, None)
    headers.setdefault("host", host)
    headers["x-amz-date"] = amz_date
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    payload = sha256(request.body).hexdigest()
    if service == "s3":
        headers["x-amz-content-sha256"] = payload
    _refuse_unsendable(headers)
    signed = sorted(headers.keys() - UNSIGNED)
    made = signature(
        request.method,
        path,
        query,
        headers,
        signed_headers=signed,
        payload_sha256=payload,
        secret_key=credentials.secret_key,
        amz_date=amz_date,
        region=region,
        service=service,
    )
    scope = f"{credentials.access_key}/{amz_date[:8]}/{region}/{service}/aws4_request"
    headers["authorization"] = (
        f"{ALGORITHM} Credential={scope}, SignedHeaders={';'.join(signed)}, Signature={made}"
    )
    return WireRequest(
        request.method, request.url, headers, request.body, repeatable=request.repeatable
    )


def signature(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    *,
    signed_headers: Iterable[str],
    payload_sha256: str,
    secret_key: str,
    amz_date: str,
    region: str,
    service: str,
) -> str:
    """The signature of one request, in lower-case hexadecimal.

    Compare two of them with `hmac.compare_digest`.  `amz_date` is `YYYYMMDDTHHMMSSZ`; the
    other arguments are those of `canonical_request`.

    Raises:
        KeyError: a header in `signed_headers` is not in `headers`.
    """
    canonical = canonical_request(
        method,
        path,
        query,
        headers,
        signed_headers=signed_headers,
        payload_sha256=payload_sha256,
        service=service,
    )
    digest = sha256(canonical.encode()).hexdigest()
    day = amz_date[:8]
    text = f"{ALGORITHM}\n{amz_date}\n{day}/{region}/{service}/aws4_request\n{digest}"
    key = _signing_key(secret_key, day, region, service)
    return hmac.digest(key, text.encode(), "sha256").hex()


def canonical_request(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    *,
    signed_headers: Iterable[str],
    payload_sha256: str,
    service: str,
) -> str:
    """The one text that stands for a request, however its parts were ordered or spaced.

    `path` and `query` are as they are on the wire, already percent-encoded; `headers` have
    lower-case names; `payload_sha256` is in lower-case hexadecimal.

    Raises:
        KeyError: a header in `signed_headers` is not in `headers`.
    """
    names = sorted(signed_headers)
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in names]
    return "\n".join(
        (
            method.upper(),
            _canonical_path(path, service),
            _canonical_query(query),
            *lines,
            "",
            ";".join(names),
            payload_sha256,
        )
    )


def _canonical_path(path: str, service: str) -> str:
    """`path` without dot segments and encoded once more; for S3, exactly as it is."""
    if path in {"", "/"}:
        return "/"
    if service == "s3":
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    start = "/" if path.startswith("/") else ""
    end = "/" if path.endswith("/") and kept else ""
    return quote(start + "/".join(kept) + end, safe="/~")


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&"))
    return "&".join(f"{name}={value}" for name, value in pairs)


@lru_cache(maxsize=1024)
def _signing_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    """The key of one day, region and service.

    Cached because it costs four of the five HMACs of a signature.  1,024 is the people active
    at one gateway within the hour their credentials live, and bounds the memory.
    """
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _amz_date(now: datetime) -> str:
    if now.tzinfo is None:
        raise ValueError("a signature needs an aware time")
    return now.astimezone(UTC).isoformat(timespec="seconds")[:19].translate(_BASIC) + "Z"


@lru_cache(maxsize=64)
def _parts(url: str) -> tuple[str, str, str]:
    """The Host header of a URL, its path and its query; the same few come with every call.

    The host has no default port, and brackets round an IPv6 address.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    if parts.port not in {None, _DEFAULT_PORTS.get(parts.scheme)}:
        host = f"{host}:{parts.port}"
    return host, parts.path, parts.query


def _refuse_unsendable(headers: Mapping[str, str]) -> None:
    """Refuse what an HTTP library would refuse later, quoting the value in its error."""
    for name, value in headers.items():
        plain = value.isprintable() or value.replace("\t", " ").isprintable()
        if not (plain and value.isascii()):
            raise ValueError(f"header {name} holds a character that no header may")
