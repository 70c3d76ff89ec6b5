"""What the prover remembers from one question to the next.

Conditions, axes and masks are remembered by what they say, so that a thousand accounts under
the same guardrails share them; proofs by what is left of a question when everything settled is
put in; whole answers by what `alike` makes of a question.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from studiogate.reach.prove.alike import Answers
from studiogate.reach.prove.answers import Proved
from studiogate.reach.prove.cells import Layout
from studiogate.reach.prove.rows import Clauses
from studiogate.reach.prove.spread import Axes, Spread


class Proofs:
    """Proofs by what was left of a question; those that are asked for again stay the longest.

    How something is open is not remembered: an opening shows a request, which is each
    question's own.
    """

    def __init__(self, most: int = 512) -> None:
        """Remember `most` of them."""
        self._most = most
        self._kept: dict[tuple[object, ...], Proved | None] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, left: tuple[object, ...]) -> bool:
        return left in self._kept

    def get(self, left: tuple[object, ...]) -> Proved | None:
        """The proof of what is `left`; `None` where there is none, or it was not asked."""
        if left not in self._kept:
            return None
        found = self._kept[left] = self._kept.pop(left)
        return found

    def keep(self, left: tuple[object, ...], found: Proved | None) -> None:
        """Remember `found`, or that there is no proof."""
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[left] = found


@dataclass(frozen=True)
class Memo:
    """Give the same one to many questions; it grows with what they say and not with how many.

    With `whole` answers are remembered as well: then questions that differ in account ids
    alone are answered once.
    """

    whole: bool = True
    clauses: Clauses = field(default_factory=Clauses)
    axes: Axes = field(default_factory=Axes)
    layouts: dict[tuple[object, ...], Layout] = field(default_factory=dict)
    """By arrival, clauses and doors, which is all that axes hang on; and by axes."""

    proofs: Proofs = field(default_factory=Proofs)
    answers: Answers = field(default_factory=Answers)

    def layout(self, asked: tuple[object, ...], spread: Callable[[], Spread]) -> Layout:
        """The cells of what `asked` stands for; `spread` is made where it is not known."""
        found = self.layouts.get(asked)
        if found is None:
            axes = spread().axes(self.axes)
            numbers = tuple(axis.number for axis in axes)
            found = self.layouts.setdefault(numbers, Layout(axes))
            self.layouts[asked] = found
        return found
