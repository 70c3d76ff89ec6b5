"""What the pages show of landscapes and code can be used as it stands."""

import ast
from pathlib import Path

import pytest

from studiogate.landscape.read import read
from tests.kit.pages import Block, blocks, documents, merged
from tests.kit.starting import EXAMPLE, ROOT

SHOWN = [
    pytest.param(block, id=f"{page.stem}:{block.line}")
    for page in documents(ROOT)
    for block in blocks(page.read_text(encoding="utf-8"))
]


def of(language: str) -> pytest.MarkDecorator:
    found = [one for one in SHOWN if _block(one.values[0]).language == language]
    return pytest.mark.parametrize("block", found)


def _block(value: object) -> Block:
    assert isinstance(value, Block)
    return value


@pytest.mark.parametrize(
    "page", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.stem
)
def test_an_example_loads(page: Path) -> None:
    assert read(page.read_text(encoding="utf-8")).domains


@of("yaml")
def test_a_piece_of_landscape_loads_within_the_example(block: Block) -> None:
    text = merged(EXAMPLE.read_text(encoding="utf-8"), block.text)

    assert len(text) > EXAMPLE.stat().st_size
    assert read(text).domains


@of("python")
def test_a_piece_of_python_can_be_read(block: Block) -> None:
    assert ast.parse(block.text).body
