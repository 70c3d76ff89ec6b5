"""S3-18: an answer is for the request it names, in the browser that sent it, once."""

import pytest

from studiogate.gateway.saml.asking import COOKIE as REQUEST_COOKIE
from tests.kit.saml_attacks import CANARY, edited, form
from tests.kit.saml_attacks_room import NAME, PARTNER, Gate, gate, signed_in


def last(place: Gate) -> str:
    return place.house.ledger.sign_ins[-1].reason


async def test_a_sign_in_that_begins_here_ends_where_it_was_going() -> None:
    place = gate()
    asked, cookie = await place.begun(query="?next=/open/forecasting")

    answer = await place.answer(form(place.scene.xml(in_response_to=asked.id)), cookie=cookie)

    assert signed_in(answer)
    assert answer.headers["location"] == "/open/forecasting"


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        pytest.param({"in_response_to": f"_{CANARY}"}, ("assertion",), id="of nobody"),
        pytest.param({"in_response_to": ""}, ("assertion",), id="empty"),
        pytest.param({"confirmed": f"_{CANARY}"}, ("assertion",), id="of the confirmation alone"),
        pytest.param({"in_response_to": f"_{CANARY}", "confirmed": ""}, ("response",), id="of the response alone"),
    ],
)  # fmt: skip
async def test_s3_18_an_answer_to_what_nobody_asked_is_refused(
    changes: dict[str, str], sign: tuple[str, ...]
) -> None:
    place = gate()

    answer = await place.answer(form(place.scene.xml(sign=sign, **changes)))

    assert (answer.status_code, last(place)) == (401, "saml-request")
    assert not signed_in(answer)


async def test_s3_18_an_answer_to_another_browser_is_refused() -> None:
    place = gate()
    asked, _ = await place.begun()
    _, cookie = await place.begun()
    post = form(place.scene.xml(in_response_to=asked.id))

    for kept in (cookie, ""):
        answer = await place.answer(post, cookie=kept)
        assert (answer.status_code, last(place)) == (401, "saml-request")
        assert not signed_in(answer)


async def test_s3_18_a_request_is_answered_once() -> None:
    place = gate()
    asked, cookie = await place.begun()
    first = await place.answer(form(place.scene.xml(in_response_to=asked.id)), cookie=cookie)
    another = place.scene.xml(in_response_to=asked.id, assertion_id=f"_n-{CANARY}")

    second = await place.answer(form(another), cookie=cookie)

    assert signed_in(first)
    assert not signed_in(second)
    assert (second.status_code, last(place)) == (401, "saml-request-repeated")


async def test_s3_18_another_provider_does_not_answer_for_the_one_that_was_asked() -> None:
    place = gate()
    asked, cookie = await place.begun(idp=NAME)
    entity = place.scene.partner.entity
    said = place.scene.said(issuer=entity, assertion_issuer=entity, in_response_to=asked.id)

    answer = await place.answer(form(place.scene.partner.response(said)), cookie=cookie)

    assert (answer.status_code, last(place)) == (401, "saml-request")
    assert place.house.ledger.sign_ins[-1].idp == PARTNER


@pytest.mark.parametrize("change", [str.upper, lambda text: f"{text} ", lambda text: text[:-1]])
async def test_s3_18_an_answer_names_its_request_exactly(change: object) -> None:
    assert callable(change)
    place = gate()
    asked, cookie = await place.begun()
    post = form(place.scene.xml(in_response_to=change(asked.id)))

    answer = await place.answer(post, cookie=cookie)

    assert answer.status_code in {400, 401}
    assert not signed_in(answer)


async def test_s3_18_half_an_answer_is_none() -> None:
    place = gate()
    asked, cookie = await place.begun()
    for changes in ({"confirmed": f"_{CANARY}"}, {"confirmed": ""}):
        post = form(place.scene.xml(in_response_to=asked.id, **changes))

        answer = await place.answer(post, cookie=cookie)

        assert (answer.status_code, last(place)) == (401, "saml-request")


async def test_s3_18_ten_minutes_are_the_end_of_it() -> None:
    place = gate()
    asked, cookie = await place.begun()
    place.house.clock.forward(minutes=10)

    answer = await place.answer(form(place.scene.xml(in_response_to=asked.id)), cookie=cookie)

    assert (answer.status_code, last(place)) == (401, "saml-request")


@pytest.mark.parametrize("spoil", ["twice", "cut", "changed", "as a session"])
async def test_s3_18_the_browser_shows_its_request_whole_and_once(spoil: str) -> None:
    place = gate()
    asked, cookie = await place.begun()
    name, _, value = cookie.partition("=")
    assert name == REQUEST_COOKIE
    shown = {
        "twice": f"{cookie}; {cookie}",
        "cut": cookie[:-4],
        "changed": f"{cookie[:-1]}{'A' if cookie[-1] != 'A' else 'B'}",
        "as a session": f"__Host-studiogate={value}",
    }

    answer = await place.answer(
        form(place.scene.xml(in_response_to=asked.id)), cookie=shown[spoil]
    )

    assert (answer.status_code, last(place)) == (401, "saml-request")
    assert not signed_in(answer)


async def test_nobody_answers_the_request_of_others_with_a_message_that_does_not_hold() -> None:
    place = gate()
    asked, cookie = await place.begun()
    good = place.scene.xml(in_response_to=asked.id)
    forged = edited(good, ">user-lob-a<", ">user-lob-b<")
    await place.answer(form(forged), cookie=cookie)

    assert signed_in(await place.answer(form(good), cookie=cookie))


async def test_the_cookie_of_a_request_is_no_session() -> None:
    place = gate()
    _, cookie = await place.begun()

    async with place.browser() as browser:
        line = (await browser.get(f"/signin/{NAME}")).headers["set-cookie"]
    parts = {part.strip() for part in line.split(";")[1:]}
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=None"} <= parts
    assert cookie.startswith("__Host-")
