"""What is told apart among the values of a key, and a clause that hangs on some keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from studiogate.policy.request import ContextValue, Request
from studiogate.policy.variables import Template
from studiogate.reach.prove import patterns
from studiogate.reach.prove.patterns import Pattern
from studiogate.reach.prove.scales import Network

Settled = Mapping[str, ContextValue | None]
"""Keys that are not free, in lower case: their value, or `None` for a missing one."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is told apart among the values of one key."""

    patterns: frozenset[Pattern] = frozenset()
    numbers: frozenset[Decimal] = frozenset()
    moments: frozenset[Decimal] = frozenset()
    ranges: frozenset[Network] = frozenset()
    codes: frozenset[str] = frozenset()
    """Texts in base64."""

    def __or__(self, other: "Marks") -> "Marks":
        return Marks(
            self.patterns | other.patterns,
            self.numbers | other.numbers,
            self.moments | other.moments,
            self.ranges | other.ranges,
            self.codes | other.codes,
        )

    @property
    def measured(self) -> bool:
        """Whether values are read as something else than text."""
        return bool(self.numbers or self.moments or self.ranges or self.codes)

    @property
    def wild(self) -> bool:
        """Whether a pattern fits more than one text, and not simply every text."""
        return any(patterns.plain(one) is None and one not in _EVERY for one in self.patterns)


_EVERY = {
    (patterns.RUN,),
    (patterns.ANY, patterns.RUN),
    (patterns.RUN, patterns.ANY),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One test of a statement that still depends on something."""

    name: tuple[object, ...]
    """Two clauses of one name always agree."""

    keys: frozenset[str]
    """The free keys it hangs on."""

    holds: Callable[[Request], bool] = field(compare=False, repr=False)
    marks: Mapping[str, Marks] = field(compare=False, repr=False, default_factory=dict)
    twins: frozenset[str] = field(compare=False, default=frozenset())
    """Keys that are compared with each other."""

    several: frozenset[str] = field(compare=False, default=frozenset())
    """Keys asked about with a set operator."""

    resolved: frozenset[str] = field(compare=False, default=frozenset())
    """Keys used as variables."""

    loose: bool = field(compare=False, default=False)
    wish: tuple[str, Template] | None = field(compare=False, repr=False, default=None)
    """The key and a value of the policy's: should it become loose, what to try."""

    def __hash__(self) -> int:
        return hash(self.name)


def texts(*found: Pattern) -> Marks:
    """What `found` tell apart."""
    return Marks(patterns=frozenset(found))
