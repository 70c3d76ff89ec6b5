"""The bundle that Lambda runs: our rooms, the libraries they need, and nothing that differs.

What is in it follows from its `Recipe`: requirements with hashes, our own files, and the
runtime it is for.  So a recipe has a key before anything is built, and `apply` builds only what
the bucket does not have.  The same recipe gives the same bytes: names in order, one date, fixed
permissions, and bytecode that does not remember when or where it was compiled.

Libraries come as wheels for the target's processor, whatever this machine is; bytecode needs
an interpreter of the target's version, so that is the one this runs on.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Literal

from studiogate.errors import DeployError

Machine = Literal["arm64", "x86_64"]

LARGEST_BYTES = 25 * 1024 * 1024
"""Of a bundle, zipped; Lambda takes twice that (Lambda quotas)."""

ROOMS = (
    "__init__.py",
    "errors.py",
    "names.py",
    "audit",
    "aws/__init__.py",
    "aws/wire",
    "foundation/__init__.py",
    "foundation/directory.py",
    "foundation/marks.py",
    "foundation/openings.py",
    "foundation/owners.py",
    "foundation/provisioned.py",
    "gateway",
    "policy",
    "reach/__init__.py",
    "reach/picture/__init__.py",
    "reach/picture/look.py",
)
"""What of our package a function may come to import; it has no landscape to compute from."""

_FOR_SERVERS = frozenset({"gateway/server.py", "gateway/metrics.py", "aws/wire/transport.py"})

_START = '''"""What Lambda imports: the {what}, assembled while it is being made ready."""

import gc
import os
import sys
from datetime import UTC, datetime

from studiogate.gateway import logs
from studiogate.gateway.function.{module} import {what}

logs.configure(sys.stderr)
handler = {what}(os.environ, clock=lambda: datetime.now(UTC))
# What is loaded by now stays: a collector need not walk it again and again.
gc.freeze()
'''

STARTS = {
    "lambda_gateway.py": _START.format(what="gateway", module="entry"),
    "lambda_authorizer.py": _START.format(what="authorizer", module="authorizer"),
}
"""The modules Lambda calls `handler` of; templates name them."""

_PLATFORMS: Mapping[Machine, str] = {"arm64": "aarch64", "x86_64": "x86_64"}
_LIBC = {"3.11": "manylinux2014", "3.12": "manylinux_2_28"}
"""By runtime: Amazon Linux 2 until 3.11, Amazon Linux 2023 from 3.12 on (Lambda runtimes)."""

_DATE = (1980, 1, 1, 0, 0, 0)
_FILE_MODE, _LIBRARY_MODE = 0o100644, 0o100755
_KEPT_OF_METADATA = ("METADATA", "licenses", "LICEN", "NOTICE", "AUTHORS")
"""What scanners and lawyers read; the rest says where it was installed from."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the bundle runs on."""

    python: str
    """As `3.13`."""

    machine: Machine = "arm64"

    @property
    def runtime(self) -> str:
        """As Lambda calls it."""
        return f"python{self.python}"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what a bundle holds."""

    target: Target
    requirements: str = field(repr=False)
    sources: Mapping[str, bytes] = field(repr=False)
    """Our own files by their place in the bundle."""

    @property
    def key(self) -> str:
        """Where the bundle is put: another recipe has another key."""
        facts = {
            "python": self.target.python,
            "machine": self.target.machine,
            "requirements": self.requirements,
            "sources": {name: sha256(one).hexdigest() for name, one in self.sources.items()},
        }
        digest = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return f"function/{digest[:24]}-{self.target.runtime}-{self.target.machine}.zip"


def here() -> str:
    """The version of this interpreter, as a `Target` has it."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def recipe(target: Target) -> Recipe:
    """The recipe of this very package for `target`; reads its own files."""
    requirements = files("studiogate.deploy").joinpath("function.txt").read_text("utf-8")
    package = Path(str(files("studiogate")))
    ours = (one for one in files_of(package, ROOMS) if one[0] not in _FOR_SERVERS)
    found = {f"studiogate/{name}": one.read_bytes() for name, one in ours}
    starts = {name: text.encode() for name, text in STARTS.items()}
    return Recipe(target, requirements, dict(sorted((found | starts).items())))


