"""What those who look after an organisation need, and no more: to read it, and to cut off.

Two steps each: somebody in the management account may become one role, and that role in each
account may do what its command does.  The tests hold the commands to these documents.
"""

from collections.abc import Sequence
from typing import Any

from studiogate import names
from studiogate.policy.documents import exact, owner, policy_document, some, table_arns
from studiogate.policy.language import Document


def entry_policy(*, region: str, accounts: Sequence[str], role: str) -> Document:
    """Of somebody in the management account: become `role` in each of `accounts`."""
    roles = [names.role_arn(region, owner(one), exact("role", role)) for one in accounts]
    return policy_document(
        {
            "Sid": "BecomeItThere",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": some("accounts", roles),
        }
    )


def entry_trust(*, principal_arn: str) -> Document:
    """The trust policy of such a role: that one principal becomes it, and nobody else."""
    return policy_document(
        {
            "Sid": "FromTheManagementAccount",
            "Effect": "Allow",
            "Principal": {"AWS": exact("principal_arn", principal_arn)},
            "Action": "sts:AssumeRole",
        }
    )


def organisation_policy() -> Document:
    """In the management account, to verify: which guardrails stand over which account."""
    return policy_document(
        {
            "Sid": "ReadGuardrails",
            "Effect": "Allow",
            "Action": [
                "organizations:DescribeOrganization",
                "organizations:DescribePolicy",
                "organizations:ListParents",
                "organizations:ListPoliciesForTarget",
                "organizations:ListRoots",
            ],
            "Resource": "*",
        }
    )


def reading_policy() -> Document:
    """In every account, to verify: who holds what, which endpoints and domains stand."""
    return policy_document(
        {
            "Sid": "ReadWhoMayDoWhat",
            "Effect": "Allow",
            "Action": [
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeVpcs",
                "iam:GetAccountAuthorizationDetails",
                "iam:GetPolicy",
                "iam:GetPolicyVersion",
                "sagemaker:DescribeDomain",
                "sagemaker:ListDomains",
                "sagemaker:ListUserProfiles",
            ],
            "Resource": "*",
        }
    )


def asking_policy(*, region: str, account: str) -> Document:
    """In the shared-services account, to ask why: the rows that the gateway reads."""
    tables = [names.PEOPLE_TABLE, names.LOBS_TABLE]
    return policy_document(
        {
            "Sid": "ReadTheirRows",
            "Effect": "Allow",
            "Action": "dynamodb:GetItem",
            "Resource": table_arns(region, account, tables),
        }
    )


def revoking_policy(*, region: str, account: str) -> Document:
    """In the account of a line of business, to revoke: Denies on two roles, and apps to end.

    To put a policy on a role is to decide what it may do: whoever holds this could widen the
    two as well.  The guardrail holds all the same.
    """
    apps = names.domain_arn(region, owner(account), "*").replace(":domain/", ":app/")
    return policy_document(
        _writing_denies(region, account, (names.PRESIGN_ROLE, names.EXECUTION_ROLE)),
        {
            "Sid": "FindApps",
            "Effect": "Allow",
            "Action": ["sagemaker:ListApps", "sagemaker:ListDomains", "sagemaker:ListSpaces"],
            "Resource": "*",
        },
        {
            "Sid": "EndApps",
            "Effect": "Allow",
            "Action": ["sagemaker:DeleteApp", "sagemaker:DescribeApp"],
            "Resource": apps,
        },
    )


def revoking_readers_policy(*, region: str, account: str) -> Document:
    """In the account of a warehouse, to revoke: Denies on the roles that read, and no others.

    By what all their names begin with: there is one for each line of business, or person.
    """
    readers = f"{names.READER_ROLE}-*"
    return policy_document(_writing_denies(region, owner(account), (readers,)))


def flagging_policy(*, region: str, account: str) -> Document:
    """In the shared-services account, to revoke: the flag in the person's row."""
    return policy_document(
        {
            "Sid": "FlagThePerson",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
            "Resource": table_arns(region, account, [names.PEOPLE_TABLE]),
        }
    )


def releasing_policy(*, region: str, account: str) -> Document:
    """In the shared-services account, to release a name: the marks that say whose it is."""
    return policy_document(
        {
            "Sid": "ReleaseNames",
            "Effect": "Allow",
            "Action": ["dynamodb:DeleteItem", "dynamodb:GetItem"],
            "Resource": table_arns(region, account, [names.SIGNINS_TABLE]),
        }
    )


def comparing_policy(*, region: str, account: str) -> Document:
    """In the shared-services account, to compare people: both tables, and the user pools."""
    pools = f"arn:{names.partition(region)}:cognito-idp:{region}:{owner(account)}:userpool/*"
    tables = [names.PEOPLE_TABLE, names.LOBS_TABLE]
    return policy_document(
        {
            "Sid": "ReadDirectory",
            "Effect": "Allow",
            "Action": "dynamodb:Scan",
            "Resource": table_arns(region, account, tables),
        },
        {
            "Sid": "ReadUserPools",
            "Effect": "Allow",
            "Action": "cognito-idp:ListUsers",
            "Resource": pools,
        },
    )


def listing_policy() -> Document:
    """In the account of a line of business, to compare people: who has a profile."""
    return policy_document(
        {
            "Sid": "ListProfiles",
            "Effect": "Allow",
            "Action": ["sagemaker:ListDomains", "sagemaker:ListUserProfiles"],
            "Resource": "*",
        }
    )


def examining_gateway_policy() -> Document:
    """In the shared-services account, to see whether readers get to read: what is between.

    Only the owner of a transit gateway is told its routes.
    """
    return policy_document(
        _looking("SeeRoutesBetween", _BETWEEN),
        _looking("SeeEndpoints", ("ec2:DescribeVpcEndpoints",)),
    )


def examining_readers_policy() -> Document:
    """In the account of a line of business that reads a warehouse: domains, and their ways.

    What runs is listed where a domain has to be changed, and endpoints that Redshift manages
    where the landscape reaches a warehouse by one.
    """
    return policy_document(
        _looking("SeeWays", _WAYS),
        _looking(
            "SeeDomains",
            ("sagemaker:DescribeDomain", "sagemaker:ListApps", "sagemaker:ListDomains"),
        ),
        _looking("SeeManagedEndpoints", ("redshift:DescribeEndpointAccess",)),
    )


def examining_producers_policy() -> Document:
    """In the account of a warehouse: the cluster or workgroup, and the ways to it."""
    return policy_document(
        _looking("SeeWays", _WAYS),
        _looking(
            "SeeWarehouses",
            (
                "redshift-serverless:GetWorkgroup",
                "redshift:DescribeClusterSubnetGroups",
                "redshift:DescribeClusters",
            ),
        ),
    )


_BETWEEN = ("ec2:DescribeTransitGatewayAttachments", "ec2:SearchTransitGatewayRoutes")
_WAYS = (
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTransitGatewayAttachments",
    "ec2:DescribeTransitGatewayVpcAttachments",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:DescribeVpcs",
    "ec2:GetManagedPrefixListEntries",
)


def _writing_denies(region: str, account: str, roles: Sequence[str]) -> dict[str, Any]:
    return {
        "Sid": "WriteDenies",
        "Effect": "Allow",
        "Action": [
            "iam:DeleteRolePolicy",
            "iam:GetRolePolicy",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
        ],
        "Resource": [names.role_arn(region, account, role) for role in roles],
    }


def _looking(sid: str, actions: tuple[str, ...]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": "*"}
