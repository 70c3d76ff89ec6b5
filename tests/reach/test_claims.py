"""The grant of the reach is the gateway's own decision, for every case there is."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from studiogate.errors import Refusal
from studiogate.foundation.rows import lob_rows, person_rows
from studiogate.gateway.authorise import authorise
from studiogate.gateway.ports import Identity
from studiogate.landscape.model import INTERNET, Landscape
from studiogate.reach.arrival import client_ip
from studiogate.reach.claims import grant_refusal, grant_step, person_refusal, person_step
from studiogate.reach.trace import MISSING
from studiogate.reach.world import World, world
from studiogate.topology.ids import Ids, symbolic
from tests.kit.gateway import NOW
from tests.kit.reach_world import ACME, WORLD, landscapes


def gateway_grants(known: World, person: str, domain: str, network: str) -> bool:
    """What the gateway decides from the rows that are made from the landscape."""
    landscape = known.landscape
    lobs = {row.lob: row for row in lob_rows(landscape, known.ids.domains)}
    people = {row.person: row for row in person_rows(landscape)}
    row = people[person]
    idp = row.idps[0] if row.idps else "any"
    identity = Identity(person, idp, "sub", NOW + timedelta(hours=1), "session")
    source = client_ip(landscape, network)
    try:
        authorise(
            row, lobs.get(row.lob or ""), identity, domain=domain, source_ip=source, now=NOW
        )
    except Refusal:
        return False
    return True


def reach_grants(known: World, person: str, domain: str, network: str) -> bool:
    steps = (
        person_step(known, person),
        grant_step(known, person, domain, network),
    )
    return all(step.ok for step in steps)


def compared(known: World) -> int:
    questions = [
        (person, domain, network)
        for person in known.landscape.people
        for domain in known.landscape.domains
        for network in (*known.landscape.networks, INTERNET)
    ]
    for question in questions:
        assert reach_grants(known, *question) is gateway_grants(known, *question), question
    return len(questions)


@settings(deadline=None)
@given(landscapes())
def test_the_reach_grants_exactly_what_the_gateway_grants(landscape: Landscape) -> None:
    compared(world(landscape))


def test_it_does_for_the_example_and_for_a_domain_that_is_not_there_yet() -> None:
    made = symbolic(ACME)
    ids = Ids({"fraud": made.domains["fraud"]}, made.endpoints, made.vpcs, made.api)

    assert compared(WORLD) == 48
    assert compared(world(ACME, ids)) == 48


@settings(deadline=None)
@given(landscapes())
def test_the_short_form_says_what_the_step_says(landscape: Landscape) -> None:
    known = world(landscape)
    for person, row in landscape.people.items():
        step = person_step(known, person)
        refused = person_refusal(known, person)
        assert (step.ok, step.said if refused else "") == (not refused, refused)
        for domain in landscape.domains:
            grant = grant_step(known, person, domain, "hub")
            why = grant_refusal(known, row.lob, domain, "hub")
            assert (grant.ok, grant.said if why else "") == (not why, why)


@pytest.mark.parametrize("network", ["office", "hub", INTERNET])
def test_a_refusal_names_no_person_because_a_whole_lob_shares_it(network: str) -> None:
    for person in ACME.people:
        for domain in ACME.domains:
            step = grant_step(WORLD, person, domain, network)
            assert step.ok or person not in step.said


def test_a_refused_grant_shows_every_fact_that_failed() -> None:
    step = grant_step(WORLD, "user-lob-a", "fraud", INTERNET)

    failed = [(fact.what, fact.wanted, fact.saw) for fact in step.facts if not fact.held]
    assert failed == [("lob of the person", "lob-b", "lob-a"), ("network", "office", INTERNET)]
    assert step.by == "domains.fraud.lob"


def test_a_domain_that_is_not_there_yet_is_said_to_be_missing() -> None:
    made = symbolic(ACME)
    known = world(ACME, Ids({}, made.endpoints, made.vpcs, made.api))

    step = grant_step(known, "user-lob-a", "forecasting", "office")

    assert not step.ok
    assert step.by == "domains.forecasting"
    assert step.facts[-1].saw == MISSING
