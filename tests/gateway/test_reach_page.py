"""Who sees who can open what: administrators, and nobody else."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import httpx
import pytest

from studiogate.errors import Denied
from studiogate.foundation.directory import PersonRow
from studiogate.reach.table import Table
from tests.kit.gateway import CONTACT, House, aws_error, bearer, session
from tests.kit.reach_map import two_lobs_map
from tests.kit.reach_table import row

ADMINISTRATOR = session("sam-security")
PATHS = ["/reach", "/api/reach"]


class Links(HTMLParser):
    """Where a page leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs).get("href"))


def test_an_administrator_sees_the_picture_and_the_words(gateway: httpx.Client) -> None:
    answer = gateway.get("/reach", headers=ADMINISTRATOR)

    assert answer.status_code == 200
    assert "4 people, 2 domains, 6 networks: 3 of 48 open, all from office." in answer.text
    assert '<svg class="drawing"' in answer.text
    assert answer.text.index('<svg class="map"') < answer.text.index('<svg class="drawing"')
    assert "No line of business reaches another" in answer.text
    assert "<caption><b>lob-a</b>" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_page_has_a_sheet_of_its_own_and_nothing_in_line(gateway: httpx.Client) -> None:
    answer = gateway.get("/reach", headers=ADMINISTRATOR)

    (sheet,) = re.findall(r'href="(/static/reach\.css\?v=[0-9a-f]{12})"', answer.text)
    found = gateway.get(sheet)
    assert found.headers["content-type"] == "text/css; charset=utf-8"
    assert ".drawing" in found.text
    assert ".reach .map" in found.text
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", answer.text)
    assert "://" not in answer.text.replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize("headers", [ADMINISTRATOR, bearer("sam-security")])
def test_a_program_gets_every_cell(gateway: httpx.Client, headers: dict[str, str]) -> None:
    answer = gateway.get("/api/reach", headers=headers).json()

    assert (answer["name"], answer["domains"]) == ("acme", ["forecasting", "fraud"])
    assert [one["people"] for one in answer["rows"]] == [
        ["user-lob-a", "ada.lovelace@acme.example"], ["user-lob-b"], ["sam-security"],
    ]  # fmt: skip
    assert answer["rows"][0]["cells"][0] == {
        "domain": "forecasting",
        "network": "office",
        "allowed": True,
        "layer": "use",
        "why": "Every layer says yes.",
    }
    assert {len(one["cells"]) for one in answer["rows"]} == {12}


def test_the_answer_is_as_it_is_described(gateway: httpx.Client) -> None:
    document = gateway.get("/api/openapi.json").json()
    described = document["paths"]["/api/reach"]["get"]["responses"]["200"]
    schema = described["content"]["application/json"]["schema"]["properties"]
    cell = schema["rows"]["items"]["properties"]["cells"]["items"]["properties"]

    answer = gateway.get("/api/reach", headers=ADMINISTRATOR).json()

    assert answer.keys() == schema.keys()
    assert answer["rows"][0].keys() == schema["rows"]["items"]["properties"].keys()
    assert answer["rows"][0]["cells"][0].keys() == cell.keys()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ("user-lob-a", "not-administrator"),
        ("no-lob", "not-administrator"),
        ("stranger", "unknown-person"),
        ("revoked", "revoked"),
        ("expired", "expired"),
    ],
)
@pytest.mark.parametrize("shown", [session, bearer], ids=["cookie", "token"])
def test_nobody_else_sees_anything_and_that_they_tried_is_recorded(
    house: House,
    gateway: httpx.Client,
    path: str,
    person: str,
    *,
    reason: str,
    shown: object,
) -> None:
    assert callable(shown)
    answer = gateway.get(path, headers=shown(person) | {"accept": "application/json"})

    assert answer.status_code == 403
    assert answer.json()["reason"] == reason
    assert "fraud" not in answer.text
    (line,) = house.ledger.openings
    assert (line.outcome, line.reason) == ("refused", reason)


