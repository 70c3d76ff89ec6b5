"""S2-22 to S2-26, S2-41 to S2-48: a landscape is built, grows by a lob, and is taken down.

Each test has an organisation of its own, for what is built by one is taken down by it.
"""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.organisation import Organisation
from tests.kit.starting import EXAMPLE, STUDIOGATE, started_as


class Life:
    """The organisation, its landscape file, and the commands a platform engineer runs."""

    def __init__(self, acme: Organisation, file: Path) -> None:
        self.acme = acme
        self.file = file
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "COLUMNS": "100",
            "AWS_CONFIG_FILE": acme.up["aws_config_file"],
            "AWS_PROFILE": "management",
        }

    def begun(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(STUDIOGATE), *command],
            cwd=self.file.parent,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, code: int = 0) -> str:
        ran = self.begun(*command)
        out, err = ran.communicate(timeout=200)
        assert ran.returncode == code, f"{ran.returncode}: {out}{err}"
        return out if code == 0 else out + err

    def asked(self, *command: str, code: int = 0) -> Any:
        return json.loads(self.run(*command, self.file.name, "--json", code=code))

    def account(self, name: str) -> str:
        """The id of a new account, made as AWS Organizations makes one."""
        organizations = self.acme.client("management", "organizations")
        asked = organizations.create_account(
            AccountName=name, Email=f"{name}@accounts.example"
        )["CreateAccountStatus"]["Id"]
        made = organizations.describe_create_account_status(CreateAccountRequestId=asked)
        return str(made["CreateAccountStatus"]["AccountId"])

    def stacks(self) -> dict[str, list[tuple[str, str]]]:
        """Name and state of every stack, by account."""
        return {
            one: sorted(
                (stack["StackName"], stack["StackStatus"])
                for stack in self.acme.client(one, "cloudformation").describe_stacks()["Stacks"]
            )
            for one in ("management", "shared-services", "lob-a", "lob-b", "data")
        }


@contextmanager
def living(folder: Path, *more: str) -> Iterator[Life]:
    file = folder / "landscape.yaml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    with started_as(file, *more) as up, Organisation(up) as acme:
        yield Life(acme, file)


def test_s2_45_s2_46_s4_11_s4_22_built_grown_by_a_lob_opened_and_taken_down(
    tmp_path: Path,
) -> None:
    with living(tmp_path) as life:
        assert "Nothing to do: 28 stacks" in life.run("apply", life.file.name)
        joins(life)
        opens(life)
        nothing_is_left(life)


def joins(life: Life) -> None:
    """S2-41 to S2-44: the account comes first, then one edit, then one apply."""
    given = ["--account", life.account("lob-c"), "--from", "office", "--domain", "pricing"]
    life.run("lob", "add", "lob-c", *given, "--person", "grace=grace-h", "--idp", "corporate")
    functions = life.acme.client("shared-services", "lambda")
    before = functions.get_function(FunctionName="studiogate-gateway")["Configuration"]
    planned = life.asked("plan")
    life.run("apply", life.file.name)

    after = functions.get_function(FunctionName="studiogate-gateway")["Configuration"]
    (change,) = planned["access"]
    assert (change["people"], change["gains"]) == (["grace"], [["pricing", "office"]])
    assert change["loses"] == []
    assert before["CodeSha256"] == after["CodeSha256"]
    assert before["Environment"] == after["Environment"]
    assert life.asked("status")["ok"]


def opens(life: Life) -> None:
    """S2-45: the new person opens their own Studio, and nobody else's."""
    token = life.acme.newcomer("grace")
    answer = life.acme.ask("/grace", token)

    assert answer.status_code == 302, answer.text
    assert life.acme.browse(answer.headers["location"]).status_code == 302
    assert life.acme.ask("/user-lob-a", token).status_code == 403
    assert life.acme.opens("user-lob-a", "forecasting", "office")


def nothing_is_left(life: Life) -> None:
    """S2-46, S2-47, S1-35: everything goes, in order, and what remains is named."""
    out = life.run("destroy", life.file.name, "--yes", "acme", "--efs", "delete")

    assert "Nothing is left but what is kept, or goes by itself." in out
    (kept,) = [line for line in out.splitlines() if line.startswith("kept")]
    assert kept.split()[1:3] == ["444444444444", "snapshot"]
    redshift = life.acme.client("data", "redshift")
    assert redshift.describe_clusters()["Clusters"] == []
    (snapshot,) = redshift.describe_cluster_snapshots()["Snapshots"]
    assert snapshot["SnapshotIdentifier"] == kept.split()[3]
    assert life.stacks() == {account: [] for account in life.stacks()}
    assert life.acme.client("lob-a", "efs").describe_file_systems()["FileSystems"] == []
    assert life.acme.client("lob-a", "sagemaker").list_domains()["Domains"] == []
    vpcs = life.acme.client("shared-services", "ec2").describe_vpcs()["Vpcs"]
    assert [one["VpcId"] for one in vpcs if not one["IsDefault"]] == []
    with pytest.raises(httpx.ReadTimeout):  # its name leads nowhere any more
        life.acme.http.get(life.acme.api, timeout=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, str]]]:
    """The stacks of an organisation that was built without anybody disturbing it."""
    with living(tmp_path_factory.mktemp("whole")) as life:
        return life.stacks()


def test_s2_46_an_apply_that_is_killed_anywhere_is_finished_by_the_next(
    tmp_path: Path, whole: dict[str, list[tuple[str, str]]]
) -> None:
    """Ten times at a random moment, in an organisation that begins with nothing."""
    moments = random.Random()  # noqa: S311 - a moment, no secret
    with living(tmp_path, "--bare") as life:
        for _ in range(10):
            ran = life.begun("apply", life.file.name)
            time.sleep(moments.uniform(0.8, 3.0))
            ran.send_signal(signal.SIGKILL)
            ran.communicate()
        life.run("apply", life.file.name)

        assert life.stacks() == whole
        assert "Nothing to do" in life.run("apply", life.file.name)
        assert life.acme.opens("user-lob-a", "forecasting", "office")
