"""What a browser is shown, without a browser: the portal and the pages of refusal."""

from html.parser import HTMLParser

import httpx
import pytest

from studiogate.errors import Denied
from studiogate.foundation.directory import PersonRow
from tests.kit.gateway import ELSEWHERE_IP, House, aws_error, session

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Page(HTMLParser):
    """The parts of a page that matter: tags with their attributes, and the text."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        assert answer.headers["content-type"].startswith("text/html")
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str | None]:
        return [attrs.get("href") for tag, attrs in self.tags if tag == "a"]


def test_nobody_signed_in_is_offered_every_provider(gateway: httpx.Client) -> None:
    page = Page(gateway.get("/", headers=BROWSER))

    assert {"/signin/corporate", "/signin/workforce"} <= set(page.links())
    assert "Sign in with Acme Corporate" in page.text


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("session-idle", "You were away for a while, so you were signed out."),
        ("session-over", "Your sign-in has reached its end."),
    ],
)
def test_whose_session_has_ended_is_told_so_and_can_sign_in_again(
    gateway: httpx.Client, why: str, words: str
) -> None:
    page = Page(gateway.get("/", headers=session(f"bad {why}")))

    assert words in page.text
    assert "/signin/corporate" in page.links()
    assert words not in Page(gateway.get("/", headers=session("bad token-expired"))).text


def test_my_domains_are_shown_with_a_way_in(gateway: httpx.Client) -> None:
    page = Page(gateway.get("/", headers=session("two-domains")))

    assert {"/open/forecasting", "/open/churn"} <= set(page.links())
    assert "/open/fraud" not in page.links()
    assert "two-domains" in page.text
    assert "Opens from here, the office network" in page.text
    opens = [a for tag, a in page.tags if tag == "a" and (a["href"] or "").startswith("/open/")]
    assert {(a["target"], a["rel"]) for a in opens} == {("_blank", "noopener noreferrer")}


def test_every_domain_leads_to_the_home_of_studio_where_other_applications_are(
    gateway: httpx.Client,
) -> None:
    page = Page(gateway.get("/", headers=session("two-domains")))

    assert {"/open/forecasting?app=Studio", "/open/churn?app=Studio"} <= set(page.links())
    assert page.text.count("Applications") == 2


def test_signing_out_is_a_form_with_a_token(gateway: httpx.Client) -> None:
    page = Page(gateway.get("/", headers=session("user-lob-a")))

    assert ("form", {"class": "out", "method": "post", "action": "/signout"}) in page.tags
    assert ("input", {"type": "hidden", "name": "csrf", "value": "csrf-token"}) in page.tags


def test_from_elsewhere_the_page_says_which_network(
    house: House, gateway: httpx.Client
) -> None:
    house.source_ip = ELSEWHERE_IP

    page = Page(gateway.get("/", headers=session("user-lob-a")))

    assert "Connect to office first" in page.text


def test_who_has_no_domain_yet_is_told_so(gateway: httpx.Client) -> None:
    assert "Nothing to open yet" in Page(gateway.get("/", headers=session("of-bare"))).text


@pytest.mark.parametrize(
    ("person", "words"),
    [("stranger", "nobody has given you access"), ("revoked", "has been revoked")],
)
def test_who_may_not_come_in_is_told_so_and_can_sign_out(
    gateway: httpx.Client, person: str, words: str
) -> None:
    answer = gateway.get("/", headers=session(person))

    assert answer.status_code == 403
    assert words in Page(answer).text
    assert 'action="/signout"' in answer.text


def test_a_directory_that_fails_is_an_incident_on_a_page(
    house: House, gateway: httpx.Client
) -> None:
    house.directory.fails = aws_error(Denied, "dynamodb:GetItem")

    answer = gateway.get("/", headers=session("user-lob-a"))

    assert answer.status_code == 502
    assert answer.headers["x-request-id"] in Page(answer).text
    assert "222222222222" not in answer.text


def test_a_browser_that_is_not_signed_in_is_led_back_after_it_is(
    house: House, gateway: httpx.Client
) -> None:
    answer = gateway.get("/open/forecasting?app=Canvas&x=https://evil", headers=BROWSER)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?next=%2Fopen%2Fforecasting%3Fapp%3DCanvas"

    page = Page(gateway.get(answer.headers["location"], headers=BROWSER))

    assert "/signin/corporate?next=%2Fopen%2Fforecasting%3Fapp%3DCanvas" in page.links()
    assert "Sign in to open forecasting" in page.text
    assert [line.reason for line in house.ledger.openings] == ["nothing-shown"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil",
        "/open/x/../..",
        "/signin/x",
        "javascript:1",
    ],
)
def test_next_leads_nowhere_but_to_a_domain(gateway: httpx.Client, elsewhere: str) -> None:
    page = Page(gateway.get("/", params={"next": elsewhere}, headers=BROWSER))

    assert "/signin/corporate" in page.links()
    assert "evil" not in page.text


def test_a_refusal_is_a_page_with_the_words_programs_get(gateway: httpx.Client) -> None:
    answer = gateway.get("/open/fraud", headers=session("user-lob-a"))
    problem = gateway.get(
        "/open/fraud", headers={"x-session": "user-lob-a", "accept": "application/json"}
    ).json()

    page = Page(answer)

    assert answer.status_code == 403
    assert problem["title"] in page.text
    assert problem["detail"] in page.text
    assert problem["remedy"] in page.text
    assert "not-your-domain" in page.text


def test_what_people_wrote_is_text_and_never_markup(
    house: House, gateway: httpx.Client
) -> None:
    name = "<script>alert(1)</script>"
    house.directory.people[name] = PersonRow(name, "lob-a", "ada")

    answer = gateway.get("/", headers=session(name))

    assert "<script" not in answer.text
    assert name in Page(answer).text


@pytest.mark.parametrize("path", ["/", "/open/fraud", "/no/such"])
@pytest.mark.parametrize("headers", [BROWSER, session("user-lob-a")], ids=["out", "in"])
def test_a_page_runs_no_script_and_asks_nobody_else(
    gateway: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    answer = gateway.get(path, headers=headers, follow_redirects=True)

    page = Page(answer)
    attributes = [attrs for _, attrs in page.tags]
    assert not [tag for tag, _ in page.tags if tag in {"script", "iframe", "style"}]
    assert not [name for attrs in attributes for name in attrs if name.startswith("on")]
    assert not [1 for attrs in attributes if "style" in attrs]
    assert "://" not in answer.text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert ("html", {"lang": "en"}) in page.tags


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/json", "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("", "application/problem+json"),
        ("text/html;q=0.5, application/json", "application/problem+json"),
        ("text/html;q=0, */*", "application/problem+json"),
        ("text/html;q=x", "application/problem+json"),
        ("TEXT/HTML", "text/html; charset=utf-8"),
    ],
)
def test_a_page_is_for_who_prefers_one(gateway: httpx.Client, accept: str, kind: str) -> None:
    answer = gateway.get("/no/such/page", headers={"accept": accept})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == kind


def test_below_api_there_are_no_pages(gateway: httpx.Client) -> None:
    answer = gateway.get("/api/me", headers=BROWSER)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_mark_is_there_under_both_names(gateway: httpx.Client) -> None:
    for path in ("/favicon.ico", "/static/mark.svg"):
        assert gateway.get(path).headers["content-type"] == "image/svg+xml"
