"""Doors by account: what VPC endpoints let through where naming each thing would not fit.

An endpoint policy has 20,480 characters (AWS General Reference, "Amazon VPC quotas"), some
thirty domains with all that is in them.  A thousand lobs are named by their accounts instead:
as tight towards strangers, and what is whose inside an account is said by its roles and the
guardrail.  Of two lists of accounts there is never more than one, for two would not fit either.
"""

from collections.abc import Sequence
from typing import Any

from studiogate import names
from studiogate.policy.documents import (
    ASSUME,
    FRONT_DOORS,
    HOP,
    PRESIGN,
    exact,
    owner,
    policy_document,
    some,
)
from studiogate.policy.language import Document
from studiogate.policy.warehouses import LOOKING, own

READERS_BY_NAME = 25
"""Readers of warehouses that fit beside a thousand accounts by their whole names."""

_THEIR_OWN = "${aws:PrincipalAccount}"


def sagemaker_api_by_account(*, accounts: Sequence[str]) -> Document:
    """What the SageMaker API endpoint lets through: our accounts, on what is their own.

    Of the doors into Studio the one of the front door alone.
    """
    other_doors = [action for action in FRONT_DOORS if action != PRESIGN]
    return policy_document(
        {
            "Sid": "OurAccountsWork",
            "Effect": "Allow",
            "Principal": "*",
            "NotAction": other_doors,
            "Resource": "*",
            # IfExists: actions without a resource have no account to compare.
            "Condition": {
                "StringEquals": {"aws:PrincipalAccount": _owners(accounts)},
                "StringEqualsIfExists": {"aws:ResourceAccount": _THEIR_OWN},
            },
        }
    )


def studio_by_account(*, region: str, accounts: Sequence[str]) -> Document:
    """What the Studio endpoint lets through: profiles and apps of our accounts' domains."""
    stem = names.domain_arn(region, "*", "*")
    return policy_document(
        {
            "Sid": "OurAccountsStudio",
            "Effect": "Allow",
            "Principal": "*",
            "Action": [PRESIGN, "sagemaker:CreateApp"],
            "Resource": [
                f"{stem.replace(':domain/', f':{kind}/')}/*" for kind in ("user-profile", "app")
            ],
            "Condition": {"StringEquals": {"aws:ResourceAccount": _owners(accounts)}},
        }
    )


def sts_by_account(
    *, region: str, accounts: Sequence[str], reader_role_arns: Sequence[str] = ()
) -> Document:
    """What the STS endpoint lets through: the presign role of our accounts, and "who am I".

    And the readers of warehouses; where they are many, by what all their names begin with.
    """
    readers = [own(arn) for arn in reader_role_arns]
    if len(readers) > READERS_BY_NAME:
        any_reader = f"{names.READER_ROLE}-*"
        producers = dict.fromkeys(arn.split(":")[4] for arn in readers)
        readers = [names.role_arn(region, owner(one), any_reader) for one in producers]
    return policy_document(
        {
            "Sid": "PresignRoles",
            "Effect": "Allow",
            "Principal": "*",
            "Action": list(ASSUME),
            "Resource": names.role_arn(region, "*", names.PRESIGN_ROLE),
            "Condition": {"StringEquals": {"aws:ResourceAccount": _owners(accounts)}},
        },
        *([_anybody("Readers", list(HOP), readers)] if readers else []),
        _anybody("WhoAmI", ["sts:GetCallerIdentity"], "*"),
    )


def shared_endpoint_policy(*, prefix: str, accounts: Sequence[str], hub: str) -> Document:
    """What an endpoint for work beside Studio lets through: our accounts, on what is ours.

    `prefix` is the service in IAM's words, as `logs`.  What an account works on is its own, or
    the hub's, where images and keys for all may be: with anything else, somebody in our network
    could carry data to a stranger's account (F-27).
    """
    return policy_document(
        {
            "Sid": "OurAccounts",
            "Effect": "Allow",
            "Principal": "*",
            "Action": f"{exact('prefix', prefix)}:*",
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:PrincipalAccount": _owners(accounts)},
                "StringEqualsIfExists": {"aws:ResourceAccount": [_THEIR_OWN, owner(hub)]},
            },
        }
    )


def readers_endpoint_policy(
    *,
    region: str,
    actions: Sequence[str],
    accounts: Sequence[str],
    lookers: Sequence[str] = (),
) -> Document:
    """What an endpoint of Redshift lets through that is there for readers of warehouses alone.

    Their roles in the producers' `accounts`, what those do, and on what is in the same account:
    which cluster or workgroup it is, is for the roles to say.  `lookers` are the accounts whose
    notebooks look for an endpoint that Redshift manages, in their own account.
    """
    look = {
        "Sid": "WhereIsMyEndpoint",
        "Effect": "Allow",
        "Principal": "*",
        "Action": list(LOOKING),
        "Resource": "*",
        "Condition": {
            "ArnEquals": {
                "aws:PrincipalArn": [
                    names.role_arn(region, owner(one), names.EXECUTION_ROLE) for one in lookers
                ]
            },
            "StringEqualsIfExists": {"aws:ResourceAccount": _THEIR_OWN},
        },
    }
    any_reader = f"{names.READER_ROLE}-*"
    return policy_document(
        {
            "Sid": "Readers",
            "Effect": "Allow",
            "Principal": "*",
            "Action": list(actions),
            "Resource": "*",
            "Condition": {
                "ArnLike": {
                    "aws:PrincipalArn": [
                        names.role_arn(region, one, any_reader) for one in _owners(accounts)
                    ]
                },
                "StringEqualsIfExists": {"aws:ResourceAccount": _THEIR_OWN},
            },
        },
        *([look] if lookers else []),
    )


def s3_gateway_policy(*, region: str, account: str, hub: str) -> Document:
    """What the S3 gateway of a VPC of `account` lets through: its buckets, and the hub's.

    And the layers of images, which Amazon ECR keeps in a bucket of its own (Amazon ECR User
    Guide, "Minimum Amazon S3 bucket permissions for Amazon ECR").
    """
    partition = names.partition(region)
    return policy_document(
        {
            "Sid": "OurBuckets",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "aws:PrincipalAccount": owner(account),
                    "aws:ResourceAccount": [owner(account), owner(hub)],
                },
            },
        },
        _anybody(
            "ImageLayers",
            ["s3:GetObject"],
            f"arn:{partition}:s3:::prod-{region}-starport-layer-bucket/*",
        ),
    )


def _owners(accounts: Sequence[str]) -> list[str]:
    return [owner(account) for account in some("accounts", accounts)]


def _anybody(sid: str, actions: list[str], on: str | list[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": actions,
        "Resource": on,
    }
