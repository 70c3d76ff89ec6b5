"""What is left of one layer: the statements that may still apply, and where."""

from dataclasses import dataclass

from studiogate.policy.principals import Grip


@dataclass(frozen=True, slots=True)
class Term:
    """One statement: it applies where all its clauses hold."""

    clauses: frozenset[int]
    grip: Grip


@dataclass(frozen=True, slots=True)
class Part:
    """One layer."""

    allows: frozenset[Term]
    denies: frozenset[Term]

    @property
    def terms(self) -> frozenset[Term]:
        """All of them."""
        return self.allows | self.denies


def needed(terms: set[Term]) -> frozenset[Term]:
    """`terms` without those that add nothing to one that asks for less."""
    if len(terms) <= 1:
        return frozenset(terms)
    return frozenset(
        one
        for one in terms
        if not any(other.clauses < one.clauses and other.grip >= one.grip for other in terms)
    )
