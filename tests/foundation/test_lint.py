"""Every kind of template passes cfn-lint without a warning, and checkov but for what is reasoned.

checkov pins libraries we have newer, so it lives in an environment of its own (`tools/setup`).
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from studiogate.foundation.composed import composed
from studiogate.foundation.render import files
from studiogate.foundation.templates.large_templates import large_templates
from studiogate.landscape.read import read
from tests.kit.everything import ALL, MANY, TWO
from tests.kit.images import with_images
from tests.kit.warehouses import EVERY_KIND

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".tools" / "checkov" / "bin" / "checkov"
EXCEPTIONS = ROOT / "tools" / "checkov-exceptions.yaml"
IN_EC2 = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")
TEXTS = {"two": TWO, "many": MANY, "all": ALL}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the templates of five landscapes, each shape once."""
    out = tmp_path_factory.mktemp("rendered")
    shapes: set[str] = set()
    more = {"warehouses": json.dumps(EVERY_KIND), "images": json.dumps(with_images())}
    for name, text in {**TEXTS, **more}.items():
        whole = composed(read(text))
        for stack in whole.stacks:
            if stack.template.text not in shapes:
                shapes.add(stack.template.text)
                there = out / name / f"{stack.key.account}-{stack.key.name}.yaml"
                there.parent.mkdir(exist_ok=True)
                there.write_text(stack.template.text, encoding="utf-8")
    beside = out / "large" / "templates.yaml"  # of accounts with more than these have
    beside.parent.mkdir()
    beside.write_text(large_templates().text, encoding="utf-8")
    return out


def described(what: Any) -> Iterator[str]:
    """Every description within a security group, of itself and of its rules."""
    if isinstance(what, list):
        for one in what:
            yield from described(one)
    elif isinstance(what, Mapping):
        for name, one in what.items():
            yield from [one] if name.endswith("Description") else described(one)


def test_security_groups_are_described_in_letters_that_ec2_takes(rendered: Path) -> None:
    """cfn-lint does not look; EC2 would refuse the whole stack (API reference, IpRange)."""
    texts = (one.read_text("utf-8") for one in rendered.rglob("*.yaml"))
    bodies = (yaml.load(text, Loader=yaml.CSafeLoader) for text in texts)
    found = {
        text
        for body in bodies
        for one in body["Resources"].values()
        if one["Type"].startswith("AWS::EC2::SecurityGroup")
        for text in described(one["Properties"])
    }

    assert len(found) > 10
    assert [one for one in found if not IN_EC2.fullmatch(one)] == []


def test_every_template_passes_cfn_lint_without_a_warning(rendered: Path) -> None:
    templates = [str(one) for one in rendered.rglob("*.yaml")]
    lint = [str(Path(sys.executable).with_name("cfn-lint")), "--regions", "eu-west-1"]

    ran = subprocess.run(
        [*lint, "--", *templates], capture_output=True, text=True, check=False, timeout=200
    )

    assert (ran.returncode, ran.stdout) == (0, "")
    assert len(templates) > 20


@pytest.fixture(scope="module")
def failed(rendered: Path) -> list[dict[str, Any]]:
    """Every rule of checkov that a template does not follow."""
    assert CHECKOV.exists(), "make setup-test makes the environment checkov runs in"
    command = [
        str(CHECKOV), "--directory", str(rendered), "--framework", "cloudformation",
        "--compact", "--quiet", "--skip-download", "--output", "json",
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=230)
    answer = json.loads(ran.stdout)
    assert answer["summary"]["parsing_errors"] == 0
    assert answer["summary"]["resource_count"] > 100
    found: list[dict[str, Any]] = answer["results"]["failed_checks"]
    return found


@pytest.fixture(scope="module")
def exceptions() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    return found


def excepts(one: Mapping[str, Any], failure: Mapping[str, Any]) -> bool:
    return one["rule"] == failure["check_id"] and any(
        fnmatchcase(failure["resource"], pattern) for pattern in one["resources"]
    )


def test_checkov_finds_nothing_but_what_is_reasoned(
    failed: list[dict[str, Any]], exceptions: list[dict[str, Any]]
) -> None:
    unexplained = [
        f"{failure['check_id']} {failure['resource']}: {failure['check_name']}"
        for failure in failed
        if not any(excepts(one, failure) for one in exceptions)
    ]

    assert unexplained == []


def test_every_exception_is_still_needed_and_says_why(
    failed: list[dict[str, Any]], exceptions: list[dict[str, Any]]
) -> None:
    stale = [
        (one["rule"], pattern)
        for one in exceptions
        for pattern in one["resources"]
        if not any(excepts(one | {"resources": [pattern]}, failure) for failure in failed)
    ]

    assert stale == []
    assert all(len(one["why"]) > 60 for one in exceptions)


@pytest.mark.parametrize("text", [TWO, MANY, ALL], ids=["two", "many", "all"])
def test_the_same_landscape_gives_the_same_bytes(text: str) -> None:
    first = list(files(composed(read(text))))

    assert first == list(files(composed(read(text))))
    assert len({path for path, _ in first}) == len(first)
    assert not [path for path, said in first if "⟦" in said]
