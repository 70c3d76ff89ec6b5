"""A Dockerfile judged by every rule: what must be mended, and what had better be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from studiogate.images.dockerfile.apps import apps, reserved
from studiogate.images.dockerfile.bases import bases, old_packages
from studiogate.images.dockerfile.called import called
from studiogate.images.dockerfile.downloads import downloads
from studiogate.images.dockerfile.facts import Facts, Subject, facts_of
from studiogate.images.dockerfile.pythons import pythons
from studiogate.images.dockerfile.rstudios import rstudios
from studiogate.images.dockerfile.secrets import secrets
from studiogate.images.dockerfile.undefined import undefined
from studiogate.images.parts import Fault

Rule = Callable[[Facts, Subject], Iterator[Fault]]

RULES: tuple[Rule, ...] = (
    called,
    bases,
    old_packages,
    undefined,
    downloads,
    secrets,
    pythons,
    rstudios,
    apps,
    reserved,
)

ADVICE = frozenset(
    {
        "base-ends-soon",
        "base-unknown",
        "copies-everything",
        "home-hidden",
        "session-ends-soon",
        "variable-of-base",
    }
)
"""Codes of what had better be mended, and stops nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What rules say of a Dockerfile, in the order of its lines."""

    faults: tuple[Fault, ...] = ()
    advice: tuple[Fault, ...] = ()


def judged(text: str, subject: Subject) -> Judged:
    """What every rule says of the Dockerfile `text`; of no text is anything raised."""
    facts = facts_of(text)
    found = dict.fromkeys(one for rule in RULES for one in rule(facts, subject))
    ordered = sorted(found, key=lambda one: int(one.where.rpartition(":")[2]))
    return Judged(
        tuple(one for one in ordered if one.code not in ADVICE),
        tuple(replace(one, advice=True) for one in ordered if one.code in ADVICE),
    )
