"""Keys of our own: what they seal, and who may ask them to.

The account's own policies decide who may administer a key, as AWS sets keys up by default;
beside that it is for the services named here, on behalf of this account alone.
"""

from collections.abc import Sequence
from typing import Any

from troposphere import AccountId, Sub
from troposphere.kms import Key

PENDING_DAYS = 30
"""Days in which the deletion of a key can be taken back: the longest AWS gives."""

_USE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


def key(what: str, *statements: dict[str, Any], name: str = "Key") -> Key:
    """A key for `what`, turned over every year; `statements` say who else may use it."""
    return Key(
        name,
        Description=f"studiogate: {what}",
        EnableKeyRotation=True,
        PendingWindowInDays=PENDING_DAYS,
        KeyPolicy={"Version": "2012-10-17", "Statement": [_account(), *statements]},
        UpdateReplacePolicy="Retain",
        DeletionPolicy="Delete",
    )


def for_tables() -> dict[str, Any]:
    """Whoever may use a table of this account may use it though it is sealed.

    Source: DynamoDB Developer Guide, "Using a customer managed key".
    """
    return {
        "Sid": "Tables",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [*_USE, "kms:CreateGrant", "kms:DescribeKey"],
        "Resource": "*",  # in the policy of a key it is the key
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": AccountId,
                "kms:ViaService": Sub("dynamodb.${AWS::Region}.${AWS::URLSuffix}"),
            }
        },
    }


def for_logs(groups: Sequence[str]) -> dict[str, Any]:
    """CloudWatch Logs may seal the log groups called `groups`.

    Source: CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using KMS".
    """
    where = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    return {
        "Sid": "Logs",
        "Effect": "Allow",
        "Principal": {"Service": Sub("logs.${AWS::Region}.${AWS::URLSuffix}")},
        "Action": [*_USE, "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {
            "ArnEquals": {
                "kms:EncryptionContext:aws:logs:arn": [Sub(where + one) for one in groups]
            }
        },
    }


def for_function(role_arn: Any, function: str) -> dict[str, Any]:
    """The function's role may open the function's own environment, and nothing else.

    Source: Lambda Developer Guide, "Securing Lambda environment variables".
    """
    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
    context = {"kms:EncryptionContext:aws:lambda:FunctionArn": Sub(arn + function)}
    return {
        "Sid": "Environment",
        "Effect": "Allow",
        "Principal": {"AWS": role_arn},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"StringEquals": context},
    }


def _account() -> dict[str, Any]:
    return {
        "Sid": "AsItsPoliciesSay",
        "Effect": "Allow",
        "Principal": {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": "kms:*",
        "Resource": "*",
    }
