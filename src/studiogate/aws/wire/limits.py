"""What both transports hold to, so that a gateway behaves the same behind either."""

from typing import Final

from studiogate.aws.wire.call import WireRequest

LARGEST_ANSWER_BYTES: Final = 4 * 1024 * 1024
"""DynamoDB's largest page, and far more than the other calls answer."""

IDLE_S: Final = 50.0
"""How long a connection is kept unused: shorter than the minute load balancers commonly do."""

_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})


def may_repeat(request: WireRequest) -> bool:
    """Whether `request` may be sent again when nobody knows if it arrived (RFC 9110, 9.2.2)."""
    return request.repeatable or request.method.upper() in _IDEMPOTENT
