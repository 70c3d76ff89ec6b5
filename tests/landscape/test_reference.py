from pathlib import Path

from pydantic import BaseModel

from studiogate.landscape import image, model, people, reference, warehouse

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "landscape.md"
MODULES = (model, people, warehouse, image)
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


def test_where_only_some_words_may_stand_the_page_lists_them() -> None:
    rows = {
        line.split("|")[1].strip(): line
        for line in PAGE.read_text("utf-8").splitlines()
        if "|" in line
    }

    for key, words in (
        ("`connect`", "One of `transit-gateway`, `vpc-peering`."),
        ("`shared_endpoints`", "One of `sagemaker.runtime`, `ecr.api`,"),
        ("`reached_by`", "One of `network`, `endpoint`."),
    ):
        assert words in rows[key]
