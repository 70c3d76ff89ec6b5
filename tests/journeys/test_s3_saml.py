"""S3, from the access portal's tile to Studio: assigned, from the office, once, unaltered."""

import base64
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.browser import browsing
from tests.kit.organisation import Organisation
from tests.kit.starting import STUDIOGATE
from tests.kit.waiting import PATIENCE_S, awaited
from tests.kit.workforce import Handed, handed, hidden

PERSON, DOMAIN = "user-lob-a", "forecasting"
ADMINISTRATOR = "sam-security"
FOLLOWS_S = 120.0
"""The gateway reads what providers published once a minute."""


class Visitor:
    """A browser without scripts: one jar of cookies for every port of this host."""

    def __init__(self, acme: Organisation, network: str = "office") -> None:
        self._acme = acme
        self._cookies: dict[str, str] = {}
        self.portal = acme.up["networks"][network]["portal"]
        self.access_portal = acme.up["networks"][network]["access_portal"]

    def get(self, url: str) -> httpx.Response:
        return self._kept(
            httpx.get(url, headers=self._sent(), timeout=PATIENCE_S, trust_env=False)
        )

    def post(self, url: str, form: dict[str, str]) -> httpx.Response:
        headers = self._sent()
        return self._kept(
            httpx.post(url, data=form, headers=headers, timeout=PATIENCE_S, trust_env=False)
        )

    def sign_in(self, person: str, page: httpx.Response) -> httpx.Response:
        """Give `person`'s password to the sign-in `page`; what it leads to."""
        form = {
            "ticket": hidden(page, "ticket"),
            "username": person,
            "password": self._acme.people[person].password,
        }
        answer = self.post(str(page.url.join("/sign-in")), form)
        if answer.status_code == 303:
            return self.get(str(answer.url.join(answer.headers["location"])))
        return answer

    def pressed(self, person: str, tile: str) -> httpx.Response:
        """What `person` gets who signs in at the access portal for `tile`."""
        page = self.get(f"{self.access_portal}/applications/{tile}")
        return self.sign_in(person, page)

    def hands_over(self, found: Handed) -> httpx.Response:
        """Press Continue: post what the access portal said to where it said."""
        form = {"SAMLResponse": base64.b64encode(found.message).decode()}
        relay = {} if found.relay is None else {"RelayState": found.relay}
        return self.post(found.consumer, relay | form)

    def who(self) -> int:
        """200 if the gateway knows this browser, else 401."""
        return self.get(f"{self.portal}/api/me").status_code

    def _sent(self) -> dict[str, str]:
        sent = "; ".join(f"{name}={value}" for name, value in self._cookies.items() if value)
        return {"cookie": sent} if sent else {}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            self._cookies[name] = rest.partition(";")[0].strip('"')
        return answer


