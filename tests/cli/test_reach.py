"""What `studiogate reach` says: a table, one document, a picture."""

import json
from pathlib import Path

import pytest

from studiogate.cli.app import main
from tests.kit.starting import EXAMPLE


def asked(
    capsys: pytest.CaptureFixture[str], *arguments: str, file: Path = EXAMPLE
) -> tuple[int, str, str]:
    code = main(["reach", str(file), *arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def many_domains(file: Path) -> Path:
    """The example with seven more domains of lob-a: too many to stand side by side."""
    text = EXAMPLE.read_text(encoding="utf-8")
    more = "".join(
        f"  more-{n}: {{lob: lob-a, network: lob-a, opens_from: [office, hub]}}\n"
        for n in range(7)
    )
    file.write_text(text.replace("\npeople:", f"{more}\npeople:"), encoding="utf-8")
    return file


@pytest.mark.parametrize("columns", [80, 120])
def test_people_and_domains_are_a_table_with_the_networks_that_open(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    code, out, err = asked(capsys)

    rows = [line.split() for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert rows[0] == ["people", "lob", "forecasting", "fraud"]
    assert ["user-lob-b", "lob-b", "–", "office"] in rows
    assert ["user-lob-a,", "ada.lovelace@acme.example", "lob-a", "office", "–"] in rows
    assert out.splitlines()[-1] == "4 people, 2 domains, 6 networks: 3 of 48 open."
    assert max(map(len, out.splitlines())) <= columns


def test_many_domains_are_listed_below_each_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = asked(capsys, file=many_domains(tmp_path / "landscape.yaml"))

    rows = [line.split() for line in out.splitlines()]
    assert code == 0
    assert rows[0] == ["people", "lob", "domain", "opens", "from"]
    assert ["more-3", "office,", "hub"] in rows
    assert out.splitlines()[-1].endswith("31 of 216 open.")


def test_as_json_every_cell_is_there_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = asked(capsys, "--json")

    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["networks"][-1] == "internet"
    assert [len(row["cells"]) for row in found["rows"]] == [12, 12, 12]
    cells = {(c["domain"], c["network"]): c for c in found["rows"][0]["cells"]}
    assert cells["forecasting", "office"]["allowed"] is True
    assert cells["fraud", "office"] == {
        "domain": "fraud",
        "network": "office",
        "allowed": False,
        "layer": "grant",
        "why": "fraud is lob-b's, not lob-a's.",
    }


def test_the_picture_is_written_where_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    drawing, page = tmp_path / "reach.svg", tmp_path / "reach.html"

    code, out, err = asked(capsys, "--json", "--svg", str(drawing), "--html", str(page))

    assert code == 0
    assert json.loads(out)["name"] == "acme"
    assert drawing.read_text(encoding="utf-8").startswith("<svg")
    assert "<html" in page.read_text(encoding="utf-8")
    assert "reach.svg" in err


def test_a_file_that_cannot_be_written_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, err = asked(capsys, "--svg", str(tmp_path / "no" / "reach.svg"))

    assert (code, out) == (2, "")
    assert "no such file" in err


def test_nothing_of_a_password_is_in_any_of_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "reach.html"

    _, out, _ = asked(capsys, "--json", "--html", str(page))

    assert "UserLobA1!" not in out + page.read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_line_ends_in_spaces_and_none_is_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    _, out, _ = asked(capsys)

    assert [line for line in out.splitlines() if line != line.rstrip()] == []
    assert "ada.lovelace@acme.example" in "".join(out.split())
    assert "\n\n4 people" in out
