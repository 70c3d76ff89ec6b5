"""A revocation is kept like an opening: one line, whole, in the same kind of file."""

import json
from datetime import UTC, datetime
from pathlib import Path

from studiogate.audit.ledger import FileLedger
from studiogate.audit.revocation import Revocation, Verdict, Vital
from studiogate.aws.wire.blocking import drive

LINE = Revocation(
    at=datetime(2030, 1, 1, 12, 0, 0, 123456, UTC),
    action="revoke",
    person="ada.lovelace@acme.example",
    by="sam-security",
    verdict=Verdict.DEAD,
    dead_after_s=0.41,
    steps=({"where": "lob-a", "what": "end sessions of ada\n", "state": "done"},),
    domains=({"lob": "lob-a", "before": Vital.ALIVE, "session": Vital.REFUSED},),
)


def test_a_run_is_one_line_of_json_and_the_next_one_another(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "deep" / "revocations.jsonl")

    drive(ledger.write(LINE))
    drive(ledger.write(LINE))

    first, second = (tmp_path / "deep" / "revocations.jsonl").read_text("ascii").splitlines()
    assert first == second
    assert json.loads(first) == {
        "at": "2030-01-01T12:00:00.123+00:00",
        "action": "revoke",
        "person": "ada.lovelace@acme.example",
        "by": "sam-security",
        "verdict": "dead",
        "dead_after_s": 0.41,
        "steps": [{"where": "lob-a", "what": "end sessions of ada\n", "state": "done"}],
        "domains": [{"lob": "lob-a", "before": "alive", "session": "refused"}],
    }


def test_seconds_nobody_measured_are_left_out() -> None:
    line = Revocation(LINE.at, "restore", "ada", "sam", Verdict.RESTORED).line()

    assert "dead_after_s" not in line
