"""The two layers the directory decides: who somebody is, and what their lob may open.

The gateway decides the same from its tables (`gateway.authorise`); a test holds the two to the
same answer.  A refusal names no person, because everybody of a lob shares it.
"""

from collections.abc import Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass, replace

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.document import shown
from studiogate.landscape.model import INTERNET, Domain, Landscape
from studiogate.landscape.place import listed, nearest
from studiogate.reach.trace import MISSING, Fact, Layer, Step
from studiogate.reach.world import World


def known(landscape: Landscape, person: str, domain: str, network: str) -> None:
    """Hold a question to the names of `landscape`.

    Raises:
        LandscapeError: a name is not there; with the nearest that is.
    """
    networks = [*landscape.networks, INTERNET]
    problems = [
        *_stranger(landscape, person),
        *_unknown("domains", "no domain", domain, [*landscape.domains]),
        *_unknown("networks", "no network", network, networks),
    ]
    if problems:
        raise LandscapeError(problems, remedy="Ask again with names of this landscape.")


def person_step(world: World, person: str) -> Step:
    """Whether `person` has a lob and a profile, and the directory does not bar them."""
    landscape, bar = world.landscape, world.barred.get(person)
    if bar is not None:
        said = person_refusal(world, person)
        return Step(Layer.PERSON, ok=False, said=said, by="the directory as it is")
    lob, profile = landscape.people[person].lob, landscape.profile_of(person)
    facts = [Fact("lob", "any", lob or MISSING, held=lob is not None)]
    if lob is not None:
        facts.append(Fact("profile", "any", profile or MISSING, held=profile is not None))
    said = person_refusal(world, person)
    yes = f"{person} works for {lob} and has the profile {profile}."
    return Step(Layer.PERSON, not said, said or yes, f"people.{person}", tuple(facts))


def person_refusal(world: World, person: str) -> str:
    """Why `person` can have no domain at all; empty where they can."""
    landscape, bar = world.landscape, world.barred.get(person)
    if bar is not None:
        return f"{bar.said} To end that, {bar.remedy}."
    if landscape.people[person].lob is None:
        return "They are entered, but belong to no line of business."
    if landscape.profile_of(person) is None:
        return "They have no Studio profile, and their sign-in name cannot be one."
    return ""


def grant_step(world: World, person: str, domain: str, network: str) -> Step:
    """Whether `domain` is the person's lob's, is there, and opens from `network`."""
    lob, declared = world.landscape.people[person].lob, world.landscape.domains[domain]
    studio = world.studios.get(domain)
    opens_from = ", ".join(declared.opens_from)
    facts = (
        Fact("lob of the person", declared.lob, lob or MISSING, held=lob == declared.lob),
        Fact("network", opens_from, network, held=network in declared.opens_from),
        Fact(
            "Studio domain",
            "an id",
            studio.domain_id if studio else MISSING,
            held=studio is not None,
        ),
    )
    keys = (f"domains.{domain}.lob", f"domains.{domain}.opens_from", f"domains.{domain}")
    missed = [key for key, fact in zip(keys, facts, strict=True) if not fact.held]
    said = grant_refusal(world, lob, domain, network)
    yes = f"{domain} is {declared.lob}'s and opens from {network}."
    by = (missed or [f"domains.{domain}"])[0]
    return Step(Layer.GRANT, not said, said or yes, by, facts)


def grant_refusal(world: World, lob: str | None, domain: str, network: str) -> str:
    """Why nobody of `lob` may open `domain` from `network`; empty where they may."""
    return grants(world).refusal(lob, domain, network)


@dataclass(frozen=True, slots=True)
class Grants:
    """What lobs are granted: as much of a world as it takes to say so."""

    domains: Mapping[str, Domain]
    there: KeysView[str]
    """Names of the domains that exist already."""

    def granted(self, lob: str | None) -> Iterator[tuple[str, frozenset[str]]]:
        """The domains of `lob`, each with the networks it opens from."""
        for name, domain in self.domains.items():
            if domain.lob == lob and name in self.there:
                yield name, frozenset(domain.opens_from)

    def refusal(self, lob: str | None, domain: str, network: str) -> str:
        """Why nobody of `lob` may open `domain` from `network`; empty where they may."""
        declared = self.domains[domain]
        parts = []
        if lob != declared.lob:
            parts.append(f"{domain} is {declared.lob}'s, not {_whose(lob)}")
        if network not in declared.opens_from:
            parts.append(
                f"{domain} opens from {', '.join(declared.opens_from)}, not from {network}"
            )
        if domain not in self.there:
            parts.append(f"{domain} is declared, but its Studio domain is not there yet")
        return "; ".join(parts) + "." if parts else ""


def grants(world: World) -> Grants:
    """What `world` grants."""
    return Grants(world.landscape.domains, world.studios.keys())


def _whose(lob: str | None) -> str:
    return "theirs" if lob is None else f"{lob}'s"


def _stranger(landscape: Landscape, name: str) -> list[Problem]:
    """What is wrong with a person's name; a profile leads to whoever has it."""
    if name in landscape.people:
        return []
    problems = _unknown("people", "nobody", name, [*landscape.people])
    owners = [one for one in landscape.people if landscape.profile_of(one) == name]
    if not owners:
        return problems
    hint = f"It is the profile of {' and '.join(owners)}: ask by the sign-in name."
    return [replace(problem, remedy=hint) for problem in problems]


def _unknown(section: str, none: str, name: str, there: Sequence[str]) -> list[Problem]:
    if name in there:
        return []
    remedy = f"{nearest(name, there)}Use one of: {listed(there)}."
    return [Problem(f"{section}.{shown(name)}", f"{none} is called {shown(name)!r}", remedy)]
