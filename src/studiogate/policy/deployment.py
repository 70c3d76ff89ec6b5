"""What plan, apply, status and destroy call by themselves, as policies for their operators.

CloudFormation makes, changes and deletes resources with the permissions of whoever calls it, so
`apply` and `destroy` need those of every resource type as well: the role that Organizations
makes in every account has them.  `plan` and `status` need no more than what is here.
"""

from typing import Any, Final

from studiogate import names
from studiogate.policy.documents import owner, policy_document, table_arns
from studiogate.policy.language import Document

_STACKS: Final = "studiogate-*"

_PLANNING: Final = (
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
)
_FACTS: Final = ("ec2:DescribeManagedPrefixLists",)
"""What stacks are told that AWS knows; EC2 takes no resource for it."""

_SESSIONS: Final = (
    "sagemaker:DescribeDomain",
    "sagemaker:DescribeUserProfile",
    "sagemaker:ListApps",
)
"""Whether sessions carry a person's profile, which apps hold back that they do (S1-09), and who
is let into RStudio (S6-03)."""

_LICENCES: Final = ("license-manager:ListReceivedLicenses",)
"""Whether an account may run RStudio; without it, that is said not to be known."""

_APPLYING: Final = (
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:ListChangeSets",
    "cloudformation:UpdateTerminationProtection",
)
_SERVING: Final = ("sagemaker:CreateApp",)
"""RStudio's server, which is made again after it was ended (S6-02)."""

_EMPTYING: Final = (
    "sagemaker:DeleteApp",
    "sagemaker:DeleteDomain",
    "sagemaker:DeleteSpace",
    "sagemaker:DeleteStudioLifecycleConfig",
    "sagemaker:DeleteUserProfile",
    "sagemaker:DescribeApp",
    "sagemaker:DescribeDomain",
    "sagemaker:DescribeSpace",
    "sagemaker:DescribeUserProfile",
    "sagemaker:ListApps",
    "sagemaker:ListDomains",
    "sagemaker:ListSpaces",
    "sagemaker:ListStudioLifecycleConfigs",
    "sagemaker:ListTags",
    "sagemaker:ListUserProfiles",
    "sagemaker:UpdateDomain",
    "sagemaker:UpdateUserProfile",
)
_HOMES: Final = (
    "ec2:DeleteSecurityGroup",
    "ec2:DescribeSecurityGroups",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "elasticfilesystem:DeleteFileSystem",
    "elasticfilesystem:DeleteMountTarget",
    "elasticfilesystem:DescribeFileSystems",
    "elasticfilesystem:DescribeMountTargets",
    "elasticfilesystem:TagResource",
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:EnableKey",
    "kms:ListResourceTags",
    "kms:ScheduleKeyDeletion",
)
_LOOKING: Final = (
    "cloudformation:DescribeStackDriftDetectionStatus",
    "cloudformation:DescribeStackResourceDrifts",
    "cloudformation:DescribeStacks",
    "cloudformation:DetectStackDrift",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeTransitGatewayAttachments",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:GetTransitGatewayRouteTablePropagations",
    "ram:GetResourceShareAssociations",
    "ram:GetResourceShareInvitations",
    "route53:ListHostedZonesByVPC",
    "route53resolver:ListResolverRuleAssociations",
    "route53resolver:ListResolverRules",
    "sagemaker:DescribeDomain",
)
_RESIDUE: Final = (
    "dynamodb:ListTables",
    "ec2:DescribeAddresses",
    "ec2:DescribeTransitGatewayAttachments",
    "ec2:DescribeTransitGateways",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:DescribeVpcs",
    "ecr:DescribeRepositories",
    "elasticfilesystem:DescribeFileSystems",
    "iam:ListRoles",
    "kms:DescribeKey",
    "kms:ListKeys",
    "kms:ListResourceTags",
    "logs:DescribeLogGroups",
    "organizations:ListPolicies",
    "ram:GetResourceShares",
    "redshift-serverless:ListNamespaces",
    "redshift-serverless:ListSnapshots",
    "redshift-serverless:ListTagsForResource",
    "redshift-serverless:ListWorkgroups",
    "redshift:DescribeClusterParameterGroups",
    "redshift:DescribeClusterSnapshots",
    "redshift:DescribeClusterSubnetGroups",
    "redshift:DescribeClusters",
    "route53:ListHostedZones",
    "route53:ListTagsForResource",
    "route53resolver:ListResolverEndpoints",
    "route53resolver:ListResolverRuleAssociations",
    "route53resolver:ListResolverRules",
    "s3:ListAllMyBuckets",
    "sagemaker:ListAppImageConfigs",
    "sagemaker:ListDomains",
    "sagemaker:ListImages",
    "sagemaker:ListStudioLifecycleConfigs",
    "sagemaker:ListTags",
)
_IMAGES: Final = (
    "ecr:DescribeRepositories",
    "sagemaker:ListAppImageConfigs",
    "sagemaker:ListImages",
    "sagemaker:ListTags",
)
_SENDING: Final = ("s3:GetObject", "s3:PutObject")
_EMPTIED: Final = ("s3:DeleteObjectVersion", "s3:ListBucketVersions")
_LOOSENING: Final = (
    "cognito-idp:UpdateUserPool",
    "dynamodb:UpdateTable",
    "redshift-serverless:DeleteSnapshot",
    "redshift:DeleteClusterSnapshot",
    "s3:DeleteObjectVersion",
    "s3:ListBucketVersions",
)


