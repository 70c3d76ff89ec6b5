"""The product's own documents for identities: said once, deployed and evaluated alike.

Every function returns a plain document.  What enters an ARN is checked first: a domain id or a
profile with a `*` in it would be a pattern, and open other people's doors.  Where an id is not
known yet, a `names.Symbol` stands for it, and the template puts the id there.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from studiogate import names
from studiogate.policy.language import VARIABLES_SINCE, Document
from studiogate.policy.match import is_wild
from studiogate.policy.place import Place

PRESIGN = "sagemaker:CreatePresignedDomainUrl"

FRONT_DOORS = (
    PRESIGN,
    "sagemaker:CreatePresignedDomainUrlWithPrincipalTag",
    "sagemaker:CreatePresignedMlflowAppUrl",
    "sagemaker:CreatePresignedMlflowTrackingServerUrl",
    "sagemaker:CreatePresignedNotebookInstanceUrl",
    "sagemaker:CreatePartnerAppPresignedUrl",
    "sagemaker:CreateHubContentPresignedUrls",
    "sagemaker:StartSession",
)
"""Every action that opens a door into SageMaker; guarding one of them guards none (F-65)."""

ASSUME = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
"""What a hop of the role chain needs, in the caller's policy and in the trust policy (F-58)."""

HOP = ASSUME[:2]
"""What it needs where a source identity comes along and no tags: a notebook's (F-58)."""

INLINE_LIMIT = 2048
"""Characters of an inline session policy (STS API reference, AssumeRole)."""

_SOMEBODY = "?*"

_SEE_WHAT_RUNS: dict[str, Any] = {
    "Sid": "SeeWhatRuns",
    "Effect": "Allow",
    "Action": ["sagemaker:ListApps", "sagemaker:ListSpaces"],
    # Lists have no resource (Service Authorization Reference, "Amazon SageMaker").
    "Resource": "*",
}
"""What the portal asks to say which of a person's apps is starting, and for how long."""

_ON_IMAGES = ("sagemaker:DescribeImage", "sagemaker:ListImageVersions")
"""What the portal asks to say which images there are, and whether a newer version waits."""


def policy_document(*statements: dict[str, Any]) -> Document:
    """A document of the current language version."""
    return {"Version": VARIABLES_SINCE, "Statement": list(statements)}


def compact(document: Document) -> str:
    """`document` as JSON without spaces, for an inline session policy.

    Raises:
        PolicyError: it is longer than STS takes.
    """
    text = json.dumps(document, separators=(",", ":"))
    if len(text) > INLINE_LIMIT:
        raise Place().error(
            f"{len(text)} characters do not fit an inline session policy",
            remedy=f"Name fewer resources: STS takes {INLINE_LIMIT}.",
        )
    return text


def presign_role_policy(
    *,
    region: str,
    account: str,
    domains: Mapping[str, Sequence[str]],
    endpoints: Sequence[str],
) -> Document:
    """What the presign role of a lob may do: open, for the profile its session is tagged with.

    `domains` are the ids of its domains, each with the CIDRs it opens from and those of the
    hub, where URLs are made.  `endpoints` are the ids of the SageMaker API endpoint, where
    a URL is made, and of the Studio endpoint, where it is used: AWS asks this policy again on
    every request of the browser, so a URL carried to another network of ours is dead there.
    """
    owner(account)
    through = {"StringEquals": {"aws:SourceVpce": some("endpoints", endpoints)}}
    own = f"${{aws:PrincipalTag/{names.PROFILE_TAG}}}"
    alike: dict[tuple[str, ...], list[str]] = {}
    for id_ in some("domains", domains):
        cidrs = tuple(sorted({*some(f"domains.{id_}", domains[id_])}))
        alike.setdefault(cidrs, []).append(domain(id_))
    return policy_document(
        *(
            {
                "Sid": f"OpenOwnProfile{number or ''}",
                "Effect": "Allow",
                "Action": PRESIGN,
                "Resource": [names.profile_arn(region, account, id_, own) for id_ in ids],
                "Condition": {**through, "IpAddress": {"aws:VpcSourceIp": list(cidrs)}},
            }
            for number, (cidrs, ids) in enumerate(alike.items())
        ),
        {
            "Sid": "SeeDomains",
            "Effect": "Allow",
            "Action": "sagemaker:DescribeDomain",
            "Resource": [
                names.domain_arn(region, account, id_) for ids in alike.values() for id_ in ids
            ],
            "Condition": through,
        },
        {**_SEE_WHAT_RUNS, "Condition": through},
        *({**one, "Condition": through} for one in _see_what_starts(region, account, own)),
    )


