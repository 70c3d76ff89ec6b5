"""What custom images need in the account of a lob: who reads them, and what builds them.

Repositories, images and their versions are made by `studiogate images publish`, for they come
and go with what people build; this stands before the first of them.

Sources: CodeBuild User Guide, "Docker images provided by CodeBuild" and "Build environment
compute modes and types"; CloudFormation Template Reference, AWS::CodeBuild::Project.
"""

from functools import cache

from troposphere import GetAtt, Ref, Sub, Template, iam
from troposphere.codebuild import (
    Artifacts,
    CloudWatchLogs,
    Environment,
    LogsConfig,
    Project,
    Source,
)
from troposphere.s3 import BucketPolicy

from studiogate import names
from studiogate.foundation.stacks import Template as Made
from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.functions import group
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.policies import resolvable, role
from studiogate.foundation.templates.private_bucket import only_over_tls, private_bucket
from studiogate.foundation.templates.sealed import for_logs, key
from studiogate.foundation.templates.subnets import described, gives
from studiogate.policy.images import BUILD_LOG
from studiogate.topology.image_roles import build_role, image_role

BUILD_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
"""What builds run in: Amazon Linux 2023 with Docker, of the processor Studio's apps have."""

BUILD_SIZE = "BUILD_GENERAL1_LARGE"
"""8 vCPUs, 15 GB: R packages are compiled, and an image with several R has many."""

BUILD_MINUTES = 120
SOURCE_DAYS = 7
"""Days that the source of a build is kept: it is in the landscape's folder, too."""

_REGION, _ACCOUNT = symbol("AWS::Region"), symbol("AWS::AccountId")


@cache
def images() -> Made:
    """The template: the same for every lob that has images."""
    template = described("custom images of one line of business")
    reader = role(
        template,
        "ImageRole",
        image_role(region=_REGION, account=_ACCOUNT),
        "As what SageMaker reads custom images",
    )
    publisher = _builder(template)
    sealed = template.add_resource(key("Sources and logs of images", for_logs([BUILD_LOG])))
    sources = template.add_resource(
        private_bucket(
            "Sources",
            Sub(names.image_sources_bucket("${AWS::Region}", "${AWS::AccountId}")),
            GetAtt(sealed, "Arn"),
            old_days=1,
            days=SOURCE_DAYS,
        )
    )
    template.add_resource(
        BucketPolicy(
            "OnlyOverTls", Bucket=Ref(sources), PolicyDocument=only_over_tls("Sources")
        )
    )
    _project(template)
    gives(template, "ImageRoleArn", GetAtt(reader, "Arn"))
    gives(template, "BuilderPolicyArn", Ref(publisher))
    gives(template, "SourcesBucketName", Ref(sources))
    return made("images", template)


def _builder(template: Template) -> iam.ManagedPolicy:
    """The policy of whoever builds, by hand or in CodeBuild; and the role of CodeBuild."""
    builder = build_role(region=_REGION, suffix=symbol("AWS::URLSuffix"), account=_ACCOUNT)
    ((name, document),) = builder.managed.items()
    policy = template.add_resource(
        iam.ManagedPolicy(
            "PublisherPolicy",
            ManagedPolicyName=name,
            Description="studiogate: for whoever builds and pushes custom images",
            PolicyDocument=resolvable(document),
        )
    )
    made_role = role(template, "BuildRole", builder, "As what CodeBuild builds custom images")
    made_role.ManagedPolicyArns = [Ref(policy)]
    return policy


def _project(template: Template) -> None:
    """What a build begins with; the folder that is built, each build is told."""
    log = group(template, "BuildLog", BUILD_LOG, GetAtt("Key", "Arn"))
    template.add_resource(
        Project(
            "Builds",
            Name=names.IMAGE_PROJECT,
            Description="studiogate: builds custom images, and pushes them",
            ServiceRole=GetAtt("BuildRole", "Arn"),
            EncryptionKey=GetAtt("Key", "Arn"),
            Artifacts=Artifacts(Type="NO_ARTIFACTS"),
            Environment=Environment(
                Type="LINUX_CONTAINER",
                ComputeType=BUILD_SIZE,
                Image=BUILD_IMAGE,
                # Docker runs in the build's own machine, which ends with it.
                PrivilegedMode=True,
            ),
            Source=Source(Type="S3", Location=Sub("${Sources}/none.zip")),
            LogsConfig=LogsConfig(
                CloudWatchLogs=CloudWatchLogs(Status="ENABLED", GroupName=Ref(log))
            ),
            TimeoutInMinutes=BUILD_MINUTES,
            QueuedTimeoutInMinutes=BUILD_MINUTES,
        )
    )
