"""The page of defects names every one this release answers for, and tests that exist."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "defects.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (F-\d\d) \|.*\| ([^|]*) \|$", re.MULTILINE)
TEST = re.compile(r"`([^`]+)::(\w+)`")
OURS = [f"F-{number:02}" for number in (*range(1, 28), *range(41, 45), *range(57, 70))]

COMES_WITH_ANOTHER_PART: frozenset[str] = frozenset()
"""What they are about is not built yet, so there is nothing to show."""


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def test_every_defect_is_on_the_page_once_and_in_order() -> None:
    assert [number for number, _ in ROW.findall(PAGE)] == OURS


@pytest.mark.parametrize(("defect", "shown"), ROW.findall(PAGE))
def test_each_defect_names_tests_that_exist(defect: str, shown: str) -> None:
    named = TEST.findall(shown)

    assert named or (defect in COMES_WITH_ANOTHER_PART and shown == "—")
    for path, name in named:
        assert name in functions_of(path), f"{path} has no {name}"


NOT_THESE = {"python-jose", "pyjwt", "requests", "python3-saml", "pysaml2"}
"""Known holes, no longer kept, or never needed (F-10, F-22)."""


def test_nothing_we_depend_on_is_unbounded_or_known_to_be_broken() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    several = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = [one for some in several for one in some if not one.startswith("studiogate[")]

    names = {re.split(r"[\[><=~! ]", one)[0] for one in wanted}
    assert not names & NOT_THESE
    loose = {one for one in wanted if ">=" not in one}
    assert not loose
    assert (ROOT / "uv.lock").is_file()
