"""IAM's quota of inline policies, and the kill switch that has to live with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.policy.documents import compact
from studiogate.policy.guardrails import revocation_policy
from studiogate.revoke import scissors
from studiogate.revoke.plan import Cut
from tests.kit.front import LOB_A, World, allow, policy

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def role(org: World) -> str:
    name = org.name("role")
    org.admin(LOB_A, "iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy())
    return name


def filled(iam: Any, role: str, at: datetime) -> str:
    """Revoke people in `role` until IAM takes no more; what it says then."""
    for number in range(200):
        name = f"somebody.{number}"
        text = compact(revocation_policy(name, at=at))
        try:
            iam.put_role_policy(
                RoleName=role, PolicyName=f"revoked-{name}", PolicyDocument=text
            )
        except ClientError as full:
            return f"{full.response['Error']['Code']}: {full.response['Error']['Message']}"
    raise AssertionError("there is room without end")


def test_inline_policies_of_a_role_hold_10_240_characters_in_all(org: World, role: str) -> None:
    iam = org.admin(LOB_A, "iam")

    said = filled(iam, role, NOW)

    assert said == f"LimitExceeded: Maximum policy size of 10240 bytes exceeded for role {role}"
    names = iam.list_role_policies(RoleName=role, MaxItems=1000)["PolicyNames"]
    assert len(names) == 10240 // len(compact(revocation_policy("somebody.10", at=NOW)))


def test_white_space_does_not_count_and_a_policy_may_replace_itself(
    org: World, role: str
) -> None:
    iam = org.admin(LOB_A, "iam")
    text = policy(
        allow("s3:GetObject", on=[f"arn:aws:s3:::{'b' * 50}{n}/*" for n in range(120)])
    )

    for _ in range(2):
        iam.put_role_policy(
            RoleName=role, PolicyName="one", PolicyDocument=text.replace(",", ",\n" + " " * 40)
        )

    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["one"]


def test_a_user_has_less_room(org: World) -> None:
    iam, name = org.admin(LOB_A, "iam"), org.name("user")
    iam.create_user(UserName=name)
    text = policy(
        allow("s3:GetObject", on=[f"arn:aws:s3:::{'b' * 50}{n}/*" for n in range(30)])
    )

    with pytest.raises(ClientError, match="2048 bytes exceeded for user"):
        iam.put_user_policy(UserName=name, PolicyName="one", PolicyDocument=text)


def test_s2_20_a_role_full_of_spent_revocations_takes_another(org: World, role: str) -> None:
    iam = org.admin(LOB_A, "iam")
    filled(iam, role, NOW - timedelta(hours=14))

    assert scissors.cut(
        iam, Cut("lob-a", LOB_A, role, "eve"), at=NOW, is_needed=lambda _: False
    )

    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["revoked-eve"]
