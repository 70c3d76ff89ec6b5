"""The set-up names what is missing when it may not install it, and never goes on without."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment of somebody who is not root, on a machine with nothing installed."""
    for tool in ("sh", "dirname"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    (tmp_path / "id").chmod(0o755)
    return {"PATH": str(tmp_path)}


def setup(
    task: str, environment: dict[str, str], *, where: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("sh") or "/bin/sh", str(ROOT / "tools" / "setup"), task],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_s3_19_missing_packages_are_named_with_the_command_that_installs_them(
    bare: dict[str, str],
) -> None:
    ran = setup("test-packages", bare)

    assert ran.returncode == 1
    assert "missing: chromium curl" in ran.stderr
    assert "sudo apt-get install chromium curl" in ran.stderr


def test_s3_19_without_a_python_that_is_new_enough_it_says_so(
    bare: dict[str, str], tmp_path: Path
) -> None:
    ran = setup("run", bare, where=tmp_path)

    assert ran.returncode != 0
    assert "no Python 3.11 or newer found" in ran.stderr


def test_an_environment_that_is_there_is_kept_with_its_own_python(
    bare: dict[str, str], tmp_path: Path
) -> None:
    for tool in ("python3", "uv", ".venv/bin/python"):
        program = tmp_path / tool
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text('#!/bin/sh\necho "$0 $*" >> asked\n', encoding="utf-8")
        program.chmod(0o755)
    (tmp_path / "touch").symlink_to(shutil.which("touch") or "/bin/touch")

    ran = setup("run", bare, where=tmp_path)

    assert ran.returncode == 0, ran.stderr
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert asked.rstrip().endswith("--python .venv/bin/python")


def test_a_wrong_word_is_told_the_right_ones() -> None:
    ran = setup("everything", dict(os.environ))

    assert ran.returncode == 1
    assert "run | test | test-packages" in ran.stderr
