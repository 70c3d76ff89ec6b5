"""The folder of an image: what somebody changed by hand is theirs."""

from pathlib import Path

import pytest

from studiogate.errors import ImageError
from studiogate.images.recipe.choices import chosen
from studiogate.images.recipe.folder import planned, read_pins, write
from studiogate.images.recipe.writing import files
from studiogate.landscape.image import Image
from tests.kit.recipes import SOURCES, TODAY, pins_for


def texts(digest: str = "sha256:" + "d" * 64) -> dict[str, str]:
    choices = chosen("lab", Image(kind="jupyterlab"), today=TODAY)
    return dict(files(choices, pins_for(choices, digest=digest), SOURCES))


def test_a_folder_is_written_and_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "images" / "lab"

    write(planned(folder, texts()), force=False)

    assert {one.name: one.read_text() for one in folder.iterdir()} == texts()
    pins = read_pins(folder)
    assert pins is not None
    assert pins.digest == "sha256:" + "d" * 64


def test_what_was_not_touched_is_renewed_without_a_question(tmp_path: Path) -> None:
    write(planned(tmp_path, texts()), force=False)
    newer = texts(digest="sha256:" + "e" * 64)

    plan = planned(tmp_path, newer)
    write(plan, force=False)

    assert plan.changed == {}
    assert (tmp_path / "Dockerfile").read_text() == newer["Dockerfile"]


def test_what_was_changed_by_hand_stays_and_the_difference_is_there(tmp_path: Path) -> None:
    write(planned(tmp_path, texts()), force=False)
    mine = texts()["Dockerfile"] + "# mine\n"
    (tmp_path / "Dockerfile").write_text(mine)

    plan = planned(tmp_path, texts(digest="sha256:" + "e" * 64))

    assert list(plan.changed) == ["Dockerfile"]
    assert "-# mine" in plan.changed["Dockerfile"]
    with pytest.raises(ImageError, match="changed by hand"):
        write(plan, force=False)
    assert (tmp_path / "Dockerfile").read_text() == mine
    write(plan, force=True)
    assert "# mine" not in (tmp_path / "Dockerfile").read_text()


def test_a_dockerfile_that_was_there_before_us_is_somebodys(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")

    assert list(planned(tmp_path, texts()).changed) == ["Dockerfile"]


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file in the way")

    with pytest.raises(ImageError, match="cannot be read as text"):
        write(planned(tmp_path / "images", texts()), force=False)
