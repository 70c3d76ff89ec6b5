"""S2-41: a line of business that joins begins with an account, made as AWS makes one."""

import pytest
from botocore.exceptions import ClientError

from studiogate.local.iam.accounts import ADMIN_ROLE
from studiogate.policy.language import Kind
from tests.kit.front import LOB_A, World


def asked(org: World, **changed: str) -> str:
    """The id of a request for an account."""
    name = org.name("joining")
    wanted = {"AccountName": name, "Email": f"{name}@accounts.example"} | changed
    status = org.client("organizations").create_account(**wanted)["CreateAccountStatus"]
    assert status["State"] == "IN_PROGRESS"
    assert "AccountId" not in status
    return str(status["Id"])


def told(org: World, request: str) -> dict[str, str]:
    answer = org.client("organizations").describe_create_account_status(
        CreateAccountRequestId=request
    )
    status: dict[str, str] = answer["CreateAccountStatus"]
    return status


def test_the_operator_administers_the_new_account(org: World) -> None:
    status = told(org, asked(org))

    account = status["AccountId"]
    inside = org.assume(f"arn:aws:iam::{account}:role/{ADMIN_ROLE}")
    who = org.client("sts", inside).get_caller_identity()
    org.client("iam", inside).create_role(RoleName="ours", AssumeRolePolicyDocument="{}")
    assert (status["State"], who["Account"]) == ("SUCCEEDED", account)


def test_it_is_a_member_with_full_access_at_every_level(org: World) -> None:
    account = told(org, asked(org))["AccountId"]

    listed = org.client("organizations").list_accounts()["Accounts"]
    levels = org.policies.organisation.levels(account, Kind.SCP)
    assert account in [one["Id"] for one in listed]
    assert levels is not None
    assert [[policy.name for policy in level] for level in levels] == [["FullAWSAccess"]] * 2


def test_its_role_has_the_name_that_was_asked_for(org: World) -> None:
    account = told(org, asked(org, RoleName="Platform"))["AccountId"]

    org.assume(f"arn:aws:iam::{account}:role/Platform")
    with pytest.raises(ClientError, match="AccessDenied"):
        org.assume(f"arn:aws:iam::{account}:role/{ADMIN_ROLE}")


def test_an_address_that_is_taken_makes_no_account(org: World) -> None:
    mail = f"{org.name('once')}@accounts.example"
    first, second = asked(org, Email=mail), asked(org, Email=mail.upper())

    assert told(org, first)["State"] == "SUCCEEDED"
    refused = told(org, second)
    assert (refused["State"], refused["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
    assert "AccountId" not in refused


def test_requests_are_listed_by_state(org: World) -> None:
    mail = f"{org.name('listed')}@accounts.example"
    made, refused = asked(org, Email=mail), asked(org, Email=mail)

    answer = org.client("organizations").list_create_account_status(States=["FAILED"])
    found = [one["Id"] for one in answer["CreateAccountStatuses"]]
    assert refused in found
    assert made not in found


def test_a_request_nobody_made_is_not_found(org: World) -> None:
    with pytest.raises(ClientError, match="CreateAccountStatusNotFoundException"):
        told(org, "car-" + "0" * 32)


def test_a_member_makes_no_accounts(org: World) -> None:
    with pytest.raises(ClientError, match="AccessDeniedException"):
        org.admin(LOB_A, "organizations").create_account(
            AccountName="x", Email="x@accounts.example"
        )


def test_what_is_not_in_the_model_is_refused(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.client("organizations").create_account(AccountName="x")

    assert "Email" in str(caught.value)
