"""What notebooks do with buckets: their lob's own, and nothing of anybody else's (S1-07, F-33)."""

import json

import pytest

from studiogate.errors import PolicyError
from studiogate.policy.buckets import ON_BUCKET, ON_OBJECTS, buckets_policy_of
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Kind, parse
from studiogate.policy.request import Principal, Request

REGION = "eu-west-1"
NOTEBOOK = Principal(
    kind="assumed-role",
    arn="arn:aws:sts::222222222222:assumed-role/StudioExecution/ada",
    account="222222222222",
    role_arn="arn:aws:iam::222222222222:role/StudioExecution",
)
POLICY = parse(
    json.dumps(buckets_policy_of(REGION, ["ours", "ours-too"])), kind=Kind.IDENTITY, name="ours"
)


def may(action: str, resource: str) -> bool:
    asked = Request(action, f"arn:aws:s3:::{resource}", NOTEBOOK, {})
    return decide(Layers(identity=(POLICY,)), asked).allowed


@pytest.mark.parametrize("bucket", ["ours", "ours-too"])
def test_s1_07_objects_of_the_named_buckets_are_used_and_listed(bucket: str) -> None:
    assert all(may(action, bucket) for action in ON_BUCKET)
    assert all(may(action, f"{bucket}/a/b") for action in ON_OBJECTS)


@pytest.mark.parametrize("bucket", ["theirs", "ours2", "our", "OURS"])
def test_s1_07_no_others_are(bucket: str) -> None:
    assert not any(may(action, bucket) for action in ON_BUCKET)
    assert not any(may(action, f"{bucket}/a") for action in ON_OBJECTS)


@pytest.mark.parametrize("action", ["s3:PutBucketPolicy", "s3:DeleteBucket", "s3:PutObjectAcl"])
def test_and_nothing_about_the_bucket_itself(action: str) -> None:
    assert not may(action, "ours")
    assert not may(action, "ours/a")


@pytest.mark.parametrize("names", [[], ["*"], ["ours*"], ["${aws:username}"], [""]])
def test_a_name_that_stands_for_several_is_refused(names: list[str]) -> None:
    with pytest.raises(PolicyError):
        buckets_policy_of(REGION, names)
