"""Cells: all combinations of atoms of several axes, and sets of them as one number each.

Cell i is bit i.  The first axis varies fastest.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod

from studiogate.policy.principals import Grip
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.axes import Atom, Axis, Judge
from studiogate.reach.prove.cone import Say
from studiogate.reach.prove.marks import Clause
from studiogate.reach.prove.parts import Part, Term

MOST_COMBINED = 10_000
"""Combinations of atoms for which one clause is asked, before giving up."""


class Layout:
    """The cells of some axes."""

    def __init__(self, axes: tuple[Axis, ...]) -> None:
        self.axes = axes
        self.size = prod(len(axis.atoms) for axis in axes)
        self.full = (1 << self.size) - 1
        self._strides = [prod(len(one.atoms) for one in axes[:at]) for at in range(len(axes))]
        self._place = {number: at for at, axis in enumerate(axes) for number in axis.truth}
        self._masks: dict[int, int] = {}

    def mask(self, number: int, clause: Clause, judge: Judge) -> int:
        """The cells in which clause `number` holds."""
        found = self._masks.get(number)
        if found is None:
            at = self._place.get(number)
            found = self._joint(clause, judge) if at is None else self._single(number, at)
            self._masks[number] = found
        return found

    def atoms(self, cell: int) -> list[Atom]:
        """The atoms of one cell, axis by axis."""
        rows = zip(self.axes, self._strides, strict=True)
        return [axis.atoms[cell // stride % len(axis.atoms)] for axis, stride in rows]

    def along(self, cell: int, at: int) -> Iterator[tuple[int, Atom]]:
        """The cells that differ from `cell` on axis `at` alone, itself included."""
        stride, atoms = self._strides[at], self.axes[at].atoms
        first = cell - cell // stride % len(atoms) * stride
        yield from ((first + place * stride, atom) for place, atom in enumerate(atoms))

    def where(self, at: int, chosen: int) -> int:
        """The cells whose atom on axis `at` is one of the bits of `chosen`."""
        stride, count = self._strides[at], len(self.axes[at].atoms)
        run = (1 << stride) - 1
        block = 0
        for place in range(count):
            if chosen >> place & 1:
                block |= run << place * stride
        return repeated(block, stride * count, self.size)

    def _single(self, number: int, at: int) -> int:
        return self.where(at, self.axes[at].truth[number])

    def _joint(self, clause: Clause, judge: Judge) -> int:
        """The cells of a clause that hangs on several axes, asked for each combination.

        Raises:
            Unbounded: there are too many combinations.
        """
        places = [at for at, axis in enumerate(self.axes) if clause.keys & {*axis.keys}]
        counts = [len(self.axes[at].atoms) for at in places]
        if prod(counts) > MOST_COMBINED:
            raise Unbounded("keys that are compared have too many kinds of values")
        found = 0
        for chosen in product(*map(range, counts)):
            atoms = [self.axes[at].atoms[i] for at, i in zip(places, chosen, strict=True)]
            context = {key: one for atom in atoms for key, one in atom.context.items()}
            if clause.holds(judge(context)):
                here = self.full
                for at, place in zip(places, chosen, strict=True):
                    here &= self.where(at, 1 << place)
                found |= here
        return found


def repeated(block: int, width: int, total: int) -> int:
    """`block`, which has `width` bits, over and over in `total` bits."""
    found, have = block, width
    while have < total:
        found |= found << have
        have *= 2
    return found & ((1 << total) - 1)


class Verdict:
    """What the layers allow, as a set of cells: `policy.evaluate.decide` for all at once."""

    def __init__(self, layout: Layout, clauses: Mapping[int, Clause], judge: Judge) -> None:
        self._layout = layout
        self._clauses = clauses
        self._judge = judge

    def allowed(self, say: Say, *, alone: bool, across: bool, user: bool) -> int:
        """The cells in which a request is allowed.

        `alone` says that the caller's own policies can be enough, `across` that the resource
        belongs to another account, `user` that the caller is an IAM user.
        """
        walls = self._layout.full & ~self._any(
            term for part in say.inner for term in part.denies
        )
        for wall in say.walls:
            walls &= self._any(wall.allows)
        walls &= self._gates(say)
        identity, boundary, session = map(self._own, (say.identity, say.boundary, say.session))
        own = identity & boundary & session
        found = own if alone else 0
        if say.theirs is not None:
            at_least = {
                Grip.ACCOUNT: own,
                Grip.ROLE: own if across else boundary & session,
                Grip.DIRECT: own if across else (session if user else self._layout.full),
            }
            for term in say.theirs.allows:
                found |= self._all(term) & at_least[term.grip]
        return found & walls

    def _own(self, part: Part | None) -> int:
        return self._layout.full if part is None else self._any(part.allows)

    def _gates(self, say: Say) -> int:
        """Where the policy of the door, if it has one, lets a request through."""
        found = self._layout.full
        for policy, part in say.gates:
            here = self._through(policy)
            found &= ~here | (self._any(part.allows) & ~self._any(part.denies))
        return found

    def _through(self, policy: object) -> int:
        for at, axis in enumerate(self._layout.axes):
            if axis.kind == "doors":
                mine = [a.door is not None and a.door.policy is policy for a in axis.atoms]
                return self._layout.where(at, bits(mine))
        return 0

    def _any(self, terms: Iterable[Term]) -> int:
        found = 0
        for term in terms:
            found |= self._all(term)
        return found

    def _all(self, term: Term) -> int:
        found = self._layout.full
        for number in term.clauses:
            found &= self._layout.mask(number, self._clauses[number], self._judge)
        return found


def bits(chosen: Iterable[bool]) -> int:
    """The number whose bit i is the i-th of `chosen`."""
    return sum(1 << place for place, one in enumerate(chosen) if one)
