"""Stacks as files: complete, in an order, the same bytes, and nothing that only we can read."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import PurePosixPath

import pytest

from studiogate.foundation.composed import Composed, composed
from studiogate.foundation.corporate_dns import WRITERS
from studiogate.foundation.render import ORDER, files
from studiogate.foundation.stacks import MANAGEMENT, Stack
from studiogate.landscape.read import read
from studiogate.topology.parts import Corporate
from tests.kit.landscape import SOUND
from tests.kit.lob_stacks import EXAMPLES, TEXTS

NAMES = ("two-lobs", "many-ways", "two groups of domains", "by peering")
PLACEHOLDER = re.compile(r"\{\{([^{}]+)\}\}")
DIGEST = """\
import hashlib, pathlib, sys
from studiogate.foundation.composed import composed
from studiogate.foundation.render import files
from studiogate.landscape.read import read
text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
whole = "".join(part for pair in files(composed(read(text))) for part in pair)
print(hashlib.sha256(whole.encode()).hexdigest())
"""


@cache
def whole(name: str) -> Composed:
    return composed(read(TEXTS[name]))


@cache
def written(name: str) -> dict[str, str]:
    return dict(files(whole(name)))


def stem(found: Composed, stack: Stack) -> str:
    """Where the files of `stack` are, without what they end in."""
    folders = {id_: name for name, id_ in found.landscape.accounts.items()}
    return f"{folders.get(stack.key.account, MANAGEMENT)}/{stack.key.name}"


@pytest.mark.parametrize("name", NAMES)
def test_s2_23_every_stack_is_a_template_and_what_it_is_told(name: str) -> None:
    found, there = whole(name), written(name)
    wanted = {f"{stem(found, one)}.yaml" for one in found.stacks}
    told = {f"{stem(found, one)}.parameters.json" for one in found.stacks if one.parameters}
    corporate = {
        f"corporate/{name}.{suffix}.txt"
        for name, place in found.network.places.items()
        if isinstance(place, Corporate) and place.dns_servers
        for suffix in WRITERS
    }

    assert there.keys() == wanted | told | corporate | {ORDER}
    assert len(list(files(found))) == len(there)
    for stack in found.stacks:
        assert there[f"{stem(found, stack)}.yaml"] == stack.template.text
    for path in there:
        assert not PurePosixPath(path).is_absolute()
        assert ".." not in PurePosixPath(path).parts


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_as_the_command_line_of_aws_takes_them(name: str) -> None:
    found, there = whole(name), written(name)

    for stack in (one for one in found.stacks if one.parameters):
        text = there[f"{stem(found, stack)}.parameters.json"]
        given = json.loads(text)
        assert [one["ParameterKey"] for one in given] == list(stack.parameters)
        assert all(isinstance(one["ParameterValue"], str) for one in given)
        assert all(len(one) == 2 for one in given)
        assert len(text.splitlines()) == len(given) + 2
        plain = {n: value for n, value in stack.parameters.items() if isinstance(value, str)}
        said = {one["ParameterKey"]: one["ParameterValue"] for one in given}
        assert plain.items() <= said.items()


def test_a_value_with_quotes_and_other_letters_is_still_json() -> None:
    landing = 'app:JupyterLab:lab/tree/"zürich"\\'
    text = SOUND.replace(
        "forecasting: {lob: lob-a,",
        f"forecasting: {{landing: {json.dumps(landing)}, lob: lob-a,",
    )

    there = dict(files(composed(read(text))))

    given = json.loads(there["lob-a/studiogate-studio.parameters.json"])
    assert landing in {one["ParameterValue"] for one in given}


@pytest.mark.parametrize("name", NAMES)
def test_every_placeholder_is_an_output_of_a_stack_that_stands_before(name: str) -> None:
    found, there = whole(name), written(name)
    gives = {
        f"{stem(found, one)}.{output}"
        for one in found.stacks
        for output in one.template.outputs
    }
    bundle = {"BundleKey", "BundleRuntime", "BundleArchitecture"}

    named = {one for text in there.values() for one in PLACEHOLDER.findall(text)}

    assert named <= gives | bundle | {
        "ACCOUNT/STACK.Output",
        "BundleBucket",
        "LibraryKey",
        "S3PrefixListId",
    }
    assert f"{stem(found, one_called(found, 'studiogate-gateway'))}.ApiId" in named
    assert not [
        path
        for path, text in there.items()
        if "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}" in text
    ]


def test_what_no_template_does_is_listed_at_the_end_of_the_order() -> None:
    order = written("two-lobs")[ORDER]

    assert order.count("UpdateDomain") == 2
    assert (
        "- in `lob-a`: `ec2` revoke every rule of `{{lob-a/studiogate-network-lob-a.Def"
        in order
    )


def one_called(found: Composed, name: str) -> Stack:
    (one,) = [stack for stack in found.stacks if stack.key.name == name]
    return one


@pytest.mark.parametrize("name", NAMES)
def test_s2_22_the_order_has_every_stack_once_and_after_what_it_needs(name: str) -> None:
    found, order = whole(name), written(name)[ORDER]

    steps = {
        one: int(number)
        for number, line in re.findall(r"^(\d+)\. (`.*)$", order, re.MULTILINE)
        for one in re.findall("`([^`]+)`", line)
    }

    listed = re.findall(r"^\d+\. (`.*)$", order, re.MULTILINE)
    assert sum(line.count("`") for line in listed) == 2 * len(found.stacks)
    place = {one.key: steps[stem(found, one)] for one in found.stacks}
    assert all(place[need] < place[one.key] for one in found.stacks for need in one.needs)


def test_the_calls_that_remain_are_listed_for_every_domain() -> None:
    order = written("two groups of domains")[ORDER]

    calls = re.findall(
        r"^- in `(\S+)`: `sagemaker` `UpdateDomain` with `(.*)`$", order, re.MULTILINE
    )

    assert [account for account, _ in calls] == ["lob-a", "lob-a", "lob-b"]
    for account, given in calls:
        said = json.loads(given)
        assert said["DomainId"].startswith(f"{{{{{account}/studiogate-studio.DomainId")
        portal = said["DefaultUserSettings"]["StudioWebPortalSettings"]
        assert portal == {"ExecutionRoleSessionNameMode": "USER_IDENTITY"}


@pytest.mark.parametrize("suffix", WRITERS)
def test_s4_15_corporate_texts_leave_the_api_s_id_to_whoever_deploys(suffix: str) -> None:
    text = written("two-lobs")[f"corporate/office.{suffix}.txt"]

    assert "{{shared-services/studiogate-gateway.ApiId}}.execute-api.eu-west-1" in text


def test_the_same_landscape_gives_the_same_bytes_whatever_python_s_hashes_are() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST, str(EXAMPLES / "many-ways.yaml")],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(digests) == 1
