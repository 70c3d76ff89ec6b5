"""Templates of lobs: what AWS's own linter, and the next reader of a diff, ask of them."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from studiogate.foundation.lob_stacks import lob_plan, lob_stacks
from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.stacks import Stack, in_order
from studiogate.landscape.read import read
from tests.kit.lob_stacks import TEXTS

everywhere = pytest.mark.parametrize("name", TEXTS)


@cache
def stacks(name: str) -> tuple[Stack, ...]:
    landscape = read(TEXTS[name])
    return tuple(lob_stacks(lob_plan(landscape, NetworkPlan(landscape))))


def shapes() -> dict[str, str]:
    """Templates whose documents are by account, by shape; `test_lint` has all the others."""
    many = (one.template for one in stacks("more domains than have names"))
    by_account = ("endpoints", "guardrails")
    return {one.shape: one.text for one in many if one.shape.startswith(by_account)}


def test_cfn_lint_has_nothing_to_say_of_doors_by_account(tmp_path: Path) -> None:
    files = []
    for name, text in shapes().items():
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(text, encoding="utf-8")

    run = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", "--regions", "eu-west-1", "--", *files],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stdout) == (0, "")


@everywhere
def test_the_same_landscape_gives_the_same_bytes(name: str) -> None:
    landscape = read(TEXTS[name])

    again = lob_stacks(lob_plan(landscape, NetworkPlan(landscape)))

    assert [one.template.text for one in again] == [one.template.text for one in stacks(name)]


@everywhere
def test_every_template_and_parameter_says_what_it_is(name: str) -> None:
    for template in {one.template.shape: one.template for one in stacks(name)}.values():
        body = yaml.safe_load(template.text)

        assert body["Description"].startswith("studiogate: ")
        for one in body.get("Parameters", {}).values():
            assert one["Description"]
            assert one["AllowedPattern"].startswith("^")
            assert one["AllowedPattern"].endswith("$")


@everywhere
def test_s2_22_domains_come_first_then_endpoints_then_roles_and_people(name: str) -> None:
    found = stacks(name)
    own = {stack.key for stack in found}
    # The network stands already.
    alone = [
        Stack(
            key=one.key,
            template=one.template,
            parameters={},
            after=tuple(key for key in one.needs if key in own),
        )
        for one in found
    ]

    order = [key.name for wave in in_order(alone) for key in sorted(s.key for s in wave)]

    def first(prefix: str) -> int:
        return next((n for n, one in enumerate(order) if one.startswith(prefix)), len(order))

    def last(prefix: str) -> int:
        return max((n for n, one in enumerate(order) if one.startswith(prefix)), default=-1)

    if "domains" not in name and "nobody" not in name and "more" not in name:
        assert last("studiogate-studio") < first("studiogate-endpoints")
    if "domains" not in name and "nobody" not in name:
        assert last("studiogate-endpoints") < first("studiogate-access")
    assert last("studiogate-access") < first("studiogate-people")
    assert last("studiogate-endpoints") < first("studiogate-guardrails")
