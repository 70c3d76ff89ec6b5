"""One text of every kind that a set of patterns tells apart.

All patterns are read at once, a set of places in each (the subset construction): two texts that
end in the same places are told apart by none of them.  So what is found is every combination
that some text has, and no other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.patterns import Pattern, fits, plain

MOST_STATES = 20_000
"""Sets of places looked at before giving up."""

_SPARE = "xyzabcdefghijklmnopqrstuvw0123456789-._~"
"""Characters to stand for those no pattern names, the nicest first."""

State = tuple[int, ...]


@dataclass(frozen=True)
class _Machine:
    """One pattern as bit operations: bit i is the place before token i."""

    pattern: Pattern

    @cached_property
    def _runs(self) -> int:
        return sum(1 << i for i, token in enumerate(self.pattern) if token.many)

    @cached_property
    def start(self) -> int:
        return self._onward(1)

    @cached_property
    def _memo(self) -> dict[str, int]:
        return {}

    def step(self, places: int, char: str) -> int:
        """The places after one more character."""
        mine = self._memo.get(char)
        if mine is None:
            mine = sum(1 << i for i, token in enumerate(self.pattern) if fits(token, char))
            self._memo[char] = mine
        hit = places & mine
        return self._onward((hit & self._runs) | ((hit & ~self._runs) << 1))

    def ends(self, places: int) -> bool:
        """Whether a text may end here."""
        return bool(places >> len(self.pattern) & 1)

    def _onward(self, places: int) -> int:
        # A run may be empty; runs of two kinds may stand side by side.
        while (more := places | ((places & self._runs) << 1)) != places:
            places = more
        return places


def partition(
    patterns: Iterable[Pattern], *, each: int = 1, hints: Sequence[str] = ()
) -> tuple[str, ...]:
    """Up to `each` texts of every kind of text that `patterns` tell apart.

    The empty text is left out: whoever asks knows it.  A kind that has fewer texts gives all
    it has.  Texts of `hints` are taken where they serve.

    Raises:
        Unbounded: there are too many kinds.
    """
    rows = sorted(set(patterns), key=repr)
    exact = [plain(row) for row in rows]
    if all(one is not None for one in exact):
        named = [one for one in exact if one]
        return (*named, *_others(named, each, hints))
    return _Search([_Machine(row) for row in rows], each, _alphabet(rows, each)).run(hints)


def _others(named: Sequence[str], count: int, hints: Sequence[str]) -> list[str]:
    taken = {*named, ""}
    found = [one for one in dict.fromkeys(hints) if one not in taken][:count]
    taken.update(found)
    number = 0
    while len(found) < count:
        number += 1
        if (one := f"other-{number}") not in taken:
            found.append(one)
    return found


def _alphabet(patterns: Iterable[Pattern], spare: int) -> str:
    tokens = [token for pattern in patterns for token in pattern]
    named = {char for token in tokens for char in (token.chars or "") + token.but}
    rest = [char for char in _SPARE if char not in named]
    # Beyond what can be typed there is always room.
    rest += [char for code in range(0x3B1, 0x3B1 + spare) if (char := chr(code)) not in named]
    return "".join(rest[:spare]) + "".join(sorted(named))


class _Search:
    """Texts in order of length, as many for each state as could matter."""

    def __init__(self, machines: list[_Machine], each: int, alphabet: str) -> None:
        self._machines = machines
        self._each = each
        self._alphabet = alphabet
        self._found: dict[tuple[bool, ...], list[str]] = {}

    def run(self, hints: Sequence[str]) -> tuple[str, ...]:
        for hint in dict.fromkeys(hints):
            if hint:
                self._keep(self._after(hint), hint)
        self._breadth_first()
        return tuple(text for texts in self._found.values() for text in texts)

    def _breadth_first(self) -> None:
        begin = tuple(machine.start for machine in self._machines)
        # The empty text is nobody's: a longer one that ends where it does still counts.
        known: dict[State, int] = {}
        front: list[tuple[State, str]] = [(begin, "")]
        while front:
            onward: list[tuple[State, str]] = []
            for state, text in front:
                for char in self._alphabet:
                    after = self._step(state, char)
                    # More texts of one state than asked for lead to nothing new.
                    if known.get(after, 0) < self._each:
                        known[after] = known.get(after, 0) + 1
                        onward.append((after, text + char))
                        self._keep(after, text + char)
            if len(known) > MOST_STATES:
                raise Unbounded("the patterns of one key tell too many texts apart")
            front = onward

    def _step(self, state: State, char: str) -> State:
        rows = zip(self._machines, state, strict=True)
        return tuple(machine.step(places, char) for machine, places in rows)

    def _after(self, text: str) -> State:
        state = tuple(machine.start for machine in self._machines)
        for char in text:
            state = self._step(state, char)
        return state

    def _keep(self, state: State, text: str) -> None:
        rows = zip(self._machines, state, strict=True)
        kind = tuple(machine.ends(places) for machine, places in rows)
        texts = self._found.setdefault(kind, [])
        if len(texts) < self._each and text not in texts:
            texts.append(text)
