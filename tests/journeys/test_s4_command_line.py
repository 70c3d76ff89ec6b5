"""S4-14 and S4-17 from a terminal: sign in, open Studio, and nobody sees the URL."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.kit import handing
from tests.kit.browser import browsing
from tests.kit.desk import Desk, Ran, ended
from tests.kit.organisation import PASSWORD, Organisation
from tests.kit.revocation import Switch, suspect

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


class Person:
    """Somebody at a desk of their own, with a browser that their command line starts."""

    def __init__(
        self, acme: Organisation, context: BrowserContext, where: Path, name: str
    ) -> None:
        log = where / "handed"
        self.desk = Desk(
            acme.up["portal"], where, handing.command(), more={handing.LOG: str(log)}
        )
        self.acme, self.context, self.name, self._log = acme, context, name, log
        self.secrets: list[str] = []
        context.set_default_timeout(60_000)
        context.on("request", lambda request: self._saw(request.url))

    def password(self) -> str:
        known = self.acme.people.get(self.name)
        return known.password if known else PASSWORD

    def started(self, number: int) -> Page:
        """What the command line's browser `number`, from 0, shows."""
        (argument,) = handing.handed(self._log, number)
        assert argument.startswith("file:///")
        page = self.context.new_page()
        page.goto(argument)
        return page

    def sign_in(self, page: Page) -> None:
        """Sign in where the portal offers it, by the first way there is."""
        page.get_by_role("link", name="Sign in").first.click()
        page.get_by_label("Name").fill(self.name)
        page.get_by_label("Password").fill(self.password())
        page.get_by_role("button", name="Sign in").click()

    def opened(self, *words: str) -> tuple[Ran, Page]:
        """`studiogate open`, all the way to JupyterLab."""
        with self.desk.command("open", *words) as process:
            assert process.stderr is not None
            said = process.stderr.readline()
            page = self.started(0)
            self.sign_in(page)
            expect(page.get_by_role("heading", level=1)).to_contain_text(
                f"act for {self.name}?"
            )
            letters = said.strip().rstrip(".")[-4:]
            expect(page.get_by_text(letters, exact=True)).to_be_visible()
            page.get_by_role("button", name="Allow").click()
            expect(page.get_by_text("You can close this window")).to_be_visible()
            lab = self.started(1)
            lab.wait_for_selector("#jp-main-dock-panel", timeout=60_000)
            return ended(process), lab

    def _saw(self, url: str) -> None:
        self.secrets += re.findall(r"[?&](?:token|code|state)=([^&]+)", url)


@pytest.fixture
def people(
    acme: Organisation, chromium: Browser, tmp_path: Path
) -> Iterator[dict[str, Person]]:
    found = {}
    for name in ("user-lob-a", "user-lob-b"):
        where = tmp_path / name
        where.mkdir()
        context = chromium.new_context(viewport=PHONE, color_scheme="dark")
        found[name] = Person(acme, context, where, name)
    yield found
    for person in found.values():
        person.context.close()


def test_s4_14_s4_17_two_people_of_one_machine_open_their_own_studios_and_leave_no_trace(
    acme: Organisation, people: dict[str, Person]
) -> None:
    labs = {}
    for name, person in people.items():
        ran, labs[name] = person.opened()
        assert ran.code == 0, ran.err
        assert ran.out == f"Opened {acme.people[name].domain} in your browser, as {name}.\n"
        assert len(person.secrets) >= 3
        logged = "".join(
            one.read_text("utf-8", "replace")
            for one in (*acme.state.glob("*.log"), acme.state / "ledger.jsonl")
        )
        for secret in person.secrets:
            assert secret not in ran.out + ran.err + person.desk.remembered + logged

    assert len({lab.url.split("/")[2] for lab in labs.values()}) == 2
    last = [one for one in acme.records() if one.get("way") == "program"]
    assert {one["person"] for one in last} >= set(people)


def test_s4_17_the_printed_url_works_once(
    acme: Organisation, people: dict[str, Person]
) -> None:
    ada = people["user-lob-a"]
    ada.opened("forecasting")

    ran = ada.desk.run("open", "forecasting", "--print-url")

    assert ran.code == 0, ran.err
    assert "works once" in " ".join(ran.err.split())
    first, second = (acme.browse(ran.out.strip()) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 403)


def test_rfc_8628_with_the_keyboard_alone_a_code_of_another_computer_is_allowed(
    acme: Organisation, people: dict[str, Person]
) -> None:
    ada = people["user-lob-a"]
    with ada.desk.command("open", "forecasting", "--no-browser") as process:
        assert process.stderr is not None
        words = process.stderr.readline().split()
        page = ada.context.new_page()
        page.goto(words[1])
        ada.sign_in(page)
        code = page.get_by_label("Code", exact=True)
        code.focus()
        page.keyboard.type(words[-1].rstrip(".").lower())
        page.keyboard.press("Enter")
        expect(page.get_by_text("Asked from")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.get_by_role("button", name="Allow").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Allowed")).to_be_visible()
        ran = ended(process)

    assert ran.code == 0, ran.err
    assert ran.out == f"{acme.up['portal']}/open/forecasting\n"


def test_a_no_in_the_browser_is_heard_by_the_terminal(people: dict[str, Person]) -> None:
    ada = people["user-lob-a"]
    with ada.desk.command("open", "forecasting") as process:
        page = ada.started(0)
        ada.sign_in(page)
        page.get_by_role("button", name="No").click()
        expect(page.get_by_text("Nothing was allowed")).to_be_visible()
        ran = ended(process)

    assert (ran.code, ran.out) == (3, "")
    assert ada.desk.kept == {}


def test_whoever_is_revoked_or_signed_out_opens_nothing_more_with_a_kept_token(
    acme: Organisation, chromium: Browser, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    switch = Switch(acme, clean_environment, tmp_path / "revocations.jsonl")
    context = chromium.new_context()
    where = tmp_path / "desk"
    where.mkdir()
    with suspect(acme, "olga.of-the-shell", "olga", "lob-a") as olga:
        person = Person(acme, context, where, olga.name)
        person.opened("forecasting")
        revoked = switch.revoke(olga.name)
        refused = person.desk.run("open", "forecasting")
        switch.restore(olga.name)
        out = person.desk.run("signout")

    assert revoked.code == 0, revoked.noise
    assert (refused.code, refused.out) == (3, "")
    assert "revoked" in refused.err
    assert out.out == f"{olga.name} is signed out.\n"
    assert person.desk.kept == {}
    context.close()
