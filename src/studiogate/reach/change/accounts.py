"""Changes to accounts: something that an opening needs, and that nobody has made."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from studiogate.reach.change.edit import Edit
from studiogate.reach.declared import declared
from studiogate.reach.estate import Studio
from studiogate.reach.trace import Answer
from studiogate.reach.world import World


def lacking(known: World, answer: Answer) -> Iterator[Edit]:
    """The person's profile and the shared endpoints, each where it is not there."""
    profile, studio = (
        known.landscape.profile_of(answer.person),
        known.studios.get(answer.domain),
    )
    if profile and studio and profile not in studio.profiles:
        where, made = f"profile {profile} of {studio.domain_id}", partial(_with, known, studio)
        said = f"The domain then knows {answer.person}, as the landscape says."
        yield Edit("account", where, "create", said, partial(made, profile))
    yield from _endpoints(known)


def _with(known: World, studio: Studio, profile: str) -> World:
    more = replace(studio, profiles=(*studio.profiles, profile))
    studios = tuple(more if one is studio else one for one in known.estate.studios)
    return known.but(estate=replace(known.estate, studios=studios))


def _endpoints(known: World) -> Iterator[Edit]:
    there = {door.service for door in known.doors.values()}
    for door in declared(known.landscape, known.ids).doors:
        if door.service not in there:
            doors = (*known.estate.doors, door)
            made = partial(known.but, estate=replace(known.estate, doors=doors))
            said = "It gets a new id: policies that name the old one have to name the new."
            yield Edit("account", f"VPC endpoint for {door.service}", "create", said, made)
