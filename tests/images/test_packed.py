"""A folder is the same zip wherever and whenever it is packed, and nothing outside is in it."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.errors import ImageError
from studiogate.images import packed as packing
from studiogate.images.packed import packed
from studiogate.local.codebuild.runs.source import unpack
from tests.kit.containers import write_context

NAMES = st.from_regex(r"[a-z]{1,6}(/[a-z]{1,6})?\.(txt|sh)", fullmatch=True)


@settings(max_examples=20)
@given(files=st.dictionaries(NAMES, st.text(max_size=20), max_size=4))
def test_what_is_unpacked_is_what_was_packed_and_packs_the_same(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    parent = tmp_path_factory.mktemp("packed")
    folder = write_context(parent / "here", "FROM scratch\n", files)

    once = packed(folder)
    unpack(once.body, parent / "there")
    os.utime(parent / "there" / "Dockerfile", (0, 0))

    assert packed(parent / "there") == once
    names = zipfile.ZipFile(io.BytesIO(once.body)).namelist()
    assert names == sorted({"Dockerfile", *files})


def test_another_word_is_another_digest(tmp_path: Path) -> None:
    folder = write_context(tmp_path / "a", "FROM scratch\n", {"hello": "one"})
    before = packed(folder).digest

    (folder / "hello").write_text("two", encoding="utf-8")

    assert packed(folder).digest != before


def test_a_link_a_folder_too_large_and_one_without_dockerfile_are_refused(
    tmp_path: Path,
) -> None:
    folder = write_context(tmp_path / "a", "FROM scratch\n", {})
    (folder / "big").touch()
    os.truncate(folder / "big", packing.LARGEST)
    with pytest.raises(ImageError, match="more than 100 MB"):
        packed(folder)
    (folder / "big").unlink()
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(ImageError, match="symbolic link"):
        packed(folder)
    with pytest.raises(ImageError, match="no Dockerfile"):
        packed(tmp_path)
