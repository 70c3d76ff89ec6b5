"""Temporary passwords: whose they can be, what they open, and until when."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.redshift.parts import Grant, Seat
from studiogate.local.redshift.standing import rules
from studiogate.local.redshift.standing.vault import Vault, master_password
from tests.kit.between import StandingClock
from tests.kit.front import LOB_A, REGION
from tests.kit.redshift_api import PASSWORD, PRODUCER, Warehoused

SEAT = Seat("cluster", PRODUCER, REGION, "sales", "dev", "root-user", "vpc-1", (), ())


@pytest.fixture(scope="module")
def sales(org: Warehoused) -> Seat:
    org.cluster("sales")
    (found,) = [seat for seat in org.redshift.warehouses.seats() if seat.name == "sales"]
    return found


def asked(**more: Any) -> dict[str, Any]:
    said = {
        "ClusterIdentifier": "sales",
        "DbUser": "ada",
        "DbName": "dev",
        "AutoCreate": True,
        "DbGroups": ["analysts"],
    }
    return {key: value for key, value in {**said, **more}.items() if value is not None}


def denied(caught: pytest.ExceptionInfo[ClientError], action: str, on: str) -> bool:
    error = caught.value.response["Error"]
    arn = f"arn:aws:redshift:{REGION}:{PRODUCER}:{on}"
    said = f"is not authorized to perform: {action} on resource: {arn}"
    return error["Code"] == "AccessDenied" and said in error["Message"]


@pytest.mark.usefixtures("sales")
class TestTheReader:
    def test_s1_14_gets_a_password_for_their_own_user(
        self, org: Warehoused, sales: Seat
    ) -> None:
        client = org.client("redshift", org.reader("ada", cluster="sales"))

        found = client.get_cluster_credentials(**asked())

        assert found["DbUser"] == "IAMA:ada"
        grant = org.vault.of(sales, "IAMA:ada", found["DbPassword"])
        assert grant is not None
        assert (grant.user, grant.groups, grant.database) == ("ada", ("analysts",), "dev")
        assert grant.creates
        assert grant.source_identity == "ada"
        assert grant.caller.endswith(":assumed-role/StudioReader-sales.lob-a/ada")

    @pytest.mark.parametrize(
        ("changed", "action", "on"),
        [
            ({"DbUser": "ben"}, "redshift:GetClusterCredentials", "dbuser:sales/ben"),
            ({"DbUser": "Ada"}, "redshift:GetClusterCredentials", "dbuser:sales/Ada"),
            ({"DbName": "prod"}, "redshift:GetClusterCredentials", "dbuser:sales/ada"),
            # F-59: without a database it would be any.
            ({"DbName": None}, "redshift:GetClusterCredentials", "dbuser:sales/ada"),
            ({"DbGroups": ["admins"]}, "redshift:JoinGroup", "dbgroup:sales/admins"),
            (
                {"DbGroups": ["analysts", "admins"]},
                "redshift:JoinGroup",
                "dbgroup:sales/admins",
            ),
            (
                {"ClusterIdentifier": "other"},
                "redshift:GetClusterCredentials",
                "dbuser:other/ada",
            ),
        ],
    )
    def test_s1_14_s1_16_is_refused_whatever_is_not_their_own(
        self, org: Warehoused, changed: dict[str, Any], action: str, on: str
    ) -> None:
        client = org.client("redshift", org.reader("ada", cluster="sales"))

        with pytest.raises(ClientError) as caught:
            client.get_cluster_credentials(**asked(**changed))

        assert denied(caught, action, on)

    def test_s1_15_is_refused_a_user_who_is_made_under_another_name(
        self, org: Warehoused
    ) -> None:
        may = {"Effect": "Allow", "Action": "redshift:GetClusterCredentials", "Resource": "*"}
        client = org.client("redshift", org.role("no-new-users", may))

        assert (
            client.get_cluster_credentials(**asked(AutoCreate=False, DbGroups=None))["DbUser"]
            == "IAM:ada"
        )
        with pytest.raises(ClientError) as caught:
            client.get_cluster_credentials(**asked(DbGroups=None))

        assert denied(caught, "redshift:CreateClusterUser", "dbuser:sales/ada")

    def test_is_told_that_there_is_no_cluster_in_the_wrong_account(
        self, org: Warehoused
    ) -> None:
        with pytest.raises(ClientError) as caught:
            org.client("redshift", account=LOB_A).get_cluster_credentials(**asked())

        assert caught.value.response["Error"]["Code"] == "ClusterNotFound"


@pytest.mark.usefixtures("sales")
class TestThePassword:
    def test_s1_32_is_good_for_as_long_as_was_asked_and_no_longer(
        self, org: Warehoused, sales: Seat
    ) -> None:
        client = org.client("redshift")
        short = client.get_cluster_credentials(**asked(DbUser="brief"))
        long = client.get_cluster_credentials(**asked(DbUser="long", DurationSeconds=3600))

        lasts = short["Expiration"] - org.clock()
        assert timedelta(seconds=890) < lasts <= timedelta(seconds=900)
        org.clock.ahead = timedelta(seconds=901)
        try:
            assert org.vault.of(sales, "IAMA:brief", short["DbPassword"]) is None
            assert org.vault.of(sales, "IAMA:long", long["DbPassword"]) is not None
        finally:
            org.clock.ahead = timedelta()

    @pytest.mark.parametrize("seconds", [0, 899, 3601])
    def test_cannot_last_shorter_or_longer_than_aws_lets_it(
        self, org: Warehoused, seconds: int
    ) -> None:
        with pytest.raises(ClientError) as caught:
            org.client("redshift").get_cluster_credentials(**asked(DurationSeconds=seconds))

        assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"

    @pytest.mark.parametrize(
        "changed",
        [
            {"DbUser": "7up"},
            {"DbUser": "a:b"},
            {"DbUser": "a/b"},
            {"DbUser": "public"},
            {"DbUser": "Select"},
            {"DbUser": "a" * 65},
            {"DbName": "a:b"},
            {"DbGroups": ["Analysts"]},
            {"DbGroups": ["1st"]},
        ],
    )
    def test_f_62_is_for_names_that_redshift_has(
        self, org: Warehoused, changed: dict[str, Any]
    ) -> None:
        with pytest.raises(ClientError) as caught:
            org.client("redshift").get_cluster_credentials(**asked(**changed))

        assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"

    def test_for_whoever_calls_is_one_database_user_for_a_role(
        self, org: Warehoused, sales: Seat
    ) -> None:
        may = {
            "Effect": "Allow",
            "Action": "redshift:GetClusterCredentialsWithIAM",
            "Resource": f"arn:aws:redshift:{REGION}:{PRODUCER}:dbname:sales/dev",
        }
        client = org.client("redshift", org.role("Analyst", may))

        found = client.get_cluster_credentials_with_iam(ClusterIdentifier="sales", DbName="dev")

        assert found["DbUser"] == "IAMR:Analyst"
        assert found["NextRefreshTime"] <= found["Expiration"]
        grant = org.vault.of(sales, "IAMR:Analyst", found["DbPassword"])
        assert grant is not None
        assert grant.user == "IAMR:Analyst"
        with pytest.raises(ClientError) as caught:
            client.get_cluster_credentials_with_iam(ClusterIdentifier="sales")
        assert denied(caught, "redshift:GetClusterCredentialsWithIAM", "dbname:sales/*")

    def test_of_the_administrator_is_the_one_the_cluster_was_made_with(
        self, org: Warehoused, sales: Seat
    ) -> None:
        assert org.vault.of(sales, "root-user", PASSWORD) is not None
        org.client("redshift").modify_cluster(
            ClusterIdentifier="sales", MasterUserPassword="Another-horse-2"
        )
        assert org.vault.of(sales, "root-user", PASSWORD) is None
        assert org.vault.of(sales, "root-user", "Another-horse-2") is not None

    def test_is_in_no_record_of_calls(self, org: Warehoused) -> None:
        found = org.client("redshift").get_cluster_credentials(**asked())

        assert found["DbPassword"] not in repr(org.events)
        assert found["DbPassword"] not in repr(vars(org.vault))


@pytest.fixture
def vault() -> Vault:
    return Vault(StandingClock())


def test_a_password_opens_one_seat_for_one_login(vault: Vault) -> None:
    grant = Grant(login="IAM:ada", user="ada", database="dev")
    password = vault.hand_out(SEAT, grant)
    other = Seat("cluster", PRODUCER, REGION, "other", "dev", "root-user", "vpc-1", (), ())

    assert vault.of(SEAT, "IAM:ada", password) is grant
    assert vault.of(SEAT, "IAM:ben", password) is None
    assert vault.of(SEAT, "IAMA:ada", password) is None
    assert vault.of(SEAT, "ada", password) is None
    assert vault.of(other, "IAM:ada", password) is None


def test_a_login_may_have_several_passwords_at_once(vault: Vault) -> None:
    wide = Grant(login="IAM:ada", user="ada", groups=("analysts",))
    narrow = Grant(login="IAM:ada", user="ada")
    first, second = vault.hand_out(SEAT, wide), vault.hand_out(SEAT, narrow)

    assert vault.of(SEAT, "IAM:ada", first) is wide
    assert vault.of(SEAT, "IAM:ada", second) is narrow


def md5(text: bytes) -> str:
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


@given(salt=st.binary(min_size=4, max_size=4))
def test_a_password_that_is_proved_counts_like_one_that_is_sent(salt: bytes) -> None:
    vault = Vault(StandingClock())
    grant = Grant(login="IAMA:ada", user="ada")
    password = vault.hand_out(SEAT, grant)

    def proof(of: str) -> bytes:
        inner = md5(of.encode() + b"IAMA:ada").encode()
        return b"md5" + md5(inner + salt).encode()

    assert vault.md5(SEAT, "IAMA:ada", salt, proof(password)) is grant
    assert vault.md5(SEAT, "IAMA:ada", salt, proof(password + "x")) is None
    assert vault.md5(SEAT, "IAMA:ada", salt, b"") is None
    assert vault.md5(SEAT, "IAMA:ada", b"othr", proof(password)) is None or salt == b"othr"


def test_a_seat_that_is_gone_has_no_passwords(vault: Vault) -> None:
    password = vault.hand_out(SEAT, Grant(login="IAM:ada", user="ada"))
    vault.set_master(SEAT, PASSWORD)

    vault.forget(SEAT)

    assert vault.of(SEAT, "IAM:ada", password) is None
    assert vault.of(SEAT, "root-user", PASSWORD) is None


@given(name=st.text(max_size=70))
def test_no_name_is_a_user_that_could_be_read_as_two_things(name: str) -> None:
    if rules.is_user(name):
        assert not set(name) & {":", "/", "*", "?", "$", "'", '"', " ", "\0"}
        assert name[0].isascii()
        assert name[0].isalpha()


def test_a_password_made_up_keeps_the_rules() -> None:
    assert all(rules.unfit_password(master_password()) is None for _ in range(50))
