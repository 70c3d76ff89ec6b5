"""One organisation at a time in a state directory, and what it tells goes with it."""

import stat
from pathlib import Path

import pytest

from studiogate.errors import StartError
from studiogate.local.statedir import StateDir


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(tmp_path / "state")


def test_a_second_taker_is_told_who_holds_it(state: StateDir) -> None:
    state.take()

    with pytest.raises(StartError, match="belongs to a running") as refused:
        StateDir(state.path).take()

    assert "studiogate down" in refused.value.remedy
    state.release()


def test_after_a_release_anybody_may_take_it(state: StateDir) -> None:
    state.take()
    assert state.holder() is not None
    state.release()

    assert state.holder() is None
    second = StateDir(state.path)
    second.take()
    second.release()


def test_nobody_holds_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert StateDir(tmp_path / "nowhere").holder() is None


def test_what_is_published_is_for_its_owner_only_and_withdrawn_at_the_end(
    state: StateDir,
) -> None:
    state.take()
    state.publish({"portal": "http://localhost:1"})

    mode = stat.S_IMODE((state / "up.json").stat().st_mode)
    found = state.published()
    state.release()

    assert mode == 0o600
    assert found == {"portal": "http://localhost:1"}
    assert state.published() is None


def test_a_directory_that_cannot_be_made_is_said_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    with pytest.raises(StartError, match="cannot be used") as refused:
        StateDir(tmp_path / "file" / "state").take()

    assert "--state" in refused.value.remedy


def test_a_file_in_place_of_the_directory_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    with pytest.raises(StartError, match="cannot be used: Not a directory"):
        StateDir(tmp_path / "file").holder()


def test_what_is_kept_is_made_once_and_is_for_its_owner_only(state: StateDir) -> None:
    made = iter(("first", "second"))
    state.take()

    found = [state.kept("salt", lambda: next(made)) for _ in range(2)]

    assert found == ["first", "first"]
    assert stat.S_IMODE((state / "salt").stat().st_mode) == 0o600
    state.release()


def test_what_a_killed_organisation_told_is_withdrawn_by_whoever_comes_next(
    state: StateDir,
) -> None:
    state.write("up.json", "{}")
    state.write("aws/config", "[default]")

    state.take()

    assert state.published() is None
    assert not (state / "aws/config").exists()
    state.release()