def planning_policy(*, region: str, account: str) -> Document:
    """In every account, to plan: what stands, and what a change set would do."""
    return policy_document(
        _statement("SeeStacks", ("cloudformation:DescribeStacks",), "*"),
        _statement("AskForChangeSets", _PLANNING, _stacks(region, account)),
        _statement("AskForFacts", _FACTS, "*"),
        _statement("SeeSessions", _SESSIONS, "*"),
        _statement("SeeLicences", _LICENCES, "*"),
        _statement("SeeImages", _IMAGES, "*"),
    )


def comparing_rows_policy(*, region: str, account: str, bucket: str, key_arn: str) -> Document:
    """In the shared-services account, to plan: the directory, and the landscape as applied.

    `key_arn` is the key of the artifacts stack, which everything in the bucket is under.  Who
    may not list a bucket is not told that an object is absent, only that it is denied.
    """
    tables = [names.PEOPLE_TABLE, names.LOBS_TABLE, names.IDPS_TABLE]
    return policy_document(
        _statement("ReadDirectory", ("dynamodb:Scan",), table_arns(region, account, tables)),
        _statement("ReadApplied", ("s3:GetObject",), _objects(region, bucket)),
        _statement("TellAbsent", ("s3:ListBucket",), _bucket(region, bucket)),
        _statement("Unseal", ("kms:Decrypt",), key_arn),
    )


def applying_policy(*, region: str, account: str) -> Document:
    """In every account, to apply: stacks, and what has to end before a profile may go.

    With what keeps homes, the default groups of VPCs are emptied as well; so are two buckets:
    that which images were built from, when a lob has none any more, and that of large
    templates, which CloudFormation reads as whoever calls it.
    """
    templates = names.templates_bucket(region, owner(account))
    sources = names.image_sources_bucket(region, account)
    return policy_document(
        _statement("SeeStacks", ("cloudformation:DescribeStacks",), "*"),
        _statement("ChangeStacks", (*_PLANNING, *_APPLYING), _stacks(region, account)),
        _statement("AskForFacts", _FACTS, "*"),
        _statement("EmptyDomains", _EMPTYING, "*"),
        _statement("KeepHomes", _HOMES, "*"),
        _statement("SendTemplates", _SENDING, _objects(region, templates)),
        _statement("TellAbsent", ("s3:ListBucket",), _bucket(region, templates)),
        _statement("EmptyBuckets", _EMPTIED, _whole(region, sources, templates)),
        _statement("SeeLicences", _LICENCES, "*"),
        _statement("SeeImages", _IMAGES, "*"),
        _statement("ServeRStudio", _SERVING, _servers(region, account)),
    )


def writing_policy(*, region: str, account: str, bucket: str, key_arn: str) -> Document:
    """In the shared-services account, to apply: the directory's rows, and the bucket."""
    tables = [names.PEOPLE_TABLE, names.LOBS_TABLE, names.IDPS_TABLE]
    rows = ("dynamodb:BatchWriteItem", "dynamodb:Scan", "dynamodb:UpdateItem")
    return policy_document(
        _statement("WriteDirectory", rows, table_arns(region, account, tables)),
        _statement("KeepApplied", ("s3:GetObject", "s3:PutObject"), _objects(region, bucket)),
        _statement("TellAbsent", ("s3:ListBucket",), _bucket(region, bucket)),
        _statement("Seal", ("kms:Decrypt", "kms:GenerateDataKey"), key_arn),
    )


def counting_policy(*, region: str, account: str) -> Document:
    """In the shared-services account, for status: whom providers have sent."""
    people = table_arns(region, account, [names.PEOPLE_TABLE])
    return policy_document(_statement("WhoWasSent", ("dynamodb:Scan",), people))


def looking_policy() -> Document:
    """In every account, for status: stacks, drift and links.

    To find drift CloudFormation reads each resource with the caller's permissions.
    """
    return policy_document(_statement("Look", _LOOKING, "*"))


def destroying_policy(*, region: str, account: str) -> Document:
    """In every account, to destroy: what `apply` may, what holds back, and what is left."""
    stacks = (*_PLANNING, *_APPLYING)
    return policy_document(
        _statement("SeeStacks", ("cloudformation:DescribeStacks",), "*"),
        _statement("ChangeStacks", stacks, _stacks(region, account)),
        _statement("EmptyDomains", _EMPTYING, "*"),
        _statement("KeepHomes", _HOMES, "*"),
        _statement("Loosen", _LOOSENING, "*"),
        _statement("SeeWhatIsLeft", _RESIDUE, "*"),
    )


def _statement(sid: str, actions: tuple[str, ...], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}


def _stacks(region: str, account: str) -> str:
    arn = f"arn:{names.partition(region)}:cloudformation:{region}:{owner(account)}"
    return f"{arn}:stack/{_STACKS}/*"


def _bucket(region: str, bucket: str) -> str:
    return f"arn:{names.partition(region)}:s3:::{bucket}"


def _whole(region: str, *buckets: str) -> list[str]:
    """Buckets, and what is in them."""
    return [arn for one in buckets for arn in (_bucket(region, one), _objects(region, one))]


def _servers(region: str, account: str) -> str:
    """What a whole domain has of apps, of any domain: AWS keeps it under a profile's name."""
    app = names.domain_arn(region, owner(account), "*").replace(":domain/", ":app/")
    return f"{app}/domain-shared/*"


def _objects(region: str, bucket: str) -> str:
    return f"{_bucket(region, bucket)}/*"
