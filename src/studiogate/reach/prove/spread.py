"""Spreads the clauses of one arrival over axes: what must be told apart, key by key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from studiogate.policy.request import ContextValue
from studiogate.reach.estate import Door
from studiogate.reach.prove import patterns, samples, scales
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.arrivals import (
    SOURCE_IP,
    SPELLED,
    VIA,
    VPC,
    VPCE,
    Arrival,
    holds_many,
)
from studiogate.reach.prove.axes import Atom, Axis, Judge, judged, key_axis, loose, subsets
from studiogate.reach.prove.marks import Clause, Marks
from studiogate.reach.prove.question import Inside
from studiogate.reach.prove.words import partition

MOST_KINDS = 10
"""Kinds of values of a key that holds several: two to this power are its sets."""

_FRESH = {VPCE: "vpce-unknown", VPC: "vpc-unknown"}
_STARTS = {VPCE: "vpce-", VPC: "vpc-"}
"""How every id begins."""

_SHAPES = {key: patterns.glob([(True, f"{start}?*")]) for key, start in _STARTS.items()}
_NOTHING = Marks()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the doors of the question add to what its policies say."""

    doors: tuple[Door, ...]
    vpcs: frozenset[str]
    inside: Inside | None
    signature: tuple[object, ...] = field(init=False, repr=False, compare=False)
    """What tells two grounds apart; a policy is itself, whatever it says."""

    def __post_init__(self) -> None:
        doors = tuple((door.id, door.vpc, id(door.policy)) for door in self.doors)
        inside = self.inside.doors if self.inside else None
        object.__setattr__(self, "signature", (doors, self.vpcs, inside))

    def named(self, key: str) -> frozenset[str]:
        """Ids that are there whether or not a policy names them."""
        if key == VPC:
            return self.vpcs | {door.vpc for door in self.doors}
        inside = self.inside.doors if self.inside else frozenset()
        return inside | {door.id for door in self.doors}

    def counts(self, id_: str) -> bool:
        """Whether the door `id_` counts as inside."""
        return self.inside is not None and id_ in self.inside.doors


