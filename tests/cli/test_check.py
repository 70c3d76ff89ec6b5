import json
from pathlib import Path
from typing import Any

import pytest

from studiogate.cli.app import main
from tests.kit.landscape import SOUND, line_of

WRONG = SOUND.replace("opens_from: [office, lob-a]", "opens_from: ['[red]office']").replace(
    "region: eu-west-1", "region: here"
)


@pytest.fixture
def landscape(tmp_path: Path) -> Path:
    file = tmp_path / "landscape.yaml"
    file.write_text(SOUND, encoding="utf-8")
    return file


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a run."""
    code = main(arguments)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_a_sound_landscape_is_told_in_one_line(
    landscape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = answer(capsys, "check", str(landscape))

    assert (code, err) == (0, "")
    assert out == (
        f"{landscape} is sound: acme (demo) has 4 accounts, 5 networks, 2 lobs, 3 domains, 5 people.\n"
    )


def test_a_limit_of_aws_that_nobody_can_raise_is_told_before_anybody_plans(
    landscape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "".join(
        f"  more-{n}: {{lob: lob-a, network: lob-a, opens_from: [office]}}\n" for n in range(38)
    )
    landscape.write_text(SOUND.replace("domains:\n", f"domains:\n{more}", 1), encoding="utf-8")

    code, out, err = answer(capsys, "check", str(landscape))

    assert (code, "41 domains" in out) == (0, True)
    assert err.startswith("Advice: Parameters in a template: 222222222222/studiogate-studio ")
    assert "needs 205, AWS gives 200. Nobody can raise it: give the account fewer" in err


def test_the_landscape_of_this_directory_is_the_one_that_is_meant(
    landscape: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(landscape.parent)

    assert answer(capsys, "check")[0] == 0


def test_problems_are_on_stderr_each_with_its_fix_and_nothing_is_on_stdout(
    landscape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    landscape.write_text(WRONG, encoding="utf-8")

    code, out, err = answer(capsys, "check", str(landscape))

    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert lines[0] == "region (line 3): does not have the form this needs"
    assert lines[1].startswith("    The AWS Region")
    assert lines[2].startswith("domains.pricing.opens_from[0] (line ")
    assert lines[-1] == "→ Fix the keys named above and run the command again."


def test_json_is_one_document_on_stdout_and_nothing_else(
    landscape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "check", str(landscape), "--json") == (
        0,
        '{\n  "ok": true,\n  "problems": [],\n  "advice": []\n}\n',
        "",
    )

    landscape.write_text(SOUND.replace("offi", "öffi", 1).replace("cidrs", "cidr", 1), "utf-8")
    code, out, err = answer(capsys, "check", "--json", str(landscape))

    document: dict[str, Any] = json.loads(out)
    assert (code, err, document["ok"]) == (2, "", False)
    assert {problem["where"] for problem in document["problems"]} >= {"networks.öffice"}
    assert all(
        list(problem) == ["where", "line", "what", "remedy"] for problem in document["problems"]
    )


def test_s1_02_advice_is_told_beside_a_landscape_that_is_sound(
    landscape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = "cluster: sales, build: {node_type: dc2.large}, "
    landscape.write_text(SOUND.replace("cluster: sales, ", old), encoding="utf-8")

    code, out, err = answer(capsys, "check", str(landscape))
    assert (code, "is sound" in out) == (0, True)
    assert err.startswith("Advice: warehouses.sales.build.node_type: DC2 nodes")

    (advice,) = json.loads(answer(capsys, "check", "--json", str(landscape))[1])["advice"]
    assert advice["where"] == "warehouses.sales.build.node_type"


def test_a_line_of_the_file_is_a_number_and_a_missing_key_has_none(
    landscape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SOUND.replace("name: acme\n", "").replace("url_expires_s: 20", "url_expires_s: 1")
    landscape.write_text(text, encoding="utf-8")

    _, out, _ = answer(capsys, "check", "--json", str(landscape))

    assert [(p["where"], p["line"]) for p in json.loads(out)["problems"]] == [
        ("domains.forecasting.url_expires_s", line_of(text, "url_expires_s: 1")),
        ("name", None),
    ]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(None, "no such file\n    Name the landscape", id="absent"),
        pytest.param(b"name: \xff", "not UTF-8", id="another encoding"),
        pytest.param(b"#" * (1024 * 1024 + 1), "larger than 1 MiB", id="too large"),
        pytest.param(b"", "no keys", id="empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, what: str
) -> None:
    file = tmp_path / "other.yaml"
    if content is not None:
        file.write_bytes(content)

    code, out, err = answer(capsys, "check", str(file))

    assert (code, out) == (2, "")
    assert what in err
    assert err.startswith(str(file))


def test_of_a_landscape_that_is_not_there_no_key_is_to_be_fixed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, err = answer(capsys, "check", str(tmp_path / "none.yaml"))

    assert "--landscape FILE" in err
    assert err.splitlines()[-1].startswith("→ examples/two-lobs.yaml")


def test_a_directory_is_not_a_landscape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = answer(capsys, "check", str(tmp_path))

    assert (code, err.splitlines()[0]) == (2, f"{tmp_path}: it is a directory")


def test_a_file_with_a_byte_order_mark_is_read(
    landscape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    landscape.write_text(SOUND, encoding="utf-8-sig")

    assert answer(capsys, "check", str(landscape))[0] == 0