def sign_ins(acme: Organisation) -> list[dict[str, Any]]:
    """Every attempt to sign in by SAML so far, as recorded."""
    return [one for one in acme.records() if one.get("way") == "saml"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def typed(page: Page, acme: Organisation, person: str) -> None:
    page.get_by_label("Name").fill(person)
    page.get_by_label("Password").fill(acme.people[person].password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.browser
def test_s3_07_s3_09_s3_12_s3_21_a_tile_in_the_office_opens_the_persons_own_studio(
    acme: Organisation, page: Page
) -> None:
    page.goto(acme.up["networks"]["office"]["access_portal"])
    typed(page, acme, PERSON)
    expect(page.locator(".tiles a")).to_have_count(1)

    page.get_by_role("link", name=DOMAIN).click()

    page.wait_for_selector("#jp-main-dock-panel", timeout=60_000)
    record = sign_ins(acme)[-1]
    assert (record["outcome"], record["person"], record["idp"]) == (
        "done",
        PERSON,
        "workforce",
    )


@pytest.mark.browser
def test_s3_08_a_sign_in_that_begins_at_the_gateway_leads_where_the_person_was_going(
    acme: Organisation, page: Page
) -> None:
    page.goto(f"{acme.up['portal']}/signin/workforce?next=/open/{DOMAIN}")
    typed(page, acme, PERSON)

    page.wait_for_selector("#jp-main-dock-panel", timeout=60_000)

    assert sign_ins(acme)[-1]["outcome"] == "done"


@pytest.mark.browser
def test_the_portal_offers_the_provider_and_shows_who_is_signed_in_by_it(
    acme: Organisation, page: Page
) -> None:
    page.goto(acme.up["portal"])
    page.get_by_role("link", name="workforce").click()
    typed(page, acme, "ada.lovelace@acme.example")

    page.wait_for_url(f"{acme.up['portal']}/")
    expect(page.get_by_text("ada.lovelace@acme.example").first).to_be_visible()


def test_s3_22_from_the_internet_the_same_tile_leads_to_a_refusal(acme: Organisation) -> None:
    visitor, before = Visitor(acme, "internet"), len(sign_ins(acme))

    answer = visitor.hands_over(handed(visitor.pressed(PERSON, DOMAIN)))

    assert answer.status_code == 403
    assert "is not authorized to perform: execute-api:Invoke" in answer.text
    assert "set-cookie" not in answer.headers
    assert len(sign_ins(acme)) == before


def test_s3_22_what_was_said_for_the_office_is_worth_nothing_elsewhere(
    acme: Organisation,
) -> None:
    visitor = Visitor(acme)
    found = handed(visitor.pressed(PERSON, DOMAIN))
    office, lob = (acme.up["networks"][one]["portal"] for one in ("office", "lob-a"))
    other = found.consumer.replace(office, lob)
    assert other != found.consumer

    answer = visitor.hands_over(Handed(other, found.message, None))

    assert answer.status_code in {401, 403}
    assert visitor.who() == 401


@pytest.mark.parametrize("tile", ["fraud", "no-such"])
def test_s3_07_nobody_gets_an_assertion_for_an_application_of_others(
    acme: Organisation, tile: str
) -> None:
    answer = Visitor(acme).pressed(PERSON, tile)

    assert answer.status_code == 403
    assert "SAMLResponse" not in answer.text


def test_s3_07_somebody_without_any_application_is_not_signed_in_either(
    acme: Organisation,
) -> None:
    visitor = Visitor(acme)
    away = visitor.get(f"{visitor.portal}/signin/workforce")
    assert away.status_code == 303

    answer = visitor.sign_in(ADMINISTRATOR, visitor.get(away.headers["location"]))

    assert answer.status_code == 403
    assert visitor.who() == 401


def test_s3_08_an_assertion_is_worth_one_sign_in(acme: Organisation) -> None:
    first, second = Visitor(acme), Visitor(acme)
    found = handed(first.pressed(PERSON, DOMAIN))

    came = first.hands_over(found)
    again = second.hands_over(found)

    assert (came.status_code, first.who()) == (303, 200)
    assert urlsplit(came.headers["location"]).path == f"/open/{DOMAIN}"
    assert (again.status_code, second.who()) == (401, 401)
    assert [one["outcome"] for one in sign_ins(acme)[-2:]] == ["done", "refused"]


def test_s3_08_the_answer_to_a_sign_in_is_worth_nothing_in_another_browser(
    acme: Organisation,
) -> None:
    victim, attacker = Visitor(acme), Visitor(acme)
    away = attacker.get(f"{attacker.portal}/signin/workforce")
    found = handed(attacker.sign_in(PERSON, attacker.get(away.headers["location"])))

    assert victim.hands_over(found).status_code == 401
    assert victim.who() == 401


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">user-lob-a<", b">user-lob-b<"),
        (b">ml-lob-a<", b">ml-lob-b<"),
        (b"exc-c14n#", b"exc-c14n@"),
    ],
)
def test_s3_08_what_is_altered_in_flight_is_refused_and_recorded_once(
    acme: Organisation, old: bytes, new: bytes
) -> None:
    visitor, before = Visitor(acme), len(sign_ins(acme))
    found = handed(visitor.pressed(PERSON, DOMAIN))
    assert old in found.message

    altered = Handed(found.consumer, found.message.replace(old, new), None)
    answer = visitor.hands_over(altered)

    assert answer.status_code in {400, 401}
    assert visitor.who() == 401
    records = sign_ins(acme)[before:]
    assert [one["outcome"] for one in records] == ["refused"]
    assert "user-lob-b" not in str(records)


def step(acme: Organisation, name: str) -> None:
    """Let an administrator press one button of the access portal's certificates."""
    visitor = Visitor(acme)
    visitor.sign_in(ADMINISTRATOR, visitor.get(f"{visitor.access_portal}/"))
    page = visitor.get(f"{visitor.access_portal}/certificates")
    answer = visitor.post(
        f"{visitor.access_portal}/certificates/{name}", {"form": hidden(page, "form")}
    )
    assert answer.status_code == 303


def apply(acme: Organisation, environment: dict[str, str]) -> None:
    """Run `studiogate apply`: the gateway's tables then hold the metadata as it is now."""
    ran = subprocess.run(
        [str(STUDIOGATE), "apply", acme.landscape.name],
        cwd=acme.landscape.parent,
        env={
            **environment,
            "AWS_CONFIG_FILE": acme.up["aws_config_file"],
            "AWS_PROFILE": "management",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def signs_in(acme: Organisation) -> bool:
    """Whether a new assertion is believed at this moment."""
    visitor = Visitor(acme)
    answer = visitor.hands_over(handed(visitor.pressed(PERSON, DOMAIN)))
    assert answer.status_code in {303, 401}
    return answer.status_code == 303


def starts(acme: Organisation) -> int:
    """How often a gateway was started."""
    text = (acme.state / "gateway.log").read_text(encoding="utf-8")
    return text.count("Started server process")


def test_s3_08_s3_20_a_certificate_is_rolled_over_without_a_restart(
    acme: Organisation, clean_environment: dict[str, str]
) -> None:
    assert signs_in(acme)
    before = starts(acme)
    try:
        step(acme, "publish")
        step(acme, "switch")
        # Nobody has told the gateway: a key that only the provider vouches for is nobody's.
        assert not signs_in(acme)
    finally:
        apply(acme, clean_environment)

    awaited(lambda: signs_in(acme), within_s=FOLLOWS_S, pause_s=1)
    step(acme, "retire")
    apply(acme, clean_environment)

    assert signs_in(acme)
    assert starts(acme) == before
