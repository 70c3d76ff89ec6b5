"""Marks: what every instance of the gateway, and whoever runs it, must know at once.

A mark says that something was used up, was ended, or belongs to somebody.  Values here; the
gateway keeps them in a table of its own, and the command line takes some of them away.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

ENDS = "ENDS"
"""The column that DynamoDB deletes a mark by: seconds since 1970."""


class Kind(StrEnum):
    """What a mark is about."""

    ASSERTION = "assertion"
    """A SAML assertion that was used: issuer and id."""

    BEGUN = "begun"
    """A sign-in that came back: the state of OpenID Connect, the request id of SAML."""

    SESSION = "session"
    """A session of ours that was ended: its id."""

    AT_PROVIDER = "at-provider"
    """A session of the provider's that it ended: idp and `sid`, or idp and session index."""

    SUBJECT = "subject"
    """Somebody whose every sign-in so far was ended: idp and subject."""

    UNNAMED = "unnamed"
    """Somebody whose sign-ins so far were ended that name no session of the provider's: idp and
    subject."""

    LOGOUT_TOKEN = "logout-token"  # noqa: S105 - a kind of mark
    """A back-channel logout token that was used: issuer and `jti`."""

    CODE = "code"
    """A code of ours, for the command line: given, approved or used up."""

    PROFILE = "profile"
    """A Studio profile, and the sign-in name it was first opened by: lob and profile."""

    PERSON = "person"
    """A sign-in name, and the subject it first came with: idp and sign-in name."""

    DOCUMENT = "document"
    """What a provider published, kept for whoever starts while it does not answer."""


SO_FAR = frozenset({Kind.SUBJECT, Kind.UNNAMED})
"""What ends only sign-ins that began before it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to remember by; what it names is kept as a digest only."""

    kind: Kind
    of: tuple[str, ...] = field(repr=False)
    """What tells it from others of its kind; no part may be mistaken for another."""

    @property
    def key(self) -> str:
        """Its key in the table: the kind, and a digest of all parts with their lengths."""
        parts = "".join(f"{len(part)}:{part}" for part in self.of)
        return f"{self.kind}#{sha256(parts.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark that is there."""

    at: datetime
    """Aware UTC: when it was made."""

    until: datetime
    """Aware UTC: from then on it is not there."""

    value: str = field(default="", repr=False)
