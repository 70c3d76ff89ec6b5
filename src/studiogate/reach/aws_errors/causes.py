"""AWS's error texts, what each can mean here, and which of those meanings is so.

A meaning is checked against the trace of the person, domain and network it was seen with.
What a landscape cannot know, as how old a URL was, is left unchecked, with where to look.
Sources: SageMaker API reference, CreatePresignedDomainUrl; API Gateway Developer Guide, "How
API Gateway resource policies affect authorization workflow"; IAM User Guide, "Troubleshoot
access denied error messages"; requirements S2-14, S2-30, S2-39, S2-40.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from studiogate.landscape.model import INTERNET
from studiogate.reach.alike import alike
from studiogate.reach.aws_errors.checks import Seen
from studiogate.reach.aws_errors.meanings import ERRORS, Error, Meaning
from studiogate.reach.chain import Chain
from studiogate.reach.claims import known
from studiogate.reach.trace import Answer
from studiogate.reach.world import World


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing the text can mean, and whether it is so."""

    what: str
    so: bool | None
    """`None` where it cannot be checked from a landscape."""

    look: str
    """What the check saw; where to look, if there was none."""


@dataclass(frozen=True, slots=True)
class Place:
    """People who share their answers, before one domain, in one network."""

    people: tuple[str, ...]
    domain: str
    network: str


@dataclass(frozen=True, slots=True)
class Everywhere:
    """One thing the text can mean, and where in the landscape it is so."""

    what: str
    checked: bool
    look: str
    """Where to look, if it was not checked."""

    places: tuple[Place, ...] = ()


def recognised(text: str) -> Error | None:
    """The error that `text` holds; `None` for words that are not in the table.

    Letters' case and line breaks do not count: such texts reach people by screenshots.
    """
    folded = " ".join(text.split())
    return next((error for error in ERRORS if error.pattern.search(folded)), None)


def causes(
    text: str, world: World, person: str, domain: str, network: str
) -> tuple[Cause, ...]:
    """What `text` can mean for this opening, those that are so first; none for unknown words.

    Raises:
        LandscapeError: the person, the domain or the network is not in the landscape.
    """
    known(world.landscape, person, domain, network)
    error = recognised(text)
    if error is None:
        return ()
    seen = _seen(text, world, person, domain, network)
    found = [_cause(meaning, seen) for meaning in error.meanings]
    return tuple(sorted(found, key=lambda cause: _ORDER[cause.so]))


def everywhere(text: str, world: World) -> tuple[Everywhere, ...]:
    """What `text` can mean, and everybody for whom it is so at a domain of their own lob.

    Other lobs' domains are left out: the gateway refuses those itself, before AWS is asked.
    """
    error = recognised(text)
    if error is None:
        return ()
    places: defaultdict[str, list[Place]] = defaultdict(list)
    for place in _places(world):
        seen = _seen(text, world, place.people[0], place.domain, place.network)
        for meaning in error.meanings:
            if meaning.check is not None and meaning.check(seen) is not None:
                places[meaning.what].append(place)
    return tuple(
        Everywhere(one.what, one.check is not None, one.look, tuple(places[one.what]))
        for one in error.meanings
    )


_ORDER = {True: 0, None: 1, False: 2}


def _cause(meaning: Meaning, seen: Seen) -> Cause:
    if meaning.check is None:
        return Cause(meaning.what, None, meaning.look)
    found = meaning.check(seen)
    return Cause(meaning.what, found is not None, found or "The landscape says otherwise.")


def _seen(text: str, world: World, person: str, domain: str, network: str) -> Seen:
    chain = Chain(world, person, domain, evidence=False)
    answer = Answer(person, domain, network, chain.steps(network))
    return Seen(text, answer, chain.rulings(network))


def _places(world: World) -> Iterator[Place]:
    landscape = world.landscape
    for people in alike(world):
        lob = landscape.people[people[0]].lob
        for name, domain in landscape.domains.items():
            if domain.lob == lob:
                for network in (*landscape.networks, INTERNET):
                    yield Place(people, name, network)
