"""S2-22 to S2-26, S2-41 to S2-48: a landscape is built, grows by a lob, and is taken down.

Organisations of their own, for what is built by a test is taken down by it.
"""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.kit.life import Life, living


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """One that was built without anybody disturbing it."""
    with living(tmp_path_factory.mktemp("built")) as life:
        yield life


@pytest.fixture(scope="module")
def whole(built: Life) -> dict[str, list[tuple[str, str]]]:
    """Its stacks, before anything is done to them."""
    return built.stacks()


@pytest.mark.usefixtures("whole")  # looked at before
def test_s2_45_s2_46_s4_11_s4_22_built_grown_by_a_lob_opened_and_taken_down(
    built: Life,
) -> None:
    assert "Nothing to do: 28 stacks" in built.run("apply", built.file.name)
    joins(built)
    opens(built)
    nothing_is_left(built)


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
