"""The bucket of templates that are too large to be sent: any account's but the hub's."""

from functools import cache

from troposphere import Ref, Sub
from troposphere.s3 import BucketPolicy

from studiogate import names
from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.private_bucket import only_over_tls, private_bucket
from studiogate.foundation.templates.subnets import described, gives

_OLD_DAYS = 1
"""What is in it is called after its content, so that nothing is ever replaced by another."""


@cache
def large_templates() -> Template:
    """The template: the same in every account.

    S3's own key seals it.  A key of ours costs a dollar a month in each account, and keeps from
    nobody who deploys here what CloudFormation shows them (GetTemplate).
    """
    template = described("the bucket of templates that are too large to be sent")
    bucket = template.add_resource(
        private_bucket(
            "Templates",
            # Whoever else had this name would be sent our templates: it holds the account.
            Sub(names.templates_bucket("${AWS::Region}", "${AWS::AccountId}")),
            old_days=_OLD_DAYS,
        )
    )
    template.add_resource(
        BucketPolicy(
            "OnlyOverTls", Bucket=Ref(bucket), PolicyDocument=only_over_tls("Templates")
        )
    )
    gives(template, "BucketName", Ref(bucket))
    return made("large-templates", template)
