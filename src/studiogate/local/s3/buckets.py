"""Buckets: made, found, deleted when they are empty."""

import re
from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall, ApiError
from studiogate.local.s3.permissions import bucket_of
from studiogate.local.s3.store import BLOCKED, Bucket, Buckets

CREATES = frozenset({"Bucket", "CreateBucketConfiguration", "ObjectOwnership", "ACL"})
NAMES = frozenset({"Bucket", "ExpectedBucketOwner"})
LISTS_BUCKETS = frozenset({"MaxBuckets", "Prefix"})

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}\Z")
_RESERVED = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_NO_CONSTRAINT = "us-east-1"
_BY_BUCKET_KEY = {
    "Rules": [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BucketKeyEnabled": False,
        }
    ]
}


def create_bucket(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """A new bucket: encrypted, closed to the public, owned with all that is in it."""
    asked = call.params
    name = asked["Bucket"]
    _check_name(name)
    _check_place(call)
    if asked.get("ACL", "private") != "private":
        raise ApiError(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )
    taken = store.find(name)
    if taken is not None and taken.account == call.account:
        raise ApiError(
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own "
            "it.",
            status=409,
        )
    if taken is not None:
        raise ApiError(
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all "
            "users of the system. Please select a different name and try again.",
            status=409,
        )
    ownership = asked.get("ObjectOwnership", "BucketOwnerEnforced")
    made = Bucket(name, call.account, call.region, store.clock())
    made.settings |= {
        "encryption": _BY_BUCKET_KEY,
        "public_access": dict(BLOCKED),
        "ownership": {"Rules": [{"ObjectOwnership": ownership}]},
    }
    tags = (asked.get("CreateBucketConfiguration") or {}).get("Tags")
    if tags:
        made.settings["tags"] = {"TagSet": tags}
    store.add(made)
    return {"Location": f"/{name}"}


def _check_name(name: str) -> None:
    """Hold a name to S3's rules (User Guide, "General purpose bucket naming rules")."""
    fits = _NAME.match(name) and ".." not in name and not _ADDRESS.match(name)
    if not fits or name.startswith(_RESERVED) or name.endswith(_RESERVED_ENDS):
        raise ApiError("InvalidBucketName", "The specified bucket is not valid.")


def _check_place(call: ApiCall) -> None:
    settings = call.params.get("CreateBucketConfiguration") or {}
    if settings.keys() - {"LocationConstraint", "Tags"}:
        raise ApiError(
            "NotImplemented", "Directory buckets are not offered by this emulation.", status=501
        )
    wanted = settings.get("LocationConstraint")
    if wanted is None and call.region != _NO_CONSTRAINT:
        raise ApiError(
            "IllegalLocationConstraintException",
            "The unspecified location constraint is incompatible for the region specific "
            "endpoint this request was sent to.",
        )
    if wanted is not None and wanted == _NO_CONSTRAINT:
        raise ApiError(
            "InvalidLocationConstraint", "The specified location-constraint is not valid"
        )
    if wanted is not None and wanted != call.region:
        raise ApiError(
            "IllegalLocationConstraintException",
            f"The {wanted} location constraint is incompatible for the region specific "
            "endpoint this request was sent to.",
        )


def head_bucket(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Where a bucket is."""
    return {"BucketRegion": bucket_of(store, call).region}


def get_location(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """The Region of a bucket; nothing for us-east-1, as ever."""
    region = bucket_of(store, call).region
    return {} if region == _NO_CONSTRAINT else {"LocationConstraint": region}


def list_buckets(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """The caller's own buckets."""
    prefix = call.params.get("Prefix", "")
    return {
        "Buckets": [
            {"Name": one.name, "CreationDate": one.created, "BucketRegion": one.region}
            for one in store.of(call.account)
            if one.name.startswith(prefix)
        ],
        "Owner": {"ID": call.account},
    }


def delete_bucket(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Remove a bucket that holds nothing: no object, no version, no delete marker."""
    bucket = bucket_of(store, call)
    if bucket.objects:
        versioned = bucket.versioning is not None
        more = " You must delete all versions in the bucket." if versioned else ""
        raise ApiError(
            "BucketNotEmpty",
            f"The bucket you tried to delete is not empty.{more}",
            status=409,
        )
    store.remove(bucket)
    return {}
