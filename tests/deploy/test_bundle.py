"""The bundle: the same recipe gives the same bytes, and what is in it answers by itself."""

import io
import json
import platform
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from studiogate.deploy.bundle import (
    LARGEST_BYTES,
    STARTS,
    Machine,
    Recipe,
    Target,
    built,
    here,
    recipe,
)
from studiogate.errors import DeployError
from studiogate.foundation.templates.functions import RUNTIMES
from studiogate.foundation.templates.gateway import AUTHORIZER_HANDLER, GATEWAY_HANDLER
from tests.kit.function import asked, environment, event
from tests.kit.gateway import serving
from tests.kit.gateway_world import World
from tools.bundle import LISTED, requirements

OURS: Machine = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
THEIRS: Machine = "x86_64" if OURS == "arm64" else "arm64"
WHOLE = recipe(Target(here(), OURS))


def few(machine: Machine) -> Recipe:
    """A small bundle with one library that is compiled: markupsafe."""
    blocks = re.split(r"\n(?=\S)", WHOLE.requirements)
    listed = [one for one in blocks if one.startswith(("markupsafe", "idna"))]
    own = {
        "studiogate/__init__.py": b"SET = {'a', 'b', 'c'} | {1}\nIN = 'a' in {'x', 'y', 'z'}\n"
    }
    return Recipe(Target(here(), machine), "\n".join(listed), own)


@pytest.fixture(scope="module")
def bundle() -> bytes:
    return built(WHOLE)


