"""What the policies said about one request, as a step of the trace, with what they looked at.

The trace is for administrators: it shows the values conditions wanted and saw, which refusals
of the gateway never do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studiogate.policy import evidence
from studiogate.policy.evaluate import Decision, Layers, decide
from studiogate.policy.evidence import Considered, Explanation, explain
from studiogate.policy.invoke import explain_invoke, invoke
from studiogate.policy.language import Policy
from studiogate.reach.questions import INVOKE, Question
from studiogate.reach.trace import MISSING, Fact, Layer, Step

_NAMES = {
    "identity": "the caller's identity policies",
    "session": "the session policy",
    "boundary": "the permissions boundary",
    "scp": "a level of service control policies",
    "rcp": "a level of resource control policies",
    "endpoint": "the VPC endpoint policy",
    "resource": "the resource policy",
    "authorizer": "what the authorizer returned",
    "trust": "the trust policy",
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """One question and its answer."""

    layer: Layer
    question: Question
    decision: Decision

    def explained(self) -> Explanation:
        """The decision with its evidence."""
        layers, request = self.question.layers, self.question.request
        if request.action != INVOKE:
            return explain(layers, request)
        return explain_invoke(
            layers.resource, self.question.authorizer, request, endpoint=layers.endpoint
        )


def rule(layer: Layer, question: Question) -> Ruling:
    """What the policies of `question` decide."""
    layers, request = question.layers, question.request
    if request.action != INVOKE:
        return Ruling(layer, question, decide(layers, request))
    decision = invoke(layers.resource, question.authorizer, request, endpoint=layers.endpoint)
    return Ruling(layer, question, decision)


def ruled(rulings: Sequence[Ruling], yes: str, *, with_facts: bool) -> Step:
    """The step of `rulings`, all of which must allow; `yes` is what it says where they do.

    The first refusal decides, else the first of all, which is the one that matters most.
    """
    found = next((one for one in rulings if not one.decision.allowed), rulings[0])
    decision = found.decision
    return Step(
        found.layer,
        ok=decision.allowed,
        said=yes if decision.allowed else _readable(found),
        by=decided_by(decision),
        facts=facts(found) if with_facts else (),
    )


def _readable(ruling: Ruling) -> str:
    """Why not, with what was asked for by its name: ARNs are long, and begin all alike."""
    request = ruling.question.request
    _, _, _, _, account, *rest = request.resource.split(":", 5)
    short = f"{rest[0]} of account {account}" if rest else request.resource
    return ruling.decision.why.replace(request.resource, short)


def decided_by(decision: Decision) -> str:
    """What decided: a statement of a policy, or that a whole layer was silent."""
    if decision.statement is None:
        return f"no Allow in {_NAMES[decision.layer]}" if decision.layer else "no policy"
    named = decision.sid or str(decision.statement)
    return f"statement {named} of {decision.policy or _NAMES[decision.layer]}"


def facts(ruling: Ruling) -> tuple[Fact, ...]:
    """What decided a refusal; for a yes, everything that was asked on the way."""
    found = ruling.explained()
    asked: Sequence[Considered] = found.decisive
    if ruling.decision.allowed:
        asked = [one for layer in found.layers for one in layer.statements if one.concerns]
    return tuple(dict.fromkeys(fact for one in asked for fact in _facts(one)))


def _facts(found: Considered) -> Iterator[Fact]:
    where = f"{found.effect} {found.sid or found.statement} of {found.policy}"
    for fact in found.facts:
        saw = MISSING if fact.saw is None else ", ".join(fact.saw)
        yield Fact(f"{_asked(fact)} in {where}", ", ".join(fact.wanted), saw, fact.held)


def _asked(fact: evidence.Fact) -> str:
    return f"{fact.operator} {fact.key}".rstrip()


def policies(layers: Layers) -> Iterator[Policy]:
    """Every policy of `layers`."""
    for level in (*layers.rcps, *(layers.scps or ())):
        yield from level
    single = (layers.endpoint, layers.resource, layers.boundary)
    yield from (one for one in single if one is not None)
    yield from layers.identity
    yield from layers.session or ()
