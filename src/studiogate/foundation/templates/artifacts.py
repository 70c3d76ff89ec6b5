"""The bucket that what is deployed comes from: bundles, large templates, the landscape."""

from functools import cache
from typing import Any

from troposphere import GetAtt, Output, Ref, Sub
from troposphere.kms import Alias
from troposphere.s3 import AbortIncompleteMultipartUpload as Abort
from troposphere.s3 import (
    Bucket,
    BucketEncryption,
    BucketPolicy,
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

from studiogate import names
from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import intrinsic, symbol
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.sealed import key
from studiogate.foundation.templates.subnets import described
from studiogate.policy.notebook_library import taken_from_bucket, unsealed_by_key

KEEPS = ("Artifacts",)
"""What cannot be made again: older landscapes are in it."""

_OLD_DAYS = 365


@cache
def artifacts(readers: tuple[str, ...] = ()) -> Template:
    """The template of the bucket, and of the key that everything in it is under.

    The notebooks of the accounts `readers` fetch the library from it.
    """
    template = described("the bucket that what is deployed comes from")
    region, suffix = symbol("AWS::Region"), symbol("AWS::URLSuffix")
    bucket_name = names.artifacts_bucket(region, symbol("AWS::AccountId"))
    unseals, takes = [], []
    if readers:
        unseals = [unsealed_by_key(region=region, suffix=suffix, accounts=readers)]
        takes = [taken_from_bucket(region=region, bucket=bucket_name, accounts=readers)]
    sealed = template.add_resource(key("What is deployed", *map(intrinsic, unseals)))
    template.add_resource(
        Alias("Alias", AliasName="alias/studiogate-artifacts", TargetKeyId=Ref(sealed))
    )
    bucket = template.add_resource(_bucket(GetAtt(sealed, "Arn")))
    template.add_resource(
        BucketPolicy(
            "OnlyOverTls",
            Bucket=Ref(bucket),
            PolicyDocument=_only_over_tls(*map(intrinsic, takes)),
        )
    )
    template.add_output(Output("BucketName", Value=Ref(bucket), Description="The bucket."))
    template.add_output(Output("BucketArn", Value=GetAtt(bucket, "Arn")))
    template.add_output(Output("KeyArn", Value=GetAtt(sealed, "Arn")))
    return made("artifacts", template)


def _bucket(key_arn: GetAtt) -> Bucket:
    return Bucket(
        "Artifacts",
        # Whoever else had this name would be served our bundles: it holds the account.
        BucketName=Sub("studiogate-artifacts-${AWS::AccountId}-${AWS::Region}"),
        BucketEncryption=BucketEncryption(
            ServerSideEncryptionConfiguration=[
                ServerSideEncryptionRule(
                    BucketKeyEnabled=True,
                    ServerSideEncryptionByDefault=ServerSideEncryptionByDefault(
                        SSEAlgorithm="aws:kms", KMSMasterKeyID=key_arn
                    ),
                )
            ]
        ),
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
                        NoncurrentDays=_OLD_DAYS
                    ),
                    AbortIncompleteMultipartUpload=Abort(DaysAfterInitiation=1),
                )
            ]
        ),
        # Retained, its name would be in the way of the next one; S3 deletes no bucket that
        # has anything in it.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
    )


def _only_over_tls(*more: dict[str, Any]) -> dict[str, object]:
    """Nobody in clear, whatever identities allow; of other accounts whom `more` names."""
    bucket = Sub("arn:${AWS::Partition}:s3:::${Artifacts}")
    objects = Sub("arn:${AWS::Partition}:s3:::${Artifacts}/*")
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