def presign_role_trust(*, gateway_role_arn: str, external_id: str) -> Document:
    """Who may become the presign role: the gateway, in somebody's name, for one profile.

    Three statements, because each action brings its own condition keys.
    """
    gateway = {"AWS": exact("gateway_role_arn", gateway_role_arn)}
    named = {"sts:SourceIdentity": _SOMEBODY}
    return policy_document(
        {
            "Sid": "GatewayForSomebody",
            "Effect": "Allow",
            "Principal": gateway,
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"sts:ExternalId": exact("external_id", external_id)},
                "StringLike": named,
            },
        },
        {
            "Sid": "InTheirName",
            "Effect": "Allow",
            "Principal": gateway,
            "Action": "sts:SetSourceIdentity",
            "Condition": {"StringLike": named},
        },
        {
            "Sid": "ForTheirProfile",
            "Effect": "Allow",
            "Principal": gateway,
            "Action": "sts:TagSession",
            "Condition": {
                "StringLike": {f"aws:RequestTag/{names.PROFILE_TAG}": _SOMEBODY},
                "ForAllValues:StringEquals": {"aws:TagKeys": [names.PROFILE_TAG]},
            },
        },
    )


def gateway_role_policy(
    *, region: str, account: str, presign_role_arns: Sequence[str], tables: Sequence[str]
) -> Document:
    """What the gateway itself may do: become those roles, and read those tables of `account`.

    Exact ARNs only: a wildcard account would let whoever writes the directory send people to
    a role of their own.  Before there is a line of business there is nobody to become.
    """
    become = [_become(presign_role_arns)] if presign_role_arns else []
    return policy_document(
        *become,
        {
            "Sid": "ReadDirectory",
            "Effect": "Allow",
            "Action": ["dynamodb:BatchGetItem", "dynamodb:GetItem"],
            "Resource": table_arns(region, account, tables),
        },
    )


def becoming_policy(*, presign_role_arns: Sequence[str]) -> Document:
    """That half of the gateway's policy which names roles, where all of them fit no one policy.

    Raises:
        PolicyError: there are none, or one is a pattern.
    """
    return policy_document(_become(some("presign_role_arns", presign_role_arns)))


def opening_session_policy(
    *, region: str, account: str, domain_id: str, profile: str
) -> Document:
    """The second lock of one opening: that profile of that domain, and nothing else.

    Raises:
        PolicyError: `profile`, `domain_id` or `account` is outside its alphabet.
    """
    owner(account)
    if not names.is_profile(profile):
        raise Place("profile").error(
            f"{profile!r} is not a profile name", remedy="Letters, digits, inner hyphens."
        )
    return policy_document(
        {
            "Sid": "OpenThisProfile",
            "Effect": "Allow",
            "Action": PRESIGN,
            "Resource": names.profile_arn(region, account, domain(domain_id), profile),
        },
        {
            "Sid": "SeeThisDomain",
            "Effect": "Allow",
            "Action": "sagemaker:DescribeDomain",
            "Resource": names.domain_arn(region, account, domain_id),
        },
    )


def looking_session_policy() -> Document:
    """The second lock of a look at what runs and what starts: nothing that opens or changes.

    Whose domain, profile and images are seen, the role's own policy says.
    """
    return policy_document(
        _SEE_WHAT_RUNS,
        {
            "Sid": "SeeWhatStarts",
            "Effect": "Allow",
            "Action": [
                "sagemaker:DescribeDomain",
                "sagemaker:DescribeUserProfile",
                *_ON_IMAGES,
            ],
            "Resource": "*",
        },
    )


def service_trust(
    service: str, *, source_identity: bool = False, account: str | None = None
) -> Document:
    """The trust policy of a role an AWS service uses, as `sagemaker.amazonaws.com`.

    With `source_identity` the service may also name the person (S1-10): without it no app
    starts in a domain that propagates user profile names.  With `account` the service that
    says for whom it works (`aws:SourceAccount`) works for that account alone; one that does
    not say is let in, because not every way to a session is documented to say it.
    """
    allowed = ASSUME[: 2 if source_identity else 1]
    own = {"StringEqualsIfExists": {"aws:SourceAccount": owner(account)}} if account else {}
    return policy_document(
        {
            "Sid": "Service",
            "Effect": "Allow",
            "Principal": {"Service": exact("service", service)},
            "Action": list(allowed),
            **({"Condition": own} if own else {}),
        }
    )


