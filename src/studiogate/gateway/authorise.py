"""The decision: may this person open this domain, from here, now?  Pure; the answer is a value.

Whoever may not is told why and what to do, with two exceptions that would help an attacker: a
person of another provider looks like a person nobody entered, and a domain of somebody else
looks like one that does not exist.  The record keeps the difference where there is one.

Whether a name is still the same somebody's is asked after this, in `gateway.owners`.
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
from studiogate.foundation.provisioned import NOT_MADE
from studiogate.gateway.ports import Grant, Identity
from studiogate.gateway.whom import Whom, owner, platform

APPS: Mapping[str, str] = {
    "Studio": "studio::",
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


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for besides the domain: which app to land in, which space."""

    app: str | None = None
    space: str | None = None


def admit(
    person: PersonRow | None,
    lob: LobRow | None,
    identity: Identity,
    *,
    now: datetime,
    contact: str | None = None,
) -> PersonRow:
    """The row of whoever `identity` vouches for, if they may come in at all.

    `lob` is the row of the line of business `person` names, and `contact` the platform team's
    address: both only for saying whom to ask.

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
        raise _unknown("unknown-person", platform(contact))
    if person.idps is not None and identity.idp not in person.idps:
        raise _unknown("wrong-idp", platform(contact))
    whom = owner(_own(person, lob), contact)
    if person.revoked:
        raise NotAllowed(
            "your access has been revoked",
            remedy=f"Ask {whom} if this is a mistake.",
            reason="revoked",
            contact=whom.contact,
        )
    if person.until is not None and person.until <= now:
        raise NotAllowed(
            f"your access ended at {_minute(person.until)}",
            remedy=f"Ask {whom} to extend it.",
            reason="expired",
            contact=whom.contact,
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
    contact: str | None = None,
) -> Grant:
    """The grant to open `domain`, or the one domain there is when `domain` is `None`.

    `lob` is the row of the line of business `person` names.  The Studio session is cut to end
    when the person's access does.  `contact` is the platform team's address, for refusals.

    Raises:
        NotSignedIn: the sign-in is over.
        NotAllowed: this person, this domain, this place or this time: no.
        NotThere: they may, but what they would open is not there or not finished.
    """
    known = admit(person, lob, identity, now=now, contact=contact)
    team = platform(contact)
    home, account, external_id = _home(known, lob, team)
    profile = _profile(known, team)
    whom = owner(home, contact)
    _still_in_group(home, identity, whom)
    found = _domain(home, domain, whom) if domain is not None else _only_domain(home, team)
    network = _network(found, source_ip, whom)
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
        session_s=_session_s(found, known, now, whom),
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


def not_yours(domain: str, whom: Whom) -> NotAllowed:
    """The refusal for a domain that is absent or somebody else's: one sentence for both.

    `whom` is the owner of the person's own line of business, whoever the domain's may be.
    """
    return NotAllowed(
        f"{domain!r} is not one of your domains",
        remedy=f"The portal lists your domains; if one is missing there, ask {whom}.",
        reason="not-your-domain",
        contact=whom.contact,
    )


def _own(person: PersonRow, lob: LobRow | None) -> LobRow | None:
    """`lob`, if it is the person's."""
    return lob if lob is not None and lob.lob == person.lob else None


def _unknown(recorded: str, whom: Whom) -> NotAllowed:
    return NotAllowed(
        "you are signed in, but nobody has given you access here",
        remedy=f"Ask {whom} to enter you in the landscape.",
        reason="unknown-person",
        recorded=recorded,
        contact=whom.contact,
    )


def _profile(person: PersonRow, whom: Whom) -> str:
    if person.profile == NOT_MADE:
        raise NotThere(
            "your Studio profile has not been made yet",
            remedy=f"Ask {whom} to deploy: `studiogate apply` makes the profiles of people "
            "whom an identity provider has sent.",
            reason="profile-not-made",
            contact=whom.contact,
        )
    profile = person.profile or person.person
    if not names.is_profile(profile):
        raise NotThere(
            "you have no Studio profile yet",
            remedy=f"Ask {whom} to set `profile` for you in the landscape: your sign-in name "
            "cannot be a Studio profile.",
            reason="no-profile",
            contact=whom.contact,
        )
    return profile


def _home(person: PersonRow, lob: LobRow | None, whom: Whom) -> tuple[LobRow, str, str]:
    """The line of business, its account and its external id: none of the three is optional."""
    if person.lob is None:
        raise NotAllowed(
            "you do not belong to a line of business",
            remedy=f"Ask {whom} to enter you in the landscape.",
            reason="no-lob",
            contact=whom.contact,
        )
    if lob is None or lob.lob != person.lob:
        raise _unfinished("is not set up yet", "lob-missing", "lob-missing", whom)
    if lob.account is None or lob.external_id is None:
        missing = "account" if lob.account is None else "external-id"
        raise _unfinished(
            "has no account yet", "lob-without-account", f"lob-without-{missing}", whom
        )
    return lob, lob.account, lob.external_id


def _still_in_group(lob: LobRow, identity: Identity, whom: Whom) -> None:
    """Return unless the provider tells groups, and none of them is one of `lob`.

    Groups narrow and never widen: which line of business somebody is in, the directory says.

    Raises:
        NotAllowed: the provider no longer has them in a group of their line of business.
    """
    if identity.groups is None or not lob.groups or identity.groups & {*lob.groups}:
        return
    raise NotAllowed(
        "your identity provider no longer lists you in a group of your line of business",
        remedy="If you were added a moment ago, sign out and sign in again; otherwise ask "
        f"{whom} to add you to the group.",
        reason="not-in-group",
        contact=whom.contact,
    )


def _unfinished(what: str, reason: str, recorded: str, whom: Whom) -> NotThere:
    return NotThere(
        f"your line of business {what}",
        remedy=f"Ask {whom} to finish it; `studiogate doctor` names what is missing.",
        reason=reason,
        recorded=recorded,
        contact=whom.contact,
    )


def _domain(lob: LobRow, domain: str, whom: Whom) -> DomainRow:
    found = [row for row in lob.domains if row.name == domain]
    if not found:
        raise not_yours(domain, whom)
    return found[0]


def _only_domain(lob: LobRow, whom: Whom) -> DomainRow:
    if not lob.domains:
        raise _unfinished(
            "has no Studio domain yet", "lob-without-domain", "lob-without-domain", whom
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


def _network(domain: DomainRow, source_ip: str, whom: Whom) -> str:
    network = network_of(domain.opens_from, source_ip)
    if network is None:
        known = ", ".join(sorted(domain.opens_from)) or "none yet"
        raise NotAllowed(
            f"{domain.name!r} does not open from {source_ip}",
            remedy=f"Connect to one of these networks and try again: {known}. "
            f"If it should open from where you are, ask {whom}.",
            reason="network",
            contact=whom.contact,
        )
    return network


def _session_s(domain: DomainRow, person: PersonRow, now: datetime, whom: Whom) -> int:
    """Seconds the Studio session may last: the domain's, but not past the person's end."""
    if person.until is None:
        return domain.session_s
    left = person.until - now
    if left < timedelta(seconds=SHORTEST_SESSION_S):
        raise NotAllowed(
            f"your access ends at {_minute(person.until)}, sooner than the shortest Studio "
            "session of 30 minutes",
            remedy=f"Ask {whom} to extend it.",
            reason="expires-too-soon",
            contact=whom.contact,
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
