"""An IAM that answers with what a test gives it: for documents no emulation would store."""

from collections.abc import Iterator
from typing import Any, Self

from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def role(name: str = "x", **more: Any) -> dict[str, Any]:
    """A role as GetAccountAuthorizationDetails has it, with nothing on it."""
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::222222222222:role/{name}",
        "AssumeRolePolicyDocument": TRUST,
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        **more,
    }


def managed(arn: str, document: Any) -> dict[str, Any]:
    """A managed policy of the account, its second version in force."""
    old = {"VersionId": "v1", "IsDefaultVersion": False, "Document": {}}
    now = {"VersionId": "v2", "IsDefaultVersion": True, "Document": document}
    return {"Arn": arn, "PolicyVersionList": [old, now]}


class Iam:
    """Pages of account details, and nothing else: AWS's own policies are not there."""

    def __init__(self, *pages: dict[str, list[dict[str, Any]]]) -> None:
        self._pages = pages

    def get_paginator(self, operation: str) -> Self:
        assert operation == "get_account_authorization_details"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        assert asked.keys() == {"Filter"}
        for page in self._pages:
            lists = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
            yield {name: page.get(name, []) for name in lists}

    def get_policy(self, *, PolicyArn: str) -> Any:  # noqa: N803 - boto3's spelling
        error = {"Error": {"Code": "NoSuchEntity", "Message": f"{PolicyArn} is not there"}}
        raise ClientError(error, "GetPolicy")  # type: ignore[arg-type]  # a part of the answer
