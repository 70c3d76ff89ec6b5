"""Layers are read as streams: what is in the image in the end, and what any of them tells."""

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from studiogate.errors import ImageError
from studiogate.images.inside.facts import Trace
from studiogate.images.inside.layers import Read, read_layers

KEY = "-----BEGIN " + "PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj" * 2


def layer(
    folder: Path, files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None
) -> Path:
    """A tar of `files`, `links` and, for names that end in a slash, folders."""
    path = folder / f"{len(list(folder.iterdir()))}.tar"
    with tarfile.open(path, "w") as tar:
        for name, said in files.items():
            entry = tarfile.TarInfo(name.rstrip("/"))
            whole = said.encode() if isinstance(said, str) else said
            entry.size = len(whole)
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            tar.addfile(entry, io.BytesIO(whole))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            hard = target.startswith("=")
            entry.type = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
            entry.linkname = target.removeprefix("=")
            tar.addfile(entry)
    return path


def read(*layers: Path) -> Read:
    return read_layers(iter(layers))


def test_a_later_layer_replaces_and_deletes_what_a_lower_one_has(tmp_path: Path) -> None:
    lower = layer(tmp_path, {"etc/": "", "etc/os-release": "ID=debian\n", "etc/gone": "x"})
    upper = layer(tmp_path, {"./etc/os-release": "ID=ubuntu\n", "etc/.wh.gone": ""})

    found = read(lower, upper)

    assert found.texts == {"etc/os-release": "ID=ubuntu\n"}
    assert set(found.paths) == {"etc", "etc/os-release"}


def test_a_folder_that_is_deleted_goes_with_all_below_it(tmp_path: Path) -> None:
    lower = layer(tmp_path, {"opt/": "", "opt/a/": "", "opt/a/x": "x", "opt/ab": "x"})
    upper = layer(tmp_path, {"opt/.wh.a": ""})

    assert set(read(lower, upper).paths) == {"opt", "opt/ab"}


def test_an_opaque_folder_hides_what_lower_layers_have_and_keeps_its_own(
    tmp_path: Path,
) -> None:
    lower = layer(tmp_path, {"opt/": "", "opt/old": "x"})
    upper = layer(tmp_path, {"opt/": "", "opt/new": "x", "opt/.wh..wh..opq": ""})

    assert set(read(lower, upper).paths) == {"opt", "opt/new"}


def test_a_secret_that_a_later_layer_deletes_is_still_found_and_its_layer_named(
    tmp_path: Path,
) -> None:
    lower = layer(tmp_path, {"srv/.netrc": "machine x login y password z"})
    middle = layer(tmp_path, {"opt/key.pem": KEY})
    upper = layer(tmp_path, {"srv/.wh..netrc": "", "opt/.wh.key.pem": ""})

    assert read(lower, middle, upper).traces == [
        Trace("layer 1: /srv/.netrc", "netrc file with logins"),
        Trace("layer 2: /opt/key.pem", "private key"),
    ]


@pytest.mark.parametrize("before", [0, 1024 * 1024 - 30, 1024 * 1024 + 5])
def test_a_secret_is_found_wherever_in_a_large_file_it_is(tmp_path: Path, before: int) -> None:
    whole = b"a" * before + b"\n" + KEY.encode() + b"\n" + b"b" * 100_000

    assert {one.kind for one in read(layer(tmp_path, {"opt/large": whole})).traces} == {
        "private key"
    }


def test_what_is_no_text_is_not_searched_and_an_empty_credentials_file_is_nothing(
    tmp_path: Path,
) -> None:
    program = b"\x7fELF\0\0" + KEY.encode()

    assert read(layer(tmp_path, {"bin/x": program, "srv/.netrc": ""})).traces == []


def test_links_are_kept_as_links_and_a_hard_link_says_what_its_file_says(
    tmp_path: Path,
) -> None:
    only = layer(
        tmp_path,
        {"usr/lib/os-release": "ID=ubuntu\n"},
        {"etc/os-release": "=usr/lib/os-release", "etc/passwd": "../../../../etc/shadow"},
    )

    found = read(only)

    assert found.texts["etc/os-release"] == "ID=ubuntu\n"
    assert found.paths["etc/os-release"].kind == "file"
    assert found.paths["etc/passwd"].target == "../../../../etc/shadow"


def test_a_packed_layer_is_read_like_a_plain_one(tmp_path: Path) -> None:
    plain = layer(tmp_path, {"etc/passwd": "root:x:0:0::/:\n"})
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    assert read(packed).texts == read(plain).texts


@pytest.mark.parametrize("content", [b"\x28\xb5\x2f\xfd not tar", b"", b"x" * 700])
def test_a_layer_that_cannot_be_read_is_an_error_and_not_an_empty_one(
    tmp_path: Path, content: bytes
) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(content)

    with pytest.raises(ImageError, match="layer 1"):
        read(broken)


def test_a_layer_that_ends_too_early_is_an_error(tmp_path: Path) -> None:
    whole = layer(tmp_path, {"opt/a": "x" * 5_000}).read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(whole[:3_000])

    with pytest.raises(ImageError, match="layer 1"):
        read(cut)


def test_the_size_is_that_of_all_files_of_all_layers(tmp_path: Path) -> None:
    assert read(*(layer(tmp_path, {"opt/x": "x" * 500}) for _ in range(3))).size == 1_500
