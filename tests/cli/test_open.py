"""`studiogate open` and `signout`, as they are started, against a gateway and a browser."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from studiogate.gateway.ports import Kind
from tests.kit import clicking
from tests.kit.desk import Desk, ended
from tests.kit.gateway import Stage, serving
from tests.kit.program_room import ADA, BO, Browser, ProgramHouse
from tests.kit.waiting import awaited

SECRET = "token=SECRET"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with serving(stage) as stage.url:
        yield stage


@pytest.fixture
def home(stage: Stage) -> ProgramHouse:
    home = ProgramHouse()
    stage.app = home.app(origins=frozenset({stage.url}))
    return home


@dataclass
class At(Desk):
    """A desk whose browser is signed in at the portal, as `person`."""

    home: ProgramHouse = field(default_factory=ProgramHouse)
    person: str = ADA

    @property
    def environment(self) -> dict[str, str]:
        return {
            clicking.LOG: str(self.where / "visits"),
            clicking.COOKIE: self.home.signed_in(self.person)["cookie"],
            **super().environment,
        }

    @property
    def visits(self) -> list[dict[str, Any]]:
        return clicking.visited(self.where / "visits")


@pytest.fixture
def desk(home: ProgramHouse, stage: Stage, tmp_path: Path) -> At:
    return At(stage.url, tmp_path, clicking.command(), home=home)


def test_s4_17_a_person_signs_in_and_studio_opens_in_the_browser(desk: At) -> None:
    ran = desk.run("open", "forecasting")

    assert (ran.code, ran.out) == (0, f"Opened forecasting in your browser, as {ADA}.\n")
    signing_in, opening = desk.visits
    assert "You can close this window" in str(signing_in["led_to"])
    assert SECRET in str(opening["led_to"])
    assert [record.way for record in desk.home.house.ledger.openings] == ["program"]


def test_the_url_is_in_no_argument_page_file_or_output(desk: At) -> None:
    ran = desk.run("open", "forecasting")

    for visit in desk.visits:
        assert visit["modes"] == [0o600, 0o700]
        (argument,) = visit["arguments"]
        assert argument.startswith("file:///")
        assert "SECRET" not in f"{argument}{visit['page']}{visit['url']}"
        assert "code_challenge" not in argument
        assert 'name="referrer" content="no-referrer"' in str(visit["page"])
        assert not Path(argument.removeprefix("file://")).exists()
    assert "SECRET" not in ran.out + ran.err + desk.remembered


def test_the_token_is_in_the_keyring_and_nowhere_else(desk: At) -> None:
    ran = desk.run("open", "forecasting")

    ((entry, kept),) = desk.kept.items()
    assert entry == f"studiogate {desk.url}\n{ADA}"
    token = json.loads(kept)["token"]
    assert token.startswith("sgp_")
    seen = json.dumps(desk.visits)
    assert token not in ran.out + ran.err + desk.remembered + seen


def test_whoever_signed_in_before_does_not_again(desk: At) -> None:
    desk.run("open", "forecasting")

    ran = desk.run("open", "--json")

    assert ran.document == {
        "gateway": desk.url, "person": ADA, "domain": "forecasting", "opened": True,
    }  # fmt: skip
    assert len(desk.visits) == 3
    assert len(desk.home.house.ledger.sign_ins) == 1


def test_the_gateway_that_was_used_is_used_again(desk: At) -> None:
    desk.run("open", "forecasting")
    desk.more = {"STUDIOGATE_GATEWAY": ""}

    assert desk.run("open", "forecasting").code == 0


def test_two_people_at_one_desk_say_which_of_them_is_meant(desk: At) -> None:
    desk.run("open", "forecasting")
    desk.person = BO
    first = desk.run("open", "--as", BO, "--json")
    both = desk.run("open", "forecasting")
    again = desk.run("open", "--as", ADA, "--json")

    assert (first.document["person"], first.document["domain"]) == (BO, "fraud")
    assert (both.code, both.out) == (2, "")
    assert f"{ADA}, {BO}" in both.err
    assert "--as" in both.err
    assert (again.document["person"], again.document["domain"]) == (ADA, "forecasting")


def test_two_accounts_of_one_machine_share_nothing(
    desk: At, home: ProgramHouse, tmp_path: Path
) -> None:
    where = tmp_path / "other"
    other = At(desk.url, where, clicking.command(), home=home, person=BO)
    other.where.mkdir()
    desk.run("open", "forecasting")

    ran = other.run("open", "--json")

    assert ran.document["person"] == BO
    assert [len(one.kept) for one in (desk, other)] == [1, 1]


def test_somebody_else_than_was_meant_is_not_kept_and_is_signed_out(desk: At) -> None:
    ran = desk.run("open", "--as", BO, "fraud")

    assert ran.code == 3
    assert f"{ADA} signed in, and not {BO}" in ran.err
    assert desk.kept == {}
    assert [one.deed.value for one in desk.home.house.ledger.sign_ins] == [
        "sign-in",
        "sign-out",
    ]


def test_a_token_that_was_ended_is_forgotten_and_signed_in_anew(desk: At) -> None:
    desk.run("open", "forecasting")
    desk.home.house.clock.forward(seconds=1)
    desk.home.mark(Kind.SUBJECT, "corporate", f"sub-{ADA}")
    desk.home.house.clock.forward(seconds=1)

    ran = desk.run("open", "forecasting")

    assert ran.code == 0
    assert "has ended" in ran.err
    assert len(desk.visits) == 4


@pytest.mark.parametrize("keyring", ["PlainKeyring", "LockedKeyring", "NoSuchKeyring"])
def test_without_a_keyring_that_protects_it_the_token_is_not_kept(
    desk: At, keyring: str
) -> None:
    desk.keyring = keyring

    ran = desk.run("open", "forecasting")

    assert ran.code == 0
    assert "is not kept" in ran.err
    assert desk.kept == {}
    assert "sgp_" not in desk.remembered


def test_a_no_on_the_page_is_a_refusal(desk: At) -> None:
    desk.more = {clicking.ANSWER: "deny"}

    ran = desk.run("open", "forecasting")

    assert (ran.code, ran.out) == (3, "")
    assert "not allowed" in ran.err
    assert desk.kept == {}
    assert desk.home.house.ledger.sign_ins == []


def test_a_refusal_of_the_gateway_is_shown_in_its_words(desk: At) -> None:
    desk.home.house.source_ip = "203.0.113.9"

    ran = desk.run("open", "forecasting")

    assert (ran.code, ran.out) == (3, "")
    assert "→" in ran.err
    assert "network" in ran.err


def test_print_url_prints_the_url_alone_and_says_what_it_is(desk: At) -> None:
    ran = desk.run("open", "forecasting", "--print-url")

    assert ran.out.startswith("https://d-forecasting.studio.")
    assert ran.out.count("\n") == 1
    assert SECRET in ran.out
    assert "SECRET" not in ran.err
    assert "works once, within 20 seconds" in " ".join(ran.err.split())
    assert len(desk.visits) == 1


def test_app_and_space_are_asked_for(desk: At) -> None:
    ran = desk.run("open", "forecasting", "--app", "JupyterLab", "--space", "a b")

    assert ran.code == 3
    assert "space" in ran.err


def test_several_domains_are_named(desk: At) -> None:
    desk.person = "two-domains"

    ran = desk.run("open")

    assert (ran.code, ran.out) == (2, "")
    assert "forecasting, churn" in ran.err


def test_nobodys_domain_opens_for_whoever_has_none(desk: At) -> None:
    desk.person = "no-lob"

    assert desk.run("open").code == 3


@pytest.mark.parametrize(
    "gateway",
    [
        "http://studio.acme.example",
        "ftp://studio.acme.example",
        "https://user@studio.acme.example",
        "https://studio.acme.example/?x=1",
        "studio.acme.example",
        "https://[",
    ],
)
def test_a_token_goes_nowhere_unsafe(desk: At, gateway: str) -> None:
    ran = desk.run("open", "forecasting", "--gateway", gateway)

    assert ran.code == 2
    assert "no place to send a token to" in ran.err


def test_a_gateway_that_does_not_answer_is_an_error_of_the_network(desk: At) -> None:
    ran = desk.run("open", "forecasting", "--gateway", "http://127.0.0.1:9", "--no-browser")

    assert ran.code == 4
    assert "Are you on the right network?" in ran.err


def test_without_any_gateway_it_says_how_to_name_one(desk: At) -> None:
    desk.more = {"STUDIOGATE_GATEWAY": ""}

    ran = desk.run("open", "forecasting")

    assert ran.code == 2
    assert "STUDIOGATE_GATEWAY" in ran.err


def test_a_file_of_this_directory_sends_nobody_to_another_machine(desk: At) -> None:
    desk.more = {"STUDIOGATE_GATEWAY": ""}
    up = desk.where / ".studiogate" / "up.json"
    up.parent.mkdir()
    up.write_text(json.dumps({"portal": "https://evil.example"}), encoding="utf-8")
    refused = desk.run("open", "forecasting")
    up.write_text(json.dumps({"portal": desk.url}), encoding="utf-8")

    assert refused.code == 2
    assert "evil" not in refused.err
    assert desk.run("open", "forecasting").code == 0


def test_rfc_8628_without_a_browser_a_code_is_typed_elsewhere(desk: At) -> None:
    desk.more = {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}
    with (
        desk.command("open", "forecasting", "--json") as process,
        httpx.Client(base_url=desk.url) as client,
    ):
        assert process.stderr is not None
        shown = process.stderr.readline()
        browser = Browser(client, desk.home.signed_in(), origin=desk.url)
        done = browser.allowed_device(shown.split()[-1].rstrip("."))
        ran = ended(process)

    assert f"Open {desk.url}/device in any browser" in shown
    assert "goes on by itself" in done.text
    assert ran.document == {
        "gateway": desk.url, "person": ADA, "domain": "forecasting", "opened": False,
        "portal": f"{desk.url}/open/forecasting",
    }  # fmt: skip
    assert "There is no browser here" in ran.err
    assert desk.home.house.ledger.openings == []
    assert desk.visits == []
    assert len(desk.kept) == 1


def test_sign_out_ends_the_token_here_and_there(desk: At) -> None:
    desk.run("open", "forecasting")
    token = json.loads(next(iter(desk.kept.values())))["token"]

    ran = desk.run("signout")

    assert (ran.code, ran.out) == (0, f"{ADA} is signed out.\n")
    assert desk.kept == {}
    me = httpx.get(f"{desk.url}/api/me", headers={"authorization": f"Bearer {token}"})
    assert me.status_code == 401
    assert desk.run("signout").out == "Nobody is signed in here.\n"


def test_an_interrupted_sign_in_leaves_nothing(desk: At) -> None:
    desk.more = {clicking.ANSWER: clicking.STAYS_AWAY}
    with desk.command("open", "forecasting") as process:
        assert process.stderr is not None
        process.stderr.readline()

        def visited() -> bool:
            assert process.poll() is None
            return bool(desk.visits)

        awaited(visited)
        process.send_signal(2)
        ran = ended(process)

    assert ran.code != 0
    assert "Traceback" not in ran.err
    assert ran.out == ""
    assert desk.kept == {}
    assert list((desk.where / "cache" / "studiogate").iterdir()) == []


def test_a_browser_that_cannot_be_started_is_said(desk: At) -> None:
    desk.more = {"BROWSER": f"{sys.executable} -c exit(1) %s", "PATH": ""}

    ran = desk.run("open", "forecasting")

    assert ran.code == 4
    assert "--no-browser" in ran.err
