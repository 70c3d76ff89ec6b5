"""Passwords: asked for in one's own name, kept in one place, renewed before they end."""

from datetime import timedelta

import pytest

from studiogate.errors import AwsError, Busy, Denied, NotAwake, Unreachable
from studiogate.warehouse.credentials import Credentials
from tests.kit.warehouse_played import HOST, NOON, ROLE, Clock, FakeAws, FakeRole, listed


class Room:
    def __init__(self, **changes: object) -> None:
        self.clock = Clock()
        self.role = FakeRole(self.clock)
        self.aws = FakeAws(self.role)
        self.credentials = Credentials(
            listed(**changes), profile="ada", aws=self.aws, clock=self.clock
        )


def test_s1_32_the_password_is_for_oneself_one_database_and_the_listed_groups() -> None:
    room = Room()

    login = room.credentials.login()

    assert room.aws.became == [(ROLE, "ada")]
    assert room.role.asked == [("sales-1", "ada", "dev", ("analysts",))]
    assert (login.host, login.port, login.user) == (HOST, 5439, "IAMA:ada")
    assert login.expires_at == NOON + timedelta(hours=1)


def test_on_serverless_one_is_the_role_that_is_ones_own() -> None:
    role = "arn:aws:iam::444444444444:role/StudioReader-stock.lob-a.{profile}"
    room = Room(kind="workgroup", name="stock", role=role)

    login = room.credentials.login()

    assert room.aws.became == [(role.replace("{profile}", "ada"), "ada")]
    assert login.user == "IAMR:StudioReader-stock.lob-a.ada"


def test_an_endpoint_of_ones_own_account_is_the_way_where_there_is_one() -> None:
    login = Room(host="endpoint.internal", port=5440).credentials.login()

    assert (login.host, login.port) == ("endpoint.internal", 5440)


def test_a_password_is_used_until_four_fifths_of_its_hour_are_over() -> None:
    room = Room()
    first = room.credentials.login()

    room.clock.forward(minutes=47)
    assert room.credentials.login() is first
    room.clock.forward(minutes=2)
    assert room.credentials.login() is not first
    assert len(room.role.asked) == 2
    assert len(room.aws.became) == 1, "the role renews itself"


def test_a_password_that_the_database_refuses_is_forgotten() -> None:
    room = Room()
    first = room.credentials.login()

    room.credentials.forget()

    assert room.credentials.held is None
    assert room.credentials.login() != first


BUSY = Busy("throttled", remedy="wait", action="redshift:GetClusterCredentials")
AWAY = Unreachable("nobody", remedy="look", action="redshift:GetClusterCredentials")
NO = Denied("no", remedy="ask", action="redshift:GetClusterCredentials", code="AccessDenied")


@pytest.mark.parametrize("error", [BUSY, AWAY])
def test_nobody_notices_that_aws_is_away_while_a_password_holds(error: AwsError) -> None:
    room = Room()
    first = room.credentials.login()
    room.role.refuses = error

    room.clock.forward(minutes=59)
    assert room.credentials.login() is first
    room.clock.forward(minutes=1)
    with pytest.raises(type(error)):
        room.credentials.login()


def test_whoever_may_no_longer_read_has_no_use_of_the_password_held() -> None:
    room = Room()
    room.credentials.login()
    room.role.refuses = NO

    room.clock.forward(minutes=50)

    with pytest.raises(Denied):
        room.credentials.login()


@pytest.mark.parametrize("status", ["paused", "creating", "deleting", "rebooting"])
def test_a_warehouse_that_serves_nobody_is_told_apart_from_one_that_is_not_there(
    status: str,
) -> None:
    room = Room()
    room.role.status = status

    with pytest.raises(NotAwake, match=status):
        room.credentials.login()

    assert room.role.asked == []


def test_a_paused_cluster_is_told_with_the_command_that_resumes_it() -> None:
    room = Room()
    room.role.status = "paused"

    with pytest.raises(NotAwake) as refused:
        room.credentials.login()

    assert refused.value.reason == "paused"
    assert "resume-cluster --cluster-identifier sales-1" in refused.value.remedy


@pytest.mark.parametrize("status", ["available, prep-for-resize", "resizing", "modifying"])
def test_a_warehouse_that_is_being_changed_and_serves_is_used(status: str) -> None:
    room = Room()
    room.role.status = status

    assert room.credentials.login().host == HOST


def test_no_repr_shows_a_password() -> None:
    room = Room()
    login = room.credentials.login()

    assert login.password == "hush-1"
    assert "hush" not in repr(login) + repr(room.credentials)