def built(wanted: Recipe) -> bytes:
    """The bundle of `wanted`, as a zip file.

    Asks the package index for wheels, through `uv` and its cache.

    Raises:
        DeployError: this interpreter is of another version, a tool is missing or failed, or
            the bundle is too large.
    """
    if wanted.target.python != here():
        raise DeployError(
            f"a bundle for {wanted.target.runtime} cannot be made by Python {here()}",
            remedy=f"Run studiogate with Python {wanted.target.python}, or make the bundle for "
            f"{here()}: the runtime follows.",
        )
    with tempfile.TemporaryDirectory(prefix="studiogate-bundle-") as made:
        folder = Path(made) / "bundle"
        folder.mkdir()
        _install(wanted, folder)
        for name, own in wanted.sources.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(own)
        _compile(folder)
        content = zipped(folder)
    if len(content) > LARGEST_BYTES:
        raise DeployError(
            f"the bundle is {len(content)} bytes, more than {LARGEST_BYTES}",
            remedy="Report it: a library has grown, or one is in it that need not be.",
        )
    return content


def files_of(package: Path, rooms: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """The files of some rooms and modules of our package, by their place in the package."""
    for room in rooms:
        place = package / room
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            name = path.relative_to(package).as_posix()
            if path.is_file() and "__pycache__" not in path.parts:
                yield name, path


def _install(wanted: Recipe, folder: Path) -> None:
    """Put the libraries of `wanted` into `folder`, each as the hash says it is."""
    target = wanted.target
    libc = _LIBC.get(target.python, _LIBC["3.12"])
    platform = f"{_PLATFORMS[target.machine]}-{libc}"
    listed = folder.with_name("requirements.txt")
    listed.write_text(wanted.requirements, encoding="utf-8")
    run(
        [
            *(uv(), "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--link-mode", "copy"),
            *("--python", sys.executable, "--python-version", target.python),
            *("--python-platform", platform),
            *("--target", str(folder), "--requirements", str(listed)),
        ]
    )
    for path in sorted(folder.rglob("*"), reverse=True):
        if _is_of_the_installation(path.relative_to(folder).as_posix()):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _is_of_the_installation(name: str) -> bool:
    """Whether the file or folder is there for installers, tests or compilers only."""
    top, _, rest = name.partition("/")
    if top == "bin" or name == ".lock" or "__pycache__" in name:
        return True
    if top.endswith(".dist-info") and rest:
        return not rest.startswith(_KEPT_OF_METADATA)
    return name.endswith((".pyi", ".c", ".h", ".pyx"))


def _compile(folder: Path) -> None:
    """Bytecode beside every module, good without a look at the source."""
    run(
        [
            *(sys.executable, "-P", "-s", "-m", "compileall", "-q", "-q", "-j", "1"),
            *("--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"),
            str(folder),
        ],
        # Else constants that are sets would be written in another order each time.
        environment={"PYTHONHASHSEED": "0"},
    )


def zipped(folder: Path) -> bytes:
    """`folder` as a zip file, the same bytes for the same files."""
    written = io.BytesIO()
    files = (one for one in folder.rglob("*") if one.is_file())
    names = sorted(one.relative_to(folder).as_posix() for one in files)
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = (_LIBRARY_MODE if ".so" in name else _FILE_MODE) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / name).read_bytes(), compresslevel=9)
    return written.getvalue()


def uv() -> str:
    """How `uv` is called: beside this interpreter, in the project's tools, or on the path."""
    beside = Path(sys.executable).parent
    for folder in (beside, beside.parents[1] / ".tools" / "bin"):
        if (folder / "uv").is_file():
            return str(folder / "uv")
    found = shutil.which("uv")
    if found is None:
        raise DeployError(
            "what is deployed cannot be made without `uv`",
            remedy="Install uv (`pip install uv`), and run the command again.",
        )
    return found


def run(command: list[str], *, environment: Mapping[str, str] | None = None) -> None:
    """Run a tool that makes something.

    Raises:
        DeployError: it failed; with the last it said.
    """
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise DeployError(
            f"{Path(command[0]).name} failed: {said[-1] if said else done.returncode}",
            remedy="Check that the package index is reached from here, and run it again.",
        )
