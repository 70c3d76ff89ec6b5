"""The emulated S3, as a table; and the policies of its buckets for whoever decides.

What is not here is refused by its name: ACLs, websites, replication, object lock and more.
"""

from collections.abc import Callable, Mapping

from studiogate.local.front.modelled import ModelledService, Operation
from studiogate.local.iam.reading import read
from studiogate.local.s3 import buckets, listing, multipart, objects, settings
from studiogate.local.s3.permissions import (
    Asks,
    on_all,
    on_bucket,
    on_deleting_many,
    on_new_bucket,
    on_object,
    on_reading,
    on_writing,
)
from studiogate.local.s3.settings import (
    ENCRYPTION,
    LIFECYCLE,
    OWNERSHIP,
    PUBLIC_ACCESS,
    TAGS,
    Does,
)
from studiogate.local.s3.store import Buckets
from studiogate.policy.language import Kind, Policy

_BODY = frozenset({"ChecksumAlgorithm", "ContentMD5"})


def _about_bucket(action: str, does: Does, *takes: str) -> Operation[Buckets]:
    """An operation on a bucket itself."""
    more = _BODY if takes else frozenset()
    return Operation(on_bucket(action), does, buckets.NAMES | more | frozenset(takes))


def _of(asks: Asks, does: Does, takes: frozenset[str]) -> Operation[Buckets]:
    return Operation(asks, does, takes)


OPERATIONS: Mapping[str, Operation[Buckets]] = {
    "CreateBucket": _of(on_new_bucket, buckets.create_bucket, buckets.CREATES),
    "ListBuckets": _of(on_all("ListAllMyBuckets"), buckets.list_buckets, buckets.LISTS_BUCKETS),
    "HeadBucket": _about_bucket("ListBucket", buckets.head_bucket),
    "DeleteBucket": _about_bucket("DeleteBucket", buckets.delete_bucket),
    "GetBucketLocation": _about_bucket("GetBucketLocation", buckets.get_location),
    "PutBucketVersioning": _about_bucket(
        "PutBucketVersioning", settings.put_versioning, "VersioningConfiguration"
    ),
    "GetBucketVersioning": _about_bucket("GetBucketVersioning", settings.get_versioning),
    "PutBucketEncryption": _about_bucket(
        "PutEncryptionConfiguration", settings.put_encryption, ENCRYPTION.member
    ),
    "GetBucketEncryption": _about_bucket("GetEncryptionConfiguration", ENCRYPTION.get),
    "DeleteBucketEncryption": _about_bucket(
        "PutEncryptionConfiguration", settings.delete_encryption
    ),
    "PutPublicAccessBlock": _about_bucket(
        "PutBucketPublicAccessBlock", settings.put_public_access, PUBLIC_ACCESS.member
    ),
    "GetPublicAccessBlock": _about_bucket("GetBucketPublicAccessBlock", PUBLIC_ACCESS.get),
    "DeletePublicAccessBlock": _about_bucket(
        "PutBucketPublicAccessBlock", PUBLIC_ACCESS.delete
    ),
    "PutBucketOwnershipControls": _about_bucket(
        "PutBucketOwnershipControls", OWNERSHIP.put, OWNERSHIP.member
    ),
    "GetBucketOwnershipControls": _about_bucket("GetBucketOwnershipControls", OWNERSHIP.get),
    "PutBucketLifecycleConfiguration": _about_bucket(
        "PutLifecycleConfiguration", LIFECYCLE.put, LIFECYCLE.member
    ),
    "GetBucketLifecycleConfiguration": _about_bucket(
        "GetLifecycleConfiguration", LIFECYCLE.get_open
    ),
    "DeleteBucketLifecycle": _about_bucket("PutLifecycleConfiguration", LIFECYCLE.delete),
    "PutBucketTagging": _about_bucket("PutBucketTagging", TAGS.put, TAGS.member),
    "GetBucketTagging": _about_bucket("GetBucketTagging", TAGS.get_open),
    "DeleteBucketTagging": _about_bucket("PutBucketTagging", TAGS.delete),
    "PutBucketPolicy": _about_bucket("PutBucketPolicy", settings.put_policy, "Policy"),
    "GetBucketPolicy": _about_bucket("GetBucketPolicy", settings.get_policy),
    "GetBucketPolicyStatus": _about_bucket("GetBucketPolicyStatus", settings.get_policy_status),
    "DeleteBucketPolicy": _about_bucket("DeleteBucketPolicy", settings.delete_policy),
    "PutObject": _of(on_writing, objects.put_object, objects.WRITES),
    "GetObject": _of(on_reading, objects.get_object, objects.READS),
    "HeadObject": _of(on_reading, objects.head_object, objects.READS),
    "DeleteObject": _of(
        on_object("DeleteObject", of_version="DeleteObjectVersion"),
        objects.delete_object,
        objects.DELETES,
    ),
    "DeleteObjects": _of(on_deleting_many, objects.delete_objects, objects.DELETES_MANY),
    "ListObjectsV2": _of(on_bucket("ListBucket"), listing.list_objects_v2, listing.LISTS),
    "ListObjects": _of(on_bucket("ListBucket"), listing.list_objects, listing.LISTS_OLD),
    "ListObjectVersions": _of(
        on_bucket("ListBucketVersions"), listing.list_object_versions, listing.LISTS_VERSIONS
    ),
    "CreateMultipartUpload": _of(on_writing, multipart.create_upload, multipart.BEGINS),
    "UploadPart": _of(on_writing, multipart.upload_part, multipart.UPLOADS),
    "CompleteMultipartUpload": _of(on_writing, multipart.complete_upload, multipart.COMPLETES),
    "AbortMultipartUpload": _of(
        on_object("AbortMultipartUpload"), multipart.abort_upload, multipart.ABORTS
    ),
    "ListParts": _of(
        on_object("ListMultipartUploadParts"), multipart.list_parts, multipart.LISTS_PARTS
    ),
    "ListMultipartUploads": _about_bucket("ListBucketMultipartUploads", multipart.list_uploads),
}


def s3_service(store: Buckets) -> ModelledService[Buckets]:
    """The emulated S3 over `store`."""
    return ModelledService("s3", store, OPERATIONS, unknown="NotImplemented")


def policies_of(store: Buckets) -> Callable[[str], Policy | None]:
    """From the ARN of a bucket, or of an object in it, to the bucket's policy."""

    def find(arn: str) -> Policy | None:
        name = arn.removeprefix("arn:aws:s3:::").partition("/")[0]
        bucket = store.find(name)
        if bucket is None or bucket.policy is None:
            return None
        return read(bucket.policy, kind=Kind.RESOURCE, name=f"bucket {bucket.name}")

    return find
