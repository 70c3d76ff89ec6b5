"""Why somebody is not signed in: a code for the record, and one sentence for everybody.

A caller learns only that they are not signed in.  The code says which check said no; it goes
into the record and the log, and is safe there because it holds nothing of what was presented.
"""

from enum import StrEnum, auto

from studiogate.errors import Malformed, NotSignedIn


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
    TOKEN_PROOF = auto()
    """The person proved who they are longer ago than we ask providers to allow."""

    TOKEN_SUBJECT = auto()
    TOKEN_USERNAME = auto()
    TOKEN_EMAIL = auto()
    """People are known by their address there, and nobody has verified this one."""

    TOKEN_SESSION = auto()
    """The provider's id of its own session is no short text."""

    TOKEN_GROUPS = auto()
    TOKEN_GROUPS_UNTOLD = auto()
    """There are groups, and the token does not list them: more than the provider tells."""

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

    LOGOUT_PARAMETERS = auto()
    LOGOUT_ISSUER = auto()
    LOGOUT_EVENT = auto()
    """It does not say that somebody was signed out."""

    LOGOUT_NOBODY = auto()
    """It names neither a session nor a subject."""

    LOGOUT_ID = auto()
    LOGOUT_REPEATED = auto()
    """This logout token was used before."""

    PROGRAM_SEAL = auto()
    """A token of the command line that is not ours, or not whole."""

    PROGRAM_OVER = auto()
    PROGRAM_REQUEST = auto()
    """The command line asked for a token in no way it could be given one."""

    PROGRAM_GRANT_TYPE = auto()
    CODE_SEAL = auto()
    CODE_OVER = auto()
    CODE_REDIRECT = auto()
    """The code was brought to another address than the one that shows it."""

    CODE_VERIFIER = auto()
    CODE_USED = auto()
    DEVICE_UNKNOWN = auto()
    """No command line waits under that code."""

    DEVICE_OVER = auto()
    DEVICE_DENIED = auto()
    """Somebody signed in said no."""

    DEVICE_USED = auto()

    SAML_FORM = auto()
    """Not a form with one `SAMLResponse` of at most the size we read."""

    SAML_ENCODING = auto()
    """Not the one base64 of some bytes, or these are not UTF-8."""

    SAML_DOCTYPE = auto()
    SAML_XML = auto()
    SAML_STRUCTURE = auto()
    """An element or attribute that a response does not have, or not there."""

    SAML_ENCRYPTED = auto()
    SAML_ATTRIBUTE = auto()
    """An attribute that must be there once with one text is not, or not so."""

    SAML_UNREADABLE = auto()
    """A check broke on it.  What we cannot judge we refuse."""

    SAML_STATUS = auto()
    """The provider itself says that nobody signed in."""

    SAML_PROVIDER = auto()
    """Issued by nobody we trust."""

    SAML_PROVIDER_OVER = auto()
    """What the provider published no longer counts, or none of its certificates does."""

    SAML_UNSIGNED = auto()
    SAML_ALGORITHM = auto()
    SAML_SIGNATURE = auto()
    SAML_ISSUER = auto()
    SAML_AUDIENCE = auto()
    SAML_RECIPIENT = auto()
    SAML_DESTINATION = auto()
    SAML_REQUEST = auto()
    """It answers a request that this browser did not make, or made too long ago."""

    SAML_REQUEST_REPEATED = auto()
    SAML_UNSOLICITED = auto()
    """Nobody here asked for it, and the landscape has such assertions refused."""

    SAML_CONFIRMATION = auto()
    """Not confirmed once, as bearer, with an end and without a beginning."""

    SAML_STATEMENT = auto()
    """Not one statement of how somebody authenticated."""

    SAML_SUBJECT = auto()
    SAML_TIME = auto()
    """A time that is missing, without a zone, or later than now where it cannot be."""

    SAML_EXPIRED = auto()
    SAML_NOT_YET = auto()
    SAML_TOO_OLD = auto()
    SAML_PERSON = auto()
    """A sign-in name in another alphabet than names have."""

    SAML_GROUPS = auto()
    """Groups that are said twice, are too many, or are said elsewhere."""

    SAML_REPEATED = auto()
    """The assertion was used before, here or at another instance."""

    SCIM_TOKEN = auto()
    """No provider sends people with this token."""


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


def unreadable(why: Why) -> Malformed:
    """The refusal of a message that cannot be read as one; the same words as `unfinished`."""
    said = unfinished(why)
    return Malformed(str(said), remedy=said.remedy, reason=said.reason, recorded=said.recorded)
