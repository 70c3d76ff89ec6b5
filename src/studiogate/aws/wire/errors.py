"""What AWS's refusals mean: one table from AWS's codes to the families of `studiogate.errors`.

Both wings read it, the wire here and boto3 in `aws.session`, so that a refusal has one meaning
however it was asked for.  Denial is looked for first: a refusal must never pass for absence.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from studiogate.aws.wire.call import WireAnswer
from studiogate.aws.wire.xml import XmlError, leaves
from studiogate.errors import Absent, AwsError, Busy, Denied, Invalid

LONGEST_MESSAGE: Final = 500
LONGEST_RETRY_S: Final = 30

_PASSING: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS.value, *range(500, 600)})
_REFUSING: Final = frozenset({HTTPStatus.UNAUTHORIZED.value, HTTPStatus.FORBIDDEN.value})

_DENIED: Final = (
    "AccessDenied",
    "AuthFailure",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignature",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "RegionDisabled",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "UnrecognizedClient",
)
_BUSY: Final = (
    "BandwidthLimitExceeded",
    "ConcurrentModification",
    "EC2Throttled",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ServiceUnavailable",
    "SlowDown",
    "Throttl",
    "TooManyRequests",
    "TransactionInProgress",
)
_ABSENT: Final = ("NoSuch", "ResourceNotFound")
_INVALID: Final = (
    "ConditionalCheckFailed",
    "Conflict",
    "DeleteConflict",
    "DuplicatePolicy",
    "EntityAlreadyExists",
    "InvalidInput",
    "InvalidParameter",
    "InvalidRequest",
    "Malformed",
    "MissingParameter",
    "PackedPolicyTooLarge",
    "ResourceInUse",
    "Serialization",
    "UsernameExists",
    "Validation",
)

_STALE: Final = ("ExpiredToken", "RequestExpired")
_UNSIGNED: Final = (
    "IncompleteSignature",
    "InvalidSignature",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
)


def translate(answer: WireAnswer, *, action: str, about: str) -> AwsError:
    """The error that `answer`, which is not a success, stands for.

    Reads the JSON 1.0 and 1.1 protocols (`__type`, `x-amzn-errortype`) and query XML
    (`Error/Code`).  What cannot be read is `Busy` if the status says the fault is passing,
    else a plain `AwsError`: unknown is never taken for absent.
    """
    code, message = _code_and_message(answer)
    return failure(
        code,
        message,
        status=answer.status,
        action=action,
        about=about,
        retry_after_s=_retry_after_s(answer.headers),
    )


def failure(
    code: str,
    message: str,
    *,
    status: int,
    action: str,
    about: str,
    retry_after_s: int = 1,
) -> AwsError:
    """The error of AWS's `code`, with a remedy; `message` is kept for the log, shortened."""
    kind = family(code, status)
    text = f"{action}: {code or f'HTTP {status}'}: {_safe(message)}"
    remedy = _remedy(kind, code, action)
    if kind is Busy:
        return Busy(
            text,
            remedy=remedy,
            action=action,
            about=about,
            code=code,
            retry_after_s=retry_after_s,
        )
    return kind(text, remedy=remedy, action=action, about=about, code=code)


def family(code: str, status: int) -> type[AwsError]:
    """The family of an error code; of the status alone where the code says nothing.

    A status of 401 or 403 counts only together with a code: a page of some proxy on the way
    has the status but is not AWS's word.
    """
    if code.startswith(_DENIED):
        return Denied
    if code.startswith(_BUSY) or status in _PASSING:
        return Busy
    if code.startswith(_ABSENT) or code.removesuffix("Exception").endswith("NotFound"):
        return Absent
    if code.startswith(_INVALID) or code.endswith("AlreadyExists"):
        return Invalid
    return Denied if code and status in _REFUSING else AwsError


def _code_and_message(answer: WireAnswer) -> tuple[str, str]:
    """AWS's code without its decoration, and its message; empty where there is none."""
    named = answer.headers.get("x-amzn-errortype", "")
    if answer.body.lstrip().startswith(b"<"):
        code, message = _from_xml(answer.body)
    else:
        code, message = _from_json(answer.body)
    return _bare(named or code), message


def _from_xml(body: bytes) -> tuple[str, str]:
    try:
        found = leaves(body)
    except XmlError:
        return "", ""
    return _ending(found, "Error/Code"), _ending(found, "Error/Message")


def _ending(found: Mapping[str, str], end: str) -> str:
    """The first text whose path ends so: EC2 wraps `Error` in one element more than STS."""
    return next((text for path, text in found.items() if path.endswith(end)), "")


def _from_json(body: bytes) -> tuple[str, str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(found, dict):
        return "", ""
    return _text(found, "__type", "code"), _text(found, "message", "Message")


def _text(found: Mapping[str, Any], *keys: str) -> str:
    return next((found[key] for key in keys if isinstance(found.get(key), str)), "")


def _bare(code: str) -> str:
    """`ResourceNotFoundException` of `com.amazonaws.x#ResourceNotFoundException:http://…`."""
    return _safe(code.partition(":")[0].rpartition("#")[2])


def _safe(message: str) -> str:
    """`message` in one line, short, and without the request that a refused signature quotes.

    AWS answers a wrong signature with the canonical request it expected, in which the session
    token stands in clear.
    """
    own = message.partition("The Canonical String")[0]
    line = "".join(letter if letter.isprintable() else " " for letter in own).strip()
    return line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"


def _retry_after_s(headers: Mapping[str, str]) -> int:
    """Seconds of `Retry-After` within 1 to 30; AWS sends seconds, never a date."""
    asked = headers.get("retry-after", "").strip()
    if not (asked.isascii() and asked.isdecimal()):
        return 1
    return min(max(int(asked[:6]), 1), LONGEST_RETRY_S)


def _remedy(kind: type[AwsError], code: str, action: str) -> str:
    if kind is Denied and code.startswith(_STALE):
        return "The credentials have expired: ask for new ones, and check this machine's clock."
    if kind is Denied and code.startswith(_UNSIGNED):
        return "Check this machine's clock, then whether the secret key belongs to the key id."
    return _REMEDIES[kind].format(action=action)


_REMEDIES: Final[Mapping[type[AwsError], str]] = {
    Denied: (
        "Look for {action} in what decides about it: the caller's policies, the resource's or "
        "role's policy, the VPC endpoint's policy and the service control policies."
    ),
    Absent: "Check the name, the account and the region; if it was never made, apply makes it.",
    Invalid: "Correct the value that AWS names; it is refused however often it is sent.",
    Busy: "Try again after the seconds given; if it lasts, see the service's quotas.",
    AwsError: "Look the code up in the service's list of errors; studiogate does not know it.",
}
