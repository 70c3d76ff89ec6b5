"""Warehouses at the end: what stays of them is told, and goes only when somebody says so."""

from typing import Any

import pytest

from studiogate.deploy.destroying import Destroyed, End, destroy, expected
from studiogate.deploy.ending.residue import Left
from studiogate.deploy.stack.standing import tags_of
from tests.kit.deploy import DATA, HUB, Town, acme, composed, wish_of, world_of
from tests.kit.deploy_engine import error
from tests.kit.deploy_warehouses import FakeWarehouses

ACME = acme()
OURS = tags_of(ACME)
OTHERS = {**OURS, "studiogate:landscape": "umbrella"}
LAST, BEFORE = "studiogate-cluster-sales-cluster-1x", "studiogate-cluster-sales-cluster-0x"
OF_A_WORKGROUP = "reports-3f2b8c1e-0a4d-4e59-9a57-6b1d2c3e4f50"


@pytest.fixture
def town() -> Town:
    """Nothing stands any more, but what a test puts there."""
    return Town()


@pytest.fixture
def data(town: Town) -> FakeWarehouses:
    """Warehouses in the account `data`, with what somebody else keeps there."""
    there = town.warehouses.setdefault(DATA, FakeWarehouses())
    there.redshift.snapshots = {
        LAST: "manual",
        BEFORE: "manual",
        "before-the-migration": "manual",
        "rs:studiogate-cluster-sales": "automated",
    }
    there.serverless.snapshots = {
        OF_A_WORKGROUP: "reports",
        "reports-by-hand": "reports",
        f"other-{OF_A_WORKGROUP}": "reports",
    }
    return there


def ended(town: Town, **more: Any) -> Destroyed:
    told: dict[str, Any] = {
        "efs": "keep",
        "landscape": ACME,
        "compose": composed,
        "holder": wish_of(ACME).holder,
    }
    return destroy(world_of(town), End(**(told | more)))


def of(done: Destroyed, *words: str) -> set[tuple[str, str, str]]:
    return {(one.kind, one.id, one.state) for one in done.residue.things if one.kind in words}


def test_s1_35_last_snapshots_are_told_as_kept_and_what_others_keep_is_not(
    town: Town, data: FakeWarehouses
) -> None:
    done = ended(town)

    assert of(done, "snapshot") == {
        ("snapshot", name, "kept") for name in (LAST, BEFORE, OF_A_WORKGROUP)
    }
    assert Left(DATA, "snapshot", LAST, "kept", "of sales") in done.residue.things
    assert done.residue.clean
    assert LAST in data.redshift.snapshots


def test_s1_35_they_go_when_that_is_chosen_and_nobody_elses(
    town: Town, data: FakeWarehouses
) -> None:
    done = ended(town, snapshots="delete")

    assert of(done, "snapshot") == set()
    assert set(data.redshift.snapshots) == {
        "before-the-migration",
        "rs:studiogate-cluster-sales",
    }
    assert set(data.serverless.snapshots) == {"reports-by-hand", f"other-{OF_A_WORKGROUP}"}


@pytest.mark.usefixtures("data")
def test_s2_47_what_earlier_runs_kept_is_listed_before_anything_is_touched(town: Town) -> None:
    toll = expected(world_of(town), ACME)

    assert set(toll.snapshots) == {f"{DATA}/{name}" for name in (LAST, BEFORE, OF_A_WORKGROUP)}


def test_one_that_somebody_deletes_at_the_same_time_is_no_error(
    town: Town, data: FakeWarehouses
) -> None:
    gone = error("DeleteClusterSnapshot", "ClusterSnapshotNotFound", "none", 404)
    town.refuses[DATA, "delete_cluster_snapshot"] = [gone]

    ended(town, snapshots="delete")

    assert LAST in data.redshift.snapshots, "which is what the refusal stood for"
    assert BEFORE not in data.redshift.snapshots


def test_s1_35_a_warehouse_that_stays_is_told_with_all_that_it_was_made_with(
    town: Town, data: FakeWarehouses
) -> None:
    data.redshift.clusters = {"sales": dict(OURS), "theirs": dict(OTHERS)}
    data.redshift.groups = {"sales-subnets": dict(OURS), "default": {}}
    data.serverless.workgroups = {"reports": dict(OURS), "theirs": dict(OTHERS)}

    done = ended(town)

    left = {(one.kind, one.id) for one in done.residue.things if one.state == "left"}
    assert left == {
        ("cluster", "sales"),
        ("subnet group of a cluster", "sales-subnets"),
        ("parameter group of a cluster", "sales-subnets"),
        ("workgroup", "reports"),
        ("namespace", "reports"),
    }
    assert not done.residue.clean


def test_s1_20_logs_of_statements_outlive_the_warehouse_and_are_told_as_kept(
    town: Town, data: FakeWarehouses
) -> None:
    ours = "/aws/redshift/cluster/sales/useractivitylog"
    data.logs.groups = [ours, "/aws/redshift/cluster/salesforce/userlog", "/aws/redshift/x/y"]
    elsewhere = town.warehouses.setdefault(HUB, FakeWarehouses())
    elsewhere.logs.groups = [ours]

    done = ended(town, snapshots="delete")

    told = [one for one in done.residue.things if one.kind == "log of a warehouse"]
    assert told == [Left(DATA, "log of a warehouse", ours, "kept")]
    assert done.residue.clean


def test_redshift_that_may_not_be_looked_at_is_not_taken_for_empty(town: Town) -> None:
    town.refuses[DATA, "describe_clusters"] = [
        error("DescribeClusters", "AccessDenied", "no", 403)
    ]

    done = ended(town)

    (unseen,) = done.residue.unseen
    assert (unseen.account, unseen.kind) == (DATA, "cluster")
    assert "redshift:DescribeClusters" in unseen.why
    assert not done.residue.clean