class Axes:
    """Every axis that was ever made, once."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Axis] = {}

    def get(self, asked: tuple[object, ...]) -> Axis | None:
        """The axis that was kept for `asked`."""
        return self._made.get(asked)

    def keep(self, asked: tuple[object, ...], axis: Axis) -> Axis:
        """`axis`, with a number of its own."""
        self._made[asked] = numbered = replace(axis, number=len(self._made) + 1)
        return numbered


class Spread:
    """The clauses of one arrival.

    Raises:
        Unbounded: a key has too many kinds of values, here or when axes are asked for.
    """

    def __init__(
        self, clauses: Mapping[int, Clause], arrival: Arrival, ground: Ground, judge: Judge
    ) -> None:
        self._arrival = arrival
        self._ground = ground
        self._judge = judge
        self._several = _union(one.several for one in clauses.values())
        if any(self._many(key) for key in _union(one.resolved for one in clauses.values())):
            raise Unbounded("a key with several values is used as a variable")
        self._marks = _marks(clauses.values())
        self.loose = sorted(n for n, one in clauses.items() if self._is_loose(one))
        self._firm = {n: one for n, one in clauses.items() if n not in self.loose}
        # What is loose asks nothing of the values of its keys.
        self._marks = _marks(self._firm.values())
        self._keys = _union(one.keys for one in self._firm.values())
        self._twins = _joined(one.twins for one in self._firm.values())

    def axes(self, axes: Axes) -> tuple[Axis, ...]:
        """All axes; what should be found first varies slowest, and so stands last."""
        address = {self._arrival.address} if self._arrival.address else set[str]()
        door: tuple[str, ...] = ()
        if self._arrival.doors or self._arrival.vpc:
            door = (VPCE, VPC) if self._arrival.doors else (VPC,)
        rest = sorted(self._keys - address - {*door})
        groups: list[tuple[str, ...]] = [(key,) for key in (*rest, *address)]
        groups += [door] if door else []
        found = [
            axes.get(("loose", n)) or axes.keep(("loose", n), loose(n)) for n in self.loose
        ]
        return (*found, *(self._axis(keys, axes) for keys in groups))

    def _axis(self, keys: tuple[str, ...], axes: Axes) -> Axis:
        """The axis of `keys`, from memory where everything it hangs on is the same."""
        family = _union(self._family(key) for key in keys)
        touching = {n: one for n, one in self._firm.items() if one.keys & family}
        own = {n: one for n, one in touching.items() if one.keys <= {*keys}}
        joint = any(one.keys & {*keys} and n not in own for n, one in touching.items())
        extra = self._ground.signature if VPC in keys else ()
        asked = (keys, self._arrival.name, frozenset(touching), joint, extra)
        axis = axes.get(asked)
        if axis is None:
            made = judged(self._raw(keys, own), own, self._judge, merge=not joint)
            axis = axes.keep(asked, made)
        return axis

    def _raw(self, keys: tuple[str, ...], own: Mapping[int, Clause]) -> Axis:
        if VPC in keys:
            return Axis("doors", keys, self._doors(keys))
        if keys[0] == self._arrival.address:
            return Axis("address", keys, self._addresses(keys[0]))
        return key_axis(keys[0], SPELLED.get(keys[0], keys[0]), self._values(keys[0], own))

    def _values(self, key: str, own: Mapping[int, Clause]) -> list[ContextValue | None]:
        if key == VIA:
            return [None, "false"]
        marks = self._marks.get(key, _NOTHING)
        if marks.measured:
            named = frozenset(filter(None, map(patterns.plain, marks.patterns)))
            texts = [*samples.measured(marks, named), ""]
        else:
            texts = [*self._texts(key), ""]
        if not self._many(key):
            return [None, *texts]
        kinds = self._kinds(key, texts, own)
        if len(kinds) > MOST_KINDS:
            raise Unbounded(f"{key} may hold too many different sets of values")
        return [None, *subsets(kinds)]

    def _kinds(self, key: str, texts: list[str], own: Mapping[int, Clause]) -> list[str]:
        """Of texts that are alike by themselves, and so in every set, the first."""
        kinds: dict[tuple[object, ...], str] = {}
        for text in texts:
            request = self._judge({key: (text,)})
            # Set operators take the empty text for none at all.
            kind = (text == "", *(one.holds(request) for one in own.values()))
            kinds.setdefault(kind, text)
        return [*kinds.values()]

    def _texts(self, key: str) -> tuple[str, ...]:
        """A text of every kind: the same texts for all keys that are compared with `key`."""
        family = self._family(key)
        ids = sorted(family & _SHAPES.keys())
        wanted = _union(self._marks.get(one, _NOTHING).patterns for one in family)
        wanted |= {_SHAPES[one] for one in ids}
        wanted |= {patterns.literal(text) for one in ids for text in self._ground.named(one)}
        hints = [_FRESH[one] for one in ids] or [
            "other",
            *(["true", "false"] if wanted else []),
        ]
        return partition(wanted, each=len(family), hints=hints)

    def _addresses(self, key: str) -> tuple[Atom, ...]:
        marks = self._marks.get(key, _NOTHING)
        texts = [text for one in marks.patterns if (text := patterns.plain(one))]
        hosts = [one for text in texts if (one := scales.host(text))]
        rows = scales.ranges([*marks.ranges, *hosts])
        return samples.addresses(SPELLED[key], rows, public=key == SOURCE_IP)

    def _doors(self, keys: tuple[str, ...]) -> tuple[Atom, ...]:
        """Doors nobody knows in every VPC, then those we know in their own."""
        vpcs = self._ids(VPC) if VPC in self._keys else [_FRESH[VPC]]
        if VPCE not in keys:
            return tuple(Atom({SPELLED[VPC]: vpc}) for vpc in vpcs)
        known = {door.id for door in self._ground.doors}
        ids = [one for one in self._ids(VPCE) if one not in known]
        return (
            *(self._door(id_, vpc) for id_ in ids for vpc in vpcs),
            *(self._door(door.id, door.vpc, door) for door in self._ground.doors),
        )

    def _door(self, id_: str, vpc: str, door: Door | None = None) -> Atom:
        context = {SPELLED[VPCE]: id_, SPELLED[VPC]: vpc}
        return Atom(context, door=door, inside=self._ground.counts(id_))

    def _ids(self, key: str) -> list[str]:
        """Ids of every kind, those nobody named first; a name that is no id is taken as is."""
        found = _union(self._marks.get(one, _NOTHING).patterns for one in self._family(key))
        named = {text for one in found if (text := patterns.plain(one))}
        named |= self._ground.named(key)
        looking = [one for one in self._texts(key) if one in named or _is_id(key, one)]
        return sorted(looking, key=lambda one: one in named)

    def _family(self, key: str) -> frozenset[str]:
        return self._twins.get(key, frozenset({key}))

    def _many(self, key: str) -> bool:
        return holds_many(key, sets=key in self._several)

    def _is_loose(self, one: Clause) -> bool:
        return one.loose or any(
            self._is_wild(one, key) or self._is_unlike(one, key) for key in one.keys
        )

    def _is_wild(self, one: Clause, key: str) -> bool:
        """Whether it asks for a pattern of what is told apart by value."""
        measured = self._marks.get(key, _NOTHING).measured or key == self._arrival.address
        return measured and one.marks.get(key, _NOTHING).wild

    def _is_unlike(self, one: Clause, key: str) -> bool:
        """Whether it compares `key` with another that is spread in another manner."""
        if key not in one.twins:
            return False
        measured = self._marks.get(key, _NOTHING).measured
        return measured or key in {self._arrival.address, VIA} or self._many(key)


def _union(found: Iterable[frozenset[T]]) -> frozenset[T]:
    return frozenset[T]().union(*found)


def _marks(clauses: Iterable[Clause]) -> dict[str, Marks]:
    found: dict[str, Marks] = {}
    for one in clauses:
        for key, marks in one.marks.items():
            found[key] = found[key] | marks if key in found else marks
    return found


def _joined(pairs: Iterable[frozenset[str]]) -> dict[str, frozenset[str]]:
    """For every key that is compared with another: all keys it is so bound to."""
    found: dict[str, frozenset[str]] = {}
    for pair in pairs:
        group = _union(found.get(key, frozenset({key})) for key in pair)
        found.update(dict.fromkeys(group, group))
    return found


def _is_id(key: str, text: str) -> bool:
    return text.startswith(_STARTS[key]) and len(text) > len(_STARTS[key])
