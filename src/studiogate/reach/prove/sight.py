"""From cells back to requests: what a found cell looks like, and whether it is really so."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Kind
from studiogate.policy.request import ContextValue, Request
from studiogate.policy.variables import Variable
from studiogate.reach.estate import Door
from studiogate.reach.prove import scales
from studiogate.reach.prove.arrivals import (
    CLIENT_IP,
    INTERNET,
    NETWORK,
    SOURCE_IP,
    SPELLED,
    VIA,
    Arrival,
)
from studiogate.reach.prove.axes import Atom
from studiogate.reach.prove.cells import Layout, Verdict, bits
from studiogate.reach.prove.cone import Say
from studiogate.reach.prove.marks import Clause, Marks
from studiogate.reach.prove.question import Inside, Question, ask
from studiogate.reach.prove.rows import Clauses

MOST_TRIES = 64
"""Cells tried where a loose clause leaves it uncertain that there is such a request."""

Context = Mapping[str, ContextValue]


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to find."""

    sought: Callable[[Sequence[int], int], int]
    """Of the cells that each side allows, and of those inside: the ones that are sought."""

    confirm: Callable[[Request, Door | None], bool]
    """Whether a request is really one that is sought; asks the evaluator."""


@dataclass(frozen=True, slots=True)
class Found:
    """A request that is sought, and really is one."""

    request: Request
    arrival: Arrival
    door: Door | None
    addresses: int | None

    @property
    def rank(self) -> int:
        """The lower, the more telling: from a public address nothing more is needed."""
        address = self.request.keys.get(SOURCE_IP)
        if not isinstance(address, str):
            return 1
        if not scales.is_public(address):
            return 2
        return 0 if self.arrival is INTERNET else 1


@dataclass(frozen=True, slots=True)
class Setting:
    """One arrival, and the keys that were fixed on the way."""

    arrival: Arrival
    fixed: Mapping[str, ContextValue | None] = field(default_factory=dict)

    @property
    def settled(self) -> dict[str, ContextValue | None]:
        """What the arrival lacks or brings for certain, and what is fixed."""
        lacks = dict.fromkeys(self.arrival.lacks, None)
        return {**lacks, **self.fixed, **({VIA: "true"} if self.arrival.via else {})}

    @property
    def context(self) -> dict[str, ContextValue]:
        """The part of it that can be seen."""
        here = {key: value for key, value in self.fixed.items() if value is not None}
        return {**here, SPELLED[VIA]: "true"} if self.arrival.via else here

    def fixing(self, key: str, context: Context) -> "Setting":
        """This, with `key` as it is in `context`."""
        return Setting(self.arrival, {**self.fixed, key: context.get(key)})


