"""AWS as a notebook sees it: a role in one's own name, and a password for nobody else."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from studiogate.aws.notebook import Notebook, Reader
from studiogate.errors import Absent, Denied, Unreachable
from tests.kit.redshift import now
from tests.kit.warehouse_aws import EXPIRES, CannedAws, canned_aws

ROLE = "arn:aws:iam::444444444444:role/StudioReader-sales.lob-a"


@pytest.fixture(scope="module")
def canned() -> Iterator[CannedAws]:
    with canned_aws() as running:
        yield running


@pytest.fixture
def aws(canned: CannedAws, monkeypatch: pytest.MonkeyPatch) -> CannedAws:
    """An app's environment: keys of its own, and AWS at another address."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", canned.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAAPP")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    canned.asked.clear()
    canned.refusals.clear()
    canned.role_until = EXPIRES
    return canned


@pytest.fixture
def fresh(aws: CannedAws) -> Reader:
    """A reader that has not been anybody yet."""
    assert aws.url
    return Notebook("eu-west-1").reader(ROLE, profile="ada")


@pytest.fixture(scope="module")
def kept() -> list[Reader]:
    return []


@pytest.fixture
def reader(aws: CannedAws, kept: list[Reader]) -> Reader:
    """A reader that others have used before."""
    assert aws.url
    if not kept:
        kept.append(Notebook("eu-west-1").reader(ROLE, profile="ada"))
    return kept[0]


def password(reader: Reader) -> str:
    given = reader.cluster_password("sales", user="ada", database="dev", groups=["analysts"])
    return given.password


def test_s1_29_the_session_is_called_like_the_profile_and_sets_no_source_identity(
    aws: CannedAws, fresh: Reader
) -> None:
    assert aws.asked == []

    fresh.cluster("sales")

    (asked,) = aws.named("AssumeRole")
    assert (asked["RoleArn"], asked["RoleSessionName"]) == (ROLE, "ada")
    assert asked["DurationSeconds"] == "3600"
    assert "SourceIdentity" not in asked


def test_the_role_is_assumed_once_for_all_calls(aws: CannedAws, fresh: Reader) -> None:
    fresh.cluster("sales")
    password(fresh)
    fresh.workgroup("stock")

    assert len(aws.named("AssumeRole")) == 1


@pytest.mark.parametrize(("minutes_left", "times"), [(20, 1), (9, 2)])
def test_s1_30_the_role_is_assumed_again_before_its_session_ends(
    aws: CannedAws, fresh: Reader, minutes_left: int, times: int
) -> None:
    aws.role_until = (now() + timedelta(minutes=minutes_left)).isoformat()

    fresh.cluster("sales")
    password(fresh)

    assert len(aws.named("AssumeRole")) == times


def test_s1_30_who_one_is_differs_before_and_after(aws: CannedAws, reader: Reader) -> None:
    assert aws.url
    assert Notebook("eu-west-1").caller().account == "222222222222"
    assert reader.caller().arn == "arn:aws:sts::444444444444:assumed-role/StudioReader/ada"


def test_s1_32_a_password_is_asked_for_one_user_one_database_and_named_groups(
    aws: CannedAws, reader: Reader
) -> None:
    given = reader.cluster_password("sales", user="ada", database="dev", groups=["a", "b"])

    (asked,) = aws.named("GetClusterCredentials")
    del asked["Version"]
    assert asked == {
        "ClusterIdentifier": "sales",
        "DbUser": "ada",
        "DbName": "dev",
        "AutoCreate": "true",
        "DurationSeconds": "3600",
        "DbGroups.DbGroup.1": "a",
        "DbGroups.DbGroup.2": "b",
    }
    assert given.user == "IAMA:ada"
    assert given.expires_at == datetime(2099, 1, 15, 13, tzinfo=UTC)
    assert "hush" not in repr(given)


def test_whoever_joins_no_group_asks_for_none(aws: CannedAws, reader: Reader) -> None:
    reader.cluster_password("sales", user="ada", database="dev", groups=())

    (asked,) = aws.named("GetClusterCredentials")
    assert not [key for key in asked if key.startswith("DbGroups")]


def test_a_cluster_is_where_its_account_says(reader: Reader) -> None:
    standing = reader.cluster("sales")

    assert (standing.status, standing.host, standing.port) == (
        "available",
        "sales.example",
        5439,
    )


def test_a_cluster_that_is_being_made_has_no_address(aws: CannedAws, reader: Reader) -> None:
    aws.clusters["new"] = "<Cluster><ClusterStatus>creating</ClusterStatus></Cluster>"

    standing = reader.cluster("new")

    assert (standing.status, standing.host) == ("creating", None)


def test_on_serverless_the_user_is_the_role(aws: CannedAws, reader: Reader) -> None:
    standing = reader.workgroup("stock")
    given = reader.workgroup_password("stock", database="dev")

    assert (standing.status, standing.host, standing.port) == (
        "available",
        "stock.example",
        5440,
    )
    assert given.user == "IAMR:reader"
    assert aws.named("GetCredentials") == [
        {"workgroupName": "stock", "dbName": "dev", "durationSeconds": 3600}
    ]


REFUSALS = {
    ("DescribeClusters", "ClusterNotFound"): Absent,
    ("GetClusterCredentials", "AccessDenied"): Denied,
}


@pytest.mark.parametrize(("refused", "family"), REFUSALS.items(), ids=map(str, REFUSALS))
def test_denied_and_absent_are_told_apart(
    aws: CannedAws, reader: Reader, refused: tuple[str, str], family: type[Exception]
) -> None:
    action, code = refused
    aws.refusals[action] = (code, "so it says")

    with pytest.raises(family, match="so it says"):
        (reader.cluster if action == "DescribeClusters" else lambda _: password(reader))(
            "sales"
        )


def test_a_role_that_is_refused_is_reported_as_the_role_and_not_as_the_call(
    aws: CannedAws, fresh: Reader
) -> None:
    aws.refusals["AssumeRole"] = ("AccessDenied", "not authorized to perform: sts:AssumeRole")

    with pytest.raises(Denied) as denied:
        fresh.cluster("sales")

    assert (denied.value.action, denied.value.about) == ("sts:AssumeRole", ROLE)
    assert aws.named("DescribeClusters") == []


def test_an_endpoint_that_is_not_there_is_unreachable(
    aws: CannedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aws.url
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    with pytest.raises(Unreachable):
        Notebook("eu-west-1").caller()


def test_no_secret_is_in_what_is_logged_or_said(
    aws: CannedAws, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    aws.refusals["GetClusterCredentials"] = ("AccessDenied", "no")
    with pytest.raises(Denied) as denied:
        password(reader)

    assert "hush" not in f"{denied.value}{denied.value.remedy}{caplog.text}"
