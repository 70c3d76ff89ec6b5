"""Whether a person is the same everywhere: landscape, user pool, directory, Studio (S2-28).

A comparison of values.  What was read is `Known`, and `reading` reads it; each difference is a
`Drift` that names the person, so that whoever puts it right knows whom it stops, or lets in.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from studiogate import names
from studiogate.foundation.directory import LobRow, PersonRow
from studiogate.foundation.rows import person_rows
from studiogate.landscape.model import Landscape


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row of the directory that is there and holds what it cannot hold."""

    why: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is there, as AWS told it."""

    pools: Mapping[str, Mapping[str, bool]]
    """For each idp that is a Cognito user pool: its sign-in names, and whether enabled."""

    people: Mapping[str, PersonRow | Unreadable]
    lobs: Mapping[str, LobRow | Unreadable]
    profiles: Mapping[str, Collection[str]]
    """Studio profiles by domain id; a domain that is not there has no entry."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that is not as the landscape says, about one person."""

    person: str
    """The sign-in name; for a profile that nobody owns, the name of the profile."""

    where: str
    what: str
    remedy: str


def drift(landscape: Landscape, known: Known) -> list[Drift]:
    """Every difference: people in the order of the landscape, then strangers by name."""
    rows = {row.person: row for row in person_rows(landscape)}
    declared = [
        found
        for name in landscape.people
        for part in (
            _in_pools(name, landscape, known),
            _in_table(rows[name], known),
            _in_lob(name, landscape, known),
        )
        for found in part
    ]
    strangers = [
        *_strange_users(landscape, known),
        *_strange_rows(landscape, known),
        *_strange_profiles(landscape, known),
    ]
    return declared + sorted(strangers, key=lambda found: (found.person, found.where))


def opened(landscape: Landscape, lob: str, known: Known) -> Mapping[str, str]:
    """Domains of `lob` by name, with the ids its row gives them.

    Empty where the row is of no use: absent, unreadable, or of another account.
    """
    row = known.lobs.get(lob)
    if not isinstance(row, LobRow) or row.account != _account(landscape, lob):
        return {}
    ids = {domain.name: domain.domain_id for domain in row.domains}
    return {name: ids[name] for name in _domains(landscape, lob) if name in ids}


def _account(landscape: Landscape, lob: str) -> str:
    return landscape.accounts[landscape.lobs[lob].account]


def _domains(landscape: Landscape, lob: str) -> list[str]:
    return [name for name, domain in landscape.domains.items() if domain.lob == lob]


def _in_pools(name: str, landscape: Landscape, known: Known) -> Iterator[Drift]:
    """Whether `name` can sign in; silent where a provider that cannot be read may know them."""
    only = landscape.people[name].idp
    asked = list(only or landscape.idps)
    pools = {idp: known.pools[idp] for idp in asked if idp in known.pools}
    if len(pools) == len(asked) and not any(name in users for users in pools.values()):
        there = {user for users in pools.values() for user in users}
        yield Drift(
            name,
            _pool(*pools),
            "there is no such user" + _but(name, there),
            "Create the user under exactly this name, or take them out of the landscape.",
        )
    for idp, users in pools.items():
        if users.get(name) is False:
            yield Drift(
                name,
                _pool(idp),
                "the user is disabled",
                "Enable the user, or take them out of the landscape.",
            )


def _in_table(wanted: PersonRow, known: Known) -> Iterator[Drift]:
    found = known.people.get(wanted.person)
    where = names.PEOPLE_TABLE
    if found is None:
        what = "there is no row" + _but(wanted.person, known.people)
        yield Drift(wanted.person, where, what, "Enter the row of this person.")
    elif isinstance(found, Unreadable):
        what = f"the row cannot be read: {found.why}"
        yield Drift(wanted.person, where, what, "Enter the row of this person again.")
    else:
        for what in _differences(wanted, found):
            yield Drift(
                wanted.person,
                where,
                what,
                "Correct the row, or the landscape if the row is right.",
            )


