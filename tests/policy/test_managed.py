"""AWS's own managed policies can all be read: strict is not the same as narrow."""

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.language import Kind, parse
from tests.kit.policy import NETWORKS, asked

MANAGED: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)


def test_every_managed_policy_is_read() -> None:
    for name, held in MANAGED.items():
        assert parse(held["Document"], kind=Kind.IDENTITY, name=name).statements


@pytest.mark.parametrize("context", NETWORKS.values(), ids=NETWORKS.keys())
def test_sagemaker_full_access_opens_any_profile_from_anywhere(context: dict[str, str]) -> None:
    document = MANAGED["AmazonSageMakerFullAccess"]["Document"]
    full = parse(document, kind=Kind.IDENTITY, name="AmazonSageMakerFullAccess")

    assert verdict([full], asked(context)).effect is Effect.ALLOWED