class Sight:
    """One arrival of one question."""

    def __init__(
        self,
        question: Question,
        sides: Sequence[Layers],
        setting: Setting,
        clauses: Mapping[int, Clause],
    ) -> None:
        self._question = question
        self._sides = sides
        self._setting = setting
        self._clauses = clauses
        self._context = setting.context

    def judge(self, context: Context) -> Request:
        """The request with `context`."""
        return ask(self._question, {**self._context, **context})

    def find(
        self, goals: Sequence[Goal], says: Sequence[Say], layout: Layout, within: frozenset[int]
    ) -> Iterator[Found | str | None]:
        """For each goal a request, or why none is certain, or nothing."""
        verdict = Verdict(layout, self._clauses, self.judge)
        allowed = [self.allowed(verdict, *pair) for pair in zip(says, self._sides, strict=True)]
        inside = self._inside(layout)
        for number in within:
            inside &= layout.mask(number, self._clauses[number], self.judge)
        for goal in goals:
            yield self._first(goal, goal.sought(allowed, inside), layout)

    def allowed(self, verdict: Verdict, say: Say, side: Layers) -> int:
        """The cells that `side` allows, as far as `say` is what is left of it."""
        if say.hopeless:
            return 0
        alone, across, user = standing(self._question, side)
        return verdict.allowed(say, alone=alone, across=across, user=user)

    def _inside(self, layout: Layout) -> int:
        """The cells whose door counts as inside."""
        for at, axis in enumerate(layout.axes):
            if axis.kind == "doors":
                return layout.where(at, bits(atom.inside for atom in axis.atoms))
        return 0

    def _first(self, goal: Goal, cells: int, layout: Layout) -> Found | str | None:
        """The first request of `cells` that really is one.

        Raises:
            AssertionError: cells and evaluator disagree although nothing is uncertain.
        """
        left = cells
        for _ in range(MOST_TRIES):
            if not left:
                break
            cell = (left & -left).bit_length() - 1
            left &= left - 1
            atoms = layout.atoms(cell)
            for context in self._contexts(layout, atoms):
                door = next((atom.door for atom in atoms if atom.door), None)
                request = self.judge(context)
                if goal.confirm(request, door):
                    addresses = _addresses(layout, cells, cell)
                    return Found(request, self._setting.arrival, door, addresses)
            if all(axis.kind != "loose" for axis in layout.axes):
                raise AssertionError(
                    f"the prover found {self._question.action} by {self._setting.arrival.name},"
                    " and the evaluator says otherwise: this is a defect of ours"
                )
        return (
            "a condition compares what cannot be compared for all requests" if cells else None
        )

    def _contexts(self, layout: Layout, atoms: Sequence[Atom]) -> Iterator[Context]:
        """The cell as it is; then with what could make its loose clauses hold."""
        context: Context = {key: value for atom in atoms for key, value in atom.context.items()}
        yield context
        wanted = [
            self._clauses[number]
            for axis, atom in zip(layout.axes, atoms, strict=True)
            if atom.said
            for number in axis.truth
        ]
        for clause in wanted:
            if clause.wish is not None:
                context = self._granted(clause, context)
        if wanted:
            yield context

    def _granted(self, clause: Clause, context: Context) -> Context:
        """`context` with values that may make `clause` hold."""
        if clause.wish is None:
            return context
        key, template = clause.wish
        found = dict(context)
        text = ""
        for part in template.parts:
            if isinstance(part, Variable):
                value = self.judge(found).keys.get(part.key, part.default)
                if not isinstance(value, str):
                    value = found[part.key] = "1"
                text += value
            else:
                text += part[1].replace("*", "1").replace("?", "1") if part[0] else part[1]
        if key in NETWORK and scales.host(text) is None:
            return context
        return {**found, SPELLED.get(key, key): text}


def standing(question: Question, side: Layers) -> tuple[bool, bool, bool]:
    """How the principal stands to the resource, which decides whose Allow it takes.

    Whether an Allow of either side is enough, whether the resource is another account's, and
    whether a user asks.
    """
    who = question.principal
    across = bool(who.account) and ask(question, {}).owner != who.account
    trust = side.resource is not None and side.resource.kind is Kind.TRUST
    return bool(who.account) and not across and not trust, across, who.kind == "user"


def clients(inside: Inside | None, arrival: Arrival, clauses: Clauses) -> frozenset[int]:
    """The clause that the client is one of those inside; none where that does not matter."""
    if inside is None or not inside.clients or not arrival.doors:
        return frozenset()
    clause = Clause(
        name=("clients", inside.clients),
        keys=frozenset({CLIENT_IP}),
        holds=lambda request: is_client(inside, request),
        marks={CLIENT_IP: Marks(ranges=frozenset(inside.clients))},
    )
    return frozenset({clauses.number(clause)})


def is_client(inside: Inside, request: Request) -> bool:
    """Whether the client of `request` is one of those inside."""
    found = request.keys.get(CLIENT_IP)
    if not isinstance(found, str):
        return False
    return any(ip_address(found) in net for net in inside.clients)


def _addresses(layout: Layout, cells: int, cell: int) -> int | None:
    """How many IPv4 addresses are among `cells`, everything else being as in `cell`."""
    for at, axis in enumerate(layout.axes):
        if axis.kind == "address":
            rows = [(one, atom) for one, atom in layout.along(cell, at) if cells >> one & 1]
            sizes = sum(atom.size for _, atom in rows)
            mine = next(atom.size for one, atom in rows if one == cell)
            return sizes if mine else None
    return None
