"""Names and addresses of the registry: of repositories, images, and the hosts that serve them.

ECR User Guide, "Private registry" and "Amazon ECR interface VPC endpoints" (the bucket that
layers are downloaded from); patterns are those of ECR's service model.
"""

import re
from dataclasses import dataclass

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
NAME = rf"{_PART}(?:/{_PART})*"
"""Of a repository."""

TAG = r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}"
"""OCI distribution specification, "Pulling manifests"."""

DIGEST = r"sha256:[0-9a-f]{64}"
"""The one algorithm that ECR has."""

_LEAST, _MOST = 2, 256
_REGION = r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}"
_REGISTRY = re.compile(rf"([0-9]{{12}})\.dkr\.ecr\.({_REGION})\.amazonaws\.com")
_BUCKET = re.compile(
    rf"prod-({_REGION})-starport-layer-bucket\.s3\.({_REGION})\.amazonaws\.com"
)
_NAME, _TAG, _DIGEST = re.compile(NAME), re.compile(TAG), re.compile(DIGEST)


def is_name(text: str) -> bool:
    """Whether a repository can be called so."""
    return _LEAST <= len(text) <= _MOST and _NAME.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Whether an image can be tagged so."""
    return _TAG.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether `text` is a digest that content can have here."""
    return _DIGEST.fullmatch(text) is not None


def registry_host(account: str, region: str) -> str:
    """The host of an account's registry."""
    return f"{account}.dkr.ecr.{region}.amazonaws.com"


def bucket_host(region: str) -> str:
    """The host that layers of a Region are downloaded from."""
    return f"prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"


def registry_of(host: str) -> tuple[str, str] | None:
    """Account and Region of the registry that `host` is; `None` for any other host."""
    found = _REGISTRY.fullmatch(host.lower())
    return (found[1], found[2]) if found else None


def region_of(host: str) -> str | None:
    """The Region of a host that a registry has: its own, or the one of its layers."""
    registry, bucket = registry_of(host), _BUCKET.fullmatch(host.lower())
    if registry is not None:
        return registry[1]
    return bucket[1] if bucket is not None and bucket[1] == bucket[2] else None


def certified(region: str) -> tuple[str, str]:
    """The names that a certificate for a Region's registries has."""
    return f"*.dkr.ecr.{region}.amazonaws.com", bucket_host(region)


def repository_arn(account: str, region: str, name: str) -> str:
    """ARN of a repository, or of each with this pattern for a name."""
    return f"arn:aws:ecr:{region}:{account}:repository/{name}"


@dataclass(frozen=True, slots=True)
class Uri:
    """An image as it is asked for: `A.dkr.ecr.R.amazonaws.com/REPO:TAG`, or `…@sha256:…`."""

    account: str
    region: str
    name: str
    tag: str | None = None
    digest: str | None = None
    """Counts before the tag, where both are there."""


def read_uri(text: str) -> Uri | None:
    """The image that `text` names; `None` where it names none of a private registry.

    Without tag and digest it is `latest`, as for every client of registries.
    """
    host, _, rest = text.partition("/")
    registry = registry_of(host)
    named, at, digest = rest.partition("@")
    name, colon, tag = named.partition(":")
    if registry is None or not is_name(name):
        return None
    if (at and not is_digest(digest)) or (colon and not is_tag(tag)):
        return None
    whole = None if at and not colon else tag or "latest"
    return Uri(*registry, name, tag=whole, digest=digest or None)
