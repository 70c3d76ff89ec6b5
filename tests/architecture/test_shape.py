"""The house keeps its shape: sizes, names, colours, floors, and papers that are true."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studiogate.cli.present import EXIT, exit_code
from studiogate.errors import LandscapeError, StudioGateError
from tests.kit.house import MODULES, ROOT, SOURCE, functions, papers

LONGEST_MODULE, LONGEST_FUNCTION, DEEPEST = 500, 50, 4
JUNK = {
    "utils", "util", "helpers", "helper", "common", "misc", "core", "base", "manager", "managers",
    "service", "services", "v2", "lib", "stuff",
}  # fmt: skip
OFFERED = "warehouse/__init__.py"
"""What notebooks import, `from studiogate import warehouse`: their door is the room's sign."""

WAITS = ("gateway", "local", "aws/wire", "audit/ledger.py")
"""Where `async def` may stand: the rooms that only wait."""


def name(module: Path) -> str:
    return module.relative_to(SOURCE).as_posix()


each_module = pytest.mark.parametrize("module", MODULES, ids=name)


@each_module
def test_a_module_says_what_it_is_for_and_is_named_after_what_is_in_it(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree), "say what this module is for"
    assert not JUNK & {module.stem, module.parent.name}, "name it after what is in it"
    assert len(module.relative_to(SOURCE).parts) <= DEEPEST, "nobody looks that deep"


@each_module
def test_a_module_and_its_functions_fit_on_a_few_screens(module: Path) -> None:
    text = module.read_text(encoding="utf-8")

    assert text.count("\n") <= LONGEST_MODULE, "it holds two things; find the seam"
    long = {
        function.name: length
        for function in functions(ast.parse(text))
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize(
    "module", [module for module in MODULES if module.name == "__init__.py"], ids=name
)
def test_the_door_of_a_room_is_a_sign_and_not_a_passage(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    rest = [ast.unparse(node) for node in tree.body[1:]]
    allowed = ["__version__ = "] if module.parent == SOURCE else []
    if name(module) == OFFERED:
        allowed = ["from ", "__all__ = ", "def load_ipython_extension("]
    assert [line for line in rest if not line.startswith(tuple(allowed))] == []


@each_module
def test_functions_wait_only_in_the_rooms_that_wait(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    waits = [f.name for f in functions(tree) if isinstance(f, ast.AsyncFunctionDef)]
    assert not waits or name(module).startswith(WAITS)


@each_module
def test_importing_a_module_reads_no_clock_no_environment_and_no_file(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    acts = {"open", "os.getenv", "time.time", "time.monotonic", "datetime.now"}

    done = [
        ast.unparse(node)
        for node in _at_import(tree)
        if (isinstance(node, ast.Call) and ast.unparse(node.func) in acts)
        or ast.unparse(node) == "os.environ"
    ]
    assert done == []


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is imported: everything outside the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _at_import(child)


def test_only_one_module_prints() -> None:
    printing = [
        name(module)
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]

    assert set(printing) <= {"cli/present.py"}


def test_imports_keep_their_floors() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout


def family(error: type[StudioGateError]) -> Iterator[type[StudioGateError]]:
    yield error
    for child in error.__subclasses__():
        yield from family(child)


ERRORS = [e for e in family(StudioGateError) if e.__module__ == StudioGateError.__module__]


def test_every_error_is_explained() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")

    assert [e.__name__ for e in ERRORS if f"### `{e.__name__}`" not in page] == []


CELLS_OF_TWO = 4


def test_every_error_has_the_exit_code_its_page_says() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    said = {
        cells[1].strip("` "): cells[2].strip()
        for line in page.splitlines()
        # Other tables of the page have two columns: codes, and what they mean.
        if line.startswith("| `") and len(cells := line.split("|")) > CELLS_OF_TWO
    }

    coded = {e.__name__: str(next(EXIT[k] for k in e.__mro__ if k in EXIT)) for e in ERRORS}
    assert said == coded
    assert exit_code(LandscapeError([])) == 2


def test_errors_are_declared_in_one_place() -> None:
    elsewhere = [
        f"{name(module)}: {node.name}"
        for module in MODULES
        if module.name != "errors.py"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and {ast.unparse(b) for b in node.bases} & {e.__name__ for e in ERRORS}
    ]

    assert elsewhere == []


# Written in pieces, so that this file does not name what it looks for.
FOREIGN = [
    "/" + "work/",
    "/" + "home/",
    "/" + "root/",
    ".." + "/shared",
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "proxy." + "golang",
]


# Where Studio has a person's home: a place in images, and on no machine.
OF_IMAGES = "/" + "home/sagemaker-user"


@pytest.mark.parametrize("foreign", FOREIGN)
def test_no_paper_names_a_place_of_the_machine_it_was_made_on(foreign: str) -> None:
    naming = [
        str(paper.relative_to(ROOT))
        for paper in papers()
        if foreign in paper.read_text(encoding="utf-8", errors="replace").replace(OF_IMAGES, "")
    ]

    assert naming == []
