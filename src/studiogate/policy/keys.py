"""The policies of keys: who may use them, and for what.

A key policy speaks of its own key, which it can only call `*`.
"""

from studiogate import names
from studiogate.policy.documents import exact, owner, policy_document
from studiogate.policy.language import Document


def studio_key_policy(
    *, region: str, suffix: str, account: str, execution_role_arn: str
) -> Document:
    """The key of a lob's home file systems and volumes.

    The account says by its own policies who looks after the key, and may not be shut out of it.
    `suffix` is what names of services end in.  Notebooks use it through the services that keep
    their data, and never by themselves (SageMaker Developer Guide, "Protect data at rest using
    encryption").
    """
    through = [f"{one}.{region}.{suffix}" for one in ("ec2", "elasticfilesystem", "sagemaker")]
    notebooks = {"AWS": exact("execution_role_arn", execution_role_arn)}
    return policy_document(
        {
            "Sid": "TheAccountsOwn",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{names.partition(region)}:iam::{owner(account)}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "HomesAndVolumes",
            "Effect": "Allow",
            "Principal": notebooks,
            "Action": [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": through}},
        },
        {
            "Sid": "ForServicesAlone",
            "Effect": "Allow",
            "Principal": notebooks,
            "Action": "kms:CreateGrant",
            "Resource": "*",
            "Condition": {
                "StringEquals": {"kms:ViaService": through},
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        },
    )
