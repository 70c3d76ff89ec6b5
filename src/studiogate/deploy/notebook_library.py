"""The notebook's library, as a zip of wheels that an app installs without an index.

Made as the bundle is: a `Recipe` decides what is in it and has a key before anything is built,
and the same recipe gives the same bytes.  In it are our own rooms that a notebook needs, the
driver they build on, and what the driver needs that the images of Studio lack; `install.txt`
names them with their versions, for `pip install --no-index --no-deps`.

boto3, pandas, pyarrow, numpy and IPython are in every image of SageMaker Distribution, and stay
as they are (its repository, `build_artifacts/v*/cpu.env.in`).  Nothing is compiled, so one zip
is good for every image with Python 3.11 or later, which Distribution has from 2.2 on; the
driver's sign-in by SAML, which we do not use, would need more.
"""

import base64
import csv
import io
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import studiogate
from studiogate.deploy.bundle import files_of, run, uv, zipped
from studiogate.errors import DeployError

INSTALL = "install.txt"
"""What of the zip is installed, a line each, as `pip install -r` takes it."""

ROOMS = (
    "__init__.py",
    "errors.py",
    "names.py",
    "aws/__init__.py",
    "aws/notebook.py",
    "aws/session.py",
    "aws/wire/__init__.py",
    "aws/wire/call.py",
    "aws/wire/errors.py",
    "aws/wire/xml.py",
    "warehouse",
)
"""What of our package a notebook may come to import."""

BUILT_ON = "redshift-connector"
IN_THE_IMAGE = ("boto3", "pandas", "pyarrow")
PYTHON = "3.11"
"""The oldest one that everything in the zip runs on."""

_OF_THE_INSTALLATION = frozenset({"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"})
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
_ZIP_IS = "1"
"""Which way of making it this is: another way, another key."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what the zip holds."""

    version: str
    requirements: str = field(repr=False)
    """Libraries with hashes, as `uv export` writes them."""

    sources: Mapping[str, bytes] = field(repr=False)
    """Our own files by their place in the wheel."""

    @property
    def key(self) -> str:
        """Where the zip is put: another recipe has another key."""
        facts = {
            "is": _ZIP_IS,
            "version": self.version,
            "requirements": self.requirements,
            "sources": {name: sha256(one).hexdigest() for name, one in self.sources.items()},
        }
        digest = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return f"library/{digest[:24]}.zip"

    @property
    def pinned(self) -> dict[str, str]:
        """The libraries in it, each with its version."""
        return dict(_PINNED.findall(self.requirements))


def recipe() -> Recipe:
    """The recipe of this very package; reads its own files."""
    requirements = files("studiogate.deploy").joinpath("library.txt").read_text("utf-8")
    package = Path(str(files("studiogate")))
    found = {f"studiogate/{name}": one.read_bytes() for name, one in files_of(package, ROOMS)}
    return Recipe(studiogate.__version__, requirements, dict(sorted(found.items())))


def built(wanted: Recipe) -> bytes:
    """The zip of `wanted`.

    Asks the package index for wheels, through `uv` and its cache.

    Raises:
        DeployError: a tool is missing or failed, or a library is not for every processor.
    """
    with tempfile.TemporaryDirectory(prefix="studiogate-library-") as made:
        target, folder = Path(made) / "target", Path(made) / "wheels"
        folder.mkdir()
        _fetch(wanted, target)
        for info in sorted(target.glob("*.dist-info")):
            name, content = _wheel_again(info)
            (folder / name).write_bytes(content)
        name, content = own_wheel(wanted)
        (folder / name).write_bytes(content)
        installed = {"studiogate": wanted.version, **wanted.pinned}
        lines = [f"{one}=={version}\n" for one, version in sorted(installed.items())]
        (folder / INSTALL).write_text("".join(lines), encoding="utf-8")
        return zipped(folder)


def own_wheel(wanted: Recipe) -> tuple[str, bytes]:
    """Our wheel, by its file name (PyPA specifications, "Binary distribution format")."""
    info = f"studiogate-{wanted.version}.dist-info"
    driver = f"{BUILT_ON}=={wanted.pinned[BUILT_ON]}"
    needs = [f"Requires-Dist: {one}" for one in (driver, *IN_THE_IMAGE)]
    metadata = [
        "Metadata-Version: 2.1",
        "Name: studiogate",
        f"Version: {wanted.version}",
        "Summary: Warehouses for notebooks in Amazon SageMaker Studio.",
        "License: Apache-2.0",
        f"Requires-Python: >={PYTHON}",
        *needs,
    ]
    wheel = ["Wheel-Version: 1.0", "Generator: studiogate", *_PURE]
    content = {
        **wanted.sources,
        f"{info}/METADATA": "\n".join([*metadata, ""]).encode(),
        f"{info}/WHEEL": "\n".join([*wheel, ""]).encode(),
    }
    return f"studiogate-{wanted.version}-py3-none-any.whl", _packed(info, content)


_PURE = ("Root-Is-Purelib: true", "Tag: py3-none-any")


def _fetch(wanted: Recipe, target: Path) -> None:
    """Install the libraries into `target`, each as the hash says it is."""
    listed = target.with_name("requirements.txt")
    listed.write_text(wanted.requirements, encoding="utf-8")
    run(
        [
            *(uv(), "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--link-mode", "copy"),
            *("--python", sys.executable, "--python-version", PYTHON),
            *("--python-platform", "x86_64-manylinux_2_28"),
            *("--target", str(target), "--requirements", str(listed)),
        ]
    )


def _wheel_again(info: Path) -> tuple[str, bytes]:
    """The wheel that `info` says was installed, made of its files; uv keeps no wheels."""
    if "Tag: py3-none-any" not in (info / "WHEEL").read_text("utf-8"):
        raise DeployError(
            f"{info.stem} is not for every Python and processor",
            remedy="Report it: the notebook's library may hold nothing that is compiled.",
        )
    content = {name: (info.parent / name).read_bytes() for name in _recorded(info)}
    return f"{info.stem}-py3-none-any.whl", _packed(info.name, content)


def _recorded(info: Path) -> Iterator[str]:
    with (info / "RECORD").open(encoding="utf-8", newline="") as rows:
        for name, *_ in csv.reader(rows):
            inside = not name.startswith(("/", "..")) and "__pycache__" not in name
            if inside and Path(name).name not in _OF_THE_INSTALLATION:
                yield name


def _packed(info: str, content: Mapping[str, bytes]) -> bytes:
    """A wheel of `content`, with the list of what is in it."""
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    for name, one in sorted(content.items()):
        digest = base64.urlsafe_b64encode(sha256(one).digest()).rstrip(b"=").decode()
        rows.writerow([name, f"sha256={digest}", len(one)])
    rows.writerow([f"{info}/RECORD", "", ""])
    with tempfile.TemporaryDirectory(prefix="studiogate-wheel-") as made:
        for name, one in {**content, f"{info}/RECORD": record.getvalue().encode()}.items():
            path = Path(made) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one)
        return zipped(Path(made))
