"""What the published samples' policies get wrong, asked of ours."""

from collections.abc import Mapping
from typing import Any

import pytest

from studiogate.names import PRESIGN_ROLE, role_arn
from studiogate.policy import documents
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.language import Document
from studiogate.policy.request import ContextValue
from tests.kit.policy import API, OPEN, STUDIO, allow, asked, policy, when

REGION, HUB, LOB = "eu-west-1", "111111111111", "222222222222"

ROLES: Mapping[str, Document] = {
    "gateway": documents.gateway_role_policy(
        region=REGION,
        account=HUB,
        presign_role_arns=[role_arn(REGION, LOB, PRESIGN_ROLE)],
        tables=["studiogate-people"],
    ),
    "presign": documents.presign_role_policy(
        region=REGION,
        account=LOB,
        domains={"d-a": ["192.168.10.0/24", "10.16.0.0/16"]},
        endpoints=[API, STUDIO],
    ),
    "execution": documents.execution_role_policy(
        region=REGION, account=LOB, domain_ids=["d-a"]
    ),
}


def actions_of(document: Document) -> set[str]:
    named: set[str] = set()
    for statement in document["Statement"]:
        assert "NotAction" not in statement
        action: Any = statement["Action"]
        named |= {action} if isinstance(action, str) else set(action)
    return named


@pytest.mark.parametrize(
    ("role", "services"),
    [
        ("gateway", {"sts", "dynamodb"}),
        ("presign", {"sagemaker"}),
        ("execution", {"sagemaker"}),
    ],
)
def test_a_role_of_ours_reaches_the_services_it_needs_and_no_bucket(
    role: str, services: set[str]
) -> None:
    named = actions_of(ROLES[role])

    assert {action.partition(":")[0] for action in named} == services
    assert not [action for action in named if "*" in action]


# The article's three statements, each with an Allow of its own (S4-21).
THREE = [
    allow(OPEN, **when("IpAddress", "aws:VpcSourceIp", "10.16.0.0/16")),
    allow(OPEN, **when("IpAddress", "aws:SourceIp", "192.168.10.0/24")),
    allow(OPEN, **when("StringEquals", "aws:sourceVpce", API, "vpce-second")),
]
ELSEWHERE: Mapping[str, ContextValue] = {
    "aws:SourceVpce": "vpce-other", "aws:SourceVpc": "vpc-other", "aws:VpcSourceIp": "172.31.0.5",
}  # fmt: skip


@pytest.mark.parametrize(
    ("context", "by"),
    [
        pytest.param({"aws:VpcSourceIp": "10.16.8.4"}, 0, id="the client's private address"),
        pytest.param({"aws:SourceIp": "192.168.10.7"}, 1, id="the client's public address"),
        pytest.param({"aws:SourceVpce": API}, 2, id="the first endpoint"),
        pytest.param({"aws:SourceVpce": "vpce-second"}, 2, id="the second endpoint"),
        pytest.param({}, None, id="nothing known"),
        pytest.param({"aws:SourceIp": "198.51.100.77"}, None, id="the internet"),
        pytest.param(ELSEWHERE, None, id="a stranger's VPC"),
    ],
)
def test_s4_21_each_of_three_statements_opens_alone_and_nothing_opens_beside_them(
    context: Mapping[str, ContextValue], by: int | None
) -> None:
    alone = [verdict([policy(one)], asked(context)).effect for one in THREE]
    together = verdict([policy(*THREE)], asked(context)).effect

    opening = [number for number, effect in enumerate(alone) if effect is Effect.ALLOWED]
    assert opening == ([] if by is None else [by])
    assert (together is Effect.ALLOWED) is (by is not None)


@pytest.mark.parametrize("cidr", ["10.16.9.9", "192.168.10.7"])
def test_ours_does_not_open_to_a_strangers_vpc_that_uses_our_addresses(cidr: str) -> None:
    foreign = {**ELSEWHERE, "aws:VpcSourceIp": cidr, "aws:PrincipalTag/studiogate:profile": "a"}
    own = f"arn:aws:sagemaker:{REGION}:{LOB}:user-profile/d-a/a"
    ours = policy(*ROLES["presign"]["Statement"])

    outside = verdict([ours], asked(foreign, resource=own)).effect
    inside = verdict([ours], asked({**foreign, "aws:SourceVpce": API}, resource=own)).effect

    assert (outside, inside) == (Effect.SILENT, Effect.ALLOWED)
