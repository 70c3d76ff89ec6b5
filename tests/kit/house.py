"""The source as a tree to walk: what the tests of the house look at."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "studiogate"
MODULES = sorted(SOURCE.rglob("*.py"))
_NOT_OURS = {"node_modules", "dist", "build", "__pycache__"}
_BINARY = {".png", ".ico", ".woff2", ".gz", ".pyc"}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in `tree`, methods and inner ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def papers(folder: Path = ROOT) -> Iterator[Path]:
    """Every text file that belongs to the project, hidden directories of tools left out."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if entry.name not in _NOT_OURS and (entry.name == ".ci" or entry.name[0] != "."):
                yield from papers(entry)
        elif entry.name != "uv.lock" and entry.suffix not in _BINARY:
            yield entry