def test_that_somebody_looked_is_no_opening(house: House, gateway: httpx.Client) -> None:
    gateway.get("/reach", headers=ADMINISTRATOR)

    assert house.ledger.openings == []


def test_an_administrator_who_is_revoked_or_of_another_provider_sees_nothing(
    house: House, gateway: httpx.Client
) -> None:
    sam = PersonRow("sam-security", None, None, idps=("workforce",), administrator=True)
    house.directory.people["sam-security"] = sam
    elsewhere = gateway.get("/reach", headers=ADMINISTRATOR).status_code
    house.directory.people["sam-security"] = replace(sam, idps=None, revoked=True)
    revoked = gateway.get("/reach", headers=ADMINISTRATOR).status_code

    assert (elsewhere, revoked) == (403, 403)


def test_who_is_signed_out_is_sent_to_sign_in_and_led_back(gateway: httpx.Client) -> None:
    answer = gateway.get("/reach?x=https://evil", headers=session("bad"))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?next=%2Freach"

    there = gateway.get(answer.headers["location"], headers=session("bad"))

    assert "/signin/corporate?next=%2Freach" in Links(there.text).found
    assert gateway.get("/api/reach", headers=session("bad")).status_code == 401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("person", ["sam-security", "user-lob-a"])
def test_it_is_read_and_not_written(gateway: httpx.Client, path: str, person: str) -> None:
    refused = {gateway.request(m, path, headers=session(person)).status_code for m in ("POST", "PUT", "DELETE")}  # fmt: skip
    head = gateway.head(path, headers=session(person))

    assert refused == {405}
    assert head.status_code == (200 if person == "sam-security" else 403)
    assert head.content == b""


def test_names_are_text_and_never_markup(house: House, gateway: httpx.Client) -> None:
    name = "<script>alert(1)</script>"
    domains = (f"d{name}",)
    house.reach.drawn = two_lobs_map(name, office=name, said=name)
    house.reach.found = Table(name, domains, (name,), (row(f"l{name}", [f"p{name}"], {}, domains=domains, networks=(name,)),))  # fmt: skip

    answer = gateway.get("/reach", headers=ADMINISTRATOR)

    assert "<script" not in answer.text
    assert answer.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


@pytest.mark.parametrize("path", PATHS)
def test_without_a_landscape_it_says_so_and_what_to_set(
    house: House, gateway: httpx.Client, path: str
) -> None:
    house.reach.found = None

    answer = gateway.get(path, headers=ADMINISTRATOR)

    assert answer.status_code == 404
    assert "no-landscape" in answer.text
    assert "STUDIOGATE_LANDSCAPE" in answer.text


def test_a_directory_that_fails_opens_nothing(house: House, gateway: httpx.Client) -> None:
    house.directory.fails = aws_error(Denied, "dynamodb:GetItem")

    answer = gateway.get("/reach", headers=ADMINISTRATOR)

    assert answer.status_code == 502
    assert "forecasting" not in answer.text


@pytest.mark.parametrize(
    ("person", "linked"),
    [("sam-security", True), ("lob-admin", True), ("user-lob-a", False), ("no-lob", False)],
)
def test_the_portal_leads_administrators_there(
    gateway: httpx.Client, person: str, *, linked: bool
) -> None:
    answer = gateway.get("/", headers=session(person))

    assert ("/reach" in Links(answer.text).found) is linked
    assert ("Who can open what" in answer.text) is linked


def test_the_portal_of_an_administrator_without_a_line_of_business_makes_sense(
    gateway: httpx.Client,
) -> None:
    answer = gateway.get("/", headers=ADMINISTRATOR).text

    assert (
        "You belong to no line of business, so there is no domain of yours to open." in answer
    )
    assert "Nothing to open yet" not in answer
    assert CONTACT not in answer


def test_an_administrator_of_a_line_of_business_has_their_domains_too(
    gateway: httpx.Client,
) -> None:
    answer = gateway.get("/", headers=session("lob-admin"))

    assert {"/open/forecasting", "/reach"} <= set(Links(answer.text).found)
