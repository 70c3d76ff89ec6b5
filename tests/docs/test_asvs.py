"""The page of the security standard names tests that exist, and rows that the standard has."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.kit.starting import ROOT

PAGE = ROOT / "docs" / "asvs.md"
_LINK = re.compile(r"\[[^\]]+\]\((\.\./tests/[^)]+\.py)\)((?:,? ?`test_\w+`)+)")
_NAME = re.compile(r"`(test_\w+)`")
_ROW = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_RANGE = re.compile(r"(\d+\.\d+)\.(\d+)–\1\.(\d+)")

SECTIONS = {
    "1.1": 2, "1.2": 10, "1.3": 12, "1.5": 3,
    "3.3": 5, "3.4": 8, "3.5": 8, "3.7": 5, "4.1": 5,
    "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.6": 2,
    "8.2": 4, "8.3": 3, "8.4": 2, "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 3, "10.3": 5, "10.4": 16, "10.5": 5,
    "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 4,
}  # fmt: skip
"""How many rows each section of ASVS 5.0.0 has, of those that are on the page."""

WANTED = (
    "1.1.1", "1.2.1", "1.2.2", "1.3.3", "1.3.6", "1.5.1", "1.5.3",
    "3.3.1", "3.3.2", "3.3.3", "3.3.4", "3.3.5", "3.4.1", "3.4.3", "3.4.4", "3.4.5", "3.4.6",
    "3.5.1", "3.5.3", "3.7.2", "6.8.1", "6.8.2", "6.8.3", "7.1.1", "7.2.4", "7.3.1", "7.3.2",
    "7.4.1", "7.4.2", "7.4.5", "7.6.1", "7.6.2", "8.2.1", "8.2.2", "8.3.2", "8.3.3", "8.4.1",
    "9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3", "9.2.4",
    "10.1.1", "10.1.2", "10.2.1", "10.2.2", "10.2.3", "10.3.1", "10.3.2", "10.3.3", "10.3.4",
    "10.3.5", "10.4.1", "10.4.4", "10.5.1", "10.5.2", "10.5.3", "10.5.4", "10.5.5",
    "16.2.5", "16.3.1", "16.3.2", "16.3.3", "16.3.4", "16.4.1",
    "16.5.1", "16.5.2", "16.5.3", "16.5.4",
)  # fmt: skip


def lines() -> list[str]:
    """The rows of the page's tables."""
    text = PAGE.read_text(encoding="utf-8")
    return [line for line in text.splitlines() if re.match(r"\| \d", line)]


def rows(cell: str) -> list[str]:
    """The numbers that a cell names, ranges spelt out."""
    spelt = _RANGE.sub(
        lambda found: ", ".join(
            f"{found[1]}.{number}" for number in range(int(found[2]), int(found[3]) + 1)
        ),
        cell,
    )
    return [".".join(found) for found in _ROW.findall(spelt)]


@cache
def kept_in(file: Path) -> frozenset[str]:
    """The names of the tests in `file`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


def named(line: str) -> list[tuple[Path, str]]:
    """Every test that a row names, with the file it is said to be in."""
    return [
        ((PAGE.parent / link).resolve(), test)
        for link, names in _LINK.findall(line.replace(") `", ")`"))
        for test in _NAME.findall(names)
    ]


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.split("|")[1].strip())
def test_a_row_names_tests_and_each_of_them_exists(line: str) -> None:
    tests = named(line)

    assert tests, "the row names no test"
    assert len(tests) == len(_NAME.findall(line)), "a test stands behind no link to its file"
    for file, test in tests:
        assert file.exists(), file
        assert test in kept_in(file), f"{file.name} has no {test}"


def test_the_numbers_are_the_standards() -> None:
    for line in lines():
        for row in rows(line.split("|")[1]):
            section, _, number = row.rpartition(".")
            assert 1 <= int(number) <= SECTIONS[section], row


def test_no_row_is_missing_and_none_is_there_twice() -> None:
    there = [row for line in lines() for row in rows(line.split("|")[1])]

    assert set(WANTED) <= set(there)
    assert len(set(there)) == len(there)


def test_a_test_that_does_not_exist_is_found() -> None:
    (found,) = named("| 1.1.1 | 1 | x | [a](../tests/docs/test_asvs.py) `test_of_nobodys` |")

    assert found[0].name == "test_asvs.py"
    assert found[1] not in kept_in(found[0])
