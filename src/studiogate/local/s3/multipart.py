"""Uploads in parts: what command lines and SDKs do with everything above a few megabytes."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall, ApiError
from studiogate.local.s3.objects import WRITES, check_key, described, hold_for_writing
from studiogate.local.s3.permissions import bucket_of
from studiogate.local.s3.store import Bucket, Buckets, Upload

_SMALLEST = 5 * 1024 * 1024
_MOST_PARTS = 10_000
_NAMED = frozenset({"Bucket", "Key", "UploadId", "ExpectedBucketOwner"})

BEGINS = (WRITES - {"Body", "ContentLength", "ContentMD5"}) | {"ChecksumType"}
UPLOADS = _NAMED | {
    *("Body", "PartNumber", "ContentLength", "ContentMD5", "ChecksumAlgorithm"),
    *("ChecksumCRC32", "ChecksumSHA1", "ChecksumSHA256"),
}
COMPLETES = _NAMED | {"MultipartUpload", "IfMatch", "IfNoneMatch", "ChecksumType"}
ABORTS = _NAMED
LISTS_PARTS = _NAMED


def create_upload(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Begin an upload."""
    bucket, key = bucket_of(store, call), call.params["Key"]
    check_key(key)
    about = described(bucket, call)
    upload = Upload(secrets.token_urlsafe(48), key, store.clock(), about)
    bucket.uploads[upload.id] = upload
    told = {"Bucket": bucket.name, "Key": key, "UploadId": upload.id}
    encrypted = {name: about[name] for name in about if name.startswith(("Server", "SSE"))}
    return told | encrypted


def upload_part(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Take one part; a number used again replaces what it had."""
    upload = _upload(bucket_of(store, call), call)
    number, body = call.params["PartNumber"], call.params.get("Body", b"")
    if not 1 <= number <= _MOST_PARTS:
        raise ApiError(
            "InvalidArgument",
            "Part number must be an integer between 1 and 10000, inclusive",
        )
    etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    upload.parts[number] = (etag, body)
    sums = {name: call.params[name] for name in ("ChecksumCRC32",) if name in call.params}
    return {"ETag": etag, **sums}


def complete_upload(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Put the parts together, in the order of their numbers."""
    bucket = bucket_of(store, call)
    upload = _upload(bucket, call)
    hold_for_writing(bucket, call)
    listed = (call.params.get("MultipartUpload") or {}).get("Parts") or []
    bodies = _parts(upload, listed)
    digests = b"".join(hashlib.md5(one, usedforsecurity=False).digest() for one in bodies)
    whole = hashlib.md5(digests, usedforsecurity=False).hexdigest()
    about = {**upload.about, "ETag": f'"{whole}-{len(bodies)}"'}
    version = bucket.put(upload.key, b"".join(bodies), about=about, now=store.clock())
    del bucket.uploads[upload.id]
    kept = {} if bucket.versioning is None else {"VersionId": version.id}
    place = f"/{bucket.name}/{upload.key}"
    named = {"Bucket": bucket.name, "Key": upload.key, "Location": place}
    return {**named, "ETag": version.etag, **kept}


def _parts(upload: Upload, listed: list[Mapping[str, Any]]) -> list[bytes]:
    if not listed:
        raise ApiError("MalformedXML", "You must specify at least one part")
    numbers = [one["PartNumber"] for one in listed]
    if numbers != sorted(set(numbers)):
        raise ApiError(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part "
            "number.",
        )
    bodies = []
    for one in listed:
        etag, body = upload.parts.get(one["PartNumber"], ("", b""))
        if not etag or one.get("ETag", "").strip('"') != etag.strip('"'):
            raise ApiError(
                "InvalidPart",
                "One or more of the specified parts could not be found. The part may not have "
                "been uploaded, or the specified entity tag may not match the part's entity "
                "tag.",
            )
        bodies.append(body)
    if any(len(body) < _SMALLEST for body in bodies[:-1]):
        raise ApiError(
            "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"
        )
    return bodies


def abort_upload(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Throw away what was uploaded."""
    bucket = bucket_of(store, call)
    del bucket.uploads[_upload(bucket, call).id]
    return {}


def list_parts(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """The parts that are there."""
    upload = _upload(bucket_of(store, call), call)
    parts = [
        {"PartNumber": number, "ETag": etag, "Size": len(body)}
        for number, (etag, body) in sorted(upload.parts.items())
    ]
    named = {"Bucket": call.params["Bucket"], "Key": upload.key, "UploadId": upload.id}
    return {**named, "Parts": parts, "IsTruncated": False}


def list_uploads(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """The uploads that nobody has completed."""
    bucket = bucket_of(store, call)
    uploads = [
        {"Key": one.key, "UploadId": one.id, "Initiated": one.begun}
        for one in sorted(bucket.uploads.values(), key=lambda one: (one.key, one.begun))
    ]
    return {"Bucket": bucket.name, "Uploads": uploads, "IsTruncated": False}


def _upload(bucket: Bucket, call: ApiCall) -> Upload:
    found = bucket.uploads.get(call.params["UploadId"])
    if found is None or found.key != call.params["Key"]:
        raise ApiError(
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload "
            "may have been aborted or completed.",
            status=404,
        )
    return found
