"""What `studiogate verify` says of a landscape, and how its findings are shown."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from studiogate.cli.app import main
from studiogate.cli.findings import document, page
from studiogate.reach.estate import Unread
from studiogate.reach.verify.compare import Change
from studiogate.reach.verify.findings import Finding, Outcome, Report, Weak, Witness
from tests.kit.verify import EXAMPLE, LANDSCAPE

PROMISE = "  - {never: {person: user-lob-a, open: forecasting}}\n"
OPENS = "forecasting: {lob: lob-a, network: lob-a, opens_from: [office]"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The example, which promises as well that its first person opens nothing."""
    file = tmp_path / "landscape.yaml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8").rstrip() + "\n" + PROMISE, "utf-8")
    return file


@pytest.fixture
def wider(tmp_path: Path) -> Path:
    """The example, with one more network that opens the first domain."""
    file = tmp_path / "wider.yaml"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert OPENS in text
    file.write_text(text.replace(OPENS, OPENS[:-1] + ", lob-a]"), "utf-8")
    return file


def asked(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    code = main(["verify", *map(str, arguments), "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


def test_the_example_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = asked(capsys, EXAMPLE)

    assert (code, found["ok"]) == (0, True)
    assert {one["outcome"] for one in found["findings"]} == {"proved"}
    assert found["weaknesses"] == []
    assert "changes" not in found


def test_a_promise_that_is_not_kept_ends_with_3_and_its_witness(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = asked(capsys, broken)

    (one,) = (one for one in found["findings"] if one["outcome"] == "broken")
    assert (code, found["ok"]) == (3, False)
    assert one["says"] == "user-lob-a never opens forecasting."
    assert [(each["who"], each["how"]) for each in one["witnesses"]] == [
        ("user-lob-a", "from office")
    ]


def test_against_another_landscape_shows_who_gains_and_who_loses(
    wider: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, gains = asked(capsys, wider, "--against", EXAMPLE)
    _, loses = asked(capsys, EXAMPLE, "--against", wider)
    _, same = asked(capsys, EXAMPLE, "--against", EXAMPLE)

    people = ["user-lob-a", "ada.lovelace@acme.example"]
    way = ["forecasting", "lob-a"]
    assert gains["changes"] == [{"lob": "lob-a", "people": people, "gains": [way], "loses": []}]
    assert loses["changes"] == [{"lob": "lob-a", "people": people, "gains": [], "loses": [way]}]
    assert same["changes"] == []


def test_a_wrong_landscape_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path / "none.yaml")]) == 2
    assert main(["verify", str(EXAMPLE), "--against", str(tmp_path / "none.yaml")]) == 2
    assert capsys.readouterr().out == ""


WITNESS = Witness(
    who="role notebooks of 222222222222",
    does="sagemaker:CreatePresignedDomainUrl",
    on="arn:aws:sagemaker:eu-west-1:222222222222:user-profile/d-1/ann",
    how="through an endpoint in somebody else's network",
    keys={
        "aws:PrincipalArn": "arn:aws:iam::222222222222:role/notebooks",
        "aws:SourceVpce": "vpce-fresh",
        "aws:VpcSourceIp": "10.16.0.0",
    },
    by=("identity: statement [bold]Open of published",),
    addresses=65_536,
)
REPORT = Report(
    findings=(
        Finding("outside", "domain a", "Nobody opens it.", Outcome.PROVED, 4, 1_204),
        Finding("outside", "domain b", "Nobody opens it.", Outcome.PROVED, 4, 1_204),
        Finding(
            "outside", "domain c", "Nobody opens it.", Outcome.BROKEN, witnesses=(WITNESS,)
        ),
        Finding("own", "domain a", "Own only.", Outcome.UNDECIDED, why=("too many names",)),
    ),
    weaknesses=(Weak(("role x",), "p", "any-group", "$.Statement[0]", "Any.", "Fix.", "F-60"),),
    unread=(Unread("odd on role y", "no Effect\x1b[2J", "Write it."),),
    notes=("The API was not read.",),
)


def shown(width: int, changes: tuple[Change, ...] | None = None) -> str:
    console = Console(width=width, record=True, force_terminal=False, color_system=None)
    with console.capture() as captured:
        console.print(page(LANDSCAPE, REPORT, changes, source="as declared"))
    return captured.get()


@pytest.mark.parametrize("width", [80, 120])
def test_a_page_keeps_within_its_width_and_says_outcomes_in_words(width: int) -> None:
    lines = shown(width).splitlines()

    assert max(map(len, lines)) <= width
    text = " ".join(line.strip() for line in lines)
    assert "✓ proved" in text
    assert "domain a, domain b: 8 asked, 2,408 kinds of request" in text
    assert "✗ broken" in text
    assert "one of 65,536 addresses" in text
    assert "aws:VpcSourceIp=10.16.0.0" in text
    assert "? undecided Own only. domain a too many names" in text
    assert "(F-60)" in text
    assert "2 proved, 1 broken, 1 undecided; 1 weak statement." in text
    assert "The API was not read." in text


def test_what_follows_from_who_asks_is_left_to_programs() -> None:
    assert "aws:PrincipalArn" not in shown(120)
    assert "aws:PrincipalArn" in json.dumps(document(REPORT, None))


def test_nothing_that_is_read_has_power_over_the_terminal() -> None:
    page_ = shown(120)

    assert "[bold]Open" in page_
    assert "\x1b" not in page_


def test_a_request_is_told_once_with_everybody_who_may_make_it() -> None:
    anywhere = replace(WITNESS, how="from the internet", keys={}, addresses=2**32)
    both = (anywhere, replace(anywhere, who="user ann of 222222222222", by=()))
    findings = (
        Finding("outside", "domain c", "Nobody opens it.", Outcome.BROKEN, witnesses=both),
        Finding("around", "domain c", "Not even inside.", Outcome.BROKEN, witnesses=both),
    )
    console = Console(width=80, color_system=None)

    with console.capture() as captured:
        console.print(
            page(LANDSCAPE, replace(REPORT, findings=findings), None, source="as declared")
        )

    text = " ".join(captured.get().split())
    assert text.count("from the internet (any address does)") == 1
    assert "as above: role notebooks of 222222222222, user ann of 222222222222" in text


def test_many_domains_that_are_well_take_a_line() -> None:
    many = tuple(
        Finding("outside", f"domain {n}", "Nobody opens it.", Outcome.PROVED, 1, 1)
        for n in range(1_000)
    )
    console = Console(width=80, color_system=None)

    with console.capture() as captured:
        console.print(
            page(LANDSCAPE, replace(REPORT, findings=many), None, source="as declared")
        )

    assert "domain 4 and 995 more: 1,000 asked" in " ".join(captured.get().split())


def test_changes_are_told_by_line_of_business() -> None:
    page_ = shown(
        80,
        (
            Change("lob-a", ("ann", "bo"), gains=(("fraud", "office"),), loses=()),
            Change(None, ("cy",), gains=(), loses=(("fraud", "internet"),)),
        ),
    )

    assert "lob-a\n  ann, bo\n    gains fraud from office\n" in page_
    assert "no line of business\n  cy\n    loses fraud from internet\n" in page_
    assert "Nobody gains and nobody loses." in shown(80, ())


@pytest.mark.parametrize("option", ["--profile", "--role"])
def test_keys_for_aws_without_live_are_refused_and_not_passed_over(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    code = main(["verify", str(EXAMPLE), option, "auditor"])

    shown = capsys.readouterr()
    assert (code, shown.out) == (2, "")
    assert "give --live, too" in shown.err


@pytest.mark.parametrize("role", ["", "a role", "r" * 65, "*", "/x"])
def test_a_role_that_nobody_can_be_called_is_refused_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str], role: str
) -> None:
    code = main(["verify", str(EXAMPLE), "--live", "--role", role])

    shown = capsys.readouterr()
    assert code == 2
    assert "no role can be called that" in shown.err
    assert "Asking AWS" not in shown.err
