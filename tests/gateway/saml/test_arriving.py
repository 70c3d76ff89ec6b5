"""People who come from a SAML provider: what they are let do, and what every attempt leaves."""

from datetime import timedelta

import pytest

from studiogate.errors import Unreachable
from studiogate.gateway.ports import Kind, Mark
from tests.kit.gateway import House, aws_error
from tests.kit.saml_idp import ACS, BOTH, ENTITY, OF_ASSERTION, OF_RESPONSE, SamlIdp, asked
from tests.kit.saml_room import SamlRoom


@pytest.mark.parametrize(
    "sign", [OF_ASSERTION, OF_RESPONSE, BOTH], ids=["assertion", "response", "both"]
)
async def test_s3_08_a_tile_at_the_provider_opens_the_domain_it_names(
    sign: tuple[str, ...],
) -> None:
    room = SamlRoom()
    browser = room.browser()

    answer = await browser.post(room.idp.form(sign=sign))

    assert answer.status_code == 303
    assert answer.headers["location"] == "/open/forecasting"
    me = (await browser.get("/api/me")).json()
    assert (me["person"], me["idp"]) == ("user-lob-a", "workforce")
    assert room.recorded == [("done", "ok")]
    line = room.house.ledger.sign_ins[0]
    assert (line.way, line.idp, line.person) == ("saml", "workforce", "user-lob-a")


async def test_f49_the_order_of_the_fields_says_nothing() -> None:
    room = SamlRoom()

    answer = await room.browser().post({"RelayState": "", **room.idp.form()})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "person",
    ["01f2e6d4-7c51-4f3a-9d55-0a1b2c3d4e5f", "93670a8c6d-01f2e6d4-7c51-4f3a-9d55-0a1b2c3d4e5f"],
)
async def test_s3_09_both_shapes_of_an_identity_center_id_sign_in(person: str) -> None:
    room = SamlRoom()
    attributes = {"username": (person,)}
    browser = room.browser()
    request = asked((await browser.get("/signin/workforce")).headers["location"])

    said = room.idp.said(attributes=attributes, in_response_to=request.id)
    answer = await browser.post(room.idp.form(said))

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.signed_in


async def test_s3_09_without_a_wish_nobody_comes_from_a_tile() -> None:
    room = SamlRoom()

    answer = await room.browser().post(room.idp.form(attributes={"username": ("user-lob-a",)}))

    assert answer.status_code == 400
    assert room.recorded == [("refused", "saml-attribute")]


async def test_s3_09_a_wish_for_somebody_elses_domain_is_refused_and_begins_no_session() -> (
    None
):
    room = SamlRoom()
    browser = room.browser()
    attributes = {"username": ("user-lob-a",), "domain-id": ("d-fraud",)}

    answer = await browser.post(room.idp.form(attributes=attributes))

    assert answer.status_code == 403
    assert answer.json()["reason"] == "not-your-domain"
    assert not browser.signed_in
    assert room.recorded == [("refused", "not-your-domain")]


async def test_a_wish_for_a_domain_that_is_not_there_gets_the_same_words() -> None:
    room = SamlRoom()
    wishes = [
        {"username": ("user-lob-a",), "domain-id": (wish,)} for wish in ("d-fraud", "d-none")
    ]

    answers = [await room.browser().post(room.idp.form(attributes=wish)) for wish in wishes]

    said = [
        answer.json()["detail"].replace("d-fraud", "…").replace("d-none", "…")
        for answer in answers
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("relay", "there"),
    [
        ("/open/forecasting?app=Canvas", "/open/forecasting?app=Canvas"),
        ("https://evil.example/", "/open/forecasting"),
        ("//evil.example", "/open/forecasting"),
        ("/\\evil.example", "/open/forecasting"),
        ("javascript:alert(1)", "/open/forecasting"),
        ("", "/open/forecasting"),
        ("/signin/corporate", "/open/forecasting"),
    ],
)
async def test_a_relay_state_leads_to_our_own_pages_and_nowhere_else(
    relay: str, there: str
) -> None:
    room = SamlRoom()

    answer = await room.browser().post({**room.idp.form(), "RelayState": relay})

    assert answer.headers["location"] == there


async def test_a_sign_in_that_begins_here_ends_where_it_was_going() -> None:
    room = SamlRoom()
    browser = room.browser()
    begun = await browser.get("/signin/workforce?next=/open/churn")
    request = asked(begun.headers["location"])

    answer = await browser.post(room.idp.form(in_response_to=request.id))

    assert begun.status_code == 303
    assert (request.acs, request.destination) == (ACS, "https://idp.acme.example/sso")
    assert "SameSite=None; " not in begun.headers["set-cookie"]
    assert begun.headers["set-cookie"].endswith("Secure; HttpOnly; SameSite=None")
    assert answer.headers["location"] == "/open/churn"
    assert browser.cookies["__Host-studiogate-saml"] == ""


