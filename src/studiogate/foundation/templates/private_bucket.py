"""A bucket of one account alone: sealed, over TLS only, with older versions for a while."""

from typing import Any

from troposphere import Sub
from troposphere.s3 import AbortIncompleteMultipartUpload as Abort
from troposphere.s3 import (
    Bucket,
    BucketEncryption,
    LifecycleConfiguration,
    LifecycleRule,
    NoncurrentVersionExpiration,
    OwnershipControls,
    OwnershipControlsRule,
    PublicAccessBlockConfiguration,
    ServerSideEncryptionByDefault,
    ServerSideEncryptionRule,
    VersioningConfiguration,
)


def private_bucket(
    logical: str, name: Any, key_arn: Any = None, *, old_days: int, days: int | None = None
) -> Bucket:
    """The bucket `name`, under the key `key_arn`; without one, under S3's own.

    What is in it stays for `days`, or for good; a version that was replaced for `old_days`.
    """
    ends = {} if days is None else {"ExpirationInDays": days}
    return Bucket(
        logical,
        BucketName=name,
        BucketEncryption=BucketEncryption(ServerSideEncryptionConfiguration=[_sealed(key_arn)]),
        VersioningConfiguration=VersioningConfiguration(Status="Enabled"),
        OwnershipControls=OwnershipControls(
            Rules=[OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        PublicAccessBlockConfiguration=PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            BlockPublicPolicy=True,
            IgnorePublicAcls=True,
            RestrictPublicBuckets=True,
        ),
        LifecycleConfiguration=LifecycleConfiguration(
            Rules=[
                LifecycleRule(
                    Id="Older",
                    Status="Enabled",
                    NoncurrentVersionExpiration=NoncurrentVersionExpiration(
                        NoncurrentDays=old_days
                    ),
                    AbortIncompleteMultipartUpload=Abort(DaysAfterInitiation=1),
                    **ends,
                )
            ]
        ),
        # Retained, its name would be in the way of the next one; S3 deletes no bucket that
        # has anything in it.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
    )


def _sealed(key_arn: Any) -> ServerSideEncryptionRule:
    if key_arn is None:
        own = ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
        return ServerSideEncryptionRule(ServerSideEncryptionByDefault=own)
    named = ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms", KMSMasterKeyID=key_arn)
    return ServerSideEncryptionRule(BucketKeyEnabled=True, ServerSideEncryptionByDefault=named)


def only_over_tls(logical: str, *more: dict[str, Any]) -> dict[str, object]:
    """The policy of the bucket `logical`: nobody in clear, whatever identities allow.

    Of other accounts nobody but whom `more` names.
    """
    bucket = Sub(f"arn:${{AWS::Partition}}:s3:::${{{logical}}}")
    objects = Sub(f"arn:${{AWS::Partition}}:s3:::${{{logical}}}/*")
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyOverTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket, objects],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            *more,
        ],
    }
