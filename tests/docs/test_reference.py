"""The reference pages say what the code says, and leave nothing out."""

import ast
import base64
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from studiogate.audit.record import Opening
from studiogate.aws.wire import container, sources
from studiogate.gateway.reasons import _FAILURES, DEFECT
from studiogate.gateway.settings import Settings
from studiogate.gateway.signin.oidc import CodeFlow
from studiogate.gateway.signin.why import Why
from studiogate.gateway.told import VARIABLE
from tests.kit.organisation import Organisation
from tests.kit.starting import ROOT
from tools import reach_picture, reasons_page, settings_page
from tools.reference import FOLDER, PAGES
from tools.said import GAP, Call, calls, members

_CODE = re.compile(r"[a-z]+(?:-[a-z]+)*")


def page(path: str) -> str:
    return (ROOT / "docs" / path).read_text(encoding="utf-8")


def first_cells(text: str) -> set[str]:
    """What the first column of every table of a page names in code."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("name", ["reach.svg", "landscape.svg"])
def test_a_drawn_picture_is_what_the_command_draws_of_the_example(name: str) -> None:
    drawn = (reach_picture.PICTURES / name).read_text(encoding="utf-8")

    assert drawn == reach_picture.drawn()[name], "run `make docs`"


def test_every_page_of_the_reference_is_generated_or_compared_with_what_it_is_about() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*PAGES, "up-json.md", "json.md"}


def reasons_in_the_source() -> Iterator[str]:
    """Every text that is given as `reason=` or is the reason of an `Answer`, plainly written."""
    for module in reasons_page.modules():
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = [one.value for one in node.keywords if one.arg == "reason"]
                given += node.args[1:2] if ast.unparse(node.func) == "Answer" else []
                yield from (str(one.value) for one in given if isinstance(one, ast.Constant))


def test_every_reason_of_the_source_is_on_the_page() -> None:
    told = first_cells(page("reference/reasons.md"))
    reasons = {one for one in reasons_in_the_source() if _CODE.fullmatch(one)}
    failures = set(_FAILURES.values()) - {"cancelled"}

    assert len(reasons) > 20
    assert reasons | failures | {DEFECT, "domain-not-ready"} <= told


def test_every_reason_is_refused_with_somewhere_in_words_on_the_page() -> None:
    for line in page("reference/reasons.md").splitlines():
        if line.startswith("| `"):
            assert all(cell.strip(" ….") for cell in line.split("|")[1:-1]), line


def codes_of_images() -> Iterator[str]:
    """Every code of a fault of an image, as the rules say it."""
    room = ROOT / "src" / "studiogate" / "images"
    for module in (*room.glob("dockerfile/*.py"), *room.glob("inside/*.py"), room / "check.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("Fault", ".fault")
            ):
                first = (one for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant))
                yield from (str(one.value) for one in first)


def test_every_code_of_an_images_fault_is_on_the_page_of_errors_and_no_other() -> None:
    _, _, section = page("errors.md").partition("\n## What is wrong with an image\n")

    assert first_cells(section.partition("\n## ")[0]) == {*codes_of_images(), "group"}


def test_every_check_of_a_sign_in_is_on_the_page() -> None:
    text = page("reference/reasons.md")

    assert [why.value for why in Why if f"`{why.value}`" not in text] == []


def test_the_example_of_every_setting_is_one_the_gateway_takes() -> None:
    key = base64.b64encode(bytes(32)).decode("ascii")
    shared = json.dumps({"corporate": "shared with it and with nobody else"})
    secrets = dict.fromkeys(settings_page.SECRETS, shared)
    environment = {**settings_page.EXAMPLES, **secrets, settings_page.COOKIE_KEYS: key}

    settings = Settings.from_environment(environment)

    assert set(environment) == {one.metadata[VARIABLE] for one in fields(Settings)}
    assert settings.region == "eu-west-1"


def test_every_variable_and_member_has_a_meaning() -> None:
    rows = [one for one in page("reference/settings.md").splitlines() if one.startswith("| `")]

    assert [row for row in rows if not row.split("|")[2].strip()] == []


def test_every_variable_that_names_credentials_is_on_the_page() -> None:
    told = first_cells(page("reference/settings.md"))
    known = {
        value
        for module in (sources, container)
        for value in vars(module).values()
        if isinstance(value, str) and value.startswith("AWS_")
    }

    assert known <= told


def test_the_routes_of_signing_in_are_on_the_page() -> None:
    source = Path(__import__(CodeFlow.__module__, fromlist=["x"]).__file__ or "")
    routes = [one.texts[0] for one in calls(source, frozenset({"Route"}))]

    told = first_cells(page("reference/http.md"))
    assert len(routes) == 3
    assert set(routes) <= {address.partition(" ")[2] for address in told}


def test_the_fields_of_the_record_are_those_the_page_explains() -> None:
    assert first_cells(page("how-to/read-the-record.md")) == {
        field.name for field in fields(Opening)
    }


def test_the_fields_of_up_json_are_those_the_page_explains(acme: Organisation) -> None:
    told = first_cells(page("reference/up-json.md").partition("\nBeside ")[0])

    assert told == set(acme.up)


def test_the_files_beside_up_json_are_those_the_page_explains(acme: Organisation) -> None:
    told = first_cells(page("reference/up-json.md").partition("\nBeside ")[2])

    assert {name for name in told if not (acme.state / name).exists()} == set()


SOURCE = '''
ASK = "Ask " + "somebody."

class Colour:
    RED = 1
    """Of fire."""

    blue: int = 2

def refused(what, reason):
    return No(f"it {what}", remedy=ASK, reason=reason)

def one():
    raise refused("is late", "late")

def two(name):
    raise refused(f"is {name!r}{name}", "named")

def loud(word):
    return No(f"{word[0].upper()}{word[1:]}", remedy=ASK, reason="loud")

def loudly():
    raise loud("be quiet")

def three():
    raise No("no", remedy=made(), reason="no")
'''


def test_a_refusal_made_by_a_function_is_read_once_for_each_that_asks_for_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "x.py").write_text(SOURCE, encoding="utf-8")

    assert list(calls(tmp_path / "x.py", frozenset({"No"}))) == [
        Call("No", ("it is late",), {"remedy": "Ask somebody.", "reason": "late"}),
        Call("No", (f"it is {GAP}",), {"remedy": "Ask somebody.", "reason": "named"}),
        Call("No", ("Be quiet",), {"remedy": "Ask somebody.", "reason": "loud"}),
        Call("No", ("no",), {"remedy": GAP, "reason": "no"}),
    ]


def test_the_docstring_below_a_member_is_its_meaning() -> None:
    assert dict(members(SOURCE, "Colour")) == {"RED": "Of fire.", "blue": ""}
