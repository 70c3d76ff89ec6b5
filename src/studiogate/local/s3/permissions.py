"""What each operation of S3 asks permission for.

From the Service Authorization Reference, "Actions, resources, and condition keys for Amazon
S3", and "Required permissions for Amazon S3 API operations" of its User Guide.  A bucket's ARN
names no account, so its owner is told beside it; a bucket that is not there is said to be
absent before anybody is asked, as on AWS.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from studiogate.local.call import ApiCall, ApiError, Needed
from studiogate.local.kept.named import key_arn
from studiogate.local.s3.store import Bucket, Buckets

Asks = Callable[[Buckets, ApiCall], Sequence[Needed]]
_Context = dict[str, str | tuple[str, ...]]

_HEADERS = {
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "IfNoneMatch": "s3:if-none-match",
    "IfMatch": "s3:if-match",
}
_LISTED = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys"}


def on_all(action: str) -> Asks:
    """Asks for `action` on everything."""
    return lambda _store, _call: (Needed(f"s3:{action}", "*"),)


def on_new_bucket(_store: Buckets, call: ApiCall) -> Sequence[Needed]:
    """Asks to create a bucket of that name."""
    context: _Context = {}
    where = (call.params.get("CreateBucketConfiguration") or {}).get("LocationConstraint")
    if where:
        context["s3:locationconstraint"] = str(where)
    arn = f"arn:aws:s3:::{call.params['Bucket']}"
    return (Needed("s3:CreateBucket", arn, context, owner=call.account),)


def on_bucket(action: str) -> Asks:
    """Asks for `action` on the bucket."""

    def ask(store: Buckets, call: ApiCall) -> Sequence[Needed]:
        bucket = bucket_of(store, call)
        context: _Context = {
            key: str(call.params[name]) for name, key in _LISTED.items() if name in call.params
        }
        return (Needed(f"s3:{action}", bucket.arn, context, owner=bucket.account),)

    return ask


def on_object(action: str, *, of_version: str = "") -> Asks:
    """Asks for `action` on the object; `of_version` where a version is named."""

    def ask(store: Buckets, call: ApiCall) -> Sequence[Needed]:
        bucket = bucket_of(store, call)
        named = "VersionId" in call.params and of_version
        return (_object(bucket, of_version if named else action, call.params["Key"]),)

    return ask


def on_writing(store: Buckets, call: ApiCall) -> Sequence[Needed]:
    """Asks to write an object, its tags, and to use the key it will be encrypted with."""
    return tuple(_writing(bucket_of(store, call), call))


def on_reading(store: Buckets, call: ApiCall) -> Sequence[Needed]:
    """Asks to read an object; to learn that it is not there takes the right to list."""
    bucket, key = bucket_of(store, call), call.params["Key"]
    named = call.params.get("VersionId")
    needed = [_object(bucket, "GetObjectVersion" if named else "GetObject", key)]
    versions = bucket.objects.get(key, [])
    found = next((one for one in versions if one.id == named), None) if named else None
    found = found or (None if named else bucket.newest(key))
    if found is None:
        needed.append(Needed("s3:ListBucket", bucket.arn, owner=bucket.account))
    elif found.about.get("SSEKMSKeyId"):
        needed.append(_key(call, "Decrypt", bucket, found.about))
    return tuple(needed)


def on_deleting_many(store: Buckets, call: ApiCall) -> Sequence[Needed]:
    """Asks to delete each object of a list."""
    bucket = bucket_of(store, call)
    return tuple(
        _object(
            bucket,
            "DeleteObjectVersion" if "VersionId" in one else "DeleteObject",
            one["Key"],
        )
        for one in call.params["Delete"]["Objects"]
    )


def bucket_of(store: Buckets, call: ApiCall) -> Bucket:
    """The bucket a call names.

    Raises:
        ApiError: NoSuchBucket; or it is in another Region, or not whose the caller expects.
    """
    bucket = store.get(call.params["Bucket"])
    if call.region != bucket.region:
        raise ApiError(
            "AuthorizationHeaderMalformed",
            f"The authorization header is malformed; the region '{call.region}' is wrong; "
            f"expecting '{bucket.region}'",
        )
    if call.params.get("ExpectedBucketOwner", bucket.account) != bucket.account:
        raise ApiError("AccessDenied", "Access Denied", status=403)
    return bucket


def encryption_of(bucket: Bucket, call: ApiCall) -> dict[str, Any]:
    """How what `call` writes is encrypted, as answers say it: as asked, or the bucket's way."""
    asked = call.params
    whole = bucket.settings["encryption"]["Rules"][0]
    rule = whole["ApplyServerSideEncryptionByDefault"]
    found = {
        "ServerSideEncryption": asked.get("ServerSideEncryption") or rule["SSEAlgorithm"],
        "SSEKMSKeyId": asked.get("SSEKMSKeyId"),
    }
    if "ServerSideEncryption" not in asked:
        found["SSEKMSKeyId"] = rule.get("KMSMasterKeyID")
    if found["SSEKMSKeyId"]:
        found["SSEKMSKeyId"] = _arn_of_key(call, found["SSEKMSKeyId"])
        found["BucketKeyEnabled"] = whole.get("BucketKeyEnabled")
    return {name: value for name, value in found.items() if value}


def _arn_of_key(call: ApiCall, key: str) -> str:
    """The key by its ARN; a bucket's own setting holds one, which may be another account's."""
    return key if key.startswith("arn:") and ":key/" in key else key_arn(call, key)


def _writing(bucket: Bucket, call: ApiCall) -> Iterator[Needed]:
    asked = call.params
    context: _Context = {
        key: str(asked[name]) for name, key in _HEADERS.items() if name in asked
    }
    yield _object(bucket, "PutObject", asked["Key"], context)
    if "Tagging" in asked:
        yield _object(bucket, "PutObjectTagging", asked["Key"])
    about = encryption_of(bucket, call)
    if about.get("SSEKMSKeyId"):
        yield _key(call, "GenerateDataKey", bucket, about)


def _object(bucket: Bucket, action: str, key: str, context: _Context | None = None) -> Needed:
    return Needed(f"s3:{action}", f"{bucket.arn}/{key}", context or {}, owner=bucket.account)


def _key(call: ApiCall, action: str, bucket: Bucket, about: Mapping[str, Any]) -> Needed:
    """The permission S3 asks of the caller on the key, for which it speaks to KMS.

    What is sealed is bound to the object, or to the bucket where it has a key of its own (S3
    User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys").
    """
    whole = bool(about.get("BucketKeyEnabled"))
    context: _Context = {
        "kms:EncryptionContext:aws:s3:arn": (
            bucket.arn if whole else f"{bucket.arn}/{call.params['Key']}"
        ),
        "kms:ViaService": f"s3.{call.region}.amazonaws.com",
        "kms:CallerAccount": call.account,
        "aws:ViaAWSService": "true",
    }
    return Needed(f"kms:{action}", str(about["SSEKMSKeyId"]), context)