def _differences(wanted: PersonRow, found: PersonRow) -> Iterator[str]:
    """What the row says otherwise; a row without a profile means the sign-in name itself."""
    columns = {
        "LOB": (found.lob, wanted.lob),
        "PROFILE": (found.profile or found.person, wanted.profile or wanted.person),
        "IDP": (_listed(found.idps), _listed(wanted.idps)),
    }
    for column, (is_, should) in columns.items():
        if is_ != should:
            yield f"{column} is {_said(is_)}, and the landscape says {_said(should)}"
    if found.until is not None:
        yield f"access ends at {found.until.isoformat()}, which the landscape does not say"
    if found.revoked:
        yield "access is revoked, which the landscape does not say"
    if found.administrator != wanted.administrator:
        yield f"ADMINISTRATOR is {found.administrator}, and the landscape says otherwise"


def _in_lob(name: str, landscape: Landscape, known: Known) -> Iterator[Drift]:
    """Whether the row of the person's lob leads to their account and their profile there."""
    lob, profile = landscape.people[name].lob, landscape.profile_of(name)
    if lob is None or profile is None:
        return
    if (fault := _fault(landscape, lob, known)) is not None:
        yield Drift(name, names.LOBS_TABLE, fault, f"Correct the row of {lob}.")
        return
    ids = opened(landscape, lob, known)
    for domain in _domains(landscape, lob):
        if domain in ids:
            yield from _in_domain(name, profile, domain, known.profiles.get(ids[domain]))
        else:
            what = f"the row of {lob} does not name the domain {domain}"
            yield Drift(name, names.LOBS_TABLE, what, f"Enter the domain in the row of {lob}.")


def _fault(landscape: Landscape, lob: str, known: Known) -> str | None:
    """What is wrong with the row of `lob` as a whole; `None` if nothing is."""
    row = known.lobs.get(lob)
    if row is None:
        return f"there is no row of {lob}" + _but(lob, known.lobs)
    if isinstance(row, Unreadable):
        return f"the row of {lob} cannot be read: {row.why}"
    external_id = names.external_id(landscape.name, landscape.environment, lob)
    columns = {
        "account": (row.account, _account(landscape, lob)),
        "external id": (row.external_id, external_id),
    }
    for column, (is_, should) in columns.items():
        if is_ != should:
            return f"the {column} of {lob} is {_said(is_)}, and the landscape says {should!r}"
    return None


def _in_domain(
    name: str, profile: str, domain: str, profiles: Collection[str] | None
) -> Iterator[Drift]:
    if profiles is None:
        yield Drift(
            name,
            _domain(domain),
            "there is no such domain under the id that the directory gives",
            "Enter the id that the domain has in the row of the line of business.",
        )
    elif profile not in profiles:
        yield Drift(
            name,
            _domain(domain),
            f"there is no profile {profile!r}" + _but(profile, profiles),
            "Create the profile; one under another name is not theirs.",
        )


def _strange_users(landscape: Landscape, known: Known) -> Iterator[Drift]:
    for idp, users in known.pools.items():
        for name in users:
            if name not in landscape.people:
                yield Drift(
                    name,
                    _pool(idp),
                    "the landscape does not name this user",
                    "Add them to `people` of the landscape, or disable the user.",
                )


def _strange_rows(landscape: Landscape, known: Known) -> Iterator[Drift]:
    for name in known.people:
        if name not in landscape.people:
            yield Drift(
                name,
                names.PEOPLE_TABLE,
                "the landscape does not name this person",
                "Add them to `people` of the landscape, or delete the row.",
            )


def _strange_profiles(landscape: Landscape, known: Known) -> Iterator[Drift]:
    for lob in landscape.lobs:
        people = landscape.people.items()
        owned = {landscape.profile_of(name) for name, one in people if one.lob == lob}
        for domain, id_ in opened(landscape, lob, known).items():
            for profile in known.profiles.get(id_, ()):
                if profile not in owned:
                    yield Drift(
                        profile,
                        _domain(domain),
                        f"the profile is nobody's of {lob} in the landscape",
                        "Give it to a person of the landscape, or delete it with its files.",
                    )


def _but(name: str, there: Collection[str]) -> str:
    """A hint at the same name in other letters; every place tells upper from lower case."""
    alike = sorted(one for one in there if one.casefold() == name.casefold() and one != name)
    return f"; there is {alike[0]!r}, which is another name" if alike else ""


def _listed(idps: tuple[str, ...] | None) -> str | None:
    return None if idps is None else ", ".join(sorted(idps))


def _said(value: str | None) -> str:
    return "not given" if value is None else repr(value)


def _pool(*idps: str) -> str:
    return f"user pool {', '.join(idps)}"


def _domain(name: str) -> str:
    return f"domain {name}"
