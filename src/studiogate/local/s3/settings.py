"""What a bucket is told about itself: policy, versioning, encryption, public access, tags."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.errors import PolicyError
from studiogate.local.call import ApiCall, ApiError
from studiogate.local.iam.principals import strangers
from studiogate.local.kept.named import key_arn
from studiogate.local.s3.permissions import bucket_of
from studiogate.local.s3.store import Bucket, Buckets
from studiogate.policy.language import Kind, Policy, Statement, parse

Does = Callable[[Buckets, ApiCall], Mapping[str, Any]]

_LONGEST_POLICY = 20 * 1024
_NARROWING = frozenset(
    {
        *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:userid"),
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceip", "aws:sourcevpc"),
        *("aws:sourcevpce", "aws:sourceorgid", "aws:principalorgpaths"),
    }
)
"""Condition keys that make a policy for everybody one for somebody (User Guide, "The meaning
of public")."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a bucket is told, kept as it was said."""

    name: str
    member: str
    """The parameter that says it, and the member of answers that shows it."""

    absent: tuple[str, str]
    """Code and message where it was never said."""

    def put(self, store: Buckets, call: ApiCall) -> Mapping[str, Any]:
        """Keep what is said."""
        bucket_of(store, call).settings[self.name] = call.params[self.member]
        return {}

    def get(self, store: Buckets, call: ApiCall) -> Mapping[str, Any]:
        """What was said."""
        return {self.member: self._said(bucket_of(store, call))}

    def get_open(self, store: Buckets, call: ApiCall) -> Mapping[str, Any]:
        """What was said, where the answer has its members and not the whole."""
        found: Mapping[str, Any] = self._said(bucket_of(store, call))
        return found

    def delete(self, store: Buckets, call: ApiCall) -> Mapping[str, Any]:
        """Forget it; what was never said is forgotten already."""
        bucket_of(store, call).settings.pop(self.name, None)
        return {}

    def _said(self, bucket: Bucket) -> Any:
        found = bucket.settings.get(self.name)
        if found is None:
            code, message = self.absent
            raise ApiError(code, message, status=404)
        return found


TAGS = Setting("tags", "Tagging", ("NoSuchTagSet", "The TagSet does not exist"))
LIFECYCLE = Setting(
    "lifecycle",
    "LifecycleConfiguration",
    ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
)
OWNERSHIP = Setting(
    "ownership",
    "OwnershipControls",
    ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
)
PUBLIC_ACCESS = Setting(
    "public_access",
    "PublicAccessBlockConfiguration",
    (
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
    ),
)
ENCRYPTION = Setting(
    "encryption",
    "ServerSideEncryptionConfiguration",
    (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    ),
)


def put_encryption(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Encrypt what is written from now on; the key is kept by its ARN."""
    rules = call.params[ENCRYPTION.member].get("Rules", [])
    if len(rules) != 1 or "ApplyServerSideEncryptionByDefault" not in rules[0]:
        raise ApiError("MalformedXML", "There is one rule, and it says how to encrypt.")
    said = dict(rules[0]["ApplyServerSideEncryptionByDefault"])
    key = said.get("KMSMasterKeyID")
    if key and said["SSEAlgorithm"] == "AES256":
        raise ApiError(
            "InvalidArgument",
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
        )
    if key and not key.startswith("arn:"):
        said["KMSMasterKeyID"] = key_arn(call, key)
    rule = {**rules[0], "ApplyServerSideEncryptionByDefault": said}
    bucket_of(store, call).settings["encryption"] = {"Rules": [rule]}
    return {}


def delete_encryption(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Back to S3's own keys: there is no bucket without encryption."""
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    bucket_of(store, call).settings["encryption"] = {"Rules": [rule]}
    return {}


def put_public_access(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Close a bucket to the public, or open it; what is not said is off."""
    said = call.params[PUBLIC_ACCESS.member]
    names = (
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    )
    kept = {name: said.get(name, False) for name in names}
    bucket_of(store, call).settings["public_access"] = kept
    return {}


def put_versioning(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Keep versions from now on, or stop; there is no way back to never."""
    said = call.params["VersioningConfiguration"]
    status = said.get("Status")
    if status not in {"Enabled", "Suspended"} or said.get("MFADelete") == "Enabled":
        raise ApiError(
            "IllegalVersioningConfigurationException",
            "The Versioning element must be specified",
        )
    bucket_of(store, call).versioning = status
    return {}


def get_versioning(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Whether versions are kept; nothing where they never were."""
    found = bucket_of(store, call).versioning
    return {} if found is None else {"Status": found}


def put_policy(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Attach a policy, if it is one, about this bucket, and not for everybody."""
    bucket, text = bucket_of(store, call), call.params["Policy"]
    policy = _read(bucket, text)
    closed = bucket.settings.get("public_access", {}).get("BlockPublicPolicy")
    if closed and is_public(policy):
        caller = call.caller.arn if call.caller else "anonymous"
        raise ApiError(
            "AccessDenied",
            f"User: {caller} is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"{bucket.arn}" because public policies are prevented by the BlockPublicPolicy '
            "setting in S3 Block Public Access.",
            status=403,
        )
    bucket.policy = text
    return {}


def _read(bucket: Bucket, text: str) -> Policy:
    if len(text.encode()) > _LONGEST_POLICY:
        raise ApiError("PolicyTooLarge", "Policy is larger than 20 KB.")
    try:
        policy = parse(text, kind=Kind.RESOURCE, name=bucket.name)
    except PolicyError as exc:
        raise ApiError("MalformedPolicy", f"Policies must be valid: {exc}") from exc
    ours = (bucket.arn, f"{bucket.arn}/")
    for statement in policy.statements:
        for resource in statement.resources or statement.not_resources or ():
            if resource != ours[0] and not resource.startswith(ours[1]):
                raise ApiError("MalformedPolicy", "Policy has invalid resource")
    if strangers(text):
        raise ApiError("MalformedPolicy", "Invalid principal in policy")
    return policy


def is_public(policy: Policy) -> bool:
    """Whether a policy lets in people nobody named."""
    return any(_for_everybody(one) for one in policy.allows)


def _for_everybody(statement: Statement) -> bool:
    if statement.principals is None or not statement.principals.everyone:
        return False
    keys = {one.key.lower() for one in statement.conditions if "Not" not in one.operator}
    return not keys & _NARROWING


def get_policy(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """The policy of a bucket."""
    found = bucket_of(store, call).policy
    if found is None:
        raise _no_policy()
    return {"Policy": found}


def get_policy_status(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Whether the policy is for the public."""
    bucket = bucket_of(store, call)
    if bucket.policy is None:
        raise _no_policy()
    policy = parse(json.loads(bucket.policy), kind=Kind.RESOURCE, name=bucket.name)
    return {"PolicyStatus": {"IsPublic": is_public(policy)}}


def delete_policy(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Take the policy away."""
    bucket_of(store, call).policy = None
    return {}


def _no_policy() -> ApiError:
    return ApiError("NoSuchBucketPolicy", "The bucket policy does not exist", status=404)
