"""Ways to see, in the trace of an opening, whether one meaning of an error text is so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studiogate.reach.rulings import Ruling
from studiogate.reach.trace import PUBLIC, Answer, Layer


@dataclass(frozen=True, slots=True)
class Seen:
    """The text, and the trace of the opening it came up with."""

    text: str
    answer: Answer
    rulings: tuple[Ruling, ...]


Check = Callable[[Seen], str | None]
"""What there is to see where the meaning is so; `None` where it is not."""


def refused(*layers: Layer) -> Check:
    """That one of `layers` refuses."""

    def check(seen: Seen) -> str | None:
        steps = (step for step in seen.answer.steps if step.layer in layers and not step.ok)
        return next((step.said for step in steps), None)

    return check


def ruled(*layers: Layer, kinds: frozenset[str] = frozenset()) -> Check:
    """That a policy of one of `kinds` refuses at one of `layers`; any kind, for none."""

    def check(seen: Seen) -> str | None:
        for one in seen.rulings:
            said = one.decision
            if one.layer in layers and not said.allowed and (not kinds or said.layer in kinds):
                return said.why
        return None

    return check


def public(layer: Layer) -> Check:
    """That a name has a public answer from here."""

    def check(seen: Seen) -> str | None:
        for step in seen.answer.steps:
            if step.layer is layer and any(fact.saw == PUBLIC for fact in step.facts):
                return step.said
        return None

    return check


def missed(layer: Layer, what: str) -> Check:
    """That a fact of `layer` did not hold."""

    def check(seen: Seen) -> str | None:
        for step in seen.answer.steps:
            if step.layer is layer and any(
                fact.what == what and not fact.held for fact in step.facts
            ):
                return step.said
        return None

    return check


_KINDS: Mapping[str, frozenset[str]] = {
    "service control policy": frozenset({"scp"}),
    "resource control policy": frozenset({"rcp"}),
    "VPC endpoint policy": frozenset({"endpoint"}),
    "identity-based policy": frozenset({"identity"}),
    "session policy": frozenset({"session"}),
    "permissions boundary": frozenset({"boundary"}),
    "role trust policy": frozenset({"trust"}),
    "resource-based policy": frozenset({"resource", "trust"}),
}
"""What AWS calls a layer of policies at the end of a text, to what the evaluator calls it."""


def named(*layers: Layer) -> Check:
    """That the kind of policy the text itself names refuses at one of `layers`."""

    def check(seen: Seen) -> str | None:
        folded = seen.text.casefold()
        kinds = [kinds for name, kinds in _KINDS.items() if name.casefold() in folded]
        return ruled(*layers, kinds=frozenset().union(*kinds))(seen) if kinds else None

    return check
