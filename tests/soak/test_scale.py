"""A thousand lines of business, domains and networks, and ten thousand people: still usable.

Each command runs as it is run, in a process of its own, whose memory is bounded.  How long it
takes is for the benchmarks; pytest's own limit on a test is the only one here.
"""

import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.large import SITES, large

LOBS, PEOPLE = 1_000, 10
MOST_MEMORY = 2**30
"""Bytes of address space beyond which the system refuses a process more."""

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def landscape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("large") / "landscape.yaml"
    file.write_text(large(LOBS, people=PEOPLE), encoding="utf-8")
    return file


def run(*arguments: str, code: int = 0) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "studiogate", *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),
    )
    assert ran.returncode == code, ran.stderr[-2_000:]
    return ran.stdout


def test_it_is_checked(landscape: Path) -> None:
    said = run("check", str(landscape))

    assert "1000 domains" in said.replace(",", "")


def test_its_reach_is_a_table_a_picture_a_page_and_a_document(
    landscape: Path, tmp_path: Path
) -> None:
    picture, page = tmp_path / "reach.svg", tmp_path / "reach.html"

    found = json.loads(
        run("reach", str(landscape), "--json", "--svg", str(picture), "--html", str(page))
    )

    opens = [cell for row in found["rows"] for cell in row["cells"] if cell["allowed"]]
    assert len(opens) == 2 * LOBS
    assert not found["complete"]
    assert {row["others"]["layer"] for row in found["rows"]} == {"grant", "person"}
    assert picture.stat().st_size < 100_000
    assert page.stat().st_size < 2_000_000


def test_its_table_is_told_line_by_line(landscape: Path) -> None:
    said = run("reach", str(landscape))

    assert f"{LOBS * PEOPLE * 2:,} of" in said.splitlines()[-1]


def test_every_invariant_of_it_is_proved(landscape: Path) -> None:
    found = json.loads(run("verify", str(landscape), "--json"))

    assert found["ok"]
    assert {one["outcome"] for one in found["findings"]} == {"proved"}
    assert len(found["findings"]) > 8 * LOBS


def test_one_refusal_is_explained_with_the_change_that_lifts_it(landscape: Path) -> None:
    said = run(
        "why", "person-7", "domain-8", "--from", "site-0", "--landscape", str(landscape), code=3
    )

    assert re.search(r"smallest change", said)


def test_one_opening_is_explained(landscape: Path) -> None:
    asked = ("why", "person-7", "domain-7", "--from", f"site-{7 % SITES}")

    run(*asked, "--landscape", str(landscape))
