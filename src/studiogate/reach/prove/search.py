"""Looks through all cells of a question for those that are sought, arrival by arrival.

Where there are more cells than allowed, one key at a time is fixed to each of its atoms; what
then no longer matters falls away.  Whatever is found is made a request and asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from studiogate.policy.evaluate import Layers
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.arrivals import ARRIVALS, SERVICE, VIA
from studiogate.reach.prove.cells import Layout
from studiogate.reach.prove.cone import Cone, Say
from studiogate.reach.prove.memo import Memo
from studiogate.reach.prove.question import Question
from studiogate.reach.prove.sight import Found, Goal, Setting, Sight, clients, standing
from studiogate.reach.prove.spread import Ground, Spread

MOST_SPLITS = 16
"""Times the limit of cells that are looked at, all parts together, before giving up."""


Says = Sequence[Say] | Unbounded
"""What each side still says in one setting."""


@dataclass(slots=True)
class Outcome:
    """What a search found; of each goal the most telling request, or why it is not certain."""

    found: list[Found | None]
    doubts: list[str | None]
    every: list[Found] = field(default_factory=list)
    """For the first goal: one of each arrival that has one."""

    cells: int = 0

    def note(self, goal: int, one: Found | str | None) -> None:
        """Take down what one set of cells gave."""
        if isinstance(one, str):
            self.doubts[goal] = self.doubts[goal] or one
        elif one is not None:
            if goal == 0:
                self._of_its_arrival(one)
            best = self.found[goal]
            self.found[goal] = one if best is None or one.rank < best.rank else best

    def _of_its_arrival(self, one: Found) -> None:
        """Keep `one` where it is the most telling of its arrival so far."""
        for place, other in enumerate(self.every):
            if other.arrival is one.arrival:
                self.every[place] = one if one.rank < other.rank else other
                return
        self.every.append(one)


class Search:
    """One question under one or more sides, each a set of layers."""

    def __init__(
        self,
        question: Question,
        sides: Sequence[Layers],
        ground: Ground,
        *,
        memo: Memo,
        limit: int,
    ) -> None:
        self._question = question
        self._sides = sides
        self._ground = ground
        self._memo = memo
        self._limit = limit
        gates = {id(door.policy): door.policy for door in ground.doors if door.policy}
        self._cones = [Cone(question, side, gates.values(), memo.clauses) for side in sides]
        missing = dict.fromkeys((key.lower() for key in question.absent), None)
        known = {key.lower(): value or None for key, value in question.known.items()}
        self._settled = {**known, **missing}
        mentioned = frozenset[str]().union(*(cone.keys for cone in self._cones))
        # Where nobody asks, a service is seen like anybody on the internet.
        arrivals = [one for one in ARRIVALS if one is not SERVICE or VIA in mentioned]
        self._first = [(one, self._at_first(one)) for one in map(Setting, arrivals)]

    @cached_property
    def left(self) -> tuple[object, ...]:
        """What the answer hangs on, once everything settled is put in.

        Two questions of which the same is left have the same cells allowed, however their
        accounts, domains and people are called.
        """
        inside = self._ground.inside
        return (
            self._limit,
            self._ground.signature,
            inside.clients if inside else None,
            *(standing(self._question, side) for side in self._sides),
            *(
                str(says)
                if isinstance(says, Unbounded)
                else tuple(one.signature for one in says)
                for _, says in self._first
            ),
        )

    def run(self, goals: Sequence[Goal], *, needed: int) -> Outcome:
        """Look until the first `needed` goals have their most telling request, or all over.

        With none needed the look is all over.
        """
        outcome = Outcome([None] * len(goals), [None] * len(goals))
        for setting, says in self._first:
            try:
                self._look(setting, says, goals, outcome)
            except Unbounded as error:
                for goal in range(len(goals)):
                    outcome.note(goal, str(error))
            if needed and all(best and not best.rank for best in outcome.found[:needed]):
                break
        return outcome

    def _at_first(self, setting: Setting) -> Says:
        """What each side still says, or why that cannot be put down."""
        try:
            return self._settle(setting)
        except Unbounded as error:
            return error

    def _settle(self, setting: Setting) -> Sequence[Say]:
        """What each side still says in `setting`."""
        settled = {**self._settled, **setting.settled}
        return [cone.settle(settled, setting.context) for cone in self._cones]

    def _look(
        self, setting: Setting, says: Says, goals: Sequence[Goal], outcome: Outcome
    ) -> None:
        if isinstance(says, Unbounded):
            raise says
        if all(say.hopeless for say in says):
            return
        within = clients(self._ground.inside, setting.arrival, self._memo.clauses)
        numbers = frozenset[int]().union(*(say.numbers for say in says), within)
        clauses = {number: self._memo.clauses[number] for number in sorted(numbers)}
        sight = Sight(self._question, self._sides, setting, clauses)
        layout = self._memo.layout(
            (setting.arrival.name, numbers, self._ground.signature),
            lambda: Spread(clauses, setting.arrival, self._ground, sight.judge),
        )
        if layout.size > self._limit:
            self._split(layout, setting, goals, outcome)
            return
        outcome.cells += layout.size
        if outcome.cells > self._limit * MOST_SPLITS:
            raise Unbounded("there are too many kinds of requests, even one key at a time")
        for place, one in enumerate(sight.find(goals, says, layout, within)):
            outcome.note(place, one)

    def _split(
        self, layout: Layout, setting: Setting, goals: Sequence[Goal], outcome: Outcome
    ) -> None:
        """Fix the key with the most atoms to each of them, and look again.

        Never a key that a loose clause is about: its atoms do not tell apart what that clause
        might, so that one of them, taken for the key's value, would settle it wrongly.
        """
        loose = [axis.truth for axis in layout.axes if axis.kind == "loose"]
        keep = {VIA}.union(*(self._memo.clauses[one].keys for many in loose for one in many))
        keys = [one for one in layout.axes if one.kind == "key" and one.keys[0] not in keep]
        if not keys:
            raise Unbounded("there are too many kinds of requests to tell apart")
        widest = max(keys, key=lambda axis: len(axis.atoms))
        for atom in widest.atoms:
            fixed = setting.fixing(widest.keys[0], atom.context)
            self._look(fixed, self._settle(fixed), goals, outcome)
