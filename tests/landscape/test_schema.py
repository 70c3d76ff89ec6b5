import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from studiogate.landscape.schema import DIALECT, schema
from tests.kit.landscape import SOUND

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(schema())


def data(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def test_the_schema_is_a_json_schema_of_the_dialect_it_names() -> None:
    Draft202012Validator.check_schema(schema())

    assert schema()["$schema"] == DIALECT
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize(
    "file", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_example_fits_the_schema(file: Path) -> None:
    VALIDATOR.validate(data(file.read_text(encoding="utf-8")))


def test_the_sound_landscape_fits_the_schema() -> None:
    VALIDATOR.validate(data(SOUND))


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        ("environment: demo", "environment: live"),
        ("name: acme\n", ""),
        ('"444444444444"', "444444444444"),
        ('"444444444444"', '"4444"'),
        ("gateway: {network", "gateway: {netwrk"),
        ("kind: vpc, account: data", "kind: vpn, account: data"),
        ("cidr: 10.200.0.0/16", "cidr: data"),
        ("url_expires_s: 20", "url_expires_s: 301"),
        ("url_expires_s: 20", "url_expires_s: 20s"),
        ("opens_from: [office, lob-a]", "opens_from: []"),
        ("profile: ada,", "profile: ada.lovelace,"),
        ("from: internet, open", "form: internet, open"),
    ],
)
def test_a_wrong_landscape_does_not_fit_the_schema(wanted: str, written: str) -> None:
    assert SOUND.count(wanted) == 1

    assert not VALIDATOR.is_valid(data(SOUND.replace(wanted, written)))


def fields(part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = part.get("properties", {})
    return found


def test_every_part_and_every_key_is_described() -> None:
    parts = {"landscape": schema(), **schema()["$defs"]}

    silent = [name for name, part in parts.items() if not part.get("description")]
    silent += [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, said in fields(part).items()
        if not (said.get("description") and said.get("title")) and "$ref" not in said
    ]
    assert silent == []
