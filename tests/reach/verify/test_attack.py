"""What is proved of an estate withstands an attacker who tries; and the witnesses are real."""

from collections.abc import Iterator

import pytest

from studiogate import names
from studiogate.reach.verify.findings import Finding, Outcome
from studiogate.reach.verify.invariants import invariants
from tests.kit.attack import DOMAIN, TAG, Attack, Attacker
from tests.kit.attack_roles import Attempt, Climber
from tests.kit.thorough import examples
from tests.kit.verify import GATEWAY

# Estates 47 and 123, and climbers 28 and 186, once got in against a proof.


def crossed(one: Attack) -> Iterator[str]:
    """The invariants that an allowed request breaks."""
    keys = one.request.keys
    presigner = one.who is not None and one.who.name == names.PRESIGN_ROLE
    notebook = one.who is not None and one.who.name == "Notebook"
    if not one.inside:
        yield "outside"
    if not presigner and not notebook and not one.notebook:
        yield "around"
    if presigner and keys.get(TAG.lower()) != one.profile:
        yield "own-profile"
    own = (keys.get("sagemaker:domainid"), keys.get("sagemaker:userprofilename"))
    if notebook and own != (DOMAIN, one.profile):
        yield "notebook"


def settled(found: Finding, one: Attack) -> bool:
    """Whether `found` says that whoever made the attack cannot."""
    if found.outcome is Outcome.PROVED:
        return True
    told = {witness.who for witness in found.witnesses}
    return one.label not in told and not any(one.label in why for why in found.why)


def successes(seed: int, tries: int) -> list[tuple[str, Attack]]:
    """Attacks that succeed although their invariant is proved for whoever makes them."""
    attacker = Attacker(seed)
    found = {
        one.id: one for one in invariants(attacker.estate, GATEWAY) if one.about == "domain one"
    }
    return [
        (id_, one)
        for one in attacker.attacks(tries)
        for id_ in crossed(one)
        if settled(found[id_], one)
    ]


@pytest.mark.parametrize("seed", range(18, 18 + examples(30)))
def test_no_attack_succeeds_against_what_is_proved(seed: int) -> None:
    assert not successes(seed, tries=150)


def climbed(seed: int, tries: int) -> list[tuple[str, Attempt]]:
    """Who becomes the presign role although it is proved that they do not."""
    climber = Climber(seed)
    found = {one.id: one for one in invariants(climber.estate, GATEWAY)}
    return [
        (id_, (label, request))
        for label, request in climber.attempts(tries)
        for id_, crosses in (
            ("gateway-alone", request.principal.role_arn != GATEWAY),
            ("in-a-name", "sts:sourceidentity" not in request.keys),
        )
        if crosses and found[id_].outcome is Outcome.PROVED
    ]


@pytest.mark.parametrize("seed", range(examples(60)))
def test_nobody_becomes_the_presign_role_against_a_proof(seed: int) -> None:
    assert not climbed(seed, tries=100)