async def test_where_no_tiles_are_used_an_assertion_nobody_asked_for_signs_nobody_in() -> None:
    room = SamlRoom(unsolicited=False)
    browser = room.browser()

    refused = await browser.post(room.idp.form())
    assert (refused.status_code, browser.signed_in) == (401, False)
    assert refused.json()["reason"] == "signin-unfinished"

    request = asked((await browser.get("/signin/workforce")).headers["location"])
    unasked = await browser.post(room.idp.form())
    assert (unasked.status_code, browser.signed_in) == (401, False)

    answer = await browser.post(room.idp.form(in_response_to=request.id))
    assert (answer.status_code, browser.signed_in) == (303, True)
    assert room.recorded == [("refused", "saml-unsolicited")] * 2 + [("done", "ok")]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "whatever"])
async def test_asvs_7_6_2_no_other_site_begins_a_sign_in(site: str) -> None:
    room = SamlRoom()
    browser = room.browser()

    led = await browser.get("/signin/workforce?next=/open/churn", **{"sec-fetch-site": site})
    away = await browser.get(
        "/signin/workforce?next=//evil.example", **{"sec-fetch-site": site}
    )

    assert (led.status_code, led.headers["location"]) == (303, "/?next=%2Fopen%2Fchurn")
    assert away.headers["location"] == "/"
    assert browser.cookies == {}


async def test_an_answer_counts_only_in_the_browser_that_asked() -> None:
    room = SamlRoom()
    request = asked((await room.browser().get("/signin/workforce")).headers["location"])

    other = await room.browser().post(room.idp.form(in_response_to=request.id))

    assert other.status_code == 401
    assert room.recorded == [("refused", "saml-request")]


async def test_an_answer_counts_for_ten_minutes() -> None:
    room = SamlRoom()
    browser = room.browser()
    request = asked((await browser.get("/signin/workforce")).headers["location"])
    room.house.clock.forward(minutes=10)

    answer = await browser.post(room.idp.form(in_response_to=request.id))

    assert (answer.status_code, room.recorded) == (401, [("refused", "saml-request")])


async def test_a_request_is_answered_once_even_by_another_assertion() -> None:
    room = SamlRoom()
    app = room.app()
    browser = room.browser(app)
    request = asked((await browser.get("/signin/workforce")).headers["location"])
    cookies = dict(browser.cookies)
    await browser.post(room.idp.form(in_response_to=request.id))

    again = room.browser(app)
    again.cookies = cookies
    answer = await again.post(room.idp.form(in_response_to=request.id))

    assert answer.status_code == 401
    assert room.recorded[-1] == ("refused", "saml-request-repeated")


async def test_s3_18_an_assertion_is_used_once_whichever_instance_it_comes_to() -> None:
    room = SamlRoom()
    form = room.idp.form()
    await room.browser().post(form)

    answer = await room.browser(room.app()).post(form)

    assert answer.status_code == 401
    assert room.recorded == [("done", "ok"), ("refused", "saml-repeated")]


async def test_an_assertion_stays_used_up_for_as_long_as_it_could_be_used() -> None:
    room = SamlRoom()
    said = room.idp.said(confirmed_until=timedelta(days=700), valid_until=timedelta(days=700))
    form = room.idp.form(said)
    await room.browser().post(form)
    room.house.clock.forward(minutes=10, seconds=59)

    answer = await room.browser().post(form)

    assert (answer.status_code, room.recorded[-1][1]) == (401, "saml-repeated")


async def test_without_the_shared_store_nobody_signs_in() -> None:
    room = SamlRoom()
    room.house.marks.fails = aws_error(Unreachable, "dynamodb:PutItem")
    browser = room.browser()

    answer = await browser.post(room.idp.form())

    assert answer.status_code == 503
    assert not browser.signed_in
    assert room.recorded == [("failed", "unreachable")]


async def test_no_record_no_session() -> None:
    room = SamlRoom()
    room.house.ledger.fail = True
    browser = room.browser()

    answer = await browser.post(room.idp.form())

    assert answer.status_code == 503
    assert not browser.signed_in


async def test_whoever_was_signed_out_everywhere_signs_in_at_the_provider_anew() -> None:
    room = SamlRoom()
    room.house.directory.ended = {Mark(Kind.SUBJECT, ("workforce", "ada@acme.example"))}
    browser = room.browser()

    answer = await browser.post(room.idp.form())

    assert (answer.status_code, browser.signed_in) == (401, False)


