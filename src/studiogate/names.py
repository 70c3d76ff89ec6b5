r"""Names that AWS and studiogate agree on: strings in, strings out.

Alphabets are those of the AWS service models (botocore): a Studio profile is
`[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`, a domain id `d-(-*[a-z0-9]){1,61}`, a source identity and
a role session name 2 to 64 of `[\w+=,.@-]`.  All are matched whole and as ASCII.
"""

import re
from hashlib import sha256
from ipaddress import ip_address

PRESIGN_ROLE = "PresignedUrlGenerator"
"""The one role of a line of business's account that makes Studio URLs (requirement S2-11)."""

GATEWAY_ROLE = "StudiogateGateway"
"""What the gateway itself is, in the shared-services account."""

EXECUTION_ROLE = "StudioExecution"
"""What notebooks run as, in a line of business's account."""

PEOPLE_TABLE = "studiogate-people"
LOBS_TABLE = "studiogate-lobs"

OPENINGS_TABLE = "studiogate-openings"
"""The record, where the gateway is a function: a row for each opening, never changed."""

SIGNINS_TABLE = "studiogate-signins"
"""What every instance of the gateway must know of sign-ins at once; see `gateway.marks`."""

IDPS_TABLE = "studiogate-idps"
"""What identity providers published: a row for each, written by `apply`."""

PROVISIONED_TABLE = "studiogate-provisioned"
"""The people and groups that identity providers sent by SCIM, as they sent them."""

GATEWAY_FUNCTION = "studiogate-gateway"
AUTHORIZER_FUNCTION = "studiogate-authorizer"

AUTHORIZER_ROLE = "StudiogateAuthorizer"
"""What the authorizer of the private API is: nobody who may do anything but log."""

LANDSCAPE_TAG = "studiogate:landscape"
ENVIRONMENT_TAG = "studiogate:environment"

PROFILE_TAG = "studiogate:profile"
"""Session tag that carries the Studio profile; the presign role's policy resolves it."""

READER_ROLE = "StudioReader"
"""What the role begins with that reads a warehouse for a lob, in the producer's account."""

IMAGE_ROLE = "StudioImages"
"""As what SageMaker reads the repositories of custom images, in a lob's account (S6-20)."""

IMAGE_BUILDER_ROLE = "StudioImageBuilder"
"""What builds custom images in AWS, in a lob's account."""

IMAGE_BUILDER_POLICY = "StudioImagePublisher"
"""Managed policy of whoever builds and pushes by hand (S6-04, F-66)."""

IMAGE_PROJECT = "studiogate-images"
"""The CodeBuild project that builds custom images, in a lob's account."""

RSTUDIO_ROLE = "StudioRStudio"
"""The domain execution role of Posit Workbench (RStudioServerProDomainSettings)."""

_LONGEST = 63
"""Characters of a profile or domain id: their patterns alone do not bound the length."""

_LONGEST_ROLE = 64
"""Characters of a role's name (IAM User Guide, "IAM and AWS STS quotas")."""

_PERSON = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}\Z")
_PROFILE = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}\Z")
_DOMAIN_ID = re.compile(r"d-(?:-*[a-z0-9]){1,61}\Z")
_ACCOUNT = re.compile(r"[0-9]{12}\Z")


class Symbol(str):
    """A text that stands for what AWS has not said yet: a parameter of a template.

    A type of its own, because a document admits one where it admits nothing else unchecked:
    whatever comes out of a file, a table or a request is a plain text, and never one of these.
    """

    __slots__ = ()


def is_person(name: str) -> bool:
    """Whether `name` can be a role session name and a source identity (STS, 2 to 64)."""
    path = name == ".."  # which a browser takes for the way up
    return _PERSON.match(name) is not None and not name.startswith("aws:") and not path


def is_profile(name: str) -> bool:
    """Whether `name` can be a Studio user profile or space: at most 63 characters."""
    return len(name) <= _LONGEST and _PROFILE.match(name) is not None


def is_domain_id(name: str) -> bool:
    """Whether `name` has the form of a Studio domain id: at most 63 characters."""
    return len(name) <= _LONGEST and _DOMAIN_ID.match(name) is not None


def is_account(name: str) -> bool:
    """Whether `name` is an account id: 12 digits, kept as text."""
    return _ACCOUNT.match(name) is not None


