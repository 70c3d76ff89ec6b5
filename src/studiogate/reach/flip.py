"""The smallest change that turns an answer round, shown to do so by asking again.

Nothing is deduced: each candidate is made, in a world of its own, and the same question is put
to that world.  The first that answers otherwise is the smallest, because candidates come
smallest and least dangerous first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from studiogate.reach.answer import answer as ask
from studiogate.reach.chain import Chain
from studiogate.reach.change.accounts import lacking
from studiogate.reach.change.directory import let_in_again
from studiogate.reach.change.edit import Edit, Kind
from studiogate.reach.change.landscape import closing_keys, opening_keys, questions
from studiogate.reach.change.network import missing_parts
from studiogate.reach.change.policies import loosened, put_back
from studiogate.reach.trace import Answer
from studiogate.reach.world import World


@dataclass(frozen=True, slots=True)
class Change:
    """One change, and what would be decided then."""

    kind: Kind
    """`question`: nothing is changed, only asked otherwise; then what is to be edited."""

    where: str
    """As `domains.forecasting.opens_from`; for a question the option, as `--from`."""

    value: str
    """As `[office, hub]`."""

    said: str
    """One sentence: what it means, and what else it brings."""

    then: Answer
    """The answer after the change: the opposite of the one before."""

    def __str__(self) -> str:
        """The change in one line, as it is written."""
        return f"{self.where}{' ' if self.kind == 'question' else ': '}{self.value}"


def flip(world: World, answer: Answer) -> Change | None:
    """The smallest change after which the answer is the other one.

    For a refusal, what would let the person in; for a yes, what would keep them out.  `None`
    where no single change does: then more than one layer refuses for reasons of its own, as
    `Answer.steps` shows.
    """
    for edit in _candidates(world, answer):
        changed = edit.made()
        if changed is None:
            continue
        network = edit.network or answer.network
        then = ask(changed, answer.person, answer.domain, network, evidence=False)
        if then.allowed is not answer.allowed:
            return Change(edit.kind, edit.where, edit.value, edit.said, then)
    return None


def _candidates(world: World, answer: Answer) -> Iterator[Edit]:
    if answer.allowed:
        yield from closing_keys(world, answer)
        return
    yield from questions(world, answer)
    yield from let_in_again(world, answer.person)
    yield from opening_keys(world, answer)
    yield from lacking(world, answer)
    yield from missing_parts(world)
    yield from put_back(world)
    chain = Chain(world, answer.person, answer.domain, evidence=False)
    yield from loosened(world, chain.rulings(answer.network))
