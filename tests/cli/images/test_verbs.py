"""The verbs that ask AWS about images: how they are given, and how they tell what they found."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console, RenderableType
from ruamel.yaml import YAML

from studiogate.cli.app import main
from studiogate.cli.images import changes, listing, publish, retire
from studiogate.cli.images.asking import refuse_unless_meant
from studiogate.images.attached.changing import Change, Changed
from studiogate.images.attached.settings import Pair
from studiogate.images.attached.spots import Spot, Studio
from studiogate.images.listing import Row, Runs
from studiogate.images.parts import Fault
from studiogate.images.places import Place
from studiogate.images.publishing import Published
from studiogate.images.retiring import Retired
from tests.kit.images import LAB, with_images

DIGEST = f"sha256:{'ab' * 32}"
STUDIO = Studio("lob-a", "222222222222", "forecasting", "d-abc")
SPOT = Spot(STUDIO, "JupyterLabAppSettings")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A landscape with the image `lab`."""
    path = tmp_path / "landscape.yaml"
    with path.open("w", encoding="utf-8") as opened:
        YAML().dump(with_images(images={"lab": LAB}), opened)
    return path


def shown(what: RenderableType, *, width: int = 200) -> str:
    """What a person sees, on a wide screen."""
    console = Console(file=io.StringIO(), width=width)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [
        ["attach", "lab", "--everywhere", "--lob", "lob-a"],
        ["attach", "lab", "--version", "0"],
        ["attach"],
        ["publish", "lab", "--in-aws", "--digest", DIGEST],
        ["publish", "lab", "--in-aws", "--with", "buildah"],
        ["list", "lab", "--role", "no role"],
        ["attach", "nowhere"],
        ["publish", "nowhere"],
        ["publish", "lab", "--lob", "lob-b"],
        ["list", "--lob", "nobody"],
        ["refresh-rstudio", "nowhere"],
    ],
)
def test_what_is_given_wrongly_is_refused_before_anybody_is_asked(
    arguments: list[str], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["images", *arguments, "--landscape", str(file)]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


def test_what_was_published_is_told_account_by_account() -> None:
    done = [
        Published(
            "lob-a", "222222222222", "studiogate/lab", DIGEST, 3, is_new=True, pushed=True
        ),
        Published(
            "lob-b", "333333333333", "studiogate/lab", DIGEST, 1, is_new=False, pushed=False
        ),
    ]

    told = shown(publish.table(done))
    document = publish.document(done, ())

    assert "sha256:abababababab" in told
    assert [line.split()[-1] for line in told.splitlines()[1:]] == ["new", "already"]
    assert [(one["version"], one["outcome"]) for one in document["published"]] == [
        (3, "new"),
        (1, "there already"),
    ]


def test_why_an_image_is_not_published_is_told_to_programs() -> None:
    document = publish.document((), [Fault("no-r", "/opt/R", "there is no R", "Install one.")])

    assert document["ok"] is False
    assert document["faults"][0]["code"] == "no-r"


def test_a_change_is_told_with_before_and_now_and_what_others_did(
    capsys: pytest.CaptureFixture[str],
) -> None:
    change = Change(SPOT, "lab", Pair("lab", "lab"), Pair("lab", "lab", 2))
    done = [Changed(change, 1, taken=(Pair("old", "old", 1),), added=(Pair("new", "new"),))]

    changes.concluded(done, ["Now look."], as_json=False)

    said = capsys.readouterr()
    assert "propagating" in said.out
    assert "old was taken out by somebody else" in said.err
    assert "new was attached by somebody else" in said.err
    assert "Now look." in said.err
    assert "10 minutes" in said.err
    row = changes.document(done, ())["changes"][0]
    assert (row["before"], row["now"], row["taken"]) == ("newest", 2, ["old"])


def row(**more: Any) -> Row:
    asked: dict[str, Any] = {
        "image": "lab",
        "usage": "Studio image",
        "shown": "Our lab",
        "lob": "lob-a",
        "domain": "forecasting",
        "profile": None,
        "shared": False,
        "status": "attached",
        "version": 1,
        "newest": 2,
        "digest": DIGEST,
        "runs": (Runs("ada", 1, datetime(2030, 1, 1, 9, tzinfo=UTC)),),
    }
    return Row(**{**asked, **more})


def test_s6_17_s6_18_the_list_has_usage_type_display_name_and_who_runs_what() -> None:
    told = shown(listing.table([row()]))

    assert "usage type" in told
    assert "Studio image" in told
    assert "Our lab" in told
    assert "1 (abababababab) " in told
    assert "2 waits" in told
    assert list(listing.running([row()])) == [
        "forecasting: ada runs lab version 1 since 2030-01-01 09:00 UTC"
    ]
    document = listing.document([row()])["images"][0]
    assert document["waits"] is True
    assert document["runs"] == [
        {"who": "ada", "version": 1, "since": "2030-01-01T09:00:00+00:00"}
    ]


def test_80_columns_hide_nothing_of_a_version_and_a_status() -> None:
    wide = row(shown="Code Editor with our tools", usage="RStudio image", domain="forecasting")
    told = shown(
        listing.table([wide, replace(wide, status="not published")]), width=80
    ).splitlines()

    assert any("1 (abababababab)" in line and "attached" in line for line in told)
    assert "forecasting" in told[2]
    assert any(line.rstrip().endswith("not published") for line in told)
    assert max(map(len, told)) <= 80


def test_an_image_that_is_nowhere_is_named() -> None:
    assert "attached, or declared" in str(listing.table([], "nowhere"))
    assert "landscape declares none" in str(listing.table([]))


def test_a_question_that_nobody_answers_says_how_to_do_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(typer.Abort):
        refuse_unless_meant("Detach it there?", yes=False)
    assert "give --yes" in capsys.readouterr().err

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    with pytest.raises(typer.Abort):
        refuse_unless_meant("Detach it there?", yes=False)
    assert "--yes" not in capsys.readouterr().err
    refuse_unless_meant("Detach it there?", yes=True)


def test_a_display_name_has_no_power_over_the_terminal() -> None:
    told = shown(listing.table([row(shown="lab\x1b[31m")]))

    assert "\x1b" not in told


def test_what_is_gone_and_what_is_left_is_told_apart() -> None:
    place = Place("lob-a", "222222222222", ("forecasting",))
    done = [Retired(place, ("version 1", "image lab"), ("repository studiogate/lab",))]

    told = retire.page("lab", done)

    assert "gone  version 1" in told
    assert "LEFT  repository studiogate/lab" in told
    assert retire.document(done)["accounts"][0]["left"] == ["repository studiogate/lab"]
    assert "nothing of lab" in retire.page("lab", [])
