"""`images init`, `lock` and `check`: nothing half, nothing of somebody's overwritten."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from studiogate.cli.app import main
from studiogate.landscape.read import read
from tests.kit.downloads import Shelf, shelf

TWO = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"
BASE = f"ubuntu:24.04@sha256:{'a' * 64}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    copyfile(TWO, tmp_path / "landscape.yaml")
    return tmp_path / "landscape.yaml"


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A proxy that has nothing, so that no test gets further than this machine."""
    with shelf() as held:
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, held.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield held


def run(file: Path, *arguments: str) -> int:
    return main(["images", *arguments, "--landscape", str(file)])


def made(file: Path, *more: str) -> int:
    return run(
        file,
        "init",
        "lab",
        "--kind",
        "jupyterlab",
        "--base",
        BASE,
        "--domain",
        "forecasting",
        *more,
    )


def test_s6_01_a_new_image_is_a_folder_that_passes_and_an_entry_of_the_landscape(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(file) == 0
    shown = capsys.readouterr()

    assert run(file, "check", "lab") == 0
    folder = file.parent / "images" / "lab"
    image = read(file.read_text()).images["lab"]
    assert f"FROM {BASE}" in (folder / "Dockerfile").read_text()
    assert image.domains == ("forecasting",)
    assert "+  lab: {kind: jupyterlab" in shown.out
    assert "studiogate images check lab" in shown.err


def test_a_second_time_changes_nothing(file: Path) -> None:
    made(file)
    folder = file.parent / "images" / "lab"
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    landscape = file.read_bytes()

    assert run(file, "init", "lab") == 0
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    assert file.read_bytes() == landscape


def test_a_change_by_hand_stays_and_is_shown(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(file)
    dockerfile = file.parent / "images" / "lab" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + "# mine\n")
    capsys.readouterr()

    assert run(file, "init", "lab") == 5
    shown = capsys.readouterr()
    assert "-# mine" in shown.out
    assert "changed by hand since it was written: Dockerfile" in shown.err
    assert dockerfile.read_text().endswith("# mine\n")
    assert run(file, "init", "lab", "--force") == 0
    assert "# mine" not in dockerfile.read_text()


def test_where_nothing_is_reached_nothing_is_written(
    file: Path, nowhere: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(file, "init", "edit", "--kind", "codeeditor", "--base", BASE)

    assert code == 5
    assert "micromamba" in capsys.readouterr().err
    assert not (file.parent / "images").exists()
    assert file.read_bytes() == TWO.read_bytes()
    assert nowhere.asked == []  # a tunnel was asked for, and refused


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("init", "new"), 2),
        (("lock", "new"), 2),
        (("check", "new"), 2),
        (("check", "./no/such/folder"), 5),
        (("init", "New", "--kind", "jupyterlab"), 2),
    ],
)
def test_what_is_not_there_is_said(file: Path, arguments: tuple[str, ...], code: int) -> None:
    assert run(file, *arguments) == code


def test_an_image_that_is_there_is_not_changed_by_options(file: Path) -> None:
    made(file)

    assert made(file) == 2
    assert run(file, "init", "lab", "--kind", "codeeditor") == 2


def test_a_check_tells_people_and_programs_the_same(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = file.parent / "other"
    other.mkdir()
    (other / "Dockerfile").write_text("FROM ubuntu\nRUN curl -O https://x.example/y\n")

    assert run(file, "check", str(other)) == 3
    said = capsys.readouterr().out
    assert run(file, "check", str(other), "--json") == 3
    document = json.loads(capsys.readouterr().out)

    assert document["ok"] is False
    assert [one["code"] for one in document["faults"]] == [
        "base-latest",
        "curl-without-fail",
        "download-without-checksum",
    ]
    for one in document["faults"]:
        assert f"{one['where']}: {one['what']} [{one['code']}]" in said
        assert one["remedy"] in said


def test_s6_08_the_services_version_can_be_named(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = file.parent / "Dockerfile"
    other.write_text(
        "FROM acme/base:1\nRUN apt-get install ./rstudio-workbench-2024.04.2-764.pro1-amd64.deb"
    )

    run(
        file,
        "check",
        str(other),
        "--kind",
        "rstudio",
        "--service-version",
        "2025.05.1+513.pro3",
    )

    said = capsys.readouterr().out
    assert "Session version 2024.04.2+764.pro1 does not match" in said
    assert "server version 2025.05.1+513.pro3" in said


def test_a_recipe_that_changed_since_is_advised(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(file)
    text = file.read_text().replace("kind: jupyterlab", "kind: codeeditor")
    file.write_text(text)
    capsys.readouterr()

    run(file, "check", "lab")

    assert "[recipe-changed]" in capsys.readouterr().err
