"""The notebook about a warehouse: one that Jupyter opens, and whose cells are Python."""

import ast
import json
from typing import Any, Literal

import nbformat
import pytest

from studiogate.local.studio.story import story

KINDS: list[Literal["cluster", "workgroup"]] = ["cluster", "workgroup"]


def told(**changed: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"account": "444444444444", "kind": "cluster", "other": "bob"}
    return story("sales", **{**facts, **changed})


def code(notebook: dict[str, Any]) -> dict[str, str]:
    return {
        cell["id"]: cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_notebook_that_was_not_run_yet(kind: str) -> None:
    notebook = nbformat.reads(json.dumps(told(kind=kind)), as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_is_python_or_a_magic(kind: str) -> None:
    for source in code(told(kind=kind)).values():
        if not source.startswith("%"):
            ast.parse(source)


def test_a_warehouse_whose_name_is_no_variable_gets_one() -> None:
    cells = code(story("sales-eu", account="444444444444", kind="cluster", other="o'brien"))
    assert 'sales_eu = warehouse.connect("sales-eu")' in cells["connect"]
    assert cells["magic"].startswith("%%warehouse sales-eu --as monthly")
    assert cells["session"].endswith('somebody_else = "o\'brien"')


def test_s1_14_somebody_elses_user_is_asked_for_and_refused() -> None:
    assert "DbUser=somebody_else" in code(told())["not-them"]
    assert "except ClientError as refused" in code(told())["not-them"]
    on_serverless = code(told(kind="workgroup"))
    assert 'replace("{profile}", somebody_else)' in on_serverless["not-them"]
    assert "wrangler" not in on_serverless


def test_s1_32_the_published_cell_is_there_to_be_uncommented() -> None:
    lines = code(told())["wrangler"].splitlines()
    assert all(line.startswith("#") for line in lines)
    uncommented = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)
    calls = [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(uncommented))
        if isinstance(node, ast.Call)
    ]
    assert "wr.redshift.connect_temp" in calls
    assert "wr.redshift.read_sql_query" in calls
