"""The decision: may this person open this domain, from here, now?  Pure; the answer is a value.

Whoever may not is told why and what to do, with two exceptions that would help an attacker: a
person of another provider looks like a person nobody entered, and a domain of somebody else
looks like one that does not exist.  The record keeps the difference where there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from studiogate import names
from studiogate.errors import NotAllowed, NotSignedIn, NotThere
from studiogate.foundation.directory import DomainRow, LobRow, PersonRow
from studiogate.gateway.ports import Grant, Identity

APPS: Mapping[str, str] = {
    "JupyterLab": "app:JupyterLab:",
    "CodeEditor": "app:CodeEditor:",
    "JupyterServer": "app:JupyterServer:",
    "RStudioServerPro": "app:RStudioServerPro:",
    "Canvas": "app:Canvas:",
}
"""`?app=` to LandingUri (SageMaker API reference, CreatePresignedDomainUrl)."""

SHORTEST_SESSION_S = 1800
"""Seconds: SessionExpirationDurationInSeconds is never less (SageMaker API reference)."""

NOWHERE = "0.0.0.0"  # noqa: S104 - the address of nobody, never bound to
_ASK_OWNER = "Ask the owner of your line of business to enter you in the landscape."


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for besides the domain: which app to land in, which space."""

    app: str | None = None
    space: str | None = None


def admit(person: PersonRow | None, identity: Identity, *, now: datetime) -> PersonRow:
    """The row of whoever `identity` vouches for, if they may come in at all.

    Raises:
        NotSignedIn: the sign-in is over.
        NotAllowed: nobody entered them, through this provider; or they are revoked or expired.
    """
    if identity.until <= now:
        raise NotSignedIn(
            "you are not signed in",
            remedy="Sign in again.",
            reason="not-signed-in",
            recorded="sign-in-expired",
        )
    if person is None or person.person != identity.person:
        raise _unknown("unknown-person")
    if person.idp is not None and person.idp != identity.idp:
        raise _unknown("wrong-idp")
    if person.revoked:
        raise NotAllowed(
            "your access has been revoked",
            remedy="Ask the owner of your line of business if this is a mistake.",
            reason="revoked",
        )
    if person.until is not None and person.until <= now:
        raise NotAllowed(
            f"your access ended at {_minute(person.until)}",
            remedy="Ask the owner of your line of business to extend it.",
            reason="expired",
        )
    return person


def authorise(
    person: PersonRow | None,
    lob: LobRow | None,
    identity: Identity,
    *,
    domain: str | None,
    source_ip: str,
    now: datetime,
    wish: Wish | None = None,
) -> Grant:
    """The grant to open `domain`, or the one domain there is when `domain` is `None`.

    `lob` is the row of the line of business `person` names.  The Studio session is cut to end
    when the person's access does.

    Raises:
        NotSignedIn: the sign-in is over.
        NotAllowed: this person, this domain, this place or this time: no.
        NotThere: they may, but what they would open is not there or not finished.
    """
    known = admit(person, identity, now=now)
    profile = _profile(known)
    home, account, external_id = _home(known, lob)
    found = _domain(home, domain)
    network = _network(found, source_ip)
    wish = wish or Wish()
    return Grant(
        person=known.person,
        profile=profile,
        lob=home.lob,
        account=account,
        external_id=external_id,
        domain=found.name,
        domain_id=found.domain_id,
        url_expires_s=found.url_expires_s,
        session_s=_session_s(found, known, now),
        landing=_landing(found, wish.app),
        network=network,
        space=_space(wish.space),
        until=known.until,
    )


def network_of(opens_from: Mapping[str, tuple[str, ...]], source_ip: str) -> str | None:
    """Name of the first network of `opens_from` that holds `source_ip`; `None`: not one does.

    The unknown address `0.0.0.0` is in no network, not even in one that holds everything.
    """
    if source_ip == NOWHERE:
        return None
    address = _address(source_ip)
    for name, cidrs in opens_from.items():
        if any(address in _parsed(cidr) for cidr in cidrs):
            return name
    return None


@lru_cache(maxsize=4096)
def _parsed(cidr: str) -> IPv4Network | IPv6Network:
    """`cidr`, read once: the same few come with every opening."""
    return ip_network(cidr)


