"""The ledgers: one contract over all three, then how each one fails."""

import contextlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.audit.ledger import FileLedger, StreamLedger
from studiogate.audit.record import Opening, Outcome
from studiogate.aws.wire.blocking import drive
from studiogate.errors import RecordError
from studiogate.gateway.ports import Ledger
from tests.kit.ledger import MemoryLedger

FULL = Path("/dev/full")
READ_ONLY = Path("/proc/version")
"""A file that refuses writers, root among them."""

OPENED = Opening(
    at=datetime(2030, 1, 1, 12, 0, 0, 123456, UTC),
    outcome=Outcome.OPENED,
    reason="ok",
    request_id="r-1",
    source_ip="192.168.10.7",
    network="office",
    person="user-lob-a",
    domain="forecasting",
    took_ms=7,
)


@dataclass
class Kept:
    """A ledger, and a way to read what it kept."""

    ledger: Ledger
    lines: Callable[[], Sequence[dict[str, Any]]]


@pytest.fixture(params=["memory", "file", "stream"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    path = tmp_path / "record.jsonl"
    if request.param == "memory":
        memory = MemoryLedger()
        yield Kept(memory, lambda: [opening.line() for opening in memory.openings])
    elif request.param == "file":
        yield Kept(FileLedger(path), lambda: read(path))
    else:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        yield Kept(StreamLedger(fd), lambda: read(path))
        os.close(fd)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").split("\n")[:-1]]


class TestLedger:
    async def test_is_ready_and_keeps_nothing_of_its_own(self, kept: Kept) -> None:
        await kept.ledger.ready()
        await kept.ledger.write(OPENED)

        assert len(kept.lines()) == 1

    async def test_keeps_openings_in_their_order_with_every_fact(self, kept: Kept) -> None:
        refused = replace(OPENED, outcome=Outcome.REFUSED, reason="wrong-network", person=None)

        await kept.ledger.write(OPENED)
        await kept.ledger.write(refused)

        assert list(kept.lines()) == [OPENED.line(), refused.line()]

    @pytest.mark.parametrize(
        "name",
        [
            '"}\n{"outcome":"opened',
            "a\r\nb",
            "\x00\x1b[31m",
            "\u2028\u0085",
            "é\ud800",
            "\\",
            "{}",
        ],
        ids=ascii,
    )
    async def test_nothing_that_is_asked_for_becomes_a_second_line(
        self, kept: Kept, name: str
    ) -> None:
        await kept.ledger.write(replace(OPENED, domain=name))

        assert [line["domain"] for line in kept.lines()] == [name]


@given(st.text(st.characters()), st.text())
def test_any_text_is_one_line_and_comes_back(domain: str, person: str) -> None:
    reading, writing = os.pipe()
    try:
        drive(StreamLedger(writing).write(replace(OPENED, domain=domain, person=person)))
        line = os.read(reading, 65536)
    finally:
        os.close(reading)
        os.close(writing)

    assert line.count(b"\n") == 1
    assert (json.loads(line)["domain"], json.loads(line)["person"]) == (domain, person)


async def test_memory_fails_when_told_to() -> None:
    ledger = MemoryLedger(fail=True)

    for attempt in (ledger.ready(), ledger.write(OPENED)):
        with pytest.raises(RecordError):
            await attempt
    assert ledger.openings == []


class TestFileLedger:
    async def test_makes_file_and_parents_for_its_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "deep" / "record.jsonl"
        await FileLedger(path).ready()

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_size == 0

    async def test_adds_to_what_is_there(self, tmp_path: Path) -> None:
        path = tmp_path / "record.jsonl"
        await FileLedger(path).write(OPENED)
        await FileLedger(path).write(OPENED)

        assert read(path) == [OPENED.line(), OPENED.line()]

    async def test_follows_a_rotated_file(self, tmp_path: Path) -> None:
        path = tmp_path / "record.jsonl"
        ledger = FileLedger(path)
        await ledger.write(OPENED)
        path.rename(tmp_path / "record.1")
        await ledger.write(OPENED)

        assert read(path) == read(tmp_path / "record.1") == [OPENED.line()]

    async def test_a_deleted_directory_stops_it(self, tmp_path: Path) -> None:
        path = tmp_path / "there" / "record.jsonl"
        ledger = FileLedger(path)
        await ledger.write(OPENED)
        path.unlink()
        path.parent.rmdir()

        for attempt in (ledger.write(OPENED), ledger.ready()):
            with pytest.raises(RecordError):
                await attempt
        assert not path.parent.exists()

    @pytest.mark.skipif(not FULL.exists(), reason="no device here is always full")
    async def test_a_full_disk_stops_it(self) -> None:
        with pytest.raises(RecordError, match="No space left") as told:
            await FileLedger(FULL).write(OPENED)
        assert "disk" in told.value.remedy

    async def test_a_place_that_is_no_file_stops_it(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        for place in (tmp_path, tmp_path / "file" / "record.jsonl"):
            with pytest.raises(RecordError):
                await FileLedger(place).ready()
            with pytest.raises(RecordError):
                await FileLedger(place).write(OPENED)

    @pytest.mark.skipif(not READ_ONLY.exists(), reason="no file here refuses even root")
    async def test_a_place_it_may_not_write_to_stops_it(self) -> None:
        with pytest.raises(RecordError):
            await FileLedger(READ_ONLY).write(OPENED)

    def test_a_line_cut_short_is_an_error_and_never_joins_the_next(
        self, tmp_path: Path
    ) -> None:
        """In a process of its own whose files cannot grow beyond the middle of a line."""
        path = tmp_path / "record.jsonl"
        ran = subprocess.run(
            [sys.executable, "-c", CUT_SHORT, str(path)],
            capture_output=True,
            text=True,
            check=True,
        )

        first, cut, third, end = path.read_text().split("\n")
        assert ran.stdout.split() == ["kept", "RecordError", "kept"]
        assert [json.loads(line)["reason"] for line in (first, third)] == ["first", "third"]
        assert (len(cut), end) == (20, "")

    async def test_mends_what_another_process_left_cut_short(self, tmp_path: Path) -> None:
        path = tmp_path / "record.jsonl"
        path.write_text('{"at":"20')

        await FileLedger(path).write(OPENED)

        assert json.loads(path.read_text().split("\n")[1]) == OPENED.line()

    def test_processes_and_threads_share_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "record.jsonl"

        def fifty(_: int) -> None:
            ledger = FileLedger(path)
            for _ in range(50):
                drive(ledger.write(OPENED))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(fifty, range(4)))

        assert read(path) == [OPENED.line()] * 200


class TestStreamLedger:
    async def test_a_closed_descriptor_stops_it(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        os.close(writing)
        ledger = StreamLedger(writing)

        for attempt in (ledger.ready(), ledger.write(OPENED)):
            with pytest.raises(RecordError):
                await attempt

    async def test_a_stream_nobody_reads_stops_it(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        ledger = StreamLedger(writing)

        for attempt in (ledger.ready(), ledger.write(OPENED)):
            with pytest.raises(RecordError):
                await attempt
        os.close(writing)

    async def test_a_stream_without_room_stops_it(self) -> None:
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        fill(writing)
        ledger = StreamLedger(writing)

        for attempt in (ledger.ready(), ledger.write(OPENED)):
            with pytest.raises(RecordError):
                await attempt
        os.close(reading)
        os.close(writing)


def fill(fd: int) -> None:
    """Write to a pipe that does not block until it takes no more."""
    with contextlib.suppress(BlockingIOError):
        while os.write(fd, b"x" * 4096):
            pass


CUT_SHORT = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from studiogate.audit.ledger import FileLedger
from studiogate.audit.record import Opening, Outcome
from studiogate.aws.wire.blocking import drive
from studiogate.errors import RecordError

path = Path(sys.argv[1])
ledger = FileLedger(path)

def write(reason):
    at = datetime(2030, 1, 1, tzinfo=UTC)
    opening = Opening(at, Outcome.OPENED, reason, request_id="r", source_ip="192.0.2.1")
    try:
        drive(ledger.write(opening))
    except RecordError:
        print("RecordError")
    else:
        print("kept")

def may_grow_to(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

write("first")
may_grow_to(path.stat().st_size + 20)
write("second")
may_grow_to(resource.RLIM_INFINITY)
write("third")
"""
