"""People whom nothing can tell apart: they share one answer, so it is worked out once.

The landscape tells people apart by lob and by whether they have a profile, and the directory
as it is by whether it bars them.  Policies could by
name: whoever a policy names stands alone, and a pattern over names sets everybody apart.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from studiogate.policy.language import Policy, Statement
from studiogate.policy.match import is_wild
from studiogate.reach.world import World

_OF_PEOPLE = re.compile(
    r"(?:aws|sts):sourceidentity|sts:rolesessionname|aws:userid|aws:(?:principal|request)tag/.*"
)
"""Condition keys, in lower case, whose value is a person's or may hold it."""

_NOT_ABOUT_PEOPLE = re.compile(r"arn:[\w-]+:(?!sagemaker:|execute-api:)[\w-]+:")
"""Resources of services in whose ARNs no person or profile is."""

_ANYBODY = frozenset({"*", "?*", "?*?", "??*"})
"""Patterns that every name fits: names have two characters or more."""


def alike(world: World) -> tuple[tuple[str, ...], ...]:
    """Everybody in `world`, in groups that share every answer, by who is first in the file."""
    named = {text.casefold() for text in _texts(world)}
    apart = any(is_wild(text) for text in named)
    groups: defaultdict[Hashable, list[str]] = defaultdict(list)
    landscape = world.landscape
    domains = defaultdict(list)
    for name, domain in landscape.domains.items():
        domains[domain.lob].append(world.profiles.get(name, frozenset()))
    for person, row in landscape.people.items():
        profile = landscape.profile_of(person)
        alone = apart or not named.isdisjoint({person.casefold(), (profile or "").casefold()})
        there = tuple(profile in profiles for profiles in domains[row.lob or ""])
        bar = world.barred.get(person)
        key = (row.lob, profile is None, there, bar, person if alone else "")
        groups[key].append(person)
    return tuple(tuple(members) for members in groups.values())


def _texts(world: World) -> Iterator[str]:
    """What policies say that could be a name, or a pattern over names."""
    for policy in _policies(world):
        for statement in policy.statements:
            for text in (*_resources(statement), *_values(statement)):
                last = re.split(r"[/:]", text)[-1]
                # A variable resolves to each person's own.
                if "$" not in text and last not in _ANYBODY:
                    yield last


def _resources(statement: Statement) -> Iterator[str]:
    for text in (*(statement.resources or ()), *(statement.not_resources or ())):
        if not _NOT_ABOUT_PEOPLE.match(text):
            yield text


def _values(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        if _OF_PEOPLE.fullmatch(condition.key.lower()):
            yield from condition.values


def _policies(world: World) -> Iterable[Policy]:
    """Every policy that has a say in an opening."""
    estate = world.estate
    for holder in (world.gateway, *world.presigners.values()):
        if holder is not None:
            yield from holder.identity
            yield from (one for one in (holder.trust, holder.boundary) if one)
    for levels in (*estate.scps.values(), *estate.rcps.values()):
        for level in levels or ():
            yield from level
    yield from (door.policy for door in world.doors.values() if door.policy)
    if estate.api is not None:
        yield estate.api
