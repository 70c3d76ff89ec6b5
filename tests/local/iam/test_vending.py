"""Credentials for programs: with the token only, and only while the role lets the service in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from moto.iam.models import iam_backends

from studiogate.local.iam.vending import Vending
from tests.kit.front import LOB_A, World, allow, policy, root_of, served, trusting

STUDIO = {"Service": "sagemaker.amazonaws.com"}


@pytest.fixture
def vending(org: World) -> Vending:
    org.clock.ahead = timedelta()
    return Vending(org.sessions, org.policies, org.clock)


@pytest.fixture
def url(vending: Vending) -> Iterator[str]:
    with served(vending.app()) as base:
        yield base


def studio_role(org: World, *actions: str) -> str:
    return org.role(
        LOB_A, trust=policy(trusting(STUDIO, *actions)), can=policy(allow("iam:ListUsers"))
    )


def ask(url: str, path: str, token: str) -> httpx.Response:
    return httpx.get(url + path, headers={"Authorization": token})


def test_s1_10_a_program_becomes_the_role_as_the_person(
    org: World, vending: Vending, url: str
) -> None:
    arn = studio_role(org, "sts:AssumeRole", "sts:SetSourceIdentity")
    path, token = vending.register(
        arn, service="sagemaker.amazonaws.com", session_name="SageMaker", source_identity="ada"
    )

    found = ask(url, path, token).json()

    keys = {**found, "SessionToken": found["Token"]}
    who = org.client("sts", keys).get_caller_identity()
    assert who["Arn"].endswith(":assumed-role/" + arn.rpartition("/")[2] + "/SageMaker")
    assert org.events[-1].source_identity == "ada"
    assert org.client("iam", keys).list_users()["Users"]
    lives = datetime.fromisoformat(found["Expiration"]) - org.clock()
    assert timedelta(minutes=59) < lives <= timedelta(hours=1)
    assert found["RoleArn"] == arn


@pytest.mark.parametrize("shown", ["", "wrong", "Bearer wrong", "ärger"])
def test_without_the_token_there_is_nothing(
    org: World, vending: Vending, url: str, shown: str
) -> None:
    path, _ = vending.register(
        studio_role(org), service="sagemaker.amazonaws.com", session_name="SageMaker"
    )

    answer = httpx.get(url + path, headers={b"Authorization": shown.encode()})

    assert answer.status_code == 401
    assert "SecretAccessKey" not in answer.text


def test_a_token_opens_its_own_path_only(org: World, vending: Vending, url: str) -> None:
    arn = studio_role(org)
    _, token = vending.register(
        arn, service="sagemaker.amazonaws.com", session_name="SageMaker"
    )
    other, _ = vending.register(
        arn, service="sagemaker.amazonaws.com", session_name="SageMaker"
    )

    assert ask(url, other, token).status_code == 401
    assert ask(url, "/credentials/0", token).status_code == 401


def test_a_role_that_trusts_another_service_is_not_handed_out(
    org: World, vending: Vending, url: str
) -> None:
    path, token = vending.register(
        studio_role(org), service="lambda.amazonaws.com", session_name="gateway"
    )

    answer = ask(url, path, token)

    assert answer.status_code == 403
    assert "because no role trust policy allows it" in answer.json()["message"]


def test_a_role_that_trusts_its_account_does_not_trust_a_service(
    org: World, vending: Vending, url: str
) -> None:
    arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))))
    path, token = vending.register(
        arn, service="sagemaker.amazonaws.com", session_name="SageMaker"
    )

    assert ask(url, path, token).status_code == 403


def test_s1_10_a_source_identity_needs_the_trust_policys_permission(
    org: World, vending: Vending, url: str
) -> None:
    path, token = vending.register(
        studio_role(org, "sts:AssumeRole"),
        service="sagemaker.amazonaws.com",
        session_name="SageMaker",
        source_identity="ada",
    )

    answer = ask(url, path, token)

    assert answer.status_code == 403
    assert "sts:SetSourceIdentity" in answer.json()["message"]


def test_a_role_that_is_not_there_is_said_to_be_absent(vending: Vending, url: str) -> None:
    path, token = vending.register(
        f"arn:aws:iam::{LOB_A}:role/absent",
        service="sagemaker.amazonaws.com",
        session_name="SageMaker",
    )

    assert "There is no role" in ask(url, path, token).json()["message"]


def test_credentials_are_kept_until_they_are_nearly_over_and_then_renewed(
    org: World, vending: Vending, url: str
) -> None:
    path, token = vending.register(
        studio_role(org), service="sagemaker.amazonaws.com", session_name="SageMaker"
    )

    first = ask(url, path, token).json()
    again = ask(url, path, token).json()
    org.clock.ahead = timedelta(minutes=45)
    later = ask(url, path, token).json()

    assert again == first
    assert later["AccessKeyId"] != first["AccessKeyId"]


def test_a_trust_that_was_withdrawn_ends_the_renewals(
    org: World, vending: Vending, url: str
) -> None:
    arn = studio_role(org)
    path, token = vending.register(
        arn, service="sagemaker.amazonaws.com", session_name="SageMaker"
    )
    assert ask(url, path, token).status_code == 200

    role = iam_backends[LOB_A]["aws"].get_role(arn.rpartition("/")[2])
    role.assume_role_policy_document = policy(trusting(root_of(LOB_A)))
    org.clock.ahead = timedelta(minutes=45)

    assert ask(url, path, token).status_code == 403


def test_what_is_forgotten_is_handed_out_no_more(
    org: World, vending: Vending, url: str
) -> None:
    path, token = vending.register(
        studio_role(org), service="sagemaker.amazonaws.com", session_name="SageMaker"
    )

    vending.forget(path)

    assert ask(url, path, token).status_code == 401


def test_no_secret_is_in_a_repr(org: World, vending: Vending) -> None:
    path, token = vending.register(
        studio_role(org), service="sagemaker.amazonaws.com", session_name="SageMaker"
    )
    session = org.sessions.root_key(LOB_A)

    shown = f"{vending!r} {session!r} {replace(session, token='t0ken')!r} {org.founded!r}"

    assert path
    for secret in (token, session.secret_key, "t0ken", org.founded.management.secret_key):
        assert secret not in shown
