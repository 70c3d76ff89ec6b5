"""The table is every answer, each worked out once for those who share it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from studiogate import names
from studiogate.landscape.model import INTERNET, Landscape
from studiogate.policy.documents import policy_document
from studiogate.policy.guardrails import revocation_policy
from studiogate.policy.language import Kind, parse
from studiogate.reach.answer import answer
from studiogate.reach.table import table
from studiogate.reach.trace import Layer
from studiogate.reach.world import World, world
from tests.kit.gateway import NOW
from tests.kit.reach_world import ACME, WORLD, landscapes, role, studio
from tests.kit.thorough import examples

LOB_A = "222222222222"
PRESIGN = next(one for one in WORLD.estate.holders if one.name == names.PRESIGN_ROLE)


def revoked(*people: str) -> World:
    """The world in which the role of lob-a denies these people everything."""
    denies = [
        parse(revocation_policy(one, at=NOW), kind=Kind.IDENTITY, name=f"revoked-{one}")
        for one in people
    ]
    return role(names.PRESIGN_ROLE, LOB_A, identity=(*PRESIGN.identity, *denies))(WORLD)


def assert_every_cell_is_its_answer(known: World) -> None:
    found = table(known)
    landscape = known.landscape
    assert sorted(person for row in found.rows for person in row.people) == sorted(
        landscape.people
    )
    for person in landscape.people:
        cells = found.row_of(person).cells
        for domain in landscape.domains:
            for network in (*landscape.networks, INTERNET):
                said = answer(known, person, domain, network, evidence=False)
                cell = cells[domain, network]
                assert (cell.allowed, cell.layer) == (said.allowed, said.decided.layer)
                if cell.layer in {Layer.PERSON, Layer.GRANT}:
                    assert cell.why == said.decided.said


@settings(max_examples=examples(30), deadline=None)
@given(landscapes())
def test_every_cell_is_what_the_answer_says(landscape: Landscape) -> None:
    assert_every_cell_is_its_answer(world(landscape))


@settings(deadline=None)
@given(landscapes())
def test_nobody_opens_a_domain_of_another_lob(landscape: Landscape) -> None:
    for row in table(world(landscape)).rows:
        for domain, _ in row.opens:
            assert landscape.domains[domain].lob == row.lob


@settings(deadline=None)
@given(landscapes())
def test_nothing_opens_from_the_internet_or_where_the_landscape_does_not_say(
    landscape: Landscape,
) -> None:
    for row in table(world(landscape)).rows:
        for domain, network in row.opens:
            assert network in landscape.domains[domain].opens_from
            assert network != INTERNET


def test_the_example_opens_where_it_says_and_nowhere_else() -> None:
    found = table(WORLD)

    assert {row.people: row.opens for row in found.rows} == {
        ("user-lob-a", "ada.lovelace@acme.example"): (("forecasting", "office"),),
        ("user-lob-b",): (("fraud", "office"),),
        ("sam-security",): (),
    }
    assert found.networks == (*ACME.networks, INTERNET)


def test_rows_are_in_the_order_of_the_file() -> None:
    firsts = [row.people[0] for row in table(WORLD).rows]

    assert firsts == sorted(firsts, key=[*ACME.people].index)


def test_somebody_a_policy_names_stands_alone() -> None:
    known = revoked("ada.lovelace@acme.example")

    found = table(known)

    assert found.row_of("user-lob-a").opens == (("forecasting", "office"),)
    assert found.row_of("ada.lovelace@acme.example").opens == ()
    assert_every_cell_is_its_answer(known)


def test_somebody_whose_profile_a_policy_names_stands_alone() -> None:
    only_ada = policy_document(
        {
            "Effect": "Deny",
            "Action": "*",
            "NotResource": f"arn:aws:sagemaker:eu-west-1:{LOB_A}:user-profile/d-forecasting/ada",
        }
    )
    deny = parse(only_ada, kind=Kind.IDENTITY, name="only ada")
    known = role(names.PRESIGN_ROLE, LOB_A, identity=(*PRESIGN.identity, deny))(WORLD)

    assert_every_cell_is_its_answer(known)
    assert table(known).row_of("user-lob-a").opens == ()


@pytest.mark.parametrize("pattern", ["ad*", "*A", "user-lob-?", "*.lovelace@*"])
def test_a_pattern_over_names_sets_everybody_apart(pattern: str) -> None:
    like = policy_document(
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringLike": {"aws:SourceIdentity": pattern}},
        }
    )
    deny = parse(like, kind=Kind.IDENTITY, name="like")
    known = role(names.PRESIGN_ROLE, LOB_A, identity=(*PRESIGN.identity, deny))(WORLD)

    assert len(table(known).rows) == len(ACME.people)
    assert_every_cell_is_its_answer(known)


def test_somebody_whose_profile_is_not_there_stands_alone() -> None:
    known = studio(profiles=("user-lob-a",))(WORLD)

    cell = table(known).row_of("ada.lovelace@acme.example").cells["forecasting", "office"]

    assert (cell.allowed, cell.layer) == (False, Layer.CREATE)
    assert_every_cell_is_its_answer(known)


def test_a_cell_shared_by_many_names_none_of_them() -> None:
    guarded = replace(WORLD.estate, api=None)
    closed = role(names.PRESIGN_ROLE, LOB_A, identity=())(WORLD)

    for known in (WORLD.but(estate=guarded), closed):
        for row in table(known).rows:
            for cell in row.cells.values():
                assert not any(person in cell.why for person in row.people)


def test_a_landscape_without_people_or_domains_has_an_empty_table() -> None:
    bare = ACME.model_copy(update={"people": {}, "domains": {}, "images": {}, "invariants": ()})

    found = table(world(bare))

    assert found.rows == ()
    assert found.domains == ()
