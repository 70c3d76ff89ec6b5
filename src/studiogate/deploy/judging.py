"""What a landscape means for people: who opens what, and which promises would not hold.

The proof takes seconds for a large landscape, and a run needs it more than once: whoever judges
remembers the landscape they judged last.
"""

from dataclasses import dataclass, field

from studiogate.landscape.model import Landscape
from studiogate.reach.table import Table, table
from studiogate.reach.verify.compare import Change, changes
from studiogate.reach.verify.findings import Finding, Outcome
from studiogate.reach.verify.report import report
from studiogate.reach.world import world


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of one landscape."""

    landscape: Landscape
    opens: Table
    broken: tuple[Finding, ...]
    """Invariants that are not proved; one that is undecided counts as broken."""


@dataclass(slots=True)
class Judge:
    """Judges landscapes; the same one again is not judged again."""

    _last: Judgement | None = field(default=None)

    def judged(self, landscape: Landscape) -> Judgement:
        """Who opens what under `landscape`, and which invariants are not proved.

        Raises:
            LandscapeError: the network cannot be laid out.
        """
        if self._last is None or self._last.landscape is not landscape:
            declared = world(landscape)
            findings = report(declared).findings
            broken = tuple(one for one in findings if one.outcome is not Outcome.PROVED)
            self._last = Judgement(landscape, table(declared), broken)
        return self._last


def access(before: Landscape | None, after: Judgement) -> tuple[Change, ...]:
    """Who gains and who loses, coming from `before`; from nothing at all, everybody gains."""
    was = Table("", (), (), ()) if before is None else table(world(before))
    return changes(was, after.opens)
