"""The access portal as people use it: their own applications, and nobody else's (S3-07)."""

import re

import httpx
import pytest

from studiogate.local.workforce.accounts import Accounts
from tests.kit.idp import StandingClock
from tests.kit.workforce import (
    ADA,
    ANN,
    BO,
    DECLARED,
    ELSEWHERE,
    LEAD,
    SAM,
    STUDIO,
    Founded,
    handed,
    hidden,
    landscape,
)


def tiles(page: httpx.Response) -> list[str]:
    return re.findall(r'href="/applications/([^"]+)"', page.text)


@pytest.mark.parametrize(
    ("person", "applications"), [(ADA, ["forecasting"]), (BO, ["fraud"]), (SAM, []), (LEAD, [])]
)
async def test_s3_07_a_person_sees_the_domains_of_their_own_lob_and_no_others(
    portal: Founded, person: tuple[str, str], applications: list[str]
) -> None:
    page = await portal.browser().sign_in(*person)

    assert (page.status_code, page.url.path) == (200, "/")
    assert tiles(page) == applications


@pytest.mark.parametrize("name", ["fraud", "pricing", "no-such", "%2e%2e", "forecasting%20"])
async def test_s3_07_nobody_gets_an_assertion_for_what_they_are_not_assigned(
    portal: Founded, name: str
) -> None:
    browser = portal.browser()
    await browser.sign_in(*ADA)

    asked = await browser.http.get(f"/applications/{name}")

    assert asked.status_code in {403, 404}
    assert "SAMLResponse" not in asked.text


async def test_a_domain_of_others_and_one_there_is_none_of_are_refused_in_the_same_words(
    portal: Founded,
) -> None:
    browser = portal.browser()
    await browser.sign_in(*ADA)

    pages = [await browser.http.get(f"/applications/{name}") for name in ("fraud", "nothing")]

    assert pages[0].text == pages[1].text
    assert "is not assigned to you" in pages[0].text


async def test_s3_07_an_unassigned_person_who_comes_by_a_link_is_refused_after_signing_in(
    portal: Founded,
) -> None:
    page = await portal.browser().sign_in(*BO, "/applications/forecasting")

    assert page.status_code == 403
    assert "SAMLResponse" not in page.text


async def test_a_link_to_an_application_leads_there_after_the_sign_in(portal: Founded) -> None:
    page = await portal.browser().sign_in(*ADA, "/applications/forecasting")

    assert handed(page).attribute("domain-id") == ["d-forecasting1"]


async def test_a_domain_has_a_tile_as_soon_as_it_stands_in_the_account_of_its_lob(
    portal: Founded,
) -> None:
    browser = portal.browser()
    portal.add_domain("pricing", "333333333333", "d-pricing-elsewhere")
    before = tiles(await browser.sign_in(*ADA))

    portal.add_domain("pricing", "222222222222", "d-pricing1")

    assert before == ["forecasting"]
    assert tiles(await browser.http.get("/")) == ["forecasting", "pricing"]


async def test_a_domain_that_is_pending_has_no_tile(portal: Founded) -> None:
    later = portal.clock.now.replace(hour=10)
    portal.add_domain("pricing", "222222222222", "d-pricing1", ready_at=later)

    assert tiles(await portal.browser().sign_in(*ADA)) == ["forecasting"]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param(ADA[0], "wrong", id="another password"),
        pytest.param(ADA[0], ADA[1] + " ", id="a space behind it"),
        pytest.param(ADA[0].upper(), ADA[1], id="another spelling of the name"),
        pytest.param("nobody", ADA[1], id="a name nobody has"),
        pytest.param(*ELSEWHERE, id="a person of another provider alone"),
        pytest.param("no-password", "anything", id="a person who has no password"),
        pytest.param("n" * 129, "x", id="a name that is too long"),
    ],
)
async def test_who_does_not_belong_in_is_told_one_sentence_and_not_let_in(
    portal: Founded, name: str, password: str
) -> None:
    browser = portal.browser()

    page = await browser.sign_in(name, password)

    assert page.status_code == 403
    assert "That name and password do not belong together." in page.text
    assert 'type="password"' in (await browser.http.get("/")).text


async def test_wrong_passwords_slow_the_next_and_the_right_one_waits_too(
    portal: Founded,
) -> None:
    browser = portal.browser()
    for _ in range(5):
        await browser.sign_in(ADA[0], "wrong")

    page = await browser.sign_in(*ADA)
    assert (page.status_code, page.headers["retry-after"]) == (429, "1")

    portal.clock.wait(seconds=1)
    assert (await browser.answer(page, *ADA)).url.path == "/"