def execution_role_policy(*, region: str, account: str, domain_ids: Sequence[str]) -> Document:
    """What a notebook may do by itself: see its domain and open its own profile.

    The published execution role opens every colleague's profile from anywhere; this one
    resolves to the profile the session belongs to.  `sts:GetCallerIdentity` needs no policy.
    """
    owner(account)
    domains = [domain(id_) for id_ in some("domain_ids", domain_ids)]
    own = names.profile_arn(
        region, account, "${sagemaker:DomainId}", "${sagemaker:UserProfileName}"
    )
    return policy_document(
        {
            "Sid": "OwnProfile",
            "Effect": "Allow",
            "Action": [PRESIGN, "sagemaker:DescribeUserProfile"],
            "Resource": own,
        },
        {
            "Sid": "SeeDomains",
            "Effect": "Allow",
            "Action": [
                "sagemaker:DescribeApp",
                "sagemaker:DescribeDomain",
                "sagemaker:DescribeSpace",
            ],
            "Resource": [arn for id_ in domains for arn in _visible(region, account, id_)],
        },
        {
            "Sid": "ListDomainThings",
            "Effect": "Allow",
            "Action": [
                "sagemaker:ListApps",
                "sagemaker:ListDomains",
                "sagemaker:ListSpaces",
                "sagemaker:ListUserProfiles",
            ],
            "Resource": "*",
        },
    )


def some(name: str, values: Collection[str]) -> list[str]:
    """`values`, none of them a pattern.

    Raises:
        PolicyError: there are none: a list without entries is not "nothing" to every reader.
    """
    if not values:
        raise Place(name).error("there are none", remedy="Write no policy, or name one.")
    return [exact(name, value) for value in values]


def exact(name: str, value: str) -> str:
    """`value`, which stands for itself alone.

    Raises:
        PolicyError: it is empty, or holds a wildcard or a variable.
    """
    if not value or is_wild(value) or "$" in value:
        raise Place(name).error(f"{value!r} does not name one thing", remedy="Write it whole.")
    return value


def domain(id_: str) -> str:
    """`id_`, which must be a Studio domain's, or stand for one in a template.

    Raises:
        PolicyError: it is not.
    """
    if not (isinstance(id_, names.Symbol) or names.is_domain_id(id_)):
        raise Place("domain_id").error(f"{id_!r} is not a domain id", remedy="As d-abc123.")
    return id_


def owner(account: str) -> str:
    """`account`, which must be an account id, or stand for one in a template.

    Raises:
        PolicyError: it is not.
    """
    if not (isinstance(account, names.Symbol) or names.is_account(account)):
        raise Place("account").error(f"{account!r} is not an account id", remedy="12 digits.")
    return account


def table_arns(region: str, account: str, tables: Sequence[str]) -> list[str]:
    """ARNs of the tables called `tables`."""
    owner(account)
    return [names.table_arn(region, account, table) for table in some("tables", tables)]


def _see_what_starts(region: str, account: str, own: str) -> tuple[dict[str, Any], ...]:
    """What the portal asks to say which images somebody finds: `own` is their profile."""
    return (
        {
            "Sid": "SeeOwnProfile",
            "Effect": "Allow",
            "Action": "sagemaker:DescribeUserProfile",
            "Resource": names.profile_arn(region, account, "*", own),
        },
        {
            "Sid": "SeeImages",
            "Effect": "Allow",
            "Action": list(_ON_IMAGES),
            "Resource": names.image_arn(region, account, "*"),
        },
    )


def _become(presign_role_arns: Sequence[str]) -> dict[str, Any]:
    return {
        "Sid": "BecomePresignRoles",
        "Effect": "Allow",
        "Action": list(ASSUME),
        "Resource": [exact("presign_role_arns", arn) for arn in presign_role_arns],
    }


def _visible(region: str, account: str, id_: str) -> list[str]:
    arn = names.domain_arn(region, account, id_)
    return [arn, *(arn.replace(":domain/", f":{kind}/") + "/*" for kind in ("space", "app"))]
