"""Questions for the prover, and every cell of one beside the evaluator."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Policy
from studiogate.policy.request import ContextValue, Principal, Request
from studiogate.reach.estate import Door
from studiogate.reach.prove.answers import Answer, Open, Proved
from studiogate.reach.prove.arrivals import Arrival
from studiogate.reach.prove.cells import Layout, Verdict
from studiogate.reach.prove.cone import Cone
from studiogate.reach.prove.marks import Clause
from studiogate.reach.prove.memo import Memo
from studiogate.reach.prove.question import Inside, Question
from studiogate.reach.prove.sight import Setting, Sight, clients
from studiogate.reach.prove.spread import Ground, Spread
from tests.kit.policy import ALICE, API, OPEN, OURS, SESSION, STUDIO, VPC


def door(id_: str, vpc: str = VPC, policy: Policy | None = None) -> Door:
    return Door(id=id_, vpc=vpc, service=f"of {id_}", account=OURS, policy=policy)


DOORS = (door(API), door(STUDIO))
INSIDE = Inside(frozenset({API, STUDIO}))


def about(
    layers: Layers,
    resource: str = ALICE,
    *,
    by: Principal = SESSION,
    absent: Sequence[str] = (),
    known: Mapping[str, ContextValue] | None = None,
) -> Question:
    return Question(OPEN, resource, by, layers, known or {}, frozenset(absent))


def opened(answer: Answer) -> Open:
    assert isinstance(answer, Open), answer
    return answer


def proved(answer: Answer) -> Proved:
    assert isinstance(answer, Proved), answer
    return answer


@dataclass(frozen=True)
class View:
    """All cells of one arrival."""

    arrival: Arrival
    question: Question
    layout: Layout
    clauses: Mapping[int, Clause]
    allowed: int
    sight: Sight

    def cells(self) -> Iterator[tuple[int, Request, Door | None, bool]]:
        """Each cell: its request, its door, and whether the cells say it is allowed."""
        for cell in range(self.layout.size):
            atoms = self.layout.atoms(cell)
            context = {key: one for atom in atoms for key, one in atom.context.items()}
            known = next((atom.door for atom in atoms if atom.door), None)
            yield cell, self.sight.judge(context), known, bool(self.allowed >> cell & 1)

    @property
    def loose(self) -> bool:
        return any(axis.kind == "loose" for axis in self.layout.axes)

    def kind(self, cell: int) -> tuple[object, ...]:
        """What the clauses say in one cell."""
        door_ = next((atom.door for atom in self.layout.atoms(cell) if atom.door), None)
        inside = any(atom.inside for atom in self.layout.atoms(cell))
        said = (
            bool(self.layout.mask(number, one, self.sight.judge) >> cell & 1)
            for number, one in self.clauses.items()
        )
        return (id(door_.policy) if door_ and door_.policy else 0, inside, *said)

    def kind_of(self, request: Request, ground: Ground) -> tuple[object, ...]:
        """What the clauses say about a request of this arrival."""
        id_ = request.keys.get("aws:sourcevpce")
        door_ = next((one for one in ground.doors if one.id == id_), None)
        inside = isinstance(id_, str) and ground.counts(id_)
        said = (one.holds(request) for one in self.clauses.values())
        return (id(door_.policy) if door_ and door_.policy else 0, inside, *said)


def view(question: Question, ground: Ground, arrival: Arrival) -> View | None:
    """All cells of `arrival`, or nothing where nothing can be allowed."""
    memo, setting = Memo(), Setting(arrival)
    gates = {id(one.policy): one.policy for one in ground.doors if one.policy}
    cone = Cone(question, question.layers, gates.values(), memo.clauses)
    missing = dict.fromkeys((key.lower() for key in question.absent), None)
    known = {key.lower(): value or None for key, value in question.known.items()}
    say = cone.settle({**known, **missing, **setting.settled}, setting.context)
    if say.hopeless:
        return None
    within = clients(ground.inside, arrival, memo.clauses)
    clauses = {number: memo.clauses[number] for number in sorted(say.numbers | within)}
    sight = Sight(question, (question.layers,), setting, clauses)
    layout = Layout(Spread(clauses, arrival, ground, sight.judge).axes(memo.axes))
    verdict = Verdict(layout, clauses, sight.judge)
    allowed = sight.allowed(verdict, say, question.layers)
    return View(arrival, question, layout, clauses, allowed, sight)


def allows(layers: Layers, request: Request, doors: Sequence[Door]) -> bool:
    """The evaluator's word, with the policy of the door that the request came through."""
    id_ = request.keys.get("aws:sourcevpce")
    known = next((one for one in doors if one.id == id_), None)
    return decide(replace(layers, endpoint=known.policy if known else None), request).allowed


def outside(request: Request, inside: Inside) -> bool:
    if request.keys.get("aws:sourcevpce") not in inside.doors:
        return True
    client = str(request.keys.get("aws:vpcsourceip"))
    nets = inside.clients
    return bool(nets) and not any(ip_address(client) in net for net in nets)
