"""The bucket that what is deployed comes from: bundles, large templates, the landscape."""

from functools import cache

from troposphere import GetAtt, Output, Ref, Sub
from troposphere.kms import Alias
from troposphere.s3 import BucketPolicy

from studiogate import names
from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import intrinsic, symbol
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.private_bucket import only_over_tls, private_bucket
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
    bucket = template.add_resource(
        private_bucket(
            "Artifacts",
            # Whoever else had this name would be served our bundles: it holds the account.
            Sub("studiogate-artifacts-${AWS::AccountId}-${AWS::Region}"),
            GetAtt(sealed, "Arn"),
            old_days=_OLD_DAYS,
        )
    )
    template.add_resource(
        BucketPolicy(
            "OnlyOverTls",
            Bucket=Ref(bucket),
            PolicyDocument=only_over_tls("Artifacts", *map(intrinsic, takes)),
        )
    )
    template.add_output(Output("BucketName", Value=Ref(bucket), Description="The bucket."))
    template.add_output(Output("BucketArn", Value=GetAtt(bucket, "Arn")))
    template.add_output(Output("KeyArn", Value=GetAtt(sealed, "Arn")))
    return made("artifacts", template)