@lru_cache(maxsize=4096)
def _address(ip: str) -> IPv4Address | IPv6Address:
    return ip_address(ip)


def not_yours(domain: str) -> NotAllowed:
    """The refusal for a domain that is absent or somebody else's: one sentence for both."""
    return NotAllowed(
        f"{domain!r} is not one of your domains",
        remedy="The portal lists your domains; ask the owner of the domain to add you to its "
        "line of business.",
        reason="not-your-domain",
    )


def _unknown(recorded: str) -> NotAllowed:
    return NotAllowed(
        "you are signed in, but nobody has given you access here",
        remedy=_ASK_OWNER,
        reason="unknown-person",
        recorded=recorded,
    )


def _profile(person: PersonRow) -> str:
    profile = person.profile or person.person
    if not names.is_profile(profile):
        raise NotThere(
            "you have no Studio profile yet",
            remedy="Ask the platform team to set `profile` for you in the landscape: your "
            "sign-in name cannot be a Studio profile.",
            reason="no-profile",
        )
    return profile


def _home(person: PersonRow, lob: LobRow | None) -> tuple[LobRow, str, str]:
    """The line of business, its account and its external id: none of the three is optional."""
    if person.lob is None:
        raise NotAllowed(
            "you do not belong to a line of business", remedy=_ASK_OWNER, reason="no-lob"
        )
    if lob is None or lob.lob != person.lob:
        raise _unfinished("is not set up yet", "lob-missing", "lob-missing")
    if lob.account is None or lob.external_id is None:
        missing = "account" if lob.account is None else "external-id"
        raise _unfinished("has no account yet", "lob-without-account", f"lob-without-{missing}")
    return lob, lob.account, lob.external_id


def _unfinished(what: str, reason: str, recorded: str) -> NotThere:
    return NotThere(
        f"your line of business {what}",
        remedy="Ask the platform team to finish it; `studiogate doctor` names what is missing.",
        reason=reason,
        recorded=recorded,
    )


def _domain(lob: LobRow, domain: str | None) -> DomainRow:
    if domain is not None:
        found = [row for row in lob.domains if row.name == domain]
        if not found:
            raise not_yours(domain)
        return found[0]
    if not lob.domains:
        raise _unfinished(
            "has no Studio domain yet", "lob-without-domain", "lob-without-domain"
        )
    if len(lob.domains) > 1:
        raise NotThere(
            "you have several domains; say which one to open",
            remedy="Open one of: "
            + ", ".join(f"/open/{row.name}" for row in lob.domains)
            + ".",
            reason="several-domains",
        )
    return lob.domains[0]


def _network(domain: DomainRow, source_ip: str) -> str:
    network = network_of(domain.opens_from, source_ip)
    if network is None:
        known = ", ".join(sorted(domain.opens_from)) or "none yet"
        raise NotAllowed(
            f"{domain.name!r} does not open from {source_ip}",
            remedy=f"Connect to one of these networks and try again: {known}.",
            reason="network",
        )
    return network


def _session_s(domain: DomainRow, person: PersonRow, now: datetime) -> int:
    """Seconds the Studio session may last: the domain's, but not past the person's end."""
    if person.until is None:
        return domain.session_s
    left = person.until - now
    if left < timedelta(seconds=SHORTEST_SESSION_S):
        raise NotAllowed(
            f"your access ends at {_minute(person.until)}, sooner than the shortest Studio "
            "session of 30 minutes",
            remedy="Ask the owner of your line of business to extend it.",
            reason="expires-too-soon",
        )
    return min(domain.session_s, int(left.total_seconds()))


def _landing(domain: DomainRow, app: str | None) -> str:
    if app is None:
        return domain.landing
    if app not in APPS:
        raise NotThere(
            "there is no such app",
            remedy=f"Use one of: {', '.join(APPS)}.",
            reason="unknown-app",
        )
    return APPS[app]


def _space(space: str | None) -> str | None:
    if space is not None and not names.is_profile(space):
        raise NotThere(
            "there is no such space",
            remedy="A space is 1 to 63 letters, digits and inner hyphens.",
            reason="unknown-space",
        )
    return space


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
