"""S3 buckets and their policies.

A bucket with anything in it refuses to go.  Source: CloudFormation Template Reference,
"Amazon S3"; S3 API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate import names
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Into,
    Look,
    Step,
    Turn,
    anew,
    at,
    by,
    ends,
    made_by,
    named,
    prop,
    text,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.settled import document
from studiogate.local.cloudformation.kinds.tagging import own, pairs

_CLASSIC = "us-east-1"
"""The one Region a bucket's place is not said for."""


def _create(turn: Turn) -> Ask:
    said: dict[str, Any] = {"Bucket": turn.wanted["BucketName"]}
    if turn.region != _CLASSIC:
        said["CreateBucketConfiguration"] = {"LocationConstraint": turn.region}
    return Ask("CreateBucket", said)


def _tags(turn: Turn) -> Iterable[Ask]:
    tags = own(turn.wanted.get("Tags"))
    if tags:
        said = {"Bucket": turn.id, "Tagging": {"TagSet": pairs(tags)}}
        return [Ask("PutBucketTagging", said)]
    return [Ask("DeleteBucketTagging", {"Bucket": turn.id})] if turn.before else []


def _setting(name: str, put: str, delete: str, into: Into) -> Step:
    """A setting of a bucket that has a call to put it and one to take it away."""

    def asks(turn: Turn) -> Iterable[Ask]:
        value = turn.wanted.get(name)
        if value is None:
            return [Ask(delete, {"Bucket": turn.id})]
        return [Ask(put, {"Bucket": turn.id, **into(value)})]

    return Step(words(name), asks, first=True)


def _encryption(value: Mapping[str, Any]) -> Mapping[str, Any]:
    rules = []
    for rule in value.get("ServerSideEncryptionConfiguration", ()):
        said = dict(rule)
        if default := said.pop("ServerSideEncryptionByDefault", None):
            said["ApplyServerSideEncryptionByDefault"] = default
        rules.append(said)
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _lifecycle(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [_lifecycle_rule(r) for r in value["Rules"]]}}


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(rule)
    said["Filter"] = {"Prefix": said.pop("Prefix", "")}
    if (days := said.pop("ExpirationInDays", None)) is not None:
        said["Expiration"] = {"Days": days}
    return said


def _versioning(turn: Turn) -> Iterable[Ask]:
    """Once on, versions can be suspended and never be switched off."""
    value = turn.wanted.get("VersioningConfiguration") or {"Status": "Suspended"}
    return [Ask("PutBucketVersioning", {"Bucket": turn.id, "VersioningConfiguration": value})]


def _encrypted(answer: Mapping[str, Any]) -> Any:
    rules = at("ServerSideEncryptionConfiguration.Rules")(answer) or ()
    found = []
    for rule in rules:
        said = dict(rule)
        if default := said.pop("ApplyServerSideEncryptionByDefault", None):
            said["ServerSideEncryptionByDefault"] = default
        found.append(said)
    return {"ServerSideEncryptionConfiguration": found}


def _arn(turn: Turn) -> str:
    return f"arn:{names.partition(turn.region)}:s3:::{turn.id}"


BUCKET = ApiKind(
    name="AWS::S3::Bucket",
    service="s3",
    properties=words(
        "BucketEncryption BucketName LifecycleConfiguration OwnershipControls "
        "PublicAccessBlockConfiguration Tags VersioningConfiguration"
    ),
    replaced_by=words("BucketName"),
    called=("BucketName", 63),
    lower=True,
    make=_create,
    id=lambda _, turn: str(turn.wanted["BucketName"]),
    computed={
        "Arn": _arn,
        "DomainName": lambda turn: f"{turn.id}.s3.{names.dns_suffix(turn.region)}",
        "RegionalDomainName": lambda turn: (
            f"{turn.id}.s3.{turn.region}.{names.dns_suffix(turn.region)}"
        ),
    },
    looks=(
        Look(asks=by("HeadBucket", Bucket=this), gone=words("404 NoSuchBucket NotFound")),
        Look(
            asks=by("GetBucketVersioning", Bucket=this),
            live={"VersioningConfiguration": lambda one: {"Status": one.get("Status")}},
        ),
        Look(
            asks=by("GetBucketEncryption", Bucket=this),
            gone=words("ServerSideEncryptionConfigurationNotFoundError"),
            live={"BucketEncryption": _encrypted},
        ),
        Look(
            asks=by("GetPublicAccessBlock", Bucket=this),
            gone=words("NoSuchPublicAccessBlockConfiguration"),
            live={"PublicAccessBlockConfiguration": at("PublicAccessBlockConfiguration")},
        ),
    ),
    steps=(
        _setting(
            "PublicAccessBlockConfiguration",
            "PutPublicAccessBlock",
            "DeletePublicAccessBlock",
            named("PublicAccessBlockConfiguration"),
        ),
        _setting(
            "BucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption", _encryption
        ),
        _setting(
            "OwnershipControls",
            "PutBucketOwnershipControls",
            "DeleteBucketOwnershipControls",
            named("OwnershipControls"),
        ),
        _setting(
            "LifecycleConfiguration",
            "PutBucketLifecycleConfiguration",
            "DeleteBucketLifecycle",
            _lifecycle,
        ),
        Step(words("VersioningConfiguration"), _versioning, first=True),
        Step(words("Tags"), _tags, first=True),
    ),
    end=ends(by("DeleteBucket", Bucket=this)),
    gone=words("NoSuchBucket"),
)

_BUCKET: Mapping[str, Any] = {"Bucket": prop("Bucket")}
_PUT_POLICY = made_by("PutBucketPolicy", PolicyDocument=text("Policy"))

BUCKET_POLICY = ApiKind(
    name="AWS::S3::BucketPolicy",
    service="s3",
    properties=words("Bucket PolicyDocument"),
    required=words("Bucket PolicyDocument"),
    replaced_by=words("Bucket"),
    make=_PUT_POLICY,
    new=True,
    id=lambda _, turn: str(turn.wanted["Bucket"]),
    looks=(
        Look(
            asks=by("GetBucketPolicy", **_BUCKET),
            gone=words("NoSuchBucket NoSuchBucketPolicy"),
            live={"PolicyDocument": lambda answer: document(answer["Policy"])},
        ),
    ),
    steps=(anew("PolicyDocument", _PUT_POLICY),),
    end=ends(by("DeleteBucketPolicy", **_BUCKET)),
    gone=words("NoSuchBucket NoSuchBucketPolicy"),
)

KINDS = (BUCKET, BUCKET_POLICY)
