"""What those who look after custom images need in the account of a lob, and no more.

The commands `studiogate images …` call these; who runs them is whoever became that role (see
`administration.entry_policy`).  Building by hand needs `images.builder_policy` beside it.

Source: Service Authorization Reference, "Amazon SageMaker", "Amazon Elastic Container
Registry", "AWS CodeBuild".
"""

from collections.abc import Sequence
from typing import Any, Final

from studiogate import names
from studiogate.policy.documents import owner, policy_document
from studiogate.policy.functions import log_group_arn
from studiogate.policy.images import BUILD_LOG, LOGIN, PULL, PUSH, repositories
from studiogate.policy.language import Document

_TAGS: Final = ("sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags")
_LISTS: Final = (
    "license-manager:ListReceivedLicenses",
    "sagemaker:ListApps",
    "sagemaker:ListDomains",
    "sagemaker:ListImages",
    "sagemaker:ListSpaces",
    "sagemaker:ListUserProfiles",
)
"""Those that take no resource."""

_LOOK_AT_REPOSITORIES: Final = (
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:ListTagsForResource",
)
_ON_REPOSITORIES: Final = (
    "ecr:BatchDeleteImage",
    "ecr:CreateRepository",
    "ecr:DeleteRepository",
    "ecr:PutImageScanningConfiguration",
    "ecr:PutImageTagMutability",
    "ecr:TagResource",
    "ecr:UntagResource",
)
_LOOK_AT_IMAGES: Final = (
    "sagemaker:DescribeAppImageConfig",
    "sagemaker:DescribeImage",
    "sagemaker:DescribeImageVersion",
    "sagemaker:ListImageVersions",
    "sagemaker:ListTags",
)
_ON_IMAGES: Final = (
    "sagemaker:CreateAppImageConfig",
    "sagemaker:CreateImage",
    "sagemaker:CreateImageVersion",
    "sagemaker:DeleteAppImageConfig",
    "sagemaker:DeleteImage",
    "sagemaker:DeleteImageVersion",
    "sagemaker:UpdateAppImageConfig",
    "sagemaker:UpdateImage",
    *_TAGS,
)
_LOOK_AT_USE: Final = (
    "sagemaker:DescribeApp",
    "sagemaker:DescribeDomain",
    "sagemaker:DescribeSpace",
    "sagemaker:DescribeUserProfile",
)
_VERSIONED: Final = ("image", "image-version")
_ATTACHING: Final = ("sagemaker:UpdateDomain", "sagemaker:UpdateUserProfile")


def listing_images_policy(*, region: str, account: str) -> Document:
    """To list images: what there is, where it is attached, and who still runs which."""
    return policy_document(*_seeing(region, account))


def examining_images_policy(*, region: str, account: str) -> Document:
    """For `doctor`: whether images are where the landscape has them, and RStudio's licence."""
    lists = (
        "license-manager:ListReceivedLicenses",
        "sagemaker:ListApps",
        "sagemaker:ListDomains",
        "sagemaker:ListSpaces",
    )
    images = (
        "sagemaker:DescribeImage",
        "sagemaker:DescribeImageVersion",
        "sagemaker:ListImageVersions",
    )
    use = ("sagemaker:DescribeApp", "sagemaker:DescribeDomain")
    source = ("ecr:DescribeImages",)
    return policy_document(
        _statement("List", lists, "*"),
        _statement("SeeSource", source, repositories(region, account)),
        _statement("SeeImages", images, _of_sagemaker(region, account, _VERSIONED)),
        _statement("SeeUse", use, _of_sagemaker(region, account, ("app", "domain"))),
    )


def managing_images_policy(*, region: str, account: str) -> Document:
    """To publish, attach, detach, roll back and retire images, and to push them by hand.

    An image is read as `StudioImages`, and as nothing else: no other role can be passed.
    """
    held = [*PUSH, *PULL, *_ON_REPOSITORIES]
    used = _of_sagemaker(region, account, ("domain", "user-profile"))
    return policy_document(
        *_seeing(region, account),
        _statement("LogIn", (LOGIN,), "*"),
        _statement("ChangeRepositories", sorted(held), repositories(region, account)),
        _statement("ChangeImages", _ON_IMAGES, _images(region, account)),
        _statement("AttachImages", _ATTACHING, used),
        _statement("SeeTheRole", ("iam:GetRole",), _role(region, account)),
        {
            **_statement("ReadImagesAs", ("iam:PassRole",), _role(region, account)),
            "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        },
    )


def refreshing_rstudio_policy(*, region: str, account: str) -> Document:
    """To make the app of Posit Workbench anew, which ends the sessions of everybody (S6-02)."""
    app = names.domain_arn(region, owner(account), "*").replace(":domain/", ":app/")
    server = f"{app}/domain-shared/*"
    return policy_document(
        *_seeing(region, account),
        _statement("MakeItAnew", ("sagemaker:CreateApp", "sagemaker:DeleteApp"), server),
    )


def building_images_policy(*, region: str, suffix: str, account: str) -> Document:
    """To have an image built in AWS: put its source there, start a build, read its log.

    `suffix` is what names of services end in.
    """
    partition = names.partition(region)
    bucket = f"arn:{partition}:s3:::{names.image_sources_bucket(region, owner(account))}"
    codebuild = f"arn:{partition}:codebuild:{region}:{account}"
    group = log_group_arn(region, account, BUILD_LOG)
    builds = ("codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild")
    return policy_document(
        _statement("Build", builds, f"{codebuild}:project/{names.IMAGE_PROJECT}"),
        _statement("PutSource", ("s3:PutObject",), f"{bucket}/*"),
        {
            **_statement(
                "Seal",
                ("kms:GenerateDataKey",),
                f"arn:{partition}:kms:{region}:{account}:key/*",
            ),
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": f"s3.{region}.{suffix}",
                    "kms:EncryptionContext:aws:s3:arn": bucket,
                }
            },
        },
        _statement("ReadLog", ("logs:GetLogEvents",), f"{group}:*"),
        _statement("SeeWhatWasPushed", _LOOK_AT_REPOSITORIES, repositories(region, account)),
    )


def _seeing(region: str, account: str) -> tuple[dict[str, Any], ...]:
    used = _of_sagemaker(region, account, ("app", "domain", "space", "user-profile"))
    return (
        _statement("List", _LISTS, "*"),
        _statement("SeeRepositories", _LOOK_AT_REPOSITORIES, repositories(region, account)),
        _statement("SeeImages", _LOOK_AT_IMAGES, _images(region, account)),
        _statement("SeeUse", _LOOK_AT_USE, used),
    )


def _images(region: str, account: str) -> list[str]:
    return _of_sagemaker(region, account, ("app-image-config", *_VERSIONED))


def _of_sagemaker(region: str, account: str, kinds: Sequence[str]) -> list[str]:
    stem = f"arn:{names.partition(region)}:sagemaker:{region}:{owner(account)}"
    return [f"{stem}:{kind}/*" for kind in kinds]


def _role(region: str, account: str) -> str:
    return names.role_arn(region, owner(account), names.IMAGE_ROLE)


def _statement(sid: str, actions: Sequence[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
