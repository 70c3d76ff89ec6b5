"""Images that attack whoever looks into them; and what settings of ordinary tools give away."""

import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from studiogate.errors import ImageError
from studiogate.images.inside.facts import Trace
from studiogate.images.inside.layers import read_layers
from studiogate.images.inside.secrets import (
    kind_of_name,
    kinds_in,
    kinds_in_settings,
    kinds_in_step,
)

KEY = "-----BEGIN " + "PRIVATE KEY-----\n"
WORD = "correct-horse"


@pytest.mark.parametrize(
    "content",
    [
        KEY + "a: " * 400 + "!",
        KEY + "a: b \n" * 400 + "!",
        "-----BEGIN " + "A " * 20_000,
        KEY + "\n" * 50_000,
        "AKIA secret" * 10_000,
    ],
    ids=["headers in a line", "headers", "words", "lines", "secrets"],
)
def test_a_text_that_is_made_to_be_read_for_ever_is_not(content: str) -> None:
    assert kinds_in(content.encode()) == frozenset()
    assert kinds_in_step(content) == frozenset()


def test_a_step_without_an_end_is_read_to_its_end() -> None:
    assert kinds_in_step("a" * 40_000 + f"://ada:{WORD}@x") == {"URL with a password"}


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("etc/pip.conf", f"index-url = https://ada:{WORD}@pypi.acme.example/simple", "URL"),
        ("home/ada/.condarc", f"- https://ada:{WORD}@conda.acme.example", "URL"),
        ("etc/apt/sources.list", f"deb https://ada:{WORD}@apt.acme.example x y", "URL"),
        ("root/.Renviron", f"CONNECT_API_KEY={WORD}", "name"),
        ("opt/R/4.5.2/lib/R/etc/Renviron.site", f"export DB_PASSWORD='{WORD}'", "name"),
        ("root/.npmrc", f"//npm.acme.example/:_authToken={WORD}", "name"),
        ("root/.pypirc", f"[pypi]\nusername = ada\npassword = {WORD}", "name"),
        ("srv/.env", f"SECRET={WORD}", "name"),
    ],
)
def test_settings_of_tools_are_read_for_their_logins(
    path: str, content: str, kind: str
) -> None:
    told = {"URL": "URL with a password", "name": "what its name calls a secret"}[kind]

    assert kinds_in_settings(content.encode(), path) == {told}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("etc/pip.conf", "index-url = https://pypi.acme.example/simple"),
        (
            "root/.Renviron",
            "R_LIBS_USER=~/R\nRSTUDIO_PACKAGE_MANAGER_URL=https://x.example/cran",
        ),
        ("root/.npmrc", "//npm.acme.example/:_authToken=${NPM_TOKEN}"),
        ("root/.Renviron", "GITHUB_TOKEN=\n# API_KEY=change-me"),
        ("opt/app/README.md", f"PASSWORD={WORD}"),
        ("usr/share/doc/x/.npmrc", f"_auth={WORD}"),
    ],
)
def test_settings_without_a_login_are_left_in_peace(path: str, content: str) -> None:
    assert kinds_in_settings(content.encode(), path) == frozenset()


@pytest.mark.parametrize("path", ["root/.kube/config", "etc/apt/auth.conf.d/acme.conf"])
def test_files_of_logins_are_known_by_their_names(path: str) -> None:
    assert kind_of_name(path) is not None


def written(folder: Path, kind: bytes, data: bytes, size: int | None = None) -> Path:
    info = tarfile.TarInfo("srv/.Renviron")
    info.type, info.size = kind, len(data) if size is None else size
    file = folder / "layer.tar"
    file.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + data.ljust(512, b"\0") + bytes(1024))
    return file


def test_an_entry_of_a_type_nobody_knows_is_read_like_the_file_that_it_becomes(
    tmp_path: Path,
) -> None:
    read = read_layers([written(tmp_path, b"Z", f"API_TOKEN={WORD}\n".encode())])

    assert read.traces == [Trace("layer 1: /srv/.Renviron", "what its name calls a secret")]
    assert read.paths["srv/.Renviron"].kind == "file"


@pytest.mark.parametrize(
    ("kind", "size"), [(tarfile.XHDTYPE, 1 << 40), (tarfile.GNUTYPE_LONGNAME, 1 << 40)]
)
def test_a_description_without_an_end_is_refused(
    tmp_path: Path, kind: bytes, size: int
) -> None:
    with pytest.raises(ImageError, match="layer 1 of the image cannot be read"):
        read_layers([written(tmp_path, kind, b"", size)])


def test_names_of_names_of_names_are_refused(tmp_path: Path) -> None:
    name = tarfile.TarInfo("x")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, 2
    file = tmp_path / "layer.tar"
    file.write_bytes((name.tobuf(tarfile.GNU_FORMAT) + b"a".ljust(512, b"\0")) * 2000)

    with pytest.raises(ImageError, match="cannot be read"):
        read_layers([file])


def test_an_archive_of_the_standard_library_is_read_as_ever(tmp_path: Path) -> None:
    file = tmp_path / "layer.tar"
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
        for number, name in enumerate(("short", "long/" * 60 + "name", "ümlaut")):
            info = tarfile.TarInfo(name)
            info.size = number
            tar.addfile(info, BytesIO(b"x" * number))

    read = read_layers([file])

    assert (len(read.paths), read.size) == (3, 3)
