"""What the front tells about each call: enough for a test, and for CloudTrail later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class ApiEvent:
    """One call to an emulated API, filled in as it is understood.  No secret, no body."""

    at: datetime
    request_id: str
    network: str
    client_ip: str
    endpoint: str | None
    """Id of the VPC endpoint the call came through."""

    service: str = ""
    operation: str = ""
    region: str = ""
    account: str = ""
    caller_arn: str = ""
    access_key: str = ""
    """The key's id, which is no secret."""

    source_identity: str | None = None
    asked: tuple[tuple[str, str], ...] = ()
    """Every permission asked for, as action and resource."""

    error: str = ""
    """The code the call was refused with; empty when it was answered."""

    why: str = ""
    """The sentence of the policy decision that refused; empty otherwise."""


Trail = Callable[[ApiEvent], None]
"""Keeps events.  What it raises fails the call: an unrecorded call is worse than none."""