async def test_a_revoked_person_is_told_so_and_gets_no_session() -> None:
    room = SamlRoom()
    attributes = {"username": ("revoked",), "domain-id": ("d-forecasting",)}

    answer = await room.browser().post(room.idp.form(attributes=attributes))

    assert (answer.status_code, answer.json()["reason"]) == (403, "revoked")


async def test_a_session_ends_no_later_than_the_providers_own() -> None:
    room = SamlRoom()
    browser = room.browser()
    await browser.post(room.idp.form(session_until=timedelta(minutes=20)))
    before = await browser.get("/api/me")
    room.house.clock.forward(minutes=20)

    after = await browser.get("/api/me")

    assert (before.status_code, after.status_code) == (200, 401)


async def test_certificates_roll_over_without_a_restart() -> None:
    room = SamlRoom()
    app = room.app()
    new = SamlIdp(room.house.clock, key="new")
    first = await room.browser(app).post(new.form())
    room.documents.documents["workforce"] = room.idp.metadata(
        room.idp.certificate(), new.certificate()
    )

    both = [await room.browser(app).post(idp.form()) for idp in (room.idp, new)]
    room.documents.documents["workforce"] = new.metadata()
    late = await room.browser(app).post(room.idp.form())

    assert first.status_code == 401
    assert [each.status_code for each in both] == [303, 303]
    assert late.status_code == 401


async def test_a_certificate_that_has_expired_vouches_for_nobody() -> None:
    room = SamlRoom()
    over = room.idp.certificate(until=room.house.clock() - timedelta(seconds=1))
    room.documents.documents["workforce"] = room.idp.metadata(over)

    answer = await room.browser().post(room.idp.form())

    assert (answer.status_code, room.recorded) == (401, [("refused", "saml-provider-over")])


async def test_a_provider_whose_metadata_cannot_be_had_is_a_failure_and_no_refusal() -> None:
    room = SamlRoom()
    room.documents.fails = aws_error(Unreachable, "dynamodb:GetItem")

    answer = await room.browser().post(room.idp.form())

    assert (answer.status_code, room.recorded) == (503, [("failed", "unreachable")])


async def test_one_provider_that_cannot_be_read_keeps_nobody_else_out() -> None:
    room = SamlRoom()
    room.idps = {"broken": room.idps["workforce"], **room.idps}
    room.documents.documents["broken"] = b"<nonsense/>"

    answer = await room.browser().post(room.idp.form())

    assert answer.status_code == 303


async def test_nothing_of_a_refused_message_is_in_answer_record_or_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    room = SamlRoom()
    said = room.idp.said(name_id="canary7f3q", attributes={"username": ("canary7f3q*",)})
    form = room.idp.form(said)  # made first: the library that signs it logs what it signs
    caplog.set_level("DEBUG")
    caplog.clear()

    answer = await room.browser().post(form)

    assert answer.status_code == 401
    kept = answer.text + str(room.house.ledger.sign_ins) + caplog.text
    assert "canary7f3q" not in kept


async def test_the_acs_below_a_stage_is_another_address() -> None:
    room = SamlRoom(House(prefix="/prod"))
    there = f"{ACS.removesuffix('/saml')}/prod/saml"

    good = await room.browser().post(room.idp.form(recipient=there, destination=there))
    bad = await room.browser().post(room.idp.form())

    assert (good.status_code, good.headers["location"]) == (303, "/prod/open/forecasting")
    assert (bad.status_code, room.recorded[-1][1]) == (401, "saml-destination")


async def test_our_metadata_names_every_address_we_are_reached_by() -> None:
    room = SamlRoom()

    answer = await room.browser().get("/saml/metadata")

    assert answer.headers["content-type"] == "application/samlmetadata+xml"
    assert 'entityID="urn:studiogate:acme:demo"' in answer.text
    assert f'Location="{ACS}" index="0" isDefault="true"' in answer.text
    assert (await room.browser().get("/saml/metadata?idp=nobody")).status_code == 404


async def test_a_provider_without_a_redirect_place_begins_sign_ins_itself() -> None:
    room = SamlRoom()
    document = room.idp.metadata().replace(b"HTTP-Redirect", b"SOAP")
    room.documents.documents["workforce"] = document

    answer = await room.browser().get("/signin/workforce")

    assert (answer.status_code, answer.json()["reason"]) == (404, "idp-begins")
    assert ENTITY.encode() in document
