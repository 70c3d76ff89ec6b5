"""An estate by what is asked of it: who is in an account, and which patterns meet a name.

Made once for an estate, so that a thousand domains do not each look through all of it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from studiogate.policy.language import Policy, Statement
from studiogate.reach.estate import Estate, Holder


class Patterns:
    """Patterns of the resources in some policies, by what they begin with."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._by_head: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        patterns = (
            pattern
            for policy in policies
            for statement in policy.statements
            for pattern in _resources_of(statement)
        )
        for number, pattern in enumerate(dict.fromkeys(patterns)):
            self._by_head[_plain(pattern)].append((number, pattern))
        self._heads = sorted(self._by_head)

    def meeting(self, stems: Sequence[str]) -> tuple[str, ...]:
        """Those that some name under one of `stems` may fit, in their order.

        That is where the plain beginning of a pattern agrees with a stem, as far as both go.
        """
        heads = dict.fromkeys(head for stem in stems for head in self._agreeing(stem))
        found = [one for head in heads for one in self._by_head[head]]
        return tuple(pattern for _, pattern in sorted(found))

    def _agreeing(self, stem: str) -> Iterator[str]:
        yield from (stem[:end] for end in range(len(stem)) if stem[:end] in self._by_head)
        for at in range(bisect_left(self._heads, stem), len(self._heads)):
            if not self._heads[at].startswith(stem):
                return
            yield self._heads[at]


@dataclass(frozen=True, slots=True)
class Ground:
    """An estate, and where things are in it."""

    estate: Estate
    doors: Patterns = field(init=False)
    """Of all endpoint policies."""

    gates: tuple[Policy, ...] = field(init=False)
    """The endpoint policies themselves."""

    varying: tuple[Policy, ...] = field(init=False)
    """Those of them with variables in their resources."""

    holders: Mapping[str, Sequence[Holder]] = field(init=False)
    """By account."""

    domains: Mapping[str, Sequence[str]] = field(init=False)
    """Ids of Studio domains by account."""

    def __post_init__(self) -> None:
        """Look through the estate once."""
        holders: defaultdict[str, list[Holder]] = defaultdict(list)
        domains: defaultdict[str, list[str]] = defaultdict(list)
        for holder in self.estate.holders:
            holders[holder.account].append(holder)
        for studio in self.estate.studios:
            domains[studio.account].append(studio.domain_id)
        policies = [door.policy for door in self.estate.doors if door.policy]
        object.__setattr__(self, "doors", Patterns(policies))
        object.__setattr__(self, "gates", tuple(policies))
        object.__setattr__(self, "varying", tuple(filter(_varies, policies)))
        object.__setattr__(self, "holders", holders)
        object.__setattr__(self, "domains", domains)


def _resources_of(statement: Statement) -> tuple[str, ...]:
    return statement.resources or statement.not_resources or ()


def _varies(policy: Policy) -> bool:
    return any("${" in text for one in policy.statements for text in _resources_of(one))


def _plain(pattern: str) -> str:
    """The beginning of `pattern` before any wildcard or variable."""
    ends = [at for sign in "*?$" if (at := pattern.find(sign)) >= 0]
    return pattern[: min(ends)] if ends else pattern