@pytest.fixture(scope="module")
def unpacked(bundle: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        archive.extractall(folder)
    return folder


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


@pytest.mark.parametrize("machine", [OURS, THEIRS])
def test_the_same_recipe_gives_the_same_bytes_for_either_processor(machine: Machine) -> None:
    first, second = built(few(machine)), built(few(machine))

    assert first == second
    libraries = [name for name in names(first) if name.endswith(".so")]
    word = {"arm64": "aarch64", "x86_64": "x86_64"}[machine]
    assert libraries != []
    assert all(word in name for name in libraries)


def test_names_are_in_order_of_one_date_and_of_fixed_permissions(bundle: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        entries = archive.infolist()

    assert [one.filename for one in entries] == sorted(one.filename for one in entries)
    assert {one.date_time for one in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {oct(one.external_attr >> 16) for one in entries} == {"0o100644", "0o100755"}


def test_it_is_small_and_holds_nothing_a_function_does_not_need(bundle: bytes) -> None:
    found = names(bundle)

    assert len(bundle) <= LARGEST_BYTES
    tops = {name.partition("/")[0] for name in found}
    assert {"starlette", "cryptography", "joserfc", "jinja2", "studiogate"} <= tops
    assert not tops & {"boto3", "botocore", "aiohttp", "uvicorn", "moto", "pydantic", "bin"}
    rooms = {name.split("/")[1] for name in found if name.startswith("studiogate/")}
    assert not rooms & {"local", "cli", "deploy", "probe", "revoke"}
    assert not any(name.endswith(("RECORD", "direct_url.json", ".pyi")) for name in found)


def test_every_module_has_its_bytecode_good_without_a_look_at_the_source(
    unpacked: Path,
) -> None:
    cached = {path.name for path in unpacked.rglob("__pycache__/*.pyc")}
    tag = sys.implementation.cache_tag

    bare = [
        path
        for path in (unpacked / "studiogate").rglob("*.py")
        if not (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").exists()
    ]
    assert bare == []
    assert cached
    sample = next(iter(unpacked.rglob(f"__pycache__/lambda_gateway.{tag}.pyc")))
    assert int.from_bytes(sample.read_bytes()[4:8], "little") == 0b01  # PEP 552: unchecked
    assert b"/var/task/lambda_gateway.py" in sample.read_bytes()


ANSWER = """
import json, os, sys
told = json.load(sys.stdin)
os.environ |= told["environ"]
sys.path[:0] = [told["folder"]]
import lambda_gateway, lambda_authorizer
said = [
    lambda_gateway.handler(told["event"], None),
    lambda_gateway.handler(told["stranger"], None),
    lambda_authorizer.handler(told["asked"], None),
]
print(json.dumps({"said": said, "from": [m.__file__ for m in list(sys.modules.values())
    if getattr(m, "__file__", None)], "loaded": sorted(sys.modules)}))
"""


def test_unpacked_and_alone_it_opens_and_refuses(unpacked: Path) -> None:
    world = World(lambda: datetime.now(UTC))  # noqa: TID251 - the process has the real clock
    with serving(world.app) as world.url:
        headers = {"Authorization": f"Bearer {world.token('user-lob-a')}"}
        told = {
            "environ": environment(world),
            "folder": str(unpacked),
            "event": event("/user-lob-a", headers=headers),
            "stranger": event("/user-lob-a"),
            "asked": asked("user-lob-a", headers=headers),
        }
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", ANSWER],
            input=json.dumps(told),
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    opened, refused, authorized = said["said"]
    assert (opened["statusCode"], refused["statusCode"]) == (302, 401)
    assert authorized["principalId"] == "user-lob-a"
    libraries = [one for one in said["from"] if "site-packages" in one]
    assert libraries == []
    assert not {"jinja2", "ruamel", "boto3"} & set(said["loaded"])
    assert headers["Authorization"] not in done.stderr


EVERY = """
import importlib, pathlib, sys
folder = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(folder)]
for path in sorted((folder / "studiogate").rglob("*.py")):
    parts = path.relative_to(folder).with_suffix("").parts
    importlib.import_module(".".join(parts).removesuffix(".__init__"))
"""


def test_every_module_in_it_finds_what_it_imports(unpacked: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", EVERY, str(unpacked)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


LATER = re.compile(r"^ +(?:from|import) (studiogate[\w.]*)", re.MULTILINE)
FOR_LANDSCAPES = {"studiogate.landscape", "studiogate.reach", "studiogate.topology"}


def test_what_is_imported_later_is_in_it_or_is_about_landscapes(unpacked: Path) -> None:
    # A function that is told of a landscape does not start.
    wanted = {
        name
        for path in (unpacked / "studiogate").rglob("*.py")
        for name in LATER.findall(path.read_text(encoding="utf-8"))
    }

    missing = {
        name
        for name in wanted
        if not (unpacked / f"{name.replace('.', '/')}.py").exists()
        and not (unpacked / name.replace(".", "/")).is_dir()
    }
    rest = {one for one in missing if ".".join(one.split(".")[:2]) not in FOR_LANDSCAPES}
    assert rest == {"studiogate.gateway.metrics"}  # the function brings its own


def test_another_recipe_has_another_key_before_anything_is_built() -> None:
    changed = {**WHOLE.sources, "studiogate/errors.py": b"# changed"}
    others = [
        replace(WHOLE, sources=changed),
        replace(WHOLE, requirements=WHOLE.requirements + "\n"),
        replace(WHOLE, target=Target(here(), THEIRS)),
        replace(WHOLE, target=Target("3.99", OURS)),
    ]

    keys = {one.key for one in [WHOLE, *others]}

    assert len(keys) == 5
    assert recipe(Target(here(), OURS)).key == WHOLE.key
    assert all(re.fullmatch(r"[A-Za-z0-9/._-]{1,256}", key) for key in keys)


def test_the_libraries_are_those_of_the_lock() -> None:
    assert LISTED.read_text(encoding="utf-8") == requirements()


def test_templates_call_what_the_bundle_has() -> None:
    called = {f"{name.partition('.')[0]}.py" for name in (GATEWAY_HANDLER, AUTHORIZER_HANDLER)}

    assert called == {*STARTS}
    assert Target(here()).runtime in RUNTIMES


def test_bytecode_of_another_version_is_not_made_here() -> None:
    with pytest.raises(DeployError, match=r"python3\.99"):
        built(replace(WHOLE, target=Target("3.99")))


def test_a_library_that_is_not_what_its_hash_says_stops_it() -> None:
    forged = "idna==3.20 --hash=sha256:" + "0" * 64

    with pytest.raises(DeployError, match="uv failed"):
        built(replace(few(OURS), requirements=forged))
