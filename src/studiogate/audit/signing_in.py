"""One line of the gateway's record: who signed in or out, which way, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from studiogate.audit.lines import line_of


class Deed(StrEnum):
    """What was done, or tried."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    PROVIDER_SIGN_OUT = "provider-sign-out"
    """The provider said that somebody's session ended there."""

    PROVISION = "provision"
    """The provider entered, changed or deactivated a person or a group by SCIM."""


class Result(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    """The provider, AWS, or we, could not."""


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What was decided about one message that would sign somebody in or out.

    Holds no token, assertion, code, cookie or URL.
    """

    at: datetime
    """Aware UTC, when the request arrived."""

    deed: Deed
    outcome: Result
    reason: str
    """`ok`, or the code of the refusal or failure."""

    request_id: str
    source_ip: str
    way: str
    """`oidc`, `saml`, `program` (the command line), `scim` or `portal`."""

    idp: str | None = None
    """Name of the provider in the landscape, where it is known."""

    person: str | None = None
    """The sign-in name; only of a message that was believed."""

    about: str | None = None
    """What tells the message from others without being it: a digest, or what it changed."""

    incident: str | None = None
    took_ms: int = 0

    def line(self) -> dict[str, Any]:
        """The record as JSON keeps it; times in ISO 8601, absent facts left out."""
        return line_of(self)
