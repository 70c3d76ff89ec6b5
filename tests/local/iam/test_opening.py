"""The product's own policies in the emulated accounts: one opening, and the ways round it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends

from studiogate import names
from studiogate.landscape.model import INTERNET
from studiogate.local.call import Arrival, Needed
from studiogate.policy import documents
from tests.kit.front import LOB_A, REGION, SHARED, World, policy, root_of, trusting

DOMAIN, EXTERNAL = "d-abc123def456", "studiogate:acme:demo:lob-a"
ACTION = "sagemaker:CreatePresignedDomainUrl"
STUDIO = Arrival(
    "office",
    "192.168.10.7",
    {"aws:SourceVpce": "vpce-studio", "aws:VpcSourceIp": "192.168.10.7"},
)
ELSEWHERE = Arrival(
    "lob-b", "10.120.0.7", {"aws:SourceVpce": "vpce-studio", "aws:VpcSourceIp": "10.120.0.7"}
)
OUTSIDE = Arrival(INTERNET, "198.51.100.7", {"aws:SourceIp": "198.51.100.7"})
FOREIGN = Arrival("elsewhere", "10.100.0.9", {"aws:SourceVpce": "vpce-other"})


@dataclass(frozen=True)
class Chain:
    """The gateway's session, and the presign role it may become."""

    gateway: Mapping[str, str]
    presign: str


@pytest.fixture(scope="module")
def chain(org: World) -> Chain:
    gateway = org.role(SHARED, trust=policy(trusting(root_of(SHARED))))
    trust = documents.presign_role_trust(gateway_role_arn=gateway, external_id=EXTERNAL)
    can = documents.presign_role_policy(
        region=REGION,
        account=LOB_A,
        domains={DOMAIN: ["192.168.10.0/24", "10.0.0.0/16"]},
        endpoints=["vpce-api", "vpce-studio"],
    )
    presign = org.role(LOB_A, trust=json.dumps(trust), can=json.dumps(can))
    own = documents.gateway_role_policy(
        region=REGION, account=SHARED, presign_role_arns=[presign], tables=["studiogate-people"]
    )
    org.admin(SHARED, "iam").put_role_policy(
        RoleName=gateway.rpartition("/")[2], PolicyName="own", PolicyDocument=json.dumps(own)
    )
    return Chain(org.assume(gateway, org.founded.explorers[SHARED]), presign)


def opening(profile: str = "ada", **changed: Any) -> dict[str, Any]:
    session = documents.opening_session_policy(
        region=REGION, account=LOB_A, domain_id=DOMAIN, profile=profile
    )
    asked = {
        "RoleSessionName": "ada",
        "SourceIdentity": "ada",
        "ExternalId": EXTERNAL,
        "Tags": [{"Key": names.PROFILE_TAG, "Value": "ada"}],
        "Policy": documents.compact(session),
        "DurationSeconds": 900,
    }
    return {name: value for name, value in (asked | changed).items() if value is not None}


def may_open(
    org: World,
    keys: Mapping[str, str],
    *,
    profile: str = "ada",
    domain: str = DOMAIN,
    arrival: Arrival = STUDIO,
) -> bool:
    caller = org.sessions.lookup(keys["AccessKeyId"])
    assert caller is not None
    needed = Needed(ACTION, names.profile_arn(REGION, LOB_A, domain, profile))
    return org.guard.check(caller, needed, arrival=arrival, region=REGION).allowed


def test_a_person_opens_their_own_profile_from_inside(org: World, chain: Chain) -> None:
    keys = org.assume(chain.presign, chain.gateway, **opening())

    assert may_open(org, keys)
    assert not may_open(org, keys, arrival=OUTSIDE)
    assert not may_open(org, keys, arrival=FOREIGN)
    assert not may_open(org, keys, arrival=ELSEWHERE)
    assert not may_open(org, keys, profile="bo")
    assert not may_open(org, keys, domain="d-other0000000")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"ExternalId": None}, id="no external id"),
        pytest.param({"ExternalId": "studiogate:acme:prod:lob-a"}, id="of another environment"),
        pytest.param({"SourceIdentity": None}, id="in nobody's name"),
        pytest.param({"Tags": [{"Key": "team", "Value": "a"}]}, id="another tag"),
        pytest.param(
            {
                "Tags": [
                    {"Key": names.PROFILE_TAG, "Value": "ada"},
                    {"Key": "team", "Value": "a"},
                ]
            },
            id="one tag more",
        ),
    ],
)
def test_s2_02_s2_11_the_presign_role_is_not_to_be_had_otherwise(
    org: World, chain: Chain, changed: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        org.assume(chain.presign, chain.gateway, **opening(**changed))

    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_s2_11_nobody_else_becomes_the_presign_role(org: World, chain: Chain) -> None:
    for account in (SHARED, LOB_A):
        with pytest.raises(ClientError):
            org.assume(chain.presign, org.founded.explorers[account], **opening())


@pytest.mark.parametrize(
    ("tagged", "narrowed"), [("ada", "bo"), ("bo", "ada")], ids=["policy", "tag"]
)
def test_both_locks_have_to_open(org: World, chain: Chain, tagged: str, narrowed: str) -> None:
    pair = {"Key": names.PROFILE_TAG, "Value": tagged}
    keys = org.assume(chain.presign, chain.gateway, **opening(narrowed, Tags=[pair]))

    assert not may_open(org, keys, profile="ada")
    assert not may_open(org, keys, profile="bo")


def test_a_role_that_is_deleted_ends_what_it_opened(org: World, chain: Chain) -> None:
    keys = org.assume(chain.presign, chain.gateway, **opening())
    roles = iam_backends[LOB_A]["aws"].roles
    gone = next(id_ for id_, role in roles.items() if role.arn == chain.presign)

    role = roles.pop(gone)
    try:
        assert not may_open(org, keys)
    finally:
        roles[gone] = role
