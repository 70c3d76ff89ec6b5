"""`studiogate revoke` and `restore`: what they print, how they end, what they never show."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studiogate.audit.revocation import Vital
from studiogate.cli.app import main
from studiogate.cli.revocations import code, concluded
from studiogate.cli.revoke import planned
from studiogate.errors import LandscapeError, RecordError
from studiogate.revoke.report import Report
from studiogate.revoke.sightings import Canary
from studiogate.revoke.step import Step
from tests.kit.aws_server import RudeServer
from tests.kit.revoke import NOW, acme
from tests.kit.starting import EXAMPLE

TOKEN = "header.SECRET-TOKEN.signature"
ASSUMED = b"""<R><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
<GetCallerIdentityResult><Arn>arn:aws:iam::900000000009:user/operator</Arn>
</GetCallerIdentityResult></R>"""


DENIED = b"""<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>
</ErrorResponse>"""


def seen(*states: Vital, lob: str = "lob-a") -> Canary:
    canary = Canary(lob, "forecasting", "ada", Vital.ALIVE, "302", "SEALED-SECRET")
    for second, state in enumerate(states):
        canary.note(second + 0.4, state, "Studio answered 403")
    return canary


def report(*canaries: Canary, **more: Any) -> Report:
    facts: dict[str, Any] = {"by": "sam-security", "decision": "revoked", "fresh": [after()]}
    return Report("revoke", "ada", NOW, canaries=list(canaries), **(facts | more))


def after(state: Vital = Vital.REFUSED) -> Canary:
    return Canary("lob-a", "forecasting", "ada", state, "an explicit deny")


FAULT = Step(
    "lob-b",
    "end sessions of ada",
    "failed",
    "iam:PutRolePolicy: \x1b[2Jno",
    "Ask.",
    by_aws=True,
)
DEAD = report(seen(Vital.REFUSED, Vital.REFUSED, Vital.REFUSED))
ANSWERS = report(seen(Vital.REFUSED, Vital.ALIVE), steps=[FAULT])
INCOMPLETE = report(seen(*[Vital.REFUSED] * 3), steps=[FAULT])
UNPROVED = report(silences=["no gateway was asked"], decision=None, fresh=[])


@pytest.mark.parametrize(
    ("run", "leaves", "says"),
    [
        pytest.param(DEAD, 0, "ada is dead: nothing of theirs answers, 0.4 s after", id="dead"),
        pytest.param(report(after()), 0, "ada is dead: nothing of theirs answers.", id="rerun"),
        pytest.param(ANSWERS, 4, "ada is not dead: they are still answered in", id="answers"),
        pytest.param(INCOMPLETE, 4, "ada is not dead for all we know", id="incomplete"),
        pytest.param(UNPROVED, 3, "it is not proved that nothing answers", id="not proved"),
        pytest.param(
            report(seen(Vital.ALIVE)), 3, "still answered in forecasting (lob-a)", id="late"
        ),
        pytest.param(
            Report("restore", "ada", NOW, steps=[FAULT]), 4, "ada is not restored", id="left"
        ),
        pytest.param(Report("restore", "ada", NOW), 0, "ada may come in again", id="restored"),
    ],
)
def test_one_sentence_says_it_and_the_exit_code_agrees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], run: Report, leaves: int, says: str
) -> None:
    left = concluded(run, tmp_path / "record.jsonl", as_json=False)

    shown = capsys.readouterr().out
    assert left == code(run) == leaves
    assert says in " ".join(shown.split())
    assert ("is dead:" in shown) is (leaves == 0 and run.action == "revoke")
    assert "SECRET" not in shown
    assert "\x1b" not in shown


def test_what_failed_is_told_with_its_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    concluded(INCOMPLETE, tmp_path / "record.jsonl", as_json=False)

    shown = capsys.readouterr().out
    assert "lob-b: not done: end sessions of ada" in shown
    assert "iam:PutRolePolicy" in shown
    assert "→ Ask." in shown


@pytest.mark.parametrize("run", [DEAD, ANSWERS, UNPROVED])
def test_a_program_reads_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], run: Report
) -> None:
    left = concluded(run, tmp_path / "record.jsonl", as_json=True)

    shown = capsys.readouterr().out
    answer = json.loads(shown)
    line = json.loads((tmp_path / "record.jsonl").read_text("ascii"))
    assert answer["ok"] is (left == 0)
    assert {key: answer[key] for key in line} == line
    assert "SECRET" not in shown


@pytest.mark.parametrize("as_json", [True, False])
def test_what_cannot_be_recorded_is_shown_and_does_not_count_as_done(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    with pytest.raises(RecordError, match="counts as not done"):
        concluded(DEAD, Path("/dev/full"), as_json=as_json)

    shown = capsys.readouterr().out
    if as_json:
        answer = json.loads(shown)
        assert (answer["ok"], answer["recorded"]) == (False, None)
    else:
        assert "it is not recorded, so it does not count as done" in shown


@pytest.mark.parametrize("command", ["revoke", "restore"])
@pytest.mark.parametrize(
    "person", ["", "*", "a b", "../ada", "ada\n", "x" * 65, "aws:ada", "ä"]
)
def test_what_cannot_be_a_name_is_refused_before_anybody_is_asked(
    capsys: pytest.CaptureFixture[str], command: str, person: str
) -> None:
    assert main([command, "--landscape", str(EXAMPLE), "--", person]) == 2
    assert capsys.readouterr().out == ""


def test_a_token_is_never_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["revoke", "ada", "--token", TOKEN]) == 2
    assert "No such option" in capsys.readouterr().err


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RudeServer]:
    """AWS that knows who asks and nothing else."""
    with RudeServer() as server:
        config = tmp_path / "config"
        config.write_text(
            f"[profile management]\nendpoint_url = {server.url}/\n"
            "aws_access_key_id = AKIA\naws_secret_access_key = hush\nservices = mine\n"
            f"[services mine]\nsts =\n  endpoint_url = {server.url}/sts/\n"
            f"iam =\n  endpoint_url = {server.url}/iam/\n",
            encoding="utf-8",
        )
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv("STUDIOGATE_TOKEN", TOKEN)
        server.answers["/sts/"] = (200, {"Content-Type": "text/xml"}, ASSUMED)
        server.answers["/iam/"] = (403, {"Content-Type": "text/xml"}, DENIED)
        denied = {"__type": "AccessDeniedException", "message": "no"}
        server.answers["/"] = (400, {}, json.dumps(denied).encode())
        yield server


def ask(*more: str) -> int:
    where = ["--landscape", str(EXAMPLE), "--profile", "management"]
    return main(["revoke", *where, *more])


def test_where_everything_is_refused_everything_is_told(
    server: RudeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert server.url
    record = tmp_path / "record.jsonl"

    left = ask("user-lob-a", "--record", str(record), "--json")

    answer = json.loads(capsys.readouterr().out)
    assert (left, answer["verdict"]) == (4, "incomplete")
    assert {one["where"] for one in answer["faults"]} == {"directory", "lob-a", "lob-b"}
    assert json.loads(record.read_text("ascii"))["by"].endswith(":user/operator")


def test_a_stranger_is_not_judged_by_the_landscape_alone(
    server: RudeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert server.url
    left = ask("somebody.else", "--record", str(tmp_path / "record.jsonl"))

    assert (left, capsys.readouterr().out) == (4, "")


@pytest.mark.parametrize("url", ["http://studio.acme.example", "https://x/prod?y"])
def test_a_token_is_not_sent_where_it_does_not_belong(
    server: RudeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    left = ask("user-lob-a", "--gateway", url, "--record", str(tmp_path / "r.jsonl"), "--json")

    shown = capsys.readouterr()
    assert left == 4
    assert "no place to send a token to" in shown.err
    assert "SECRET" not in shown.out + shown.err
    assert not any("SECRET" in body for body in server.bodies)


def test_an_account_that_answers_nonsense_is_a_failed_step_and_stops_no_other(
    server: RudeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["/iam/"] = (403, {}, b"{not xml}")

    left = ask("user-lob-a", "--record", str(tmp_path / "record.jsonl"), "--json")

    answer = json.loads(capsys.readouterr().out)
    assert left == 4
    assert {one["where"] for one in answer["faults"]} == {"directory", "lob-a", "lob-b"}


class Hanging:
    """Accounts of which none answers until it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()

    def client(self, _account_id: str | None, _service: str) -> Any:
        return self

    def get_item(self, **_: Any) -> dict[str, Any]:
        assert self.let.wait(30)
        return {}


def test_a_directory_that_hangs_is_not_waited_for_where_the_landscape_will_do() -> None:
    accounts: Any = Hanging()

    found = planned(acme(), accounts, "user-lob-a", within_s=0.1)

    accounts.let.set()
    assert (found.person, found.homes) == ("user-lob-a", frozenset({"lob-a"}))
    with pytest.raises(LandscapeError):
        planned(acme(), accounts, "somebody.else", within_s=0.1)


def test_what_is_not_recorded_is_shown_and_counts_as_not_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RecordError):
        concluded(DEAD, tmp_path, as_json=False)
    text = capsys.readouterr().out
    with pytest.raises(RecordError):
        concluded(DEAD, tmp_path, as_json=True)
    document = json.loads(capsys.readouterr().out)

    assert "not recorded, so it does not count as done" in " ".join(text.split())
    assert (document["ok"], document["recorded"]) == (False, None)