def is_loopback_address(host: str) -> bool:
    """Whether `host` is an address, not a name, that can only be this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def partition(region: str) -> str:
    """The ARN partition of `region`: `aws`, `aws-cn` or `aws-us-gov`."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def dns_suffix(region: str) -> str:
    """The domain AWS API names of `region` end in."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def studio_suffix(region: str) -> str:
    """The domain that Studio's hosts end in: `DOMAIN.studio.REGION.` and this.

    Source: SageMaker API reference, CreatePresignedDomainUrl; for `aws-cn` and `aws-us-gov` not
    verified against a live answer.
    """
    return "sagemaker.com.cn" if partition(region) == "aws-cn" else "sagemaker.aws"


def role_arn(region: str, account: str, role: str) -> str:
    """ARN of an IAM role; IAM has no region, the region only chooses the partition."""
    return f"arn:{partition(region)}:iam::{account}:role/{role}"


def domain_arn(region: str, account: str, domain_id: str) -> str:
    """ARN of a Studio domain."""
    return f"arn:{partition(region)}:sagemaker:{region}:{account}:domain/{domain_id}"


def profile_arn(region: str, account: str, domain_id: str, profile: str) -> str:
    """ARN of a Studio user profile, the resource of `sagemaker:CreatePresignedDomainUrl`."""
    return (
        f"arn:{partition(region)}:sagemaker:{region}:{account}"
        f":user-profile/{domain_id}/{profile}"
    )


def table_arn(region: str, account: str, table: str) -> str:
    """ARN of a DynamoDB table."""
    return f"arn:{partition(region)}:dynamodb:{region}:{account}:table/{table}"


def artifacts_bucket(region: str, account: str) -> str:
    """The bucket of what is deployed, in the shared-services account `account`."""
    return f"studiogate-artifacts-{account}-{region}"


def templates_bucket(region: str, account: str) -> str:
    """The bucket of templates that are too large to be sent, in any other account `account`."""
    return f"studiogate-templates-{account}-{region}"


def reader_role(warehouse: str, lob: str) -> str:
    """What the role is called that reads `warehouse` for `lob`: another for each pair.

    Two names of 40 characters do not fit a role's 64; then a digest tells the pairs apart.
    """
    name = f"{READER_ROLE}-{warehouse}.{lob}"
    if len(name) <= _LONGEST_ROLE:
        return name
    digest = sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST_ROLE - 17]}.{digest}"


def own_reader_role(warehouse: str, profile: str) -> str:
    """What the role is called by which the owner of `profile` alone reads a workgroup.

    Not shortened: the execution role names it by a pattern that ends in the source identity.
    `fits_a_role` says whether IAM takes it.
    """
    return f"{READER_ROLE}-{warehouse}.{profile}"


def fits_a_role(name: str) -> bool:
    """Whether `name` is short enough for a role."""
    return len(name) <= _LONGEST_ROLE


def camel(name: str) -> str:
    """A name of the landscape in CloudFormation's alphabet: `lob-a` becomes `LobA`.

    No two names become one: a part that begins with a digit has an `X` before it, and so has
    one that begins with `x`.
    """
    parts = name.split("-")
    return "".join(
        f"X{part}" if part[0].isdigit() or part[0] == "x" else part[0].upper() + part[1:]
        for part in parts
    )


def image_repository(image: str) -> str:
    """The ECR repository of a custom image: its name can be one."""
    return f"studiogate/{image}"


def image_registry(region: str, account: str) -> str:
    """The host of the ECR registry of `account`."""
    return f"{account}.dkr.ecr.{region}.{dns_suffix(region)}"


def image_arn(region: str, account: str, image: str) -> str:
    """ARN of a SageMaker image."""
    return f"arn:{partition(region)}:sagemaker:{region}:{account}:image/{image}"


def image_sources_bucket(region: str, account: str) -> str:
    """The bucket from which CodeBuild takes what it builds, in the account of a lob."""
    return f"studiogate-images-{account}-{region}"


def app_image_config(image: str) -> str:
    """What the app image configuration of a custom image is called: no dots (S6-21)."""
    return image.replace(".", "-")


def external_id(landscape: str, environment: str, lob: str) -> str:
    """What the gateway shows the presign role of `lob`, against confused deputies.

    An external id is not a secret (IAM User Guide, "The confused deputy problem"); it ties the
    role to one gateway of one environment, so that a `dev` gateway cannot be used for `prod`.
    """
    return f"studiogate:{landscape}:{environment}:{lob}"


def entity_id(landscape: str, environment: str) -> str:
    """What SAML providers call the gateway, unless they are told another name.

    It is known before the gateway is built, so that a provider can be set up first.
    """
    return f"urn:studiogate:{landscape}:{environment}"
