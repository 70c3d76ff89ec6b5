"""The directory as it is decides as the gateway does, whatever the landscape says of a person."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.errors import Refusal
from studiogate.foundation.directory import DomainRow, LobRow, PersonRow
from studiogate.foundation.rows import lob_rows, person_rows
from studiogate.gateway.authorise import authorise
from studiogate.gateway.ports import Identity
from studiogate.landscape.model import INTERNET
from studiogate.probe.directory import Rows, as_entered
from studiogate.probe.people import Unreadable
from studiogate.reach.answer import answer
from studiogate.reach.arrival import client_ip
from studiogate.reach.claims import grant_step, person_step
from studiogate.reach.flip import flip
from studiogate.reach.world import World
from tests.kit.gateway import NOW
from tests.kit.reach_world import ACME, WORLD

PERSON, DOMAIN = "user-lob-a", "forecasting"
PEOPLE = {row.person: row for row in person_rows(ACME)}
LOBS = {row.lob: row for row in lob_rows(ACME, WORLD.ids.domains)}
ROW, LOB = PEOPLE[PERSON], LOBS["lob-a"]
NETWORKS = (*ACME.networks, INTERNET)

times = st.none() | st.integers(-7200, 7200).map(lambda s: NOW + timedelta(seconds=s))
people = st.builds(
    PersonRow,
    person=st.just(PERSON),
    lob=st.sampled_from([None, "lob-a", "lob-b"]),
    profile=st.sampled_from([None, "ada", "bad_profile", "*"]),
    until=times,
    revoked=st.booleans(),
)
blocks = st.sampled_from(["192.168.10.0/24", "192.168.0.0/16", "10.0.0.0/8", "10.100.0.0/16"])
opens_from = st.dictionaries(st.sampled_from(["office", "x"]), st.tuples(blocks), max_size=2)


def entered(row: Any, lob: Any, domain: str = DOMAIN) -> World:
    return as_entered(WORLD, Rows(row, lob), person=PERSON, domain=domain, now=NOW)


def gateway_grants(row: PersonRow, lob: LobRow | None, domain: str, network: str) -> bool:
    identity = Identity(PERSON, "corporate", "sub-1", NOW + timedelta(hours=1), "session")
    source = client_ip(ACME, network)
    try:
        authorise(row, lob, identity, domain=domain, source_ip=source, now=NOW)
    except Refusal:
        return False
    return True


@settings(deadline=None)
@given(people, opens_from, st.sampled_from(["whole", "without domains", "not there"]))
def test_whom_the_rows_let_in_the_world_lets_in_and_nobody_else(
    row: PersonRow, opens_from: dict[str, tuple[str, ...]], state: str
) -> None:
    lob = LOBS[row.lob] if row.lob and state != "not there" else None
    if lob is not None:
        domains = [replace(one, opens_from=opens_from) for one in lob.domains]
        lob = replace(lob, domains=tuple(domains if state == "whole" else []))

    for domain in ACME.domains:
        known = entered(row, lob, domain)
        for network in NETWORKS:
            steps = person_step(known, PERSON), grant_step(known, PERSON, domain, network)
            granted = all(step.ok for step in steps)
            assert granted is gateway_grants(row, lob, domain, network)


@pytest.mark.parametrize(
    ("row", "lob", "said"),
    [
        (None, None, "The row of user-lob-a in studiogate-people is not there."),
        (
            Unreadable("UNTIL needs a time zone"),
            None,
            "cannot be read: UNTIL needs a time zone",
        ),
        (replace(ROW, revoked=True), LOB, "REVOKED is in studiogate-people"),
        (replace(ROW, until=NOW), LOB, "ended at 2030-01-01T12:00+00:00"),
        (replace(ROW, until=NOW + timedelta(minutes=9)), LOB, "ends too soon for a session"),
        (replace(ROW, lob="lob-z"), None, "lob-z, which the landscape has not"),
        (ROW, None, "The row of lob-a in studiogate-lobs is not there."),
        (ROW, Unreadable("DOMAINS"), "The row of lob-a in studiogate-lobs cannot be read"),
        (ROW, replace(LOB, account="333333333333"), "another account or external id"),
        (ROW, replace(LOB, external_id="other"), "another account or external id"),
        (ROW, replace(LOB, domains=()), "has no domain forecasting"),
        (
            ROW,
            replace(LOB, domains=(DomainRow(DOMAIN, "d-other", {}),)),
            "leads forecasting to d-other, and the domain is d-forecasting",
        ),
        (replace(ROW, profile="*"), LOB, "has a PROFILE that Studio would not take"),
    ],
)
def test_what_bars_somebody_is_said_with_what_ends_it(row: Any, lob: Any, said: str) -> None:
    known = entered(row, lob)

    found = answer(known, PERSON, DOMAIN, "office")
    change = flip(known, found)

    assert not found.allowed
    assert said in found.decided.said
    assert change is not None
    assert change.kind == "directory"
    assert change.then.allowed


def test_rows_that_are_as_declared_change_nothing() -> None:
    assert entered(ROW, LOB) == WORLD


def test_another_profile_in_the_row_is_the_one_that_is_asked_for() -> None:
    found = answer(entered(replace(ROW, profile="ada"), LOB), PERSON, DOMAIN, "office")

    assert found.allowed
    assert "the profile ada" in found.steps[0].said


def test_networks_are_known_by_their_addresses_and_not_by_what_the_row_calls_them() -> None:
    (domain,) = LOB.domains
    lob = replace(LOB, domains=(replace(domain, opens_from={"x": ("10.0.0.0/16",)}),))

    known = entered(ROW, lob)

    assert known.landscape.domains[DOMAIN].opens_from == ("hub",)
    assert not answer(known, PERSON, DOMAIN, "office").allowed
