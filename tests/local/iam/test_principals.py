"""Whom a policy names: somebody who is there, and never somebody else of the same name."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.local.iam.principals import strangers
from tests.kit.front import LOB_A, LOB_B, REGION, World, allow, policy, root_of, trusting

NOBODY = f"arn:aws:iam::{LOB_B}:role/nobody"


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def about_key(*names: str) -> str:
    ours = trusting(root_of(LOB_A), "kms:*")
    return policy(
        ours | {"Resource": "*"},
        *(trusting(one, "kms:Decrypt") | {"Resource": "*"} for one in names),
    )


def about_bucket(name: str, who: str) -> str:
    return policy(
        trusting(who, "s3:GetObject") | {"Resource": f"arn:aws:s3:::{name}/*"},
    )


def bucket(org: World) -> str:
    name = org.name("studiogate-principals")
    org.admin(LOB_A, "s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return name


def named(text: Any) -> list[str]:
    document = json.loads(text) if isinstance(text, str) else text
    found = [row["Principal"]["AWS"] for row in document["Statement"]]
    return [name for one in found for name in (one if isinstance(one, list) else [one])]


@pytest.mark.parametrize("kind", ["role", "user"])
def test_a_trust_in_somebody_who_is_not_there_is_refused(org: World, kind: str) -> None:
    arn = f"arn:aws:iam::{LOB_B}:{kind}/nobody"

    with pytest.raises(ClientError) as caught:
        org.role(LOB_A, trust=policy(trusting(arn)))

    said = f'Invalid principal in policy: "AWS":"{arn}"'
    assert refusal(caught) == ("MalformedPolicyDocument", said)


def test_one_stranger_among_many_is_refused_and_the_old_trust_stays(org: World) -> None:
    before = policy(trusting(root_of(LOB_B)))
    name = org.role(LOB_A, trust=before).rpartition("/")[2]
    iam = org.admin(LOB_A, "iam")

    with pytest.raises(ClientError, match="Invalid principal in policy"):
        iam.update_assume_role_policy(
            RoleName=name,
            PolicyDocument=policy(trusting({"AWS": [root_of(LOB_B), NOBODY]})),
        )

    kept = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert named(kept) == [root_of(LOB_B)]


def test_a_key_and_a_bucket_name_nobody_who_is_not_there(org: World) -> None:
    name = bucket(org)

    with pytest.raises(ClientError) as key:
        org.admin(LOB_A, "kms").create_key(Policy=about_key(NOBODY))
    with pytest.raises(ClientError) as of_bucket:
        org.admin(LOB_A, "s3").put_bucket_policy(Bucket=name, Policy=about_bucket(name, NOBODY))

    assert refusal(key)[0] == "MalformedPolicyDocumentException"
    assert refusal(of_bucket) == ("MalformedPolicy", "Invalid principal in policy")


def test_a_role_made_again_is_a_stranger_to_those_who_trusted_it(org: World) -> None:
    iam = org.admin(LOB_B, "iam")
    trusted = org.role(LOB_B, trust=policy(trusting(root_of(LOB_B))), can=policy(allow("*")))
    target = org.role(LOB_A, trust=policy(trusting(trusted)))
    org.assume(target, org.assume(trusted, org.founded.explorers[LOB_B]))
    name = trusted.rpartition("/")[2]
    was = iam.get_role(RoleName=name)["Role"]["RoleId"]

    iam.delete_role_policy(RoleName=name, PolicyName="can")
    iam.delete_role(RoleName=name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trusting(root_of(LOB_B))))
    iam.put_role_policy(RoleName=name, PolicyName="can", PolicyDocument=policy(allow("*")))

    shown = org.admin(LOB_A, "iam").get_role(RoleName=target.rpartition("/")[2])["Role"]
    assert named(shown["AssumeRolePolicyDocument"]) == [was]
    with pytest.raises(ClientError, match="AccessDenied"):
        org.assume(target, org.assume(trusted, org.founded.explorers[LOB_B]))
    with pytest.raises(ClientError, match="Invalid principal in policy"):
        org.role(LOB_A, trust=json.dumps(shown["AssumeRolePolicyDocument"]))


def test_keys_and_buckets_forget_the_name_of_a_deleted_role_and_no_other(org: World) -> None:
    trust = policy(trusting(root_of(LOB_A)))
    going, staying = org.role(LOB_A, trust=trust), org.role(LOB_A, trust=trust)
    name, s3, kms = bucket(org), org.admin(LOB_A, "s3"), org.admin(LOB_A, "kms")
    key = kms.create_key(Policy=about_key(going, staying))["KeyMetadata"]["KeyId"]
    s3.put_bucket_policy(Bucket=name, Policy=about_bucket(name, going))

    org.admin(LOB_A, "iam").delete_role(RoleName=going.rpartition("/")[2])

    in_key = named(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    (in_bucket,) = named(s3.get_bucket_policy(Bucket=name)["Policy"])
    assert in_key[0::2] == [root_of(LOB_A), staying]
    assert in_key[1] == in_bucket
    assert in_bucket.startswith("AROA")


def test_a_role_that_stays_keeps_its_name_where_deleting_it_was_refused(org: World) -> None:
    trusted = org.role(LOB_B, trust=policy(trusting(root_of(LOB_B))), can=policy(allow("s3:*")))
    target = org.role(LOB_A, trust=policy(trusting(trusted)))

    with pytest.raises(ClientError, match="DeleteConflict"):
        org.admin(LOB_B, "iam").delete_role(RoleName=trusted.rpartition("/")[2])

    shown = org.admin(LOB_A, "iam").get_role(RoleName=target.rpartition("/")[2])["Role"]
    assert named(shown["AssumeRolePolicyDocument"]) == [trusted]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"Statement": "no"}', '{"Statement": [1]}', None, 7],
    ids=repr,
)
def test_what_is_no_policy_names_nobody(text: object) -> None:
    assert strangers(text) == []
