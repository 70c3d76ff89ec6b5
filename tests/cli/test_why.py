"""What `studiogate why` says, as a person and as a program read it."""

import json
from pathlib import Path

import pytest

from studiogate.cli.app import main
from studiogate.cli.why import LABELS
from studiogate.reach.trace import Layer
from tests.kit.starting import EXAMPLE

INSUFFICIENT = "Auth token containing insufficient permissions"


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of `why` about the example."""
    code = main(["why", *arguments, "--landscape", str(EXAMPLE)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture(params=["80", "120"])
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    width: str = request.param
    monkeypatch.setenv("COLUMNS", width)
    return width


def words(text: str) -> str:
    return " ".join(text.split())


def test_an_opening_that_is_allowed_shows_every_layer_and_ends_well(
    capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    code, out, err = asked(capsys, "user-lob-a", "forecasting", "--from", "office")

    assert (code, err) == (0, "")
    assert out.startswith("user-lob-a opens forecasting from office.")
    assert out.count("✓") == len(Layer)
    assert "✗" not in out
    assert all(label in out for label in LABELS.values())
    assert max(map(len, out.splitlines())) <= int(columns)


def test_a_refusal_ends_with_what_decided_and_the_smallest_change(
    capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    code, out, _ = asked(capsys, "user-lob-a", "forecasting", "--from", "internet")

    said = words(out)
    assert code == 3
    assert said.startswith("user-lob-a does not open forecasting from internet.")
    assert "Decided at grant: domains.forecasting.opens_from" in said
    assert "wanted office; saw internet" in said
    assert "The smallest change that lets them in: --from office" in said
    assert "Asked again with it: user-lob-a opens forecasting from office." in said
    assert columns


def test_a_layer_with_nothing_to_ask_is_shown_as_neither(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = asked(capsys, "user-lob-a", "forecasting", "--from", "internet")

    (line,) = [line for line in out.splitlines() if "API route" in line]
    assert line.startswith("–")
    assert "nothing to ask" in line


def test_where_no_single_change_helps_the_refusing_layers_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = asked(capsys, "user-lob-a", "fraud", "--from", "internet")

    assert code == 3
    assert "No single change lets them in." in out
    assert "Refusing: grant, API name, API policy" in words(out)


def test_as_json_there_is_one_document_with_everything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = asked(capsys, "user-lob-a", "fraud", "--from", "office", "--json")

    found = json.loads(out)
    assert (code, err) == (3, "")
    assert found["allowed"] is False
    assert found["decided"]["layer"] == "grant"
    assert found["refusing"] == ["grant", "create", "use"]
    assert found["change"] == {
        "kind": "landscape",
        "where": "people.user-lob-a.lob",
        "value": "lob-b",
        "said": "user-lob-a then belongs to lob-b and opens all its domains, but loses "
        "forecasting.",
        "then": {"network": "office", "allowed": True},
    }
    facts = [fact for step in found["steps"] for fact in step["facts"]]
    assert {"what", "wanted", "saw", "held"} == set().union(*facts)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["user-lob-a"],
        ["user-lob-a", "forecasting"],
        ["--from", "office"],
        ["--error", INSUFFICIENT, "user-lob-a"],
        ["--error", INSUFFICIENT, "--from", "office"],
    ],
)
def test_half_a_question_is_no_question(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code, out, err = asked(capsys, *arguments)

    assert (code, out) == (2, "")
    assert "give a person, a domain and --from" in words(err)


def test_an_unknown_name_is_named_with_the_nearest_and_nothing_is_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = asked(capsys, "user-lob-x", "forecasting", "--from", "office", "--json")

    assert (code, out) == (2, "")
    assert "Did you mean user-lob-" in err


def test_s2_39_an_error_text_is_explained_for_one_opening(
    capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    code, out, _ = asked(
        capsys, "--error", INSUFFICIENT, "user-lob-a", "forecasting", "--from", "internet"
    )

    assert code == 3
    assert "it is so" in out
    assert "not checked" in out
    assert "OnlyOurEndpoints" in out
    assert max(map(len, out.splitlines())) <= int(columns)


def test_an_error_text_is_explained_for_everybody_where_nobody_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = asked(capsys, "--error", INSUFFICIENT)

    assert code == 3
    assert "user-lob-a, ada.lovelace@acme.example: forecasting from internet" in words(out)


def test_where_no_cause_is_so_the_command_ends_well(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = asked(
        capsys, "--error", INSUFFICIENT, "user-lob-a", "forecasting", "--from", "office"
    )

    assert code == 0
    assert "it is so" not in out


def test_an_error_text_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = asked(capsys, "--error", "rate exceeded", "--json")

    found = json.loads(out)
    assert found["error"] == "Rate exceeded"
    assert found["asked"] is None
    assert [cause["so"] for cause in found["causes"]] == [None]


def test_a_text_nobody_knows_is_answered_with_those_that_are_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = asked(capsys, "--error", "it does not work")

    assert (code, out) == (2, "")
    assert INSUFFICIENT in err


def test_a_landscape_that_is_wrong_is_complained_of(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "landscape.yaml"
    file.write_text("name: acme\n", encoding="utf-8")

    code = main(["why", "a", "b", "--from", "c", "--landscape", str(file)])

    assert code == 2
    assert capsys.readouterr().out == ""
