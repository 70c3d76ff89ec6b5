"""What revoking somebody will do, as a value that can be shown before anything is cut.

One Deny per role and person, in the account of every line of business of the landscape, and in
those of the warehouses it reads: people move, and a session outlives the row that let it in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from studiogate import names
from studiogate.errors import LandscapeError, Problem
from studiogate.foundation.directory import PersonRow
from studiogate.landscape.model import Landscape
from studiogate.landscape.place import nearest
from studiogate.topology.roles import Reads, reads

PREFIX = "revoked-"
"""What the name of every inline policy of ours begins with that revokes somebody."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One Deny: on one role, for the sessions that carry one name."""

    lob: str
    account: str
    """Of the role: the line of business's own, or that of a warehouse it reads."""

    role: str
    named: str
    """The source identity of the sessions: the person, or in a notebook their profile."""

    @property
    def policy(self) -> str:
        """Name of the inline policy."""
        return PREFIX + self.named

    def __str__(self) -> str:
        """The cut in words, as a line of a plan."""
        return f"{self.lob} ({self.account}): deny sessions of {self.named!r} in {self.role}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that belongs to one person, wherever it may be."""

    person: str
    profiles: tuple[str, ...]
    """Every Studio profile known to be theirs."""

    lobs: tuple[str, ...]
    """Every line of business, the person's own first."""

    homes: frozenset[str]
    """Those the directory or the landscape says they belong to."""

    accounts: Mapping[str, str]
    """Account id of each of `lobs`."""

    taken: Mapping[str, frozenset[str]]
    """By line of business, those of `profiles` that are somebody else's there."""

    readers: Mapping[str, tuple[Cut, ...]]
    """By line of business, the Denies in the roles by which it reads warehouses."""

    beyond: str | None
    """The person's line of business by the directory, where this landscape has no such one."""

    def cuts(self, lob: str) -> Iterator[Cut]:
        """Every Deny for `lob`, in its own account first; nobody else's sessions are denied."""
        account = self.accounts[lob]
        yield Cut(lob, account, names.PRESIGN_ROLE, self.person)
        for profile in filter(names.is_person, self.profiles_in(lob)):
            yield Cut(lob, account, names.EXECUTION_ROLE, profile)
        yield from self.readers[lob]

    def together(self) -> Iterator[tuple[Cut, ...]]:
        """Every Deny, those for one line of business in one account together.

        An account that hangs, a warehouse's as well, then delays no other.
        """
        for lob in self.lobs:
            for _, some in groupby(self.cuts(lob), lambda one: one.account):
                yield tuple(some)

    @property
    def nameless(self) -> list[str]:
        """Those of `profiles` that STS takes for no source identity: no Deny can name them."""
        return [one for one in self.profiles if not names.is_person(one)]

    @property
    def spared(self) -> frozenset[str]:
        """Lines of business where every profile of theirs is somebody else's: nobody looks in.

        Where they belong is looked into all the same: there the gateway would let them in.
        """
        return frozenset(
            lob
            for lob in self.lobs
            if self.taken[lob] and not self.profiles_in(lob) and lob not in self.homes
        )

    def profiles_in(self, lob: str) -> list[str]:
        """The person's profiles in `lob`, as far as nobody else has them there."""
        return [one for one in self.profiles if one not in self.taken[lob]]


def plan(landscape: Landscape, person: str, row: PersonRow | None) -> Plan:
    """What is to be cut for `person`, whose row in the directory is `row`.

    Raises:
        LandscapeError: neither the landscape nor the directory knows anybody of that name; to
            cut nobody off and say that somebody is would be the worst of answers.
    """
    declared = landscape.people.get(person)
    if declared is None and row is None:
        stranger = _stranger(landscape, person)
        raise LandscapeError(
            [stranger], remedy="Nothing was changed: run it again with their name."
        )
    homes = {row.lob if row else None, declared.lob if declared else None} - {None}
    known = [lob for lob in landscape.lobs if lob in homes]
    lobs = (*known, *(lob for lob in landscape.lobs if lob not in homes))
    profiles = tuple(dict.fromkeys(_profiles(landscape, person, row)))
    taken = {lob: _taken(landscape, person, lob, profiles) for lob in lobs}
    theirs = {lob: [one for one in profiles if one not in taken[lob]] for lob in lobs}
    return Plan(
        person=person,
        profiles=profiles,
        lobs=lobs,
        homes=frozenset(known),
        accounts={lob: landscape.accounts[landscape.lobs[lob].account] for lob in lobs},
        taken=taken,
        readers=_readers(landscape, theirs),
        beyond=row.lob if row and row.lob and row.lob not in landscape.lobs else None,
    )


def _profiles(landscape: Landscape, person: str, row: PersonRow | None) -> Iterator[str]:
    """Their profiles by the directory and by the landscape; they differ after a change."""
    found = [row.profile or person] if row else []
    if person in landscape.people:
        declared = landscape.people[person].profile or landscape.profile_of(person)
        found += [declared or person]
    yield from filter(names.is_profile, found)


def _taken(
    landscape: Landscape, person: str, lob: str, profiles: Sequence[str]
) -> frozenset[str]:
    """Those of `profiles` that are somebody else's in `lob`; Studio does not tell capitals."""
    people = landscape.people.items()
    others = {
        (landscape.profile_of(name) or "").casefold()
        for name, one in people
        if one.lob == lob and name != person
    }
    return frozenset(one for one in profiles if one.casefold() in others)


def _readers(
    landscape: Landscape, profiles: Mapping[str, Sequence[str]]
) -> dict[str, tuple[Cut, ...]]:
    """By line of business, what to cut where it reads; `profiles` are the person's, by lob.

    A role that is one person's alone may serve them in two lines of business: the first has it.
    """
    order = {lob: number for number, lob in enumerate(profiles)}
    found: dict[tuple[str, str, str], Cut] = {}
    for one in sorted(reads(landscape), key=lambda one: (order[one.lob], one.account)):
        for profile in filter(names.is_person, profiles[one.lob]):
            role = _reader(one, profile)
            if names.fits_a_role(role):
                cut = Cut(one.lob, one.account, role, profile)
                found.setdefault((one.account, role, profile), cut)
    by_lob = groupby(found.values(), lambda one: one.lob)
    return {**dict.fromkeys(profiles, ()), **{lob: tuple(some) for lob, some in by_lob}}


def _reader(one: Reads, profile: str) -> str:
    """By which role the owner of `profile` reads: their line of business's, or their own."""
    return one.role if one.cluster else names.own_reader_role(one.warehouse, profile)


def _stranger(landscape: Landscape, person: str) -> Problem:
    hint = nearest(person, list(landscape.people))
    return Problem(
        where=f"people.{person}",
        what="neither the landscape nor the directory knows anybody of that name",
        remedy=f"{hint}Write the sign-in name byte for byte; for somebody who was taken out of "
        "both, name the landscape that still had them.",
    )
