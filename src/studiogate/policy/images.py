"""Custom images: what SageMaker, CodeBuild and whoever builds one may do with its repository.

The published policy of builders can neither log in nor pull (F-66): ECR asks for a token, whose
action has no resource, and for the layers.  Everything here is about repositories of ours,
`studiogate/…`, of one account.

Sources: Service Authorization Reference, "Amazon Elastic Container Registry"; Amazon ECR User
Guide, "IAM permissions for pushing an image"; SageMaker Developer Guide, "Cross-service
confused deputy prevention" and "Create a DomainExecution role"; CodeBuild User Guide, "Allow
CodeBuild to interact with other AWS services" and "Cross-service confused deputy prevention".
"""

from collections.abc import Sequence
from typing import Any

from studiogate import names
from studiogate.policy.documents import HOP, exact, owner, policy_document, some
from studiogate.policy.functions import log_group_arn
from studiogate.policy.language import Document

LOGIN = "ecr:GetAuthorizationToken"
"""Logging in to a registry; it is asked of the account, never of a repository."""

MANIFEST, LAYERS = "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"
PULL = ("ecr:BatchCheckLayerAvailability", MANIFEST, LAYERS)
"""What a pull asks of a repository: the manifest, then its layers."""

PUSH = (
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
"""What a push asks of a repository, beside what it asks of layers that are there already."""

LOOK = ("ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:ListImages")

PUBLIC = ("ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken")
"""What reading the public gallery with a name takes (S6-05); without one it is throttled."""

LICENCE = (
    "license-manager:CheckInLicense",
    "license-manager:CheckoutLicense",
    "license-manager:ExtendLicenseConsumption",
    "license-manager:GetLicense",
    "license-manager:ListReceivedLicenses",
)
"""What Posit Workbench does with its licence."""

BUILD_LOG = f"/aws/codebuild/{names.IMAGE_PROJECT}"
"""Log group of the builds."""

PULL_POLICY, BUILD_POLICY, RSTUDIO_POLICY = "PullImages", "BuildImages", "RunWorkbench"
"""Names of inline policies: what `image_role_policy` is, and the two others."""


def repositories(region: str, account: str) -> str:
    """Every repository of ours in `account`, as a pattern."""
    partition = names.partition(region)
    return f"arn:{partition}:ecr:{region}:{owner(account)}:repository/studiogate/*"


def for_account_trust(service: str, *, account: str) -> Document:
    """The trust policy of a role that `service` uses on behalf of `account` alone.

    SageMaker is told for whom it works, and says so: without the condition somebody else's
    image could be made to be read with this role.
    """
    return _service_trust(service, {"StringEquals": {"aws:SourceAccount": owner(account)}})


def image_role_policy(*, region: str, account: str) -> Document:
    """What SageMaker may do to make a version of an image, and to start one (S6-20)."""
    return policy_document(_log_in(), _on_repositories("PullImages", PULL, region, account))


def builder_policy(*, region: str, account: str) -> Document:
    """Of whoever builds images: log in, pull, push, read the public gallery (S6-04, S6-05).

    Repositories are made by `images publish`, with their settings; `ecr:CreateRepository`,
    which the published policy has, is not part of building.
    """
    return policy_document(
        _log_in(),
        _on_repositories("PullAndPushImages", (*PULL, *PUSH, *LOOK), region, account),
        {
            "Sid": "ReadPublicGallery",
            "Effect": "Allow",
            "Action": list(PUBLIC),
            "Resource": "*",
        },
    )


def build_role_trust(*, region: str, account: str) -> Document:
    """Who may become the role of builds: CodeBuild, for our project, and for no other."""
    where = f"{names.partition(region)}:codebuild:{region}:{owner(account)}"
    project = f"arn:{where}:project/{names.IMAGE_PROJECT}"
    return _service_trust(
        "codebuild.amazonaws.com",
        {
            "ArnEquals": {"aws:SourceArn": project},
            "StringEquals": {"aws:SourceAccount": account},
        },
    )


def build_role_policy(*, region: str, suffix: str, account: str) -> Document:
    """What a build may do beside building: take its source, and write its log.

    `suffix` is what names of services end in.  The key is any of the account that S3 itself
    asks for this bucket.
    """
    partition = names.partition(region)
    bucket = f"arn:{partition}:s3:::{names.image_sources_bucket(region, owner(account))}"
    return policy_document(
        {
            "Sid": "TakeSource",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": f"{bucket}/*",
        },
        {
            "Sid": "Unseal",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": f"arn:{partition}:kms:{region}:{account}:key/*",
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": f"s3.{region}.{suffix}",
                    "kms:EncryptionContext:aws:s3:arn": bucket,
                }
            },
        },
        {
            "Sid": "WriteOwnLog",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn(region, account, BUILD_LOG)}:*",
        },
    )


def rstudio_policy(*, region: str, account: str) -> Document:
    """What Posit Workbench may do in a domain: use its licence, write logs, start itself again.

    The documented policy, with the actions that take a resource held to one (SageMaker
    Developer Guide, "Create a DomainExecution role").
    """
    groups = log_group_arn(region, owner(account), "/aws/sagemaker/*")
    apps = names.domain_arn(region, account, "*").replace(":domain/", ":app/")
    return policy_document(
        {"Sid": "UseLicence", "Effect": "Allow", "Action": list(LICENCE), "Resource": "*"},
        {
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
            ],
            "Resource": [groups, f"{groups}:*"],
        },
        {
            "Sid": "DeliverLogs",
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeLogStreams",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
            # Deliveries and policies of resources take no resource.
            "Resource": "*",
        },
        {
            "Sid": "StartItselfAgain",
            "Effect": "Allow",
            "Action": "sagemaker:CreateApp",
            "Resource": f"{apps}/{SHARED_PROFILE}/*",
        },
    )


SHARED_PROFILE = "domain-shared"
"""The profile that AWS gives the app of Posit Workbench itself (S6-02)."""


def licence_endpoint_policy(*, region: str, accounts: Sequence[str]) -> Document:
    """What the endpoint of License Manager lets through: Workbench of our accounts.

    A licence is its seller's, so that nothing can be said about whose the resource is.
    """
    return policy_document(
        {
            "Sid": "Workbench",
            "Effect": "Allow",
            "Principal": "*",
            "Action": list(LICENCE),
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "aws:PrincipalAccount": [owner(one) for one in some("accounts", accounts)]
                },
                "ArnLike": {
                    "aws:PrincipalArn": names.role_arn(region, "*", names.RSTUDIO_ROLE)
                },
            },
        }
    )


def _service_trust(service: str, condition: dict[str, Any]) -> Document:
    return policy_document(
        {
            "Sid": "Service",
            "Effect": "Allow",
            "Principal": {"Service": exact("service", service)},
            "Action": HOP[0],
            "Condition": condition,
        }
    )


def _log_in() -> dict[str, Any]:
    return {"Sid": "LogIn", "Effect": "Allow", "Action": LOGIN, "Resource": "*"}


def _on_repositories(
    sid: str, actions: Sequence[str], region: str, account: str
) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": repositories(region, account),
    }
