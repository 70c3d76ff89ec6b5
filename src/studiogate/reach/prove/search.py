"""Looks through all cells of a question for those that are sought, arrival by arrival.

Where there are more cells than allowed, one key at a time is fixed to each of its atoms; what
then no longer matters falls away.  Whatever is found is made a request and asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from studiogate.policy.evaluate import Layers
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.arrivals import ARRIVALS, SERVICE, VIA
from studiogate.reach.prove.cells import Layout
from studiogate.reach.prove.cone import Cone
from studiogate.reach.prove.memo import Memo
from studiogate.reach.prove.question import Question
from studiogate.reach.prove.sight import Found, Goal, Setting, Sight, clients
from studiogate.reach.prove.spread import Ground, Spread

MOST_SPLITS = 16
"""Times the limit of cells that are looked at, all parts together, before giving up."""


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
            if goal == 0 and one.arrival not in [other.arrival for other in self.every]:
                self.every.append(one)
            best = self.found[goal]
            self.found[goal] = one if best is None or one.rank < best.rank else best


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

    def run(self, goals: Sequence[Goal], *, needed: int) -> Outcome:
        """Look until the first `needed` goals have their most telling request, or all over.

        With none needed the look is all over.
        """
        outcome = Outcome([None] * len(goals), [None] * len(goals))
        mentioned = frozenset[str]().union(*(cone.keys for cone in self._cones))
        for arrival in ARRIVALS:
            # Where nobody asks, a service is seen like anybody on the internet.
            if arrival is SERVICE and VIA not in mentioned:
                continue
            try:
                self._look(Setting(arrival), goals, outcome)
            except Unbounded as error:
                for goal in range(len(goals)):
                    outcome.note(goal, str(error))
            if needed and all(best and not best.rank for best in outcome.found[:needed]):
                break
        return outcome

    def _look(self, setting: Setting, goals: Sequence[Goal], outcome: Outcome) -> None:
        settled = {**self._settled, **setting.settled}
        says = [cone.settle(settled, setting.context) for cone in self._cones]
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
        """Fix the key with the most atoms to each of them, and look again."""
        keys = [axis for axis in layout.axes if axis.kind == "key" and axis.keys != (VIA,)]
        if not keys:
            raise Unbounded("there are too many kinds of requests to tell apart")
        widest = max(keys, key=lambda axis: len(axis.atoms))
        for atom in widest.atoms:
            self._look(setting.fixing(widest.keys[0], atom.context), goals, outcome)
