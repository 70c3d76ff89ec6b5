"""Why somebody is not signed in: a code for the record, and one sentence for everybody.

A caller learns only that they are not signed in.  The code says which check said no; it goes
into the record and the log, and is safe there because it holds nothing of what was presented.
"""

from enum import StrEnum, auto

from studiogate.errors import NotSignedIn


class Why(StrEnum):
    """The check that said no; its value is its name as the record has it: `token-expired`."""

    @staticmethod
    def _generate_next_value_(name: str, *_: object) -> str:
        return name.lower().replace("_", "-")

    NOTHING_SHOWN = auto()
    """Neither a bearer token nor a session cookie."""

    BEARER_REPEATED = auto()
    BEARER_SCHEME = auto()
    BEARER_MALFORMED = auto()

    TOKEN_SIZE = auto()
    TOKEN_MALFORMED = auto()
    TOKEN_ENCODING = auto()
    TOKEN_JSON = auto()
    TOKEN_CRITICAL = auto()
    """The header asks for `crit`, `b64` or `zip`, none of which we speak."""

    TOKEN_TYPE = auto()
    TOKEN_ALGORITHM = auto()
    TOKEN_NO_KEY_ID = auto()
    TOKEN_UNKNOWN_KEY = auto()
    TOKEN_KEY_ALGORITHM = auto()
    """The header names one algorithm, and the provider's key is for another."""

    TOKEN_SIGNATURE = auto()
    TOKEN_ISSUER = auto()
    TOKEN_USE = auto()
    TOKEN_CLIENT = auto()
    TOKEN_AUDIENCE = auto()
    TOKEN_PARTY = auto()
    TOKEN_NONCE = auto()
    TOKEN_TIME = auto()
    """A time that is missing, not a number, or out of any plausible range."""

    TOKEN_EXPIRED = auto()
    TOKEN_NOT_YET = auto()
    TOKEN_LIFETIME = auto()
    TOKEN_SUBJECT = auto()
    TOKEN_USERNAME = auto()
    TOKEN_UNREADABLE = auto()
    """A check broke on it.  What we cannot judge we refuse."""

    SESSION_REPEATED = auto()
    SESSION_SEAL = auto()
    """Tampered with, cut short, or sealed with a key we do not have."""

    SESSION_SIZE = auto()
    SESSION_IDP = auto()
    """From a provider this gateway no longer trusts."""

    SESSION_OVER = auto()
    SESSION_IDLE = auto()
    SESSION_ENDED = auto()
    """The person signed out."""

    SIGNIN_PARAMETERS = auto()
    SIGNIN_NOT_BEGUN = auto()
    """The browser that came back is not the one that was sent, or it took too long."""

    SIGNIN_STATE = auto()
    SIGNIN_REPEATED = auto()
    SIGNIN_ISSUER = auto()
    """Another provider answered than the one that was asked (RFC 9207)."""

    SIGNIN_IDP_REFUSED = auto()
    SIGNIN_CODE = auto()


def refused(why: Why) -> NotSignedIn:
    """The refusal to raise: the same words for every check, the code for the record."""
    return NotSignedIn(
        "you are not signed in",
        remedy="Sign in again, or ask for a new token, and repeat the request.",
        reason="not-signed-in",
        recorded=why.value,
    )


def unfinished(why: Why) -> NotSignedIn:
    """The refusal of a sign-in that came back from the provider and cannot be believed."""
    return NotSignedIn(
        "the sign-in could not be finished",
        remedy="Start it again from the portal, in this browser and in one tab.",
        reason="signin-unfinished",
        recorded=why.value,
    )
