"""The axes along which requests differ: per axis, one value of every kind that is told apart.

An axis belongs to one condition key, or to an endpoint and its VPC together, which are not
independent.  Its atoms are merged as far as no clause tells them apart.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from studiogate.policy.request import ContextValue, Request
from studiogate.reach.estate import Door
from studiogate.reach.prove.marks import Clause

Kind = Literal["key", "address", "doors", "loose"]


@dataclass(frozen=True, slots=True)
class Atom:
    """One kind of value, and a value of it."""

    context: Mapping[str, ContextValue]
    """Without the key where it is missing."""

    size: int = 0
    """How many IPv4 addresses are of this kind."""

    door: Door | None = None
    inside: bool = False
    """Whether it comes through a door that counts as inside."""

    said: bool | None = None
    """For the axis of a loose clause: whether it is taken to hold."""


@dataclass(frozen=True)
class Axis:
    """One axis."""

    kind: Kind
    keys: tuple[str, ...]
    """In lower case."""

    atoms: tuple[Atom, ...]
    truth: Mapping[int, int] = field(default_factory=dict)
    """For each clause that hangs on this axis alone: bit i is whether it holds for atom i."""

    number: int = 0
    """Tells axes of one memory apart."""


Judge = Callable[[Mapping[str, ContextValue]], Request]
"""Makes a request of a context, whatever is known added."""


def judged(axis: Axis, clauses: Mapping[int, Clause], judge: Judge, *, merge: bool) -> Axis:
    """`axis` with the truth of `clauses`, all of which hang on it alone.

    With `merge`, atoms that no clause, no door policy and no notion of inside tells apart
    become one: the first of them, which stands for the addresses of all.
    """
    requests = [judge(atom.context) for atom in axis.atoms]
    columns = [[one.holds(request) for request in requests] for one in clauses.values()]
    kinds: dict[tuple[Hashable, ...], int] = {}
    kept: list[Atom] = []
    truth = dict.fromkeys(clauses, 0)
    for place, atom in enumerate(axis.atoms):
        seen = tuple(column[place] for column in columns)
        policy = atom.door.policy if atom.door else None
        kind = (seen, atom.inside, id(policy) if policy else 0, None if merge else place)
        if kind in kinds:
            first = kept[kinds[kind]]
            kept[kinds[kind]] = replace(first, size=first.size + atom.size)
            continue
        bit = kinds[kind] = len(kept)
        kept.append(atom)
        for number, holds in zip(clauses, seen, strict=True):
            truth[number] |= holds << bit
    return replace(axis, atoms=tuple(kept), truth=truth)


def loose(number: int) -> Axis:
    """The axis of a clause that may hold or not."""
    atoms = (Atom({}, said=False), Atom({}, said=True))
    return Axis("loose", (), atoms, truth={number: 0b10})


def key_axis(key: str, shown: str, values: Iterable[ContextValue | None]) -> Axis:
    """The axis of `key`, written `shown`; `None` among `values` is a missing key."""
    atoms = tuple(Atom({} if one is None else {shown: one}) for one in values)
    return Axis("key", (key,), atoms)


def subsets(values: Sequence[str]) -> list[tuple[str, ...]]:
    """Every non-empty set of `values`, small ones first."""
    found = [
        tuple(one for place, one in enumerate(values) if chosen >> place & 1)
        for chosen in range(1, 1 << len(values))
    ]
    return sorted(found, key=len)
