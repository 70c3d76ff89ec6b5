"""What a verification says: each invariant proved, broken with a witness, or undecided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from studiogate.policy.request import ContextValue
from studiogate.reach.estate import Unread


class Outcome(StrEnum):
    """What became of one invariant."""

    PROVED = "proved"
    BROKEN = "broken"
    UNDECIDED = "undecided"
    """Not proved and not refuted; it counts as broken everywhere but in the words."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One request that must be impossible, and is allowed."""

    who: str
    """As `role StudioExecution of 222222222222`, or a person."""

    does: str
    """The action, or `opens`."""

    on: str
    """The resource's ARN, or the domain."""

    how: str
    """How the request arrives, in words."""

    keys: Mapping[str, ContextValue] = field(default_factory=dict)
    """The condition keys that matter; a key that is not here is missing."""

    by: tuple[str, ...] = ()
    """The statements, or the layer, that let it through."""

    addresses: int | None = None
    """How many client addresses do as well; `None` where that was not counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant about one thing, and what became of it."""

    id: str
    """Of the invariant, as `outside`."""

    about: str
    """What it is about: a domain, an account, the gateway."""

    says: str
    """The invariant as a sentence."""

    outcome: Outcome
    principals: int = 0
    """How many the question was put to."""

    cells: int = 0
    """How many kinds of request were looked at; every request is of one of them."""

    witnesses: tuple[Witness, ...] = ()
    """For a broken one: a request for each principal that breaks it."""

    why: tuple[str, ...] = ()
    """For an undecided one: what stopped the proof."""


@dataclass(frozen=True, slots=True)
class Weak:
    """A statement that is legal and does not do what its author thinks."""

    where: tuple[str, ...]
    """Everything that carries the document."""

    policy: str
    rule: str
    place: str
    """JSON path in the document."""

    what: str
    remedy: str
    defect: str | None
    """The published defect it repeats, as `F-43`."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a verification found."""

    findings: tuple[Finding, ...]
    weaknesses: tuple[Weak, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    """What was not looked at."""

    @property
    def ok(self) -> bool:
        """Whether every invariant is proved; weaknesses alone break none."""
        return all(one.outcome is Outcome.PROVED for one in self.findings)


def combined(outcomes: list[Outcome]) -> Outcome:
    """The outcome of an invariant that is made of several questions."""
    for worst in (Outcome.BROKEN, Outcome.UNDECIDED):
        if worst in outcomes:
            return worst
    return Outcome.PROVED