async def test_the_name_stays_in_the_form_and_the_password_does_not(portal: Founded) -> None:
    page = await portal.browser().sign_in(ADA[0], "not-this-one")

    assert f'value="{ADA[0]}"' in page.text
    assert "not-this-one" not in page.text


async def test_a_person_who_leaves_the_landscape_is_out_at_the_next_click(
    portal: Founded,
) -> None:
    browser = portal.browser()
    await browser.sign_in(*ADA)
    others = {name: one for name, one in DECLARED["people"].items() if name != ADA[0]}

    portal.places.follow(landscape(people=others))

    assert 'type="password"' in (await browser.http.get("/applications/forecasting")).text


async def test_a_session_ends_after_eight_hours_and_by_signing_out(portal: Founded) -> None:
    browser, other = portal.browser(), portal.browser()
    form = {"form": hidden(await browser.sign_in(*ADA), "form")}
    await other.sign_in(*ADA)

    await browser.http.post("/sign-out", data=form)
    assert 'type="password"' in (await browser.http.get("/")).text

    portal.clock.wait(hours=7, minutes=59)
    assert tiles(await other.http.get("/")) == ["forecasting"]
    portal.clock.wait(minutes=1)
    assert 'type="password"' in (await other.http.get("/")).text


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/certificates/publish"])
async def test_a_form_from_another_browser_or_site_is_refused(
    portal: Founded, path: str
) -> None:
    browser, stranger = portal.browser(), portal.browser()
    ticket = hidden(await browser.http.get("/"), "ticket")
    form = {"form": hidden(await browser.sign_in(*SAM), "form"), "ticket": ticket}
    form |= {"username": SAM[0], "password": SAM[1]}
    before = portal.published

    answers = [
        await stranger.http.post(path, data=form),
        await browser.http.post(path, data=form, headers={"origin": "http://evil.example"}),
        await browser.http.post(path, data=form, headers={"sec-fetch-site": "cross-site"}),
        await browser.http.post(path, data={**form, "ticket": "guessed", "form": "guessed"}),
        await browser.http.post(path),
        await browser.http.post(path, json=form),
    ]

    assert {answer.status_code for answer in answers} <= {400, 403}
    assert portal.published == before
    assert "Sign out" in (await browser.http.get("/")).text


async def test_a_ticket_is_spent_by_the_sign_in(portal: Founded) -> None:
    browser = portal.browser()
    page = await browser.http.get("/")
    await browser.answer(page, *ADA)

    assert (await browser.answer(page, *ADA)).status_code == 403


async def test_no_name_can_write_into_the_page(portal: Founded) -> None:
    page = await portal.browser().sign_in('"><script>alert(1)</script>', "wrong")

    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


PATHS = ["/", "/applications/forecasting", "/certificates", "/metadata", "/portal.css", "/no"]


@pytest.mark.parametrize("path", [*PATHS, "/saml/assertion/acme-workforce"])
@pytest.mark.parametrize("person", [None, ADA, SAM])
async def test_every_answer_carries_the_headers_that_keep_it_private(
    portal: Founded, path: str, person: tuple[str, str] | None
) -> None:
    browser = portal.browser()
    if person:
        await browser.sign_in(*person)

    answer = await browser.http.get(path)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_only_the_page_that_leaves_has_a_script_and_only_this_one_may_run(
    portal: Founded,
) -> None:
    browser = portal.browser()
    home = await browser.sign_in(*ADA)

    page = await browser.http.get("/applications/forecasting")

    assert "script" not in home.text + home.headers["content-security-policy"]
    policy = page.headers["content-security-policy"]
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='$", policy)
    assert f"form-action {STUDIO} http://localhost:4000;" in policy
    assert "unsafe" not in policy


async def test_cookies_are_kept_from_scripts_and_other_sites(portal: Founded) -> None:
    browser = portal.browser()
    browser.http.follow_redirects = False

    page = await browser.http.get("/")
    signed_in = await browser.answer(page, *ADA)

    cookies = [
        one for answer in (page, signed_in) for one in answer.headers.get_list("set-cookie")
    ]
    assert len(cookies) == 2
    for one in cookies:
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(one.split("; "))


def test_two_people_who_would_be_one_subject_are_none() -> None:
    people = {**DECLARED["people"], "ann@acme.example": DECLARED["people"][ANN[0]]}
    declared = landscape(people=people)
    accounts = Accounts(lambda: declared, "workforce", dict, StandingClock())

    assert accounts.account("ann") is None
    assert accounts.account("ann@acme.example") is not None
