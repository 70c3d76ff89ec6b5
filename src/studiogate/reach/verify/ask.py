"""Puts questions to the prover, and makes one finding of their answers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from studiogate.policy.evaluate import decide
from studiogate.policy.request import ContextValue, Request
from studiogate.reach.estate import Door, Estate
from studiogate.reach.prove.answers import Open, Proved, Undecided
from studiogate.reach.prove.memo import Memo
from studiogate.reach.prove.prove import possible, proof, prove
from studiogate.reach.prove.question import Inside, Question
from studiogate.reach.verify.findings import Finding, Outcome, Witness, combined
from studiogate.reach.verify.who import Who


@dataclass(frozen=True, slots=True)
class Companion:
    """A permission that a request takes as well, where it brings certain keys."""

    action: str
    keys: tuple[str, ...]
    """Names of keys, or beginnings of names that end in `/`; in lower case."""

    def wanted(self, request: Request) -> frozenset[str]:
        """The keys of `request` that make it necessary."""
        return frozenset(
            one
            for one in request.keys
            if any(
                one.startswith(key) if key.endswith("/") else one == key for key in self.keys
            )
        )


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, put for `who`."""

    who: Who
    question: Question
    inside: Inside | None = None
    """Where it may be possible; `None` for what must be impossible from everywhere."""

    easier: Question | None = None
    """One that allows at least as much, and is quick to answer: its proof is proof enough."""

    companions: tuple[Companion, ...] = ()
    doubt: str | None = None
    """Why a proof of this question may not be one of all that it stands for; of the easier
    one it always is."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """An invariant about one thing."""

    id: str
    about: str
    says: str


class Asking:
    """The prover with one estate's endpoints, and a memory that its questions share."""

    def __init__(self, estate: Estate) -> None:
        self._doors = {door.id: door for door in estate.doors}
        self._all_doors = estate.doors
        self._vpcs = frozenset(door.vpc for door in estate.doors)
        self._ours = estate.inside
        # Endpoint policies name every account, so that no two questions differ in theirs alone.
        self._memo = Memo(whole=False)

    def finding(
        self, sentence: Sentence, asks: Iterable[Ask], *, principals: int | None = None
    ) -> Finding:
        """What became of `sentence`, which holds if every one of `asks` is proved.

        `principals` is how many that settles, where it settles more than were asked about.
        """
        answers = [(ask.who, self._answer(ask)) for ask in asks]
        witnesses: dict[str, Witness] = {}
        for who, answer in answers:
            if isinstance(answer, Open):
                witnesses.setdefault(who.label, self._witness(who, answer))
        asked = len({who.label for who, _ in answers})
        return Finding(
            id=sentence.id,
            about=sentence.about,
            says=sentence.says,
            outcome=combined([_outcome(answer) for _, answer in answers]),
            principals=asked if principals is None else principals,
            cells=sum(0 if isinstance(one, Open) else one.cells for _, one in answers),
            witnesses=tuple(witnesses.values()),
            why=tuple(dict.fromkeys(_whys(answers))),
        )

    def _answer(self, ask: Ask) -> Proved | Open | Undecided:
        if ask.easier is not None and (easy := self._proof(ask.easier, ask.inside)):
            return easy
        found = self._asked(ask.question, ask.inside)
        for companion in ask.companions:
            found = self._together(found, ask, companion)
        return _beyond(found, ask.doubt)

    def _together(
        self, found: Proved | Open | Undecided, ask: Ask, companion: Companion
    ) -> Proved | Open | Undecided:
        """`found`, if its request has the permission of `companion` too, or needs it not."""
        if not isinstance(found, Open) or not (keys := companion.wanted(found.request)):
            return found
        layers = ask.question.layers
        policy = found.endpoint.policy if found.endpoint else None
        request = replace(found.request, action=companion.action)
        if decide(replace(layers, endpoint=policy), request).allowed:
            return found
        without = replace(ask.question, absent=ask.question.absent | keys)
        plain = self._asked(without, ask.inside)
        if not isinstance(plain, Proved):
            return plain
        also = self._asked(replace(ask.question, action=companion.action), ask.inside)
        if isinstance(also, Proved):
            return plain
        return Undecided(plain.cells, f"{companion.action} is allowed in other requests only")

    def _proof(self, question: Question, inside: Inside | None) -> Proved | None:
        doors, vpcs, memo = self._all_doors, self._vpcs, self._memo
        return proof(question, doors=doors, vpcs=vpcs, inside=inside, memo=memo)

    def _asked(self, question: Question, inside: Inside | None) -> Proved | Open | Undecided:
        doors, vpcs, memo = self._all_doors, self._vpcs, self._memo
        if inside is None:
            return possible(question, doors=doors, vpcs=vpcs, memo=memo)
        return prove(question, doors=doors, vpcs=vpcs, inside=inside, memo=memo)

    def _witness(self, who: Who, found: Open) -> Witness:
        keys = found.request.context
        return Witness(
            who=who.label,
            does=found.request.action,
            on=found.request.resource,
            how=arrival(keys, self._doors, self._ours),
            keys=dict(keys),
            by=found.by,
            addresses=found.addresses,
        )


def arrival(
    keys: Mapping[str, ContextValue], doors: Mapping[str, Door], ours: frozenset[str]
) -> str:
    """How a request with these keys reaches AWS, in words."""
    endpoint = keys.get("aws:SourceVpce")
    if isinstance(endpoint, str):
        if endpoint in ours:
            return f"from inside, through our endpoint {endpoint}"
        if endpoint in doors:
            return f"through {endpoint} of account {doors[endpoint].account}"
        return "through an endpoint in somebody else's network"
    if "aws:SourceVpc" in keys:
        return "from the console's private access in a VPC"
    if keys.get("aws:ViaAWSService") == "true":
        return "by an AWS service on their behalf"
    return "from the internet"


def _beyond(found: Proved | Open | Undecided, doubt: str | None) -> Proved | Open | Undecided:
    """`found`, which with a `doubt` proves nothing of what was not asked about."""
    if doubt is not None and isinstance(found, Proved):
        return Undecided(found.cells, doubt)
    return found


def _outcome(answer: Proved | Open | Undecided) -> Outcome:
    match answer:
        case Proved():
            return Outcome.PROVED
        case Open():
            return Outcome.BROKEN
        case Undecided():
            return Outcome.UNDECIDED
        case _:
            assert_never(answer)


def _whys(answers: list[tuple[Who, Proved | Open | Undecided]]) -> Iterator[str]:
    for who, answer in answers:
        if isinstance(answer, Undecided):
            yield f"{who.label}: {answer.why}"
