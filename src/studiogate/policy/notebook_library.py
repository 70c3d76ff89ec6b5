"""Who may fetch the notebook library: what every app installs when it starts (S1-28).

It lies in the bucket of what is deployed, in the shared-services account.  The notebooks of
lobs that read a warehouse may take it from there, and nothing else.

Sources: Amazon S3 User Guide, "Bucket owner granting cross-account permissions" and "Reducing
the cost of SSE-KMS with Amazon S3 Bucket Keys"; AWS KMS Developer Guide, "Allowing users in
other accounts to use a KMS key".
"""

from collections.abc import Sequence
from typing import Any

from studiogate import names
from studiogate.policy.documents import exact, owner, policy_document, some
from studiogate.policy.language import Document

FOLDER = "library"
"""What every key of the library begins with in the bucket."""


def taking_policy(*, region: str, suffix: str, hub: str, bucket: str) -> Document:
    """What an execution role needs to fetch the library from `bucket` of the account `hub`.

    The key is any of that account that S3 itself asks for this bucket: which it is, is said by
    nobody who makes a lob.  `suffix` is what names of services end in.
    """
    partition = names.partition(region)
    arn = f"arn:{partition}:s3:::{exact('bucket', bucket)}"
    return policy_document(
        {
            "Sid": "TakeLibrary",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": f"{arn}/{FOLDER}/*",
        },
        {
            "Sid": "Unseal",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": f"arn:{partition}:kms:{region}:{owner(hub)}:key/*",
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": f"s3.{region}.{suffix}",
                    "kms:EncryptionContext:aws:s3:arn": arn,
                }
            },
        },
    )


def taken_from_bucket(*, region: str, bucket: str, accounts: Sequence[str]) -> dict[str, Any]:
    """The statement of the bucket's policy that lets the notebooks of `accounts` take it.

    Principals are accounts, for S3 takes no policy about a role that is not there yet; which
    role of theirs is a condition.
    """
    return {
        "Sid": "NotebooksTakeLibrary",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"arn:{names.partition(region)}:s3:::{exact('bucket', bucket)}/{FOLDER}/*",
        **_by_notebooks(region, accounts),
    }


def unsealed_by_key(*, region: str, suffix: str, accounts: Sequence[str]) -> dict[str, Any]:
    """The statement of the key's policy that lets S3 unseal it for them."""
    notebooks = _by_notebooks(region, accounts)
    through = {"StringEquals": {"kms:ViaService": f"s3.{region}.{suffix}"}}
    return {
        "Sid": "NotebooksTakeLibrary",
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": "*",  # in the policy of a key it is the key
        **notebooks,
        "Condition": {**notebooks["Condition"], **through},
    }


def _by_notebooks(region: str, accounts: Sequence[str]) -> dict[str, Any]:
    owners = [owner(one) for one in some("accounts", accounts)]
    roles = [names.role_arn(region, one, names.EXECUTION_ROLE) for one in owners]
    partition = names.partition(region)
    return {
        "Principal": {"AWS": [f"arn:{partition}:iam::{one}:root" for one in owners]},
        "Condition": {"ArnEquals": {"aws:PrincipalArn": roles}},
    }
