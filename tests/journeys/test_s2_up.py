"""S2: `studiogate up` as its user meets it: ready, told, stopped, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.organisation import Organisation
from tests.kit.starting import EXAMPLE, STUDIOGATE, free_ports

PARTS = {"portal", "api", "aws_endpoint", "aws_config_file", "user_pool_client_id", "people"}
PARTS |= {"networks", "ready_s"}


def descendants(pid: int) -> set[int]:
    """Every process below `pid`."""
    found = {pid}
    for _ in range(10):
        for entry in Path("/proc").iterdir():
            try:
                parent = int((entry / "stat").read_text().rsplit(") ", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if parent in found:
                found.add(int(entry.name))
    return found - {pid}


def grown(pid: int, wanted: int) -> set[int]:
    """Every process below `pid`, once there are `wanted`."""
    deadline = time.monotonic() + 30
    while len(found := descendants(pid)) < wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


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
    deadline = time.monotonic() + 60
    while not (state / "up.json").exists():
        assert begun.poll() is None, (tmp_path / "said").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield begun, tmp_path
    begun.kill()
    begun.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_every_child_and_withdraws_what_was_told(
    foreground: tuple[subprocess.Popen[bytes], Path], number: signal.Signals
) -> None:
    begun, where = foreground
    state = where / "state"
    with (
        Organisation(json.loads((state / "up.json").read_text())) as acme,
        acme.studio() as client,
    ):
        assert client.get(acme.presigned("user-lob-a")).status_code == 302
        children = grown(begun.pid, 2)  # the gateway and a JupyterLab, which starts meanwhile

    os.kill(begun.pid, number)
    begun.wait(30)

    said = (where / "said").read_text()
    assert not [child for child in children if alive(child)]
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

    for path in acme.state.rglob("*"):
        if path.is_file() and path.suffix in {".log", ".jsonl"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert token not in text, path
            assert token.split(".")[2] not in text, path
            assert ticket not in text, path
            assert "UserLobA1!" not in text, path
