"""Every invariant of an estate, put to the prover; and what its documents do not do."""

from collections.abc import Iterator
from dataclasses import replace

from studiogate.policy.language import Policy
from studiogate.policy.lint import weaknesses
from studiogate.reach.estate import Estate, Studio
from studiogate.reach.verify.ask import Asking, Sentence
from studiogate.reach.verify.becoming import Becoming
from studiogate.reach.verify.classes import TooManyClassesError
from studiogate.reach.verify.findings import Finding, Outcome, Weak, Witness, combined
from studiogate.reach.verify.ground import Ground
from studiogate.reach.verify.opening import Opening


def invariants(estate: Estate, gateway: str) -> tuple[Finding, ...]:
    """What became of every invariant; `gateway` is the ARN of the gateway's role.

    Raises:
        KeyError: an account of the estate has no entry in its guardrails.
    """
    asking = Asking(estate)
    return (*_domains(estate, asking), *_roles(estate, asking, gateway))


def outside(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    """What became of "no request from outside opens it", by the domain's name.

    Several accounts may have domains of one name; then it is said of all of them together.
    """
    found: dict[str, Finding] = {}
    for one in findings:
        if one.id == "outside":
            name = one.about.removeprefix("domain ")
            found[name] = _both(found[name], one) if name in found else one
    return found


def _both(one: Finding, other: Finding) -> Finding:
    return replace(
        one,
        outcome=combined([one.outcome, other.outcome]),
        principals=one.principals + other.principals,
        cells=one.cells + other.cells,
        witnesses=(*one.witnesses, *other.witnesses),
        why=(*one.why, *other.why),
    )


def weak(estate: Estate) -> tuple[Weak, ...]:
    """Weaknesses of every document of the estate, one document's told once for all bearers."""
    bearers: dict[Policy, list[str]] = {}
    for where, policy in _documents(estate):
        bearers.setdefault(policy, []).append(where)
    return tuple(
        Weak(tuple(where), policy.name, one.rule, one.place, one.what, one.remedy, one.defect)
        for policy, where in bearers.items()
        for one in weaknesses(policy)
    )


def _domains(estate: Estate, asking: Asking) -> Iterator[Finding]:
    ground = Ground(estate)
    for studio in estate.studios:
        opening = Opening(ground, studio)
        for sentence, asks in (
            (opening.outside, opening.from_outside),
            (opening.around, opening.around_the_gateway),
            (opening.own, opening.by_tag),
            (opening.notebook, opening.from_a_notebook),
            (opening.strangers, opening.from_another_account),
        ):
            try:
                yield asking.finding(sentence, asks())
            except TooManyClassesError:
                yield _undecided(sentence)
        yield _mode(studio)


def _undecided(sentence: Sentence) -> Finding:
    return Finding(
        sentence.id,
        sentence.about,
        sentence.says,
        Outcome.UNDECIDED,
        why=("The patterns of the policies tell too many names apart to ask about each.",),
    )


def _mode(studio: Studio) -> Finding:
    """Whether the domain is what everything else takes it for (S1-05, S1-06)."""
    wrong = [
        Witness("the domain", "has", f"{key} {value}", f"and should have {wanted}")
        for key, value, wanted in (
            ("AuthMode", studio.auth_mode, "IAM"),
            ("AppNetworkAccessType", studio.app_network, "VpcOnly"),
        )
        if value != wanted
    ]
    return Finding(
        id="private-domain",
        about=f"domain {studio.name}",
        says="The domain signs in by IAM, and its apps have no way out but its VPC.",
        outcome=Outcome.BROKEN if wrong else Outcome.PROVED,
        principals=0,
        cells=0,
        witnesses=tuple(wrong),
    )


def _roles(estate: Estate, asking: Asking, gateway: str) -> Iterator[Finding]:
    becoming = Becoming(estate, gateway)
    everybody = len(estate.holders)
    for role in becoming.presign_roles():
        yield asking.finding(
            becoming.gateway_alone(role), becoming.others_becoming(role), principals=everybody
        )
        yield asking.finding(
            becoming.in_a_name(role), becoming.becoming_nobody(role), principals=everybody
        )
    yield asking.finding(becoming.only_ours, becoming.the_gateway_elsewhere())


def _documents(estate: Estate) -> Iterator[tuple[str, Policy]]:
    yield from _of_holders(estate)
    for door in estate.doors:
        if door.policy is not None:
            yield f"endpoint {door.id} of {door.account}", door.policy
    yield from _of_organisation(estate)
    if estate.api is not None:
        yield "the private API", estate.api


def _of_holders(estate: Estate) -> Iterator[tuple[str, Policy]]:
    for holder in estate.holders:
        if holder.supposed:
            continue
        bearer = f"{holder.kind} {holder.name} of {holder.account}"
        for policy in (*holder.identity, holder.trust, holder.boundary):
            if policy is not None:
                yield bearer, policy


def _of_organisation(estate: Estate) -> Iterator[tuple[str, Policy]]:
    for kind, guardrails in (("SCP", estate.scps), ("RCP", estate.rcps)):
        for account, levels in guardrails.items():
            policies = dict.fromkeys(policy for level in levels or () for policy in level)
            yield from ((f"{kind} over {account}", policy) for policy in policies)
