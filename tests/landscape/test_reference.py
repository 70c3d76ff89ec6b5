from pathlib import Path

from pydantic import BaseModel

from studiogate.landscape import model, people, reference, warehouse

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "landscape.md"
MODULES = (model, people, warehouse)
RENEW = (
    'python -c "from studiogate.landscape.reference import reference; '
    "print(reference(), end='')\" > docs/reference/landscape.md"
)


def test_the_reference_page_is_what_the_model_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.reference(), f"renew it: {RENEW}"


def test_every_part_of_the_model_is_on_the_page() -> None:
    parts = {
        part
        for module in MODULES
        for part in vars(module).values()
        if isinstance(part, type)
        and issubclass(part, BaseModel)
        and part.__module__ in {one.__name__ for one in MODULES}
    }

    told = {part for _, part in reference._PARTS}
    assert parts - told == {model.Invariant}
