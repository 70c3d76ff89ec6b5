"""Where canaries of a person are to be tried: each domain and profile, or why there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studiogate import names
from studiogate.audit.revocation import Vital
from studiogate.errors import AwsError, Busy, Unreachable
from studiogate.foundation.directory import DomainRow, LobRow, PersonRow
from studiogate.gateway import reasons
from studiogate.gateway.ports import Grant, Ports, Sight
from studiogate.gateway.window import SESSION_S

_URL_EXPIRES_S = 5
_NO_ACCOUNT = Sight(Vital.UNCLEAR, "the directory knows no account of this lob")
_NO_NAME = Sight(Vital.ABSENT, "they have no name that can be a profile")
_NOT_NAMED = Sight(Vital.UNCLEAR, "no profile was named that they may have there")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canary is tried, or why it cannot be."""

    lob: str
    domain: str | None
    profile: str | None
    wanted: Grant | Sight
    """What the canary needs, or what there is to say where none can be tried."""


async def places_of(
    ports: Ports, person: str, row: PersonRow | None, lob: str, named: Sequence[str]
) -> list[Place]:
    """The places of `person` in `lob`: the profiles `named`, and their own where they belong.

    `row` is the person's in the directory.  A line of business that cannot be read is a place
    of its own, so that one does not hide the others.
    """
    try:
        found = await ports.directory.lob(lob)
    except AwsError as error:
        silent = isinstance(error, Busy | Unreachable)
        state = Vital.UNREACHABLE if silent else Vital.UNCLEAR
        why = f"the directory: {reasons.recorded(error)}"
        return [Place(lob, None, None, Sight(state, why))]
    if found is None or found.account is None or found.external_id is None:
        return [Place(lob, None, None, _NO_ACCOUNT)]
    own = _own_profile(person, row)
    theirs = [own] if own is not None and row is not None and row.lob == lob else []
    profiles = list(dict.fromkeys([*theirs, *named]))
    return [place for one in found.domains for place in _in(found, one, person, profiles, own)]


def _own_profile(person: str, row: PersonRow | None) -> str | None:
    """The profile by the directory; the person's own name where that can be one."""
    profile = (row.profile if row is not None else None) or person
    return profile if names.is_profile(profile) else None


def _in(
    lob: LobRow, domain: DomainRow, person: str, profiles: Sequence[str], own: str | None
) -> Iterator[Place]:
    if not profiles:
        yield Place(lob.lob, domain.name, None, _NO_NAME if own is None else _NOT_NAMED)
    for profile in profiles:
        yield Place(lob.lob, domain.name, profile, _grant(person, profile, lob, domain))


def _grant(person: str, profile: str, lob: LobRow, domain: DomainRow) -> Grant:
    return Grant(
        person=person,
        profile=profile,
        lob=lob.lob,
        account=lob.account or "",
        external_id=lob.external_id or "",
        domain=domain.name,
        domain_id=domain.domain_id,
        url_expires_s=_URL_EXPIRES_S,
        session_s=SESSION_S,
        landing=domain.landing,
        network="",
    )
