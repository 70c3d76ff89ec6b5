"""The notebook's library: whole, the same bytes each time, and installed without an index."""

import ast
import io
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from studiogate import __version__
from studiogate.deploy.bundled import library_here
from studiogate.deploy.notebook_library import INSTALL, built, own_wheel, recipe
from studiogate.errors import DeployError
from studiogate.local.studio.image import Images
from tools.notebook_library import LACKING, LISTED, requirements

WHOLE = recipe()


@pytest.fixture(scope="module")
def library() -> bytes:
    return built(WHOLE)


@pytest.fixture(scope="module")
def wheels(library: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    with zipfile.ZipFile(io.BytesIO(library)) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    with zipfile.ZipFile(io.BytesIO(own_wheel(WHOLE)[1])) as archive:
        archive.extractall(folder)
    return folder


def test_the_same_recipe_gives_the_same_bytes_and_few_of_them(library: bytes) -> None:
    assert built(WHOLE) == library
    assert len(library) < 1_000_000


def test_it_holds_our_wheel_the_driver_and_what_an_image_lacks_and_says_so(
    wheels: Path,
) -> None:
    found = {path.name.partition("-")[0] for path in wheels.glob("*.whl")}
    listed = dict(line.split("==") for line in (wheels / INSTALL).read_text().splitlines())

    assert found == {"studiogate", *(one.replace("-", "_") for one in LACKING)}
    assert set(listed) == {"studiogate", *LACKING}
    assert listed["studiogate"] == __version__
    assert all(path.name.endswith("-py3-none-any.whl") for path in wheels.glob("*.whl"))


def imported(module: Path, package: Path) -> Iterator[str]:
    """Every module of ours that a module imports, function-level imports included."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, module.relative_to(package)
            yield node.module
            names = (f"{node.module}.{one.name}" for one in node.names)
            yield from (one for one in names if there(package, one))


def there(package: Path, name: str) -> bool:
    place = package.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def test_every_module_in_our_wheel_finds_what_it_imports_of_ours(unpacked: Path) -> None:
    modules = sorted((unpacked / "studiogate").rglob("*.py"))
    wanted = {
        (str(module.relative_to(unpacked)), name)
        for module in modules
        for name in imported(module, unpacked)
        if name.partition(".")[0] == "studiogate"
    }

    assert "studiogate/warehouse/__init__.py" in {str(m.relative_to(unpacked)) for m in modules}
    assert [one for one in sorted(wanted) if not there(unpacked, one[1])] == []


EVERY = """
import importlib, pathlib, sys
own, *others = sys.argv[1:]
sys.path[:0] = [own, *others]
for path in sorted(pathlib.Path(own, "studiogate").rglob("*.py")):
    parts = path.relative_to(own).with_suffix("").parts
    importlib.import_module(".".join(parts).removesuffix(".__init__"))
heavy = {"pydantic", "starlette", "troposphere", "typer", "rich", "moto"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


def test_every_module_in_our_wheel_is_imported_with_what_an_image_has(unpacked: Path) -> None:
    libraries = sysconfig.get_path("purelib")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", EVERY, str(unpacked), libraries],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr, done.stdout.strip()) == (0, "", "[]")


def test_pip_installs_it_without_an_index_and_touches_nothing_else(
    wheels: Path, tmp_path: Path
) -> None:
    python = Images(tmp_path / "kept").make(tmp_path).programs / "python3"
    pip = [str(python), "-m", "pip", "install", "--no-index", "--no-deps", "--quiet"]
    target = ["--report", "-", "--find-links", str(wheels), "-r", str(wheels / INSTALL)]

    installed = subprocess.run([*pip, *target], capture_output=True, text=True, check=False)
    checked = subprocess.run(
        [str(python), "-c", "from studiogate import warehouse; print(warehouse.__file__)"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (installed.returncode, installed.stderr) == (0, "")
    assert re.findall(r'"name": "([^"]+)"', installed.stdout) == ["studiogate"]
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith(f"{tmp_path}/env/")


def test_another_recipe_has_another_key_before_anything_is_built() -> None:
    changed = {**WHOLE.sources, "studiogate/errors.py": b"# changed"}
    others = [
        replace(WHOLE, sources=changed),
        replace(WHOLE, requirements=WHOLE.requirements + "\n"),
        replace(WHOLE, version="0.0.1"),
    ]

    keys = {one.key for one in [WHOLE, *others]}

    assert len(keys) == 4
    assert replace(WHOLE, sources=dict(reversed([*WHOLE.sources.items()]))).key == WHOLE.key
    assert all(re.fullmatch(r"library/[0-9a-f]{24}\.zip", key) for key in keys)


def test_the_libraries_are_those_of_the_lock() -> None:
    assert LISTED.read_text(encoding="utf-8") == requirements()


def test_a_library_that_is_not_what_its_hash_says_stops_it() -> None:
    forged = re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, WHOLE.requirements)

    with pytest.raises(DeployError, match="uv failed"):
        built(replace(WHOLE, requirements=forged))


def test_a_library_that_is_compiled_is_refused() -> None:
    listed = files("studiogate.deploy").joinpath("function.txt").read_text("utf-8")
    compiled = next(
        one for one in re.split(r"\n(?=\S)", listed) if one.startswith("markupsafe==")
    )

    with pytest.raises(DeployError, match="not for every Python and processor"):
        built(replace(WHOLE, requirements=f"{WHOLE.requirements}{compiled}\n"))


def test_it_is_made_once_and_read_after_that(library: bytes, tmp_path: Path) -> None:
    kept = tmp_path / WHOLE.key
    kept.parent.mkdir()
    kept.write_bytes(library)

    found = library_here(tmp_path)

    assert found.told == {"LibraryKey": WHOLE.key}
    assert found.body() == library
