"""S6: what is attached is no drift of any stack, and an old AWS CLI is named by doctor."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.containers import private_storage
from tests.kit.doctor import Doctor
from tests.kit.organisation import Organisation
from tests.kit.played_builders import Played
from tests.kit.publisher import Publisher
from tests.kit.tools_image import left_as_found, write_tools


@pytest.fixture
def publisher(acme: Organisation, tmp_path: Path) -> Iterator[Publisher]:
    one = Publisher(acme, private_storage(tmp_path), acme.landscape)
    with left_as_found(one):
        yield one


def test_s6_24_what_is_attached_is_no_drift_of_the_domain_s_stack(
    acme: Organisation, publisher: Publisher
) -> None:
    write_tools(publisher.folder("tools"), "Tools")
    publisher.images("build", "tools")
    publisher.images("publish", "tools", "--lob", "lob-a")

    publisher.images("attach", "tools", "--domain", "forecasting")
    publisher.images("attach", "tools", "--domain", "forecasting", "--shared")
    said = publisher.asked("status", str(acme.landscape), "--drift", "--json")

    stacks = json.loads(said.out)["stacks"]
    studio = [one for one in stacks if one["key"]["name"] == "studiogate-studio"]
    attached = [one["shared"] for one in publisher.listed(code=3) if one["version"] == 1]
    publisher.images("detach", "tools", "--domain", "forecasting", "--shared", "--yes")

    assert sorted(attached) == [False, True]
    assert len(studio) == 2
    assert [one["drifted"] for one in studio] == [[], []]


def test_s6_07_doctor_names_the_aws_cli_that_is_first_and_too_old(
    acme: Organisation, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    said = {"out": "aws-cli/2.6.1 Python/3.9.11 Linux/6.1 exe/x86_64.debian.12\n"}
    old = Played(tmp_path, "aws", [("--version", said)])
    first = {"PATH": f"{old.bin}:{clean_environment['PATH']}"}

    def images_amiss(environment: dict[str, str]) -> list[dict[str, Any]]:
        doctor = Doctor(acme, environment)
        said = doctor.ask(acme.landscape, "--profile", "management", "--json")
        found: list[dict[str, Any]] = json.loads(said.stdout)["images"]
        return found

    found, usual = images_amiss(clean_environment | first), images_amiss(clean_environment)

    (cli,) = (one for one in found if one["about"] == "AWS CLI")
    assert (cli["where"], cli["advice"]) == ("this machine", False)
    assert "AWS CLI 2.6.1" in cli["what"]
    assert [one for one in usual if one["about"] == "AWS CLI"] == []
