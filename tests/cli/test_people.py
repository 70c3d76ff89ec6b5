"""`studiogate people`: who is called what, and how a name gets to somebody else."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer

from studiogate import names
from studiogate.aws.wire.blocking import drive
from studiogate.cli.app import main
from studiogate.cli.releasing import Released, release, released
from studiogate.errors import AwsError, NotAllowed, RecordError
from studiogate.gateway.marks import TableMarks
from studiogate.gateway.owners import Owners
from studiogate.gateway.ports import Identity
from studiogate.landscape.read import read
from tests.kit.boto import boto_session
from tests.kit.dynamodb import NOON, REGION, server, tables_at
from tests.kit.gateway import Clock
from tests.kit.starting import EXAMPLE

ACME = read(EXAMPLE.read_text(encoding="utf-8"))
HUB = ACME.hub_account
NAME = "ada.lovelace@acme.example"
ADA = Identity(NAME, "corporate", "SUBJECT-1", NOON + timedelta(hours=8), "session")
NAMESAKE = replace(ADA, subject="SUBJECT-2")


class OneAccount:
    """Clients of one emulated account, whatever account is asked for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = boto_session("k", "s", region=REGION)
        self.asked: list[str | None] = []

    def client(self, account_id: str | None, service: Any) -> Any:
        self.asked.append(account_id)
        made: Any = self._session.client(service, endpoint_url=self._url)
        return made


class Estate:
    """The table of sign-ins, the gateway in front of it, and an administrator behind."""

    def __init__(self, tables: Any, accounts: OneAccount, folder: Path) -> None:
        self._marks = TableMarks(tables, Clock(NOON), names.SIGNINS_TABLE)
        self.accounts = accounts
        self.record = folder / "releases.jsonl"

    def opens(self, identity: Identity, lob: str = "lob-a", profile: str = "ada") -> bool:
        """Whether `identity` may have the profile, by a gateway that remembers nothing."""
        try:
            drive(Owners(self._marks, Clock(NOON)).hold(identity, lob, profile))
        except NotAllowed:
            return False
        return True

    def release(self, name: Released, *, yes: bool = True, record: Path | None = None) -> None:
        release(name, self.accounts, HUB, record or self.record, yes=yes)

    def recorded(self) -> list[dict[str, Any]]:
        if not self.record.exists():
            return []
        return [json.loads(line) for line in self.record.read_text("ascii").splitlines()]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture
def estate(moto: str, tmp_path: Path) -> Iterator[Estate]:
    with tables_at(moto, {names.SIGNINS_TABLE: ["PK"]}) as (tables, _):
        yield Estate(tables, OneAccount(moto), tmp_path)


def test_f_24_a_namesake_comes_in_only_when_the_name_is_released(
    estate: Estate, capsys: pytest.CaptureFixture[str]
) -> None:
    assert estate.opens(ADA)
    assert not estate.opens(NAMESAKE)

    estate.release(released(ACME, NAME, None))

    assert estate.opens(NAMESAKE)
    assert not estate.opens(ADA)
    said = capsys.readouterr()
    assert f"{NAME} is released." in said.out
    assert "ada with every file in it" in " ".join(said.err.split())
    assert "SUBJECT" not in said.out + said.err


def test_a_profile_goes_to_another_name_only_when_it_is_released(estate: Estate) -> None:
    renamed = replace(ADA, person="ada.king@acme.example")
    assert estate.opens(ADA)
    assert not estate.opens(renamed)

    estate.release(released(ACME, None, "lob-a/ADA"))

    assert estate.opens(renamed)
    assert not estate.opens(ADA)


def test_a_release_is_recorded_with_who_did_it_and_what_held_the_name(estate: Estate) -> None:
    estate.opens(ADA)
    estate.opens(replace(ADA, idp="workforce", subject="SUBJECT-3"))

    estate.release(released(ACME, NAME, None))

    (line,) = estate.recorded()
    assert (line["action"], line["person"]) == ("release", NAME)
    assert line["by"].startswith("arn:aws:")
    assert [one.partition(" ")[0] for one in line["held"]] == ["corporate", "workforce"]
    assert "SUBJECT" not in json.dumps(line)
    assert estate.accounts.asked == [HUB, None]


def test_what_cannot_be_recorded_is_not_released(estate: Estate, tmp_path: Path) -> None:
    estate.opens(ADA)
    taken = tmp_path / "file"
    taken.touch()

    with pytest.raises(RecordError):
        estate.release(released(ACME, NAME, None), record=taken / "releases.jsonl")

    assert not estate.opens(NAMESAKE)


def test_without_a_yes_nothing_is_released(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.opens(ADA)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))

    with pytest.raises(typer.Abort):
        estate.release(released(ACME, NAME, None), yes=False)

    assert not estate.opens(NAMESAKE)
    assert estate.recorded() == []


def test_with_a_yes_it_is(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.opens(ADA)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    estate.release(released(ACME, NAME, None), yes=False)

    assert estate.opens(NAMESAKE)


def test_a_name_that_nobody_has_needs_no_release(
    estate: Estate, capsys: pytest.CaptureFixture[str]
) -> None:
    estate.release(released(ACME, "gone@acme.example", None))

    assert "gone@acme.example is nobody's" in capsys.readouterr().out
    assert estate.recorded() == []


def test_without_the_table_nothing_is_concluded(moto: str, tmp_path: Path) -> None:
    with pytest.raises(AwsError):
        release(released(ACME, NAME, None), OneAccount(moto), HUB, tmp_path / "r", yes=True)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["release"], id="nothing is named"),
        pytest.param(["release", NAME, "--owned", "lob-a/ada"], id="both are named"),
        pytest.param(["release", "a/b"], id="nobody can be called that"),
        pytest.param(["release", "--owned", "ada"], id="a profile without its lob"),
        pytest.param(["release", "--owned", "lob-z/ada"], id="a lob that is not there"),
        pytest.param(["release", "--owned", "lob-a/a.b"], id="no profile"),
        pytest.param(["release", NAME, "--json"], id="a release as JSON"),
        pytest.param(["list", NAME], id="a list of one"),
        pytest.param(["lend", NAME], id="something else"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(arguments: list[str]) -> None:
    assert main(["people", *arguments, "--landscape", str(EXAMPLE)]) == 2


def test_s3_10_the_list_says_who_is_called_what_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "landscape.yaml"
    rule = "profiles: {from: local-part}\npeople:\n"
    bea = "  Bea.Wyn@acme.example: {lob: lob-b, idp: workforce}\n"
    file.write_text(EXAMPLE.read_text("utf-8").replace("people:\n", rule + bea), "utf-8")

    assert main(["people", "list", "--landscape", str(file)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert main(["people", "list", "--landscape", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert shown[1].split() == ["Bea.Wyn@acme.example", "lob-b", "bea-wyn", "rule", "workforce"]
    assert answer["people"][0] == {
        "person": "Bea.Wyn@acme.example",
        "lob": "lob-b",
        "profile": "bea-wyn",
        "made_from": "rule",
        "idps": ["workforce"],
        "administrator": False,
    }
    assert {one["made_from"] for one in answer["people"][1:]} == {"declared", None}
    assert "Lovelace1" not in json.dumps(answer)
