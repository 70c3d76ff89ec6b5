"""What AWS refuses on the way, told so that somebody in front of a notebook knows whom to ask."""

from typing import NoReturn

import pytest

from studiogate.aws.wire.errors import failure
from studiogate.errors import Absent, AwsError, Busy, Denied, Unreachable
from studiogate.warehouse.explained import explained
from tests.kit.warehouse_played import (
    DATA,
    LOB_A,
    ROLE,
    Clock,
    FakeAws,
    FakeRole,
    absent,
    listed,
)

WHERE = "on resource: arn:aws:redshift:eu-west-1:444444444444:x because no policy allows it"


def told(error: AwsError, *, account: str = DATA, profile: str = "ada") -> AwsError:
    role = FakeRole(Clock(), account=account)
    return explained(error, listed(), profile, FakeAws(role), role)


def denied(action: str, message: str) -> AwsError:
    return failure("AccessDenied", message, status=403, action=action, about="sales")


def test_a_role_that_one_may_not_become_is_told_with_both_accounts() -> None:
    error = told(denied("sts:AssumeRole", f"not authorized to perform: sts:AssumeRole {ROLE}"))

    assert isinstance(error, Denied)
    assert f"arn:aws:sts::{LOB_A}:assumed-role/StudioExecution/SageMaker" in str(error)
    assert ROLE in str(error)
    assert "ExecutionRoleIdentityConfig" in error.remedy
    assert "not authorized to perform: sts:AssumeRole" in str(error), "AWS's words are kept"


def test_f_58_a_hop_that_may_not_carry_the_name_is_told_by_the_action_it_lacks() -> None:
    error = told(denied("sts:AssumeRole", "not authorized to perform: sts:SetSourceIdentity"))

    assert isinstance(error, Denied)
    assert "sts:SetSourceIdentity is needed beside sts:AssumeRole" in error.remedy


@pytest.mark.parametrize(
    ("message", "says", "remedy"),
    [
        ("redshift:GetClusterCredentials", "into the database 'dev'", "source identity"),
        ("redshift:JoinGroup", "may not join analysts", "`readers`"),
        ("redshift:CreateClusterUser", "may not be made", 'CREATE USER "ada"'),
    ],
)
def test_s1_14_to_16_what_may_not_be_done_is_told_by_its_action(
    message: str, says: str, remedy: str
) -> None:
    error = told(denied("redshift:GetClusterCredentials", f"to perform: {message} {WHERE}"))

    assert isinstance(error, Denied)
    assert says in str(error)
    assert WHERE in str(error)
    assert remedy in error.remedy


def test_a_cluster_that_was_asked_for_in_the_wrong_account_is_told_with_both() -> None:
    error = told(absent("sales-1"), account="999999999999")

    assert isinstance(error, Absent)
    assert "asked in account 999999999999" in str(error)
    assert f"stands in account {DATA}" in str(error)
    assert "wrong account" in error.remedy


def test_a_cluster_that_is_not_in_its_own_account_is_absent() -> None:
    error = told(absent("sales-1"))

    assert isinstance(error, Absent)
    assert f"account {DATA} was asked" in str(error)
    assert "deleted, renamed" in error.remedy


def test_an_endpoint_that_does_not_answer_is_neither_denied_nor_absent() -> None:
    error = told(Unreachable("no answer", remedy="x", action="redshift:DescribeClusters"))

    assert isinstance(error, Unreachable)
    assert "endpoint of redshift" in str(error)
    assert "studiogate doctor" in error.remedy


def test_keys_of_the_app_that_have_run_out_are_told_as_that() -> None:
    error = told(failure("ExpiredToken", "expired", status=403, action="sts:X", about=""))

    assert isinstance(error, Denied)
    assert "own keys have run out" in str(error)


def test_to_be_busy_stays_to_be_busy() -> None:
    busy = Busy("throttled", remedy="wait", action="sts:AssumeRole", retry_after_s=7)

    assert told(busy) is busy


def test_who_asks_need_not_be_known_for_the_error_to_be_told() -> None:
    class Nobody(FakeAws):
        def caller(self) -> NoReturn:
            raise Unreachable("no answer", remedy="x", action="sts:GetCallerIdentity")

    role = FakeRole(Clock())
    error = explained(denied("sts:AssumeRole", "no"), listed(), "ada", Nobody(role), role)

    assert str(error).startswith("this notebook may not become")
