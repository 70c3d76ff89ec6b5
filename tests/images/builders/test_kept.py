"""Folders of builders go with whoever made them, also where they were killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studiogate.images.builders.kept import PREFIX, kept_folder

MAKES_ONE = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from studiogate.images.builders.kept import kept_folder
with kept_folder() as folder:
    (folder / "auth.json").write_text("a login")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders of this test are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@contextmanager
def another(shelf: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Somebody else's run, in the middle of a push."""
    with subprocess.Popen(
        [sys.executable, "-c", MAKES_ONE, str(shelf)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_it_is_for_one_user_and_goes_with_the_block(shelf: Path) -> None:
    with kept_folder() as folder, kept_folder() as other:
        (folder / "auth.json").touch()
        modes = {oct(one.stat().st_mode & 0o777) for one in (folder, other)}

        assert folder.parent == shelf
        assert folder != other
        assert modes == {"0o700"}

    assert list(shelf.iterdir()) == []


def test_that_of_a_run_that_was_killed_goes_with_the_next_run(shelf: Path) -> None:
    with another(shelf) as (process, left):
        process.kill()
        process.wait()
        assert (left / "auth.json").read_text(encoding="utf-8") == "a login"

        with kept_folder():
            assert not left.exists()


def test_that_of_a_run_that_goes_on_stays_and_so_does_what_is_none_of_ours(
    shelf: Path,
) -> None:
    (shelf / "somebody-elses").mkdir()
    (shelf / "beyond").mkdir()
    (shelf / f"{PREFIX}link").symlink_to(shelf / "beyond")

    with another(shelf) as (_, theirs), kept_folder():
        assert (theirs / "auth.json").exists()

    assert (shelf / "somebody-elses").exists()
    assert (shelf / "beyond").exists()
