"""Objects: written, read, deleted, with their versions and the conditions of a request."""

import re
from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall, ApiError
from studiogate.local.s3.permissions import bucket_of, encryption_of
from studiogate.local.s3.store import Bucket, Buckets, Version

_DESCRIBING = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Metadata",
)
CHECKSUMS = ("ChecksumCRC32", "ChecksumSHA1", "ChecksumSHA256")

WRITES = frozenset(
    {
        *("Bucket", "Key", "Body", "ContentLength", "ContentMD5", "ExpectedBucketOwner"),
        *("ServerSideEncryption", "SSEKMSKeyId", "Tagging", "ChecksumAlgorithm"),
        *("IfMatch", "IfNoneMatch"),
        *_DESCRIBING,
        *CHECKSUMS,
    }
)
READS = frozenset(
    {
        *("Bucket", "Key", "VersionId", "ExpectedBucketOwner", "ChecksumMode", "Range"),
        *("IfMatch", "IfNoneMatch"),
    }
)
DELETES = frozenset({"Bucket", "Key", "VersionId", "ExpectedBucketOwner"})
DELETES_MANY = frozenset(
    {"Bucket", "Delete", "ExpectedBucketOwner", "ChecksumAlgorithm", "Quiet"}
)
_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)\Z")
_LONGEST_KEY = 1024


def put_object(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Write an object, if the conditions of the request hold."""
    bucket, key = bucket_of(store, call), call.params["Key"]
    check_key(key)
    hold_for_writing(bucket, call)
    about = described(bucket, call)
    version = bucket.put(key, call.params.get("Body", b""), about=about, now=store.clock())
    return {"ETag": version.etag, **_version_id(bucket, version), **_said(about)}


def check_key(key: str) -> None:
    """Return when `key` is not too long.

    Raises:
        ApiError: KeyTooLongError.
    """
    if len(key.encode()) > _LONGEST_KEY:
        raise ApiError("KeyTooLongError", "Your key is too long")


def hold_for_writing(bucket: Bucket, call: ApiCall) -> None:
    """Return when what is there now is what the request wants to find there.

    Raises:
        ApiError: PreconditionFailed, NoSuchKey (User Guide, "How to prevent object overwrites
            with conditional writes").
    """
    asked, now = call.params, bucket.newest(call.params["Key"])
    if asked.get("IfNoneMatch", "*") != "*":
        raise ApiError(
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
            status=501,
        )
    if "IfMatch" in asked and now is None:
        raise ApiError("NoSuchKey", "The specified key does not exist.", status=404)
    differs = "IfMatch" in asked and now is not None and not _same(asked["IfMatch"], now)
    if differs or ("IfNoneMatch" in asked and now is not None):
        raise _unmet()


def described(bucket: Bucket, call: ApiCall) -> dict[str, Any]:
    """What is kept beside the body: how it is described, its checksums, its encryption."""
    kept = {name: call.params[name] for name in _DESCRIBING if name in call.params}
    kept.setdefault("ContentType", "binary/octet-stream")
    sums = {name: call.params[name] for name in CHECKSUMS if name in call.params}
    return kept | sums | encryption_of(bucket, call)


def head_object(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """What is known about an object."""
    return {name: value for name, value in _read(store, call).items() if name != "Body"}


def get_object(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """An object, or the range of it that is asked for."""
    return _read(store, call)


def _read(store: Buckets, call: ApiCall) -> dict[str, Any]:
    asked, bucket = call.params, bucket_of(store, call)
    version = store.body(asked["Bucket"], asked["Key"], asked.get("VersionId"))
    if version.deleted:
        raise ApiError(
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            status=405,
        )
    if "IfMatch" in asked and not _same(asked["IfMatch"], version):
        raise _unmet()
    if "IfNoneMatch" in asked and _same(asked["IfNoneMatch"], version):
        raise ApiError("NotModified", "Not Modified", status=304)
    about = dict(version.about)
    shown = asked.get("ChecksumMode") == "ENABLED" and "Range" not in asked
    if not shown:
        about = {name: value for name, value in about.items() if name not in CHECKSUMS}
    body, part = _ranged(version.body, asked.get("Range"))
    return {
        **about,
        **part,
        **_version_id(bucket, version),
        "AcceptRanges": "bytes",
        "Body": body,
        "ContentLength": len(body),
        "ETag": version.etag,
        "LastModified": version.modified,
    }


def _ranged(body: bytes, asked: str | None) -> tuple[bytes, dict[str, Any]]:
    """The part of `body` that a Range header means, and how the answer says so."""
    found = _RANGE.match(asked) if asked else None
    if found is None or found[1] == found[2] == "":
        return body, {}
    start = int(found[1]) if found[1] else max(0, len(body) - int(found[2]))
    end = min(int(found[2]), len(body) - 1) if found[1] and found[2] else len(body) - 1
    if start > end:
        raise ApiError("InvalidRange", "The requested range is not satisfiable", status=416)
    return body[start : end + 1], {"ContentRange": f"bytes {start}-{end}/{len(body)}"}


def delete_object(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Delete an object, or one version of it; what is not there is deleted already."""
    bucket = bucket_of(store, call)
    return _deleted(store, bucket, call.params["Key"], call.params.get("VersionId"))


def delete_objects(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Delete a list of objects; each is answered for itself, unless quietly."""
    bucket = bucket_of(store, call)
    asked = call.params["Delete"]
    done = [
        {
            "Key": one["Key"],
            **({"VersionId": one["VersionId"]} if "VersionId" in one else {}),
            **_marker(_deleted(store, bucket, one["Key"], one.get("VersionId"))),
        }
        for one in asked["Objects"]
    ]
    return {} if asked.get("Quiet") else {"Deleted": done}


def _deleted(
    store: Buckets, bucket: Bucket, key: str, version_id: str | None
) -> dict[str, Any]:
    if version_id is not None:
        gone = bucket.remove(key, version_id)
        marker = {"DeleteMarker": True} if gone and gone.deleted else {}
        return {"VersionId": version_id, **marker}
    made = bucket.mark_deleted(key, store.clock())
    return {"DeleteMarker": True, "VersionId": made.id} if made else {}


def _marker(deleted: Mapping[str, Any]) -> dict[str, Any]:
    """How a list of deletions tells of a marker."""
    if "DeleteMarker" not in deleted:
        return {}
    return {"DeleteMarker": True, "DeleteMarkerVersionId": deleted["VersionId"]}


def _version_id(bucket: Bucket, version: Version) -> dict[str, str]:
    return {} if bucket.versioning is None else {"VersionId": version.id}


def _said(about: Mapping[str, Any]) -> dict[str, Any]:
    told = (*CHECKSUMS, "ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")
    return {name: about[name] for name in told if name in about}


def _same(etag: str, version: Version) -> bool:
    return etag == "*" or etag.strip('"') == version.etag.strip('"')


def _unmet() -> ApiError:
    return ApiError(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        status=412,
    )
