"""S5, the security engineer's and the refused person's way: who can open what, whom to ask."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.kit.browser import browsing
from tests.kit.organisation import Organisation
from tests.kit.portal import signed_in, typed

OWNER = "ml-lob-a-owners@acme.example"
CONTACT = "platform@acme.example"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.mark.browser
def test_s5_an_administrator_goes_from_the_portal_to_the_picture(
    acme: Organisation, context: BrowserContext
) -> None:
    page = signed_in(acme, context, "sam-security")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    page.get_by_role("link", name="Look at who can open what").click()

    expect(page.get_by_role("heading", name="Who can open what: acme")).to_be_visible()
    expect(
        page.get_by_text("2 domains, 6 networks: 3 of 48 open, all from office.")
    ).to_be_visible()
    assert complaints == []


@pytest.mark.browser
def test_s5_the_picture_shows_what_the_gateway_does(
    acme: Organisation, context: BrowserContext
) -> None:
    page = signed_in(acme, context, "sam-security")
    page.goto(acme.up["portal"] + "/reach")
    titles = [one.text_content() or "" for one in page.locator("g.yes > title").all()]

    opens = {
        match
        for title in titles
        if (match := re.match(r"(\S+): (\S+) from (\S+) opens", title))
    }

    assert {match.groups() for match in opens} == {
        ("lob-a", "forecasting", "office"),
        ("lob-b", "fraud", "office"),
    }
    for person, domain in (("user-lob-a", "forecasting"), ("user-lob-b", "fraud")):
        assert acme.ask(f"/open/{domain}", acme.token(person)).status_code == 302
    assert acme.ask("/open/fraud", acme.token("user-lob-a")).status_code == 403


@pytest.mark.browser
def test_s5_who_signs_in_first_is_led_back_to_the_picture(
    acme: Organisation, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(acme.up["portal"] + "/reach")

    page.get_by_role("link", name="Sign in").first.click()
    typed(page, acme, "sam-security")

    expect(page.get_by_role("heading", name="Who can open what: acme")).to_be_visible()


@pytest.mark.browser
def test_s5_who_is_no_administrator_has_no_link_and_is_refused(
    acme: Organisation, context: BrowserContext
) -> None:
    page = signed_in(acme, context, "user-lob-a")
    expect(page.get_by_text("Who can open what")).to_have_count(0)

    answer = page.goto(acme.up["portal"] + "/reach")

    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_text("not-administrator")).to_be_visible()
    last = [line for line in acme.records() if line["reason"] == "not-administrator"][-1]
    assert (last["person"], last["outcome"]) == ("user-lob-a", "refused")


@pytest.mark.browser
@pytest.mark.parametrize(("person", "whom"), [("user-lob-a", OWNER), ("sam-security", CONTACT)])
def test_s5_a_refused_person_sees_why_and_whom_to_ask(
    acme: Organisation, context: BrowserContext, person: str, whom: str
) -> None:
    page = signed_in(acme, context, person)

    page.goto(acme.up["portal"] + "/open/fraud")

    expect(page.get_by_role("link", name=whom)).to_have_attribute("href", f"mailto:{whom}")
    assert "lob-b-owners" not in page.content()


def test_s5_a_program_is_told_whom_to_ask_as_well(acme: Organisation) -> None:
    token = acme.token("user-lob-a")

    theirs, nobodys = (acme.ask(f"/open/{name}", token).json() for name in ("fraud", "nosuch"))

    assert theirs["contact"] == nobodys["contact"] == OWNER
    assert theirs["remedy"] == nobodys["remedy"]


def test_s5_an_administrator_s_program_reads_the_whole_table(acme: Organisation) -> None:
    answer = acme.ask("/api/reach", acme.token("sam-security"))

    assert answer.status_code == 200
    opens = {
        (person, cell["domain"], cell["network"])
        for row in answer.json()["rows"]
        for person in row["people"]
        for cell in row["cells"]
        if cell["allowed"]
    }
    assert opens == {
        ("user-lob-a", "forecasting", "office"),
        ("ada.lovelace@acme.example", "forecasting", "office"),
        ("user-lob-b", "fraud", "office"),
    }
    assert acme.ask("/api/reach", acme.token("user-lob-a")).status_code == 403
    assert acme.ask("/api/reach").status_code == 401


def test_s5_sam_security_opens_nothing(acme: Organisation) -> None:
    for path in ("/sam-security", "/open/forecasting", "/open/fraud"):
        problem = acme.ask(path, acme.token("sam-security")).json()
        assert (problem["status"], problem["reason"]) == (403, "no-lob")
        assert problem["contact"] == CONTACT
