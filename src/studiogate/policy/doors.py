"""The documents of the doors: VPC endpoint policies and the private API's resource policy.

They say which things may be reached through a door of ours, whoever asks: what stands against
a stranger's account reached from inside our network.  Who may do what is said by identities.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from studiogate import names
from studiogate.policy.documents import (
    ASSUME,
    FRONT_DOORS,
    HOP,
    PRESIGN,
    domain,
    exact,
    owner,
    policy_document,
    some,
)
from studiogate.policy.language import Document
from studiogate.policy.place import Place
from studiogate.policy.signins import DIRECTORY, Use
from studiogate.policy.warehouses import own

Domains = Mapping[str, Sequence[str]]
"""Account id to the ids of its Studio domains."""

_WORD = re.compile(r"[A-Za-z0-9_-]+\Z", re.ASCII)

_DOMAIN_WORK = (
    PRESIGN,
    "sagemaker:AddTags",
    "sagemaker:CreateApp",
    "sagemaker:CreateSpace",
    "sagemaker:DeleteApp",
    "sagemaker:DeleteSpace",
    "sagemaker:DescribeApp",
    "sagemaker:DescribeDomain",
    "sagemaker:DescribeSpace",
    "sagemaker:DescribeUserProfile",
    "sagemaker:UpdateSpace",
)


def studio_endpoint_policy(*, region: str, domains: Domains) -> Document:
    """What the Studio endpoint lets through: the profiles of our domains, and their apps.

    Without `sagemaker:CreateApp` no app opens (SageMaker Developer Guide, "Connect to Studio
    through an interface VPC endpoint").
    """
    return policy_document(
        _anybody("OurProfiles", [PRESIGN], _parts(region, domains, "user-profile")),
        _anybody("OurApps", ["sagemaker:CreateApp"], _parts(region, domains, "app")),
    )


def sagemaker_api_endpoint_policy(*, region: str, domains: Domains) -> Document:
    """What the SageMaker API endpoint lets through.

    On our domains the work of a domain; beyond them whatever accounts of ours do with what is
    their own, except to open a door into a domain that is not listed.
    """
    accounts = some("domains", domains)
    return policy_document(
        _anybody(
            "OurDomains",
            list(_DOMAIN_WORK),
            [
                *_domain_arns(region, domains),
                *_parts(region, domains, "user-profile"),
                *_parts(region, domains, "space"),
                *_parts(region, domains, "app"),
            ],
        ),
        {
            "Sid": "OurAccountsWork",
            "Effect": "Allow",
            "Principal": "*",
            "NotAction": list(FRONT_DOORS),
            "Resource": "*",
            # IfExists: actions without a resource have no account to compare.
            "Condition": {
                "StringEquals": {"aws:PrincipalAccount": accounts},
                "StringEqualsIfExists": {"aws:ResourceAccount": accounts},
            },
        },
    )


def sts_endpoint_policy(
    *, presign_role_arns: Sequence[str], reader_role_arns: Sequence[str] = ()
) -> Document:
    """What the STS endpoint lets through: our roles by name, and "who am I".

    Presign roles for the gateway; readers of warehouses for the notebooks, whose questions come
    to the same endpoint.
    """
    roles = [exact("presign_role_arns", arn) for arn in presign_role_arns]
    readers = [own(arn) for arn in reader_role_arns]
    return policy_document(
        *([_anybody("PresignRoles", list(ASSUME), roles)] if roles else []),
        *([_anybody("Readers", list(HOP), readers)] if readers else []),
        _anybody("WhoAmI", ["sts:GetCallerIdentity"], ["*"]),
    )


def closed_endpoint_policy() -> Document:
    """What an endpoint lets through while nothing of ours is behind it: nothing.

    Without a policy of ours it would have AWS's own, which lets everybody through to all.
    """
    return policy_document(
        {
            "Sid": "NothingYet",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
        }
    )


def dynamodb_endpoint_policy(
    *, region: str, account: str, uses: Sequence[Use], record: str
) -> Document:
    """What the DynamoDB endpoint lets through: what the gateway does with its tables."""
    every = (DIRECTORY, *uses, Use("Record", ("PutItem",), (record,)))
    return policy_document(
        *({**one.statement(region=region, account=account), "Principal": "*"} for one in every)
    )


def execute_api_endpoint_policy(*, region: str, account: str) -> Document:
    """What the endpoint of API Gateway lets through: the private APIs of our own account.

    A stranger's API would be a way to carry things out (F-27).  Which of ours is reached is the
    API's own policy to say; its id is younger than the endpoint, and its policy names that.
    """
    ours = f"arn:{names.partition(region)}:execute-api:{region}:{owner(account)}:*"
    return policy_document(_anybody("OurApis", ["execute-api:Invoke"], [ours]))


def private_api_policy(*, api_arn: str, endpoint: str) -> Document:
    """The resource policy of the private API: through our endpoint, and by no other way.

    The Deny is what counts: an Allow alone is joined with the authorizer's answer by "either
    suffices" (API Gateway Developer Guide, "How resource policies affect authorization").
    `api_arn` is `arn:aws:execute-api:REGION:ACCOUNT:API`.
    """
    everything = f"{exact('api_arn', api_arn)}/*"
    outside = {"StringNotEquals": {"aws:SourceVpce": exact("endpoint", endpoint)}}
    return policy_document(
        _anybody("Invoke", ["execute-api:Invoke"], [everything]),
        {
            "Sid": "OnlyOurEndpoint",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": everything,
            "Condition": outside,
        },
    )


def authorizer_policy(
    *, api_arn: str, stage: str, person: str, method: str = "GET"
) -> Document:
    """What the authorizer of a private API returns for `person`: their own path, and no other.

    Both halves are needed.  An Allow alone leaves other people's paths to a resource policy
    that allows everything, a Deny alone allows nothing by itself (Table A: an Allow in either
    suffices).  The path is the name alone: whatever follows it, as in `GET/somebody/GET/me`,
    is somebody else's.

    Raises:
        PolicyError: `person` is outside the alphabet of names, so would be a pattern or more
            than one part of a path (F-02); `stage`, `method` or `api_arn` is not one thing.
    """
    if not names.is_person(person):
        raise Place("person").error(
            f"{person!r} is not a person's name", remedy="2 to 64 of A-Z a-z 0-9 _+=,.@-"
        )
    for name, value in (("stage", stage), ("method", method)):
        if not _WORD.match(value):
            raise Place(name).error(
                f"{value!r} is not one word", remedy="Letters, digits, hyphens, underscores."
            )
    own = f"{exact('api_arn', api_arn)}/{stage}/{method}/{person}"
    return policy_document(
        {
            "Sid": "OwnPath",
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": own,
        },
        {
            "Sid": "NoOtherPath",
            "Effect": "Deny",
            "Action": "execute-api:Invoke",
            "NotResource": own,
        },
    )


def _anybody(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": actions,
        "Resource": resources,
    }


def _domain_arns(region: str, domains: Domains) -> list[str]:
    return [
        names.domain_arn(region, owner(account), domain(id_))
        for account in some("domains", domains)
        for id_ in some(f"domains.{account}", domains[account])
    ]


def _parts(region: str, domains: Domains, kind: str) -> list[str]:
    """Patterns of everything of `kind` in our domains, and in no other."""
    arns = _domain_arns(region, domains)
    return [f"{arn.replace(':domain/', f':{kind}/')}/*" for arn in arns]
