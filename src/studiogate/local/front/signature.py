"""Whether a request was signed by whom it says: Signature Version 4, checked whole.

The signature is computed by the signer the product itself uses.  Everything AWS looks at is
looked at: the secret, the session token, the scope, the time, the payload, and that the headers
which decide anything are among those signed.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from studiogate.aws.wire.signer import ALGORITHM, signature
from studiogate.local.call import Caller
from studiogate.local.front.payload import signed_as
from studiogate.local.front.protocols import Received
from studiogate.local.front.refusals import Fault, Unauthenticated

_SKEW = timedelta(minutes=15)
_ALWAYS_SIGNED = ("host", "x-amz-date")
_SIGNED_IF_SENT = ("x-amz-security-token", "x-amz-target", "x-amz-content-sha256")

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM}\s+Credential=(?P<credential>[^,\s]+),\s*"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})\s*\Z"
)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\Z")
_SERVICE = re.compile(r"[a-z0-9-]{1,40}\Z")
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z\Z")

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_INVALID = "The security token included in the request is invalid."


@dataclass(frozen=True, slots=True)
class Claim:
    """What an Authorization header says about itself; nothing of it is believed yet."""

    access_key: str
    day: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str


def claim_of(request: Received) -> Claim:
    """The claim in the Authorization header of `request`.

    Raises:
        Unauthenticated: there is none, or it is not complete.
    """
    if "x-amz-signature" in request.query.lower():
        raise Unauthenticated(
            Fault.INCOMPLETE, "A signature in the URL is not offered by this emulation."
        )
    header = request.headers.get("authorization")
    if header is None:
        raise Unauthenticated(Fault.MISSING, "Request is missing Authentication Token")
    found = _AUTHORIZATION.match(header)
    scope = found["credential"].split("/") if found else []
    if found is None or len(scope) != len(("key", "day", "region", "service", "end")):
        raise Unauthenticated(
            Fault.INCOMPLETE,
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' "
            f"parameters and the algorithm {ALGORITHM}.",
        )
    access_key, day, region, service, end = scope
    if end != "aws4_request" or not _REGION.match(region) or not _SERVICE.match(service):
        raise Unauthenticated(
            Fault.MISMATCH,
            "Credential should be scoped to a valid region and service, and end in "
            "'aws4_request'.",
        )
    headers = tuple(found["headers"].split(";"))
    return Claim(access_key, day, region, service, headers, found["signature"])


class Signatures:
    """Knows everybody's keys, and holds requests against them."""

    def __init__(
        self, lookup: Callable[[str], Caller | None], clock: Callable[[], datetime]
    ) -> None:
        self._lookup = lookup
        self._clock = clock

    def signer(self, request: Received, claim: Claim) -> Caller:
        """Whose signature `request` carries.

        Raises:
            Unauthenticated: in AWS's words; none of them holds a secret or a signature.
        """
        _check_headers(request, claim)
        amz_date = request.headers["x-amz-date"]
        self._check_time(amz_date, claim)
        caller = self._lookup(claim.access_key)
        if caller is None or not _same(
            caller.token or "", request.headers.get("x-amz-security-token", "")
        ):
            raise Unauthenticated(Fault.UNKNOWN_KEY, _INVALID)
        if not _same(_computed(request, claim, caller, amz_date), claim.signature):
            raise Unauthenticated(Fault.MISMATCH, _MISMATCH)
        if caller.expires_at is not None and self._clock() >= caller.expires_at:
            raise Unauthenticated(
                Fault.EXPIRED, "The security token included in the request is expired"
            )
        return caller

    def _check_time(self, amz_date: str, claim: Claim) -> None:
        signed_at = _moment(amz_date)
        if amz_date[:8] != claim.day:
            raise Unauthenticated(
                Fault.MISMATCH,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
                f"date from HTTP: '{claim.day}' != '{amz_date[:8]}'.",
            )
        now = self._clock().astimezone(UTC)
        if signed_at < now - _SKEW:
            raise Unauthenticated(
                Fault.MISMATCH,
                f"Signature expired: {amz_date} is now earlier than {_stamp(now - _SKEW)} "
                f"({_stamp(now)} - 15 min.)",
            )
        if signed_at > now + _SKEW:
            raise Unauthenticated(
                Fault.MISMATCH,
                f"Signature not yet current: {amz_date} is still later than "
                f"{_stamp(now + _SKEW)} ({_stamp(now)} + 15 min.)",
            )


def _check_headers(request: Received, claim: Claim) -> None:
    """Refuse a request whose deciding headers are missing, or outside the signature."""
    sent = request.headers
    for name in _ALWAYS_SIGNED:
        if name not in sent or name not in claim.signed_headers:
            raise Unauthenticated(
                Fault.INCOMPLETE,
                f"'{name}' must be a 'SignedHeader' in the AWS Authorization.",
            )
    for name in _SIGNED_IF_SENT:
        if name in sent and name not in claim.signed_headers:
            raise Unauthenticated(
                Fault.MISMATCH, f"'{name}' must be a 'SignedHeader' in the AWS Authorization."
            )
    if claim.service == "s3" and any(
        name.startswith("x-amz-") and name not in claim.signed_headers for name in sent
    ):
        raise Unauthenticated(
            Fault.MISSING, "There were headers present in the request which were not signed"
        )
    if any(name not in sent for name in claim.signed_headers):
        raise Unauthenticated(Fault.MISMATCH, _MISMATCH)


def _computed(request: Received, claim: Claim, caller: Caller, amz_date: str) -> str:
    return signature(
        request.method,
        request.path,
        request.query,
        request.headers,
        signed_headers=claim.signed_headers,
        payload_sha256=_payload(request, claim),
        secret_key=caller.secret_key,
        amz_date=amz_date,
        region=claim.region,
        service=claim.service,
    )


def _payload(request: Received, claim: Claim) -> str:
    """What stands for the body in the signature."""
    if claim.service == "s3":
        return signed_as(request)
    digest = sha256(request.body).hexdigest()
    if not _same(request.headers.get("x-amz-content-sha256", digest), digest):
        raise Unauthenticated(Fault.MISMATCH, _MISMATCH)
    return digest


def _moment(amz_date: str) -> datetime:
    wrong = Unauthenticated(Fault.INCOMPLETE, "Date must be in ISO-8601 'basic format'.")
    if not _DATE.match(amz_date):
        raise wrong
    try:
        return datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as exc:
        raise wrong from exc


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
