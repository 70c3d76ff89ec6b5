"""S3-18: an assertion counts once, whoever brings it, wherever and whenever."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from studiogate.errors import Denied, Unreachable
from tests.kit.gateway import House, aws_error
from tests.kit.saml_attacks import CANARY, Post, Scene, edited, form
from tests.kit.saml_attacks_room import Gate, gate, kept, scene, signed_in
from tests.kit.saml_idp import BOTH, OF_RESPONSE, PLACE

Again = Callable[[Scene], Post]


def reasons(place: Gate) -> list[str]:
    return [record.reason for record in place.house.ledger.sign_ins]


def nobody(answer: httpx.Response, status: int = 401) -> bool:
    return answer.status_code == status and "set-cookie" not in answer.headers


def _same(there: Scene) -> Post:
    return form(there.xml())


def _in_another_response(there: Scene) -> Post:
    said = there.said()
    assertion = there.idp.signed(said.assertion(place=PLACE))
    return form(said.but(response_id=f"_x-{CANARY}").response(assertion))


def _signed_elsewhere(there: Scene) -> Post:
    return form(there.xml(sign=OF_RESPONSE, response_id=f"_y-{CANARY}"))


def _about_another(there: Scene) -> Post:
    attributes = {"username": ("user-lob-b",), "domain-id": ("d-fraud",)}
    return form(there.xml(attributes=attributes, response_id=f"_z-{CANARY}"))


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(_same, id="the same message"),
        pytest.param(_in_another_response, id="in another response"),
        pytest.param(_signed_elsewhere, id="with another part signed"),
        pytest.param(_about_another, id="another assertion of its id"),
        pytest.param(lambda there: form(there.xml(sign=BOTH)), id="with both parts signed"),
    ],
)
async def test_s3_18_an_assertion_that_was_used_is_refused(again: Again) -> None:
    place = gate()
    first = await place.answer(_same(place.scene))

    second = await place.answer(again(place.scene))

    assert signed_in(first)
    assert nobody(second)
    assert reasons(place) == ["ok", "saml-repeated"]


async def test_s3_18_of_many_who_bring_it_at_once_one_is_signed_in() -> None:
    place = gate()
    post = _same(place.scene)

    answers = await asyncio.gather(*(place.answer(post) for _ in range(20)))

    assert [answer.status_code for answer in answers].count(303) == 1
    assert sorted(reasons(place)) == ["ok", *19 * ["saml-repeated"]]


async def test_s3_18_it_is_used_up_for_another_instance_too() -> None:
    here, house = gate(), House()
    there = Gate(house, scene(house), marks=here.house.marks)
    post = _same(here.scene)
    await here.answer(post)

    assert nobody(await there.answer(post))
    assert reasons(there) == ["saml-repeated"]


async def test_s3_18_it_is_used_up_after_a_restart_too() -> None:
    place = gate()
    post = _same(place.scene)
    await place.answer(post)
    place.restart()

    assert nobody(await place.answer(post))
    assert reasons(place) == ["ok", "saml-repeated"]


async def test_s3_18_it_is_used_up_for_as_long_as_it_could_be_used() -> None:
    place = gate()
    post = _same(place.scene)
    await place.answer(post)
    for _ in range(11 * 4):
        place.house.clock.forward(seconds=15)
        assert nobody(await place.answer(post))

    said = reasons(place)[1:]
    ended = said.index("saml-expired")
    assert ended > 20, "used up for as long as it lasts, and the skew besides"
    assert set(said[:ended]) == {"saml-repeated"}
    assert set(said[ended:]) <= {"saml-expired", "saml-too-old"}


async def test_s3_18_two_providers_may_use_one_id() -> None:
    place = gate()
    await place.answer(_same(place.scene))
    entity = place.scene.partner.entity
    said = place.scene.said(issuer=entity, assertion_issuer=entity)

    answer = await place.answer(form(place.scene.partner.response(said)))

    assert signed_in(answer)
    assert [record.idp for record in place.house.ledger.sign_ins] == ["workforce", "partner"]


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda xml: edited(xml, ">user-lob-a<", ">user-lob-b<"), id="altered"),
        pytest.param(
            lambda xml: edited(xml, "#rsa-sha256", "#rsa-sha1"), id="another algorithm"
        ),
    ],
)
async def test_nobody_uses_up_the_assertion_of_others_with_a_message_that_does_not_hold(
    spoilt: Callable[[str], str],
) -> None:
    place = gate()
    await place.answer(form(spoilt(place.scene.xml())))

    assert signed_in(await place.answer(_same(place.scene)))


@pytest.mark.parametrize("kind", [Unreachable, Denied])
async def test_s3_18_when_it_cannot_be_known_whether_it_was_used_nobody_is_signed_in(
    kind: type,
) -> None:
    place = gate()
    place.house.marks.fails = aws_error(kind, "dynamodb:PutItem")

    answer = await place.answer(_same(place.scene))

    assert answer.status_code in {502, 503}
    assert "set-cookie" not in answer.headers
    (record,) = place.house.ledger.sign_ins
    assert record.outcome == "failed"
    assert CANARY not in kept(place.house) + answer.text


async def test_s3_18_without_a_record_there_is_no_session() -> None:
    place = gate()
    place.house.ledger.fail = True

    answer = await place.answer(_same(place.scene))

    assert nobody(answer, 503)
    assert CANARY not in answer.text
