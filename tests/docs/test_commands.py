"""The commands and the cells of the pages are run, and print what the pages say."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.kit.cells import cells
from tests.kit.organisation import Organisation
from tests.kit.pages import documents, merged, pattern
from tests.kit.starting import EXAMPLE, ROOT, STUDIOGATE
from tests.kit.terminal import Run, made, run, targets

HOW_TO = ROOT / "docs" / "how-to"
LIFE = [
    HOW_TO / f"{name}.md"
    for name in (
        "build-it-everywhere",
        "add-a-line-of-business",
        "see-what-stands",
        "take-it-down",
    )
]
"""Pages about one organisation of their own, from its first stack to its last: one terminal."""

IMAGE = [HOW_TO / f"{name}.md" for name in ("make-an-image", "offer-an-image")]
"""Pages about one image, from its Dockerfile to its end: one terminal."""

RUN = [[ROOT / "README.md"], [ROOT / "docs" / "tutorial.md"], LIFE, IMAGE]
RUN += [[page] for page in sorted(HOW_TO.glob("*.md")) if page not in (*LIFE, *IMAGE)]
_STATUS = re.compile(r"HTTP/1\.1 ([0-9]{3})")
_ERROR = re.compile(r"\berror\b")
"""As tools say it; a header may be called `x-amzn-errortype`."""


@pytest.fixture
def everybody_in(acme: Organisation, tmp_path: Path) -> Iterator[None]:
    """Whoever a page cuts off is let in again, however the page ended."""
    yield
    iam = acme.client("lob-a", "iam")
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_role_policy(RoleName="PresignedUrlGenerator", PolicyName="stop")
    rows = acme.client("shared-services", "dynamodb").scan(TableName="studiogate-people")
    for person in (row["PK"]["S"] for row in rows["Items"] if "REVOKED" in row):
        subprocess.run(
            [
                str(STUDIOGATE), "restore", person, "--profile", "management",
                "--landscape", str(EXAMPLE), "--record", str(tmp_path / "restored.jsonl"),
            ],
            env=os.environ | {"AWS_CONFIG_FILE": acme.up["aws_config_file"]},
            timeout=60, check=True, capture_output=True,
        )  # fmt: skip


def wrong(ran: Run) -> str | None:
    """What is not as the page says; `None` if it all is."""
    at = f"{ran.page}, line {ran.block.line}:\n{ran.block.text}printed:\n{ran.printed}"
    statuses = _STATUS.findall(ran.printed)
    if ran.block.statuses and statuses != ran.block.statuses:
        return f"statuses {statuses} instead of {ran.block.statuses}; {at}"
    if ran.block.said is None:
        failed = ran.code or _ERROR.search(ran.printed)
        return f"exit code {ran.code}; {at}" if failed else None
    return None if ran.block.accepts(ran.printed) else f"{at}instead of:\n{ran.block.said}"


@pytest.mark.usefixtures("everybody_in")
@pytest.mark.parametrize("pages", RUN, ids=lambda pages: pages[0].stem)
def test_the_commands_of_a_page_do_what_it_says(
    pages: list[Path], acme: Organisation, tmp_path: Path
) -> None:
    texts = [page.read_text(encoding="utf-8") for page in pages]
    # Cells first: a page may look from outside at what was done in the notebook.
    ran = [*cells(texts, acme), *run(texts, acme, tmp_path)]

    assert ran
    faults = [found for one in ran if (found := wrong(one))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("page", documents(ROOT), ids=lambda page: page.stem)
def test_what_a_page_makes_the_makefile_has(page: Path) -> None:
    assert made(page.read_text(encoding="utf-8")) <= targets()


def test_three_dots_stand_for_anything_and_nothing_else_does() -> None:
    said = pattern("a … c\n…\nend")

    assert said.fullmatch("a b c\nend\n")
    assert said.fullmatch("a b c\nmore\nand more\nend\n")
    assert not said.fullmatch("a b d\nend\n")
    assert not said.fullmatch("a b c\nend\nand more\n")


def test_a_fragment_goes_where_a_person_would_put_it() -> None:
    text = merged(EXAMPLE.read_text(encoding="utf-8"), "lobs:\n  lob-c: {account: lob-c}\n")

    assert "\nlobs:\n  lob-c: {account: lob-c}\n  lob-a:" in text
    with pytest.raises(AssertionError, match="no section"):
        merged(text, "planets:\n  mars: {}\n")
