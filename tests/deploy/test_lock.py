"""One run at a time, and a dead one is no hindrance for ever."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studiogate.deploy.keep.lock import LEASE_S, OBJECT, Holder, locked
from studiogate.deploy.keep.mark import marked
from studiogate.deploy.keep.shelf import Shelf
from studiogate.errors import Locked
from tests.kit.deploy import BUCKET, HUB, Seconds, Town, world_of

ADA = Holder("arn:ada", "her machine", "w-ada")
BOB = Holder("arn:bob", "his machine", "w-bob")


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def shelf(seconds: Seconds) -> Shelf:
    town = Town()
    town.client(HUB, "s3").real.buckets[BUCKET] = {}
    return Shelf(world_of(town, seconds=seconds), HUB, BUCKET)


@pytest.fixture
def dead(shelf: Shelf) -> Iterator[None]:
    """Ada's run was killed: nothing let go of the lock."""
    manager = locked(shelf, ADA)
    lease = manager.__enter__()
    lease.forget()
    yield
    manager.__exit__(None, None, None)


def test_who_comes_second_is_told_who_is_there_from_where_and_what_to_do(shelf: Shelf) -> None:
    with (
        locked(shelf, ADA),
        pytest.raises(Locked, match=r"arn:ada .* her machine") as refused,
        locked(shelf, BOB),
    ):
        pass

    assert "--break-lock" in refused.value.remedy


def test_when_the_first_is_done_the_second_need_not_wait(shelf: Shelf) -> None:
    with locked(shelf, ADA):
        pass

    with locked(shelf, BOB) as lease:
        lease.refuse_if_lost()


@pytest.mark.usefixtures("dead")
def test_a_dead_runs_lease_ends(shelf: Shelf, seconds: Seconds) -> None:
    seconds.pause(LEASE_S - 1)
    with pytest.raises(Locked), locked(shelf, BOB):
        pass

    seconds.pause(2)
    with locked(shelf, BOB):
        pass


@pytest.mark.usefixtures("dead")
def test_a_run_known_to_have_died_is_taken_over_at_once(shelf: Shelf) -> None:
    with pytest.raises(Locked), locked(shelf, BOB, left={"another word"}):
        pass
    with pytest.raises(Locked), locked(shelf, BOB, left=()):
        pass

    with locked(shelf, BOB, left={"w-ada"}):
        pass


def test_a_broken_lock_stops_whoever_held_it(shelf: Shelf) -> None:
    with locked(shelf, ADA) as first, locked(shelf, BOB, break_lock=True) as second:
        first.renew()

        second.refuse_if_lost()
        with pytest.raises(Locked, match="took over"):
            first.refuse_if_lost()
    assert json.loads(shelf.read(OBJECT).body)["word"] == "w-bob"  # type: ignore[union-attr]


def test_renewing_makes_it_last(shelf: Shelf, seconds: Seconds) -> None:
    with locked(shelf, ADA) as lease:
        for _ in range(3):
            seconds.pause(LEASE_S - 10)
            lease.renew()

        with pytest.raises(Locked), locked(shelf, BOB):
            pass


@pytest.mark.usefixtures("dead")
def test_of_two_who_see_an_ended_lease_one_gets_it(shelf: Shelf, seconds: Seconds) -> None:
    seconds.pause(LEASE_S + 1)
    there = shelf.read(OBJECT)
    assert there is not None

    assert shelf.write_if(OBJECT, b"{}", etag=there.etag) is not None
    assert shelf.write_if(OBJECT, b"{}", etag=there.etag) is None


def test_a_bucket_that_is_deleted_under_it_is_no_error_when_it_was_forgotten(
    shelf: Shelf,
) -> None:
    with locked(shelf, ADA) as lease:
        lease.forget()
        shelf.world.accounts.client(HUB, "s3").real.buckets.clear()
        lease.renew()


class TestTheMark:
    def test_two_runs_of_one_machine_are_kept_apart(self, tmp_path: Path) -> None:
        with (
            marked(tmp_path / "a" / "run"),
            pytest.raises(Locked),
            marked(tmp_path / "a" / "run"),
        ):
            pass

    def test_the_word_of_a_process_that_was_killed_is_found(self, tmp_path: Path) -> None:
        file = tmp_path / "run"
        program = (
            "import sys; from pathlib import Path\n"
            "from studiogate.deploy.keep.mark import marked\n"
            f"with marked(Path({str(file)!r})) as mark:\n"
            "    mark.write('its-word'); print('held', flush=True); sys.stdin.read()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(Locked), marked(file):
                pass
            other.kill()

        with marked(file) as mark:
            assert mark.left == {"its-word"}
            mark.write("w")
        # Which of them holds the lock in the bucket is not known: a run may end before it does.
        with marked(file) as mark:
            assert mark.left == {"its-word", "w"}
            mark.clear()
        with marked(file) as mark:
            assert mark.left == frozenset()
        assert file.stat().st_mode & 0o777 == 0o600
        assert os.access(file, os.R_OK)
