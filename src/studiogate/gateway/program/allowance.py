"""What somebody lets the command line do, and the token that is given for it.

The token is opaque: sealed like a cookie, for a purpose of its own.  It ends when the session
ends that it was made from, and it counts from when that session began, so that whatever ends
the person's sign-ins ends it, too.  It has a session id of its own: signing out of the portal
leaves the command line signed in, and the other way round.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from studiogate.gateway.ports import Clock, Identity
from studiogate.gateway.signin.cookie import BadSeal, Sealer
from studiogate.gateway.signin.why import Why, refused

WAY = "program"
PREFIX = "sgp_"
"""How a token begins; it tells it from a provider's, for us and for whoever looks for leaks."""

LARGEST = 4096
"""Characters of anything sealed here: names and groups, and no list that grows."""

_PURPOSE = "program"
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Allowance:
    """A yes, said in a browser by somebody who is signed in there."""

    identity: Identity
    """Who said it, by the session they said it in."""

    sid: str = field(repr=False)
    """Session id of the token that is given for it; there is never more than one."""

    browser: str
    """Address of the browser."""

    def facts(self) -> dict[str, Any]:
        """As it is sealed."""
        return {**_facts(self.identity), "n": self.sid, "f": self.browser}

    def token(self, sealer: Sealer) -> str:
        """The token that acts for them."""
        own = replace(self.identity, session=self.sid)
        return PREFIX + sealer.sealed(_PURPOSE, _facts(own))


def allowed(identity: Identity, *, browser: str) -> Allowance:
    """That `identity` says yes, in a browser at that address."""
    return Allowance(identity, secrets.token_urlsafe(_ID_BYTES), browser)


def allowance_of(facts: Mapping[str, Any]) -> Allowance:
    """The allowance that was sealed as `facts`.

    Raises:
        BadSeal: they are not of one.
    """
    try:
        return Allowance(_identity(facts, "session"), facts["n"], facts["f"])
    except KeyError:
        raise BadSeal from None


def is_program_token(token: str) -> bool:
    """Whether a bearer token claims to be one of the command line's."""
    return token.startswith(PREFIX)


def program_identity(
    sealer: Sealer, clock: Clock, token: str, *, idps: Collection[str]
) -> Identity:
    """Who `token` speaks for; whether it was ended since is for `Directory.standing` to say.

    `idps` are the providers this gateway trusts.

    Raises:
        NotSignedIn: it is not ours, or over, or from a provider that is trusted no more.
    """
    try:
        sealed = token.removeprefix(PREFIX)
        facts = sealer.opened(_PURPOSE, sealed, largest=LARGEST)
        found = _identity(facts, WAY)
    except (BadSeal, KeyError):
        raise refused(Why.PROGRAM_SEAL) from None
    if found.idp not in idps:
        raise refused(Why.SESSION_IDP)
    if clock() >= found.until:
        raise refused(Why.PROGRAM_OVER)
    return found


def _facts(identity: Identity) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "s": identity.session,
        "p": identity.person,
        "i": identity.idp,
        "u": identity.subject,
        "e": int(identity.until.timestamp()),
    }
    if identity.at is not None:
        facts["b"] = identity.at.timestamp()
    if identity.groups is not None:
        facts["g"] = sorted(identity.groups)
    if identity.at_provider is not None:
        facts["x"] = identity.at_provider
    return facts


def _identity(facts: Mapping[str, Any], way: str) -> Identity:
    return Identity(
        person=facts["p"],
        idp=facts["i"],
        subject=facts["u"],
        until=datetime.fromtimestamp(facts["e"], UTC),
        way=way,
        at=datetime.fromtimestamp(facts["b"], UTC) if "b" in facts else None,
        groups=frozenset(facts["g"]) if "g" in facts else None,
        session=facts["s"],
        at_provider=facts.get("x"),
    )
