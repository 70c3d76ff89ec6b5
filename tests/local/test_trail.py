"""Every call leaves one line; who, what, through which door, and nothing secret."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

from studiogate.local.front.event import ApiEvent
from studiogate.local.trail import TrailFile

EVENT = ApiEvent(
    at=datetime(2030, 1, 1, tzinfo=UTC),
    request_id="r-1",
    network="hub",
    client_ip="10.0.0.23",
    endpoint="vpce-1",
    service="sts",
    operation="AssumeRole",
    access_key="ASIAEXAMPLE",
    asked=(("sts:AssumeRole", "arn:role"), ("sts:TagSession", "arn:role")),
)


def test_an_event_is_one_line_with_its_first_permission_and_no_empty_facts(
    tmp_path: Path,
) -> None:
    trail = TrailFile(tmp_path / "trail.jsonl")
    trail(EVENT)
    trail(EVENT)
    trail.close()

    lines = (tmp_path / "trail.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert len(lines) == 2
    assert (first["action"], first["resource"], first["vpce"]) == (
        "sts:AssumeRole",
        "arn:role",
        "vpce-1",
    )
    assert "error" not in first
    assert "ASIAEXAMPLE" not in lines[0]
    assert stat.S_IMODE((tmp_path / "trail.jsonl").stat().st_mode) == 0o600
