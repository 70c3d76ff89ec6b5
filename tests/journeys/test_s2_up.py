"""S2: `studiogate up` as its user meets it: ready, told, stopped, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.organisation import Organisation
from tests.kit.ports import free_ports
from tests.kit.processes import descendants, lives
from tests.kit.starting import EXAMPLE, STUDIOGATE
from tests.kit.waiting import PATIENCE_S, awaited
from tests.kit.written import written

PARTS = {"portal", "api", "aws_endpoint", "aws_config_file", "user_pool_client_id", "people"}
PARTS |= {"networks", "ready_s"}


def grown(pid: int, wanted: int) -> set[int]:
    """Every process below `pid`, once there are `wanted`."""

    def enough() -> set[int] | None:
        found = descendants(pid)
        return found if len(found) >= wanted else None

    return awaited(enough)


@pytest.fixture
def foreground(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    state = tmp_path / "state"
    up = [
        str(STUDIOGATE),
        "up",
        str(EXAMPLE),
        "--port",
        str(free_ports()),
        "--state",
        str(state),
    ]
    with (tmp_path / "said").open("wb") as said:
        begun = subprocess.Popen(up, stdout=said, stderr=said, start_new_session=True)

    def ready() -> bool:
        assert begun.poll() is None, (tmp_path / "said").read_text()
        return (state / "up.json").exists()

    try:
        awaited(ready, within_s=2 * PATIENCE_S)
        yield begun, tmp_path
    finally:
        begun.kill()
        begun.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ctrl_c_stops_every_child_and_withdraws_what_was_told(
    foreground: tuple[subprocess.Popen[bytes], Path],
) -> None:
    """SIGTERM does: every organisation of the tests ends so, by `down` (`started_as`)."""
    begun, where = foreground
    state = where / "state"
    with (
        Organisation(json.loads((state / "up.json").read_text())) as acme,
        acme.studio() as client,
    ):
        assert client.get(acme.presigned("user-lob-a")).status_code == 302
        children = grown(begun.pid, 2)  # the gateway and a JupyterLab, which starts meanwhile

    os.kill(begun.pid, signal.SIGINT)
    begun.wait(PATIENCE_S)

    said = (where / "said").read_text()
    assert not [child for child in children if lives(child)]
    assert not (state / "up.json").exists()
    assert "Traceback" not in said
    assert "user-lob-a" in said
    assert "Ctrl-C" in said


def test_s2_48_up_json_tells_programs_everything_and_only_its_owner_reads_it(
    acme: Organisation,
) -> None:
    assert acme.up.keys() >= PARTS
    assert set(acme.up["networks"]) == {"office", "hub", "lob-a", "lob-b", "data", "internet"}
    assert (acme.state / "up.json").stat().st_mode & 0o077 == 0
    assert Path(acme.up["aws_config_file"]).stat().st_mode & 0o077 == 0


def test_s2_02_every_account_has_a_profile_that_looks_into_it(acme: Organisation) -> None:
    seen = {
        name: acme.client(name, "sts").get_caller_identity()["Account"]
        for name in ("shared-services", "lob-a", "lob-b", "data")
    }

    assert list(seen.values()) == [
        "111111111111",
        "222222222222",
        "333333333333",
        "444444444444",
    ]


def test_a_second_up_beside_the_first_says_which_port_is_taken(
    acme: Organisation, tmp_path: Path
) -> None:
    port = acme.up["portal"].rsplit(":", 1)[1]

    second = subprocess.run(
        [str(STUDIOGATE), "up", str(EXAMPLE), "--port", port, "--state", str(tmp_path / "b")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert second.returncode == 5
    assert f"port {port} (portal, from office) is taken" in second.stderr
    assert "make up PORT=" in second.stderr


def test_s2_48_a_wrong_landscape_is_told_before_anything_starts(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(EXAMPLE.read_text().replace("lob: lob-b, network", "lob: lob-x, network"))

    ran = subprocess.run(
        [str(STUDIOGATE), "up", str(wrong), "--state", str(tmp_path / "state")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ran.returncode == 2
    assert "domains.fraud.lob" in ran.stderr
    assert not (tmp_path / "state" / "up.json").exists()


def test_no_secret_is_in_any_log_record_or_trail(acme: Organisation) -> None:
    token = acme.token("user-lob-a")
    url = acme.presigned("user-lob-a")
    ticket = url.split("token=")[1]
    acme.browse(url)

    files = dict(written(acme.state, ".log", ".jsonl"))
    assert {"ledger.jsonl", "trail.jsonl", "gateway.log"} <= {path.name for path in files}
    for path, text in files.items():
        for secret in (token, token.split(".")[2], ticket, "UserLobA1!"):
            assert secret.encode() not in text, path
