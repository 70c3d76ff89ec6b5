"""What is in a bucket, a page at a time, in the order of the keys' UTF-8."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from studiogate.local.call import ApiCall, ApiError
from studiogate.local.s3.permissions import bucket_of
from studiogate.local.s3.store import Bucket, Buckets, Version

_PAGE = 1000
_ALWAYS = (
    *("Bucket", "Prefix", "Delimiter", "MaxKeys", "EncodingType", "ExpectedBucketOwner"),
    "RequestPayer",
)
LISTS = frozenset({*_ALWAYS, "ContinuationToken", "StartAfter", "FetchOwner"})
LISTS_OLD = frozenset({*_ALWAYS, "Marker"})
LISTS_VERSIONS = frozenset({*_ALWAYS, "KeyMarker", "VersionIdMarker"})

_Entry = tuple[str, Version]
_Row = tuple[str, Version, bool]
_Listed = tuple[list[_Entry], list[str], str | None]


def list_objects_v2(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Objects and common prefixes, after a token."""
    asked = call.params
    token = asked.get("ContinuationToken")
    after = _opened(token) if token is not None else asked.get("StartAfter", "")
    shown, prefixes, last = page = _page(store, call, after)
    return {
        **_echoed(call, ("Prefix", "Delimiter", "StartAfter", "ContinuationToken")),
        **({"NextContinuationToken": _sealed(last)} if last else {}),
        **_told(call, page),
        "KeyCount": len(shown) + len(prefixes),
    }


def list_objects(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """The same, as it was first: after a key."""
    page = _page(store, call, call.params.get("Marker", ""))
    last = page[2]
    return {
        **_echoed(call, ("Prefix", "Delimiter", "Marker")),
        **({"NextMarker": _key(call, last)} if last else {}),
        **_told(call, page),
    }


def _told(call: ApiCall, page: _Listed) -> dict[str, Any]:
    """One page, and whether there is another."""
    shown, prefixes, last = page
    return {
        "Name": call.params["Bucket"],
        "MaxKeys": _most(call),
        "IsTruncated": last is not None,
        "Contents": [_content(call, key, found) for key, found in shown],
        "CommonPrefixes": [{"Prefix": _key(call, one)} for one in prefixes],
    }


def list_object_versions(store: Buckets, call: ApiCall) -> Mapping[str, Any]:
    """Every version and every delete marker, the newest of each key first."""
    asked, bucket = call.params, bucket_of(store, call)
    if "Delimiter" in asked:
        raise ApiError(
            "NotImplemented",
            "A delimiter in a list of versions is not offered by this emulation.",
            status=501,
        )
    everything = _every_version(bucket, asked.get("Prefix", ""))
    rest = list(_behind(everything, asked.get("KeyMarker"), asked.get("VersionIdMarker")))
    page, more = rest[: _most(call)], len(rest) > _most(call)
    following = (
        {"NextKeyMarker": _key(call, page[-1][0]), "NextVersionIdMarker": page[-1][1].id}
        if more and page
        else {}
    )
    return {
        **_echoed(call, ("Prefix", "KeyMarker", "VersionIdMarker")),
        **following,
        "Name": asked["Bucket"],
        "MaxKeys": _most(call),
        "IsTruncated": more,
        "Versions": [_version(call, row) for row in page if not row[1].deleted],
        "DeleteMarkers": [_marker(call, row) for row in page if row[1].deleted],
    }


def _every_version(bucket: Bucket, prefix: str) -> Iterator[_Row]:
    """Key, version, and whether it is the key's newest."""
    for key, versions in sorted(bucket.objects.items(), key=lambda pair: pair[0].encode()):
        if key.startswith(prefix):
            for version in reversed(versions):
                yield key, version, version is versions[-1]


def _version(call: ApiCall, row: _Row) -> dict[str, Any]:
    key, one, latest = row
    return {**_content(call, key, one), "VersionId": one.id, "IsLatest": latest}


def _marker(call: ApiCall, row: _Row) -> dict[str, Any]:
    key, one, latest = row
    return {
        "Key": _key(call, key),
        "VersionId": one.id,
        "IsLatest": latest,
        "LastModified": one.modified,
    }


def _behind(
    everything: Iterable[_Row], key: str | None, version_id: str | None
) -> Iterator[_Row]:
    """What comes after a key, or after one version of it."""
    passed = False
    for one in everything:
        if key is None or one[0].encode() > key.encode():
            yield one
        elif one[0] == key and version_id is not None:
            if passed:
                yield one
            passed = passed or one[1].id == version_id


def _page(store: Buckets, call: ApiCall, after: str) -> _Listed:
    """Objects, common prefixes, and where the next page begins; `None` at the end."""
    asked, bucket, most = call.params, bucket_of(store, call), _most(call)
    prefix, delimiter = asked.get("Prefix", ""), asked.get("Delimiter", "")
    shown: list[_Entry] = []
    prefixes: list[str] = []
    last = ""
    for key, version in bucket.standing():
        if not key.startswith(prefix):
            continue
        rolled = _rolled(key, prefix, delimiter)
        if rolled is not None and rolled in prefixes:
            last = key
            continue
        # A prefix that was told on the page before is not told again.
        if key.encode() <= after.encode() or (rolled and after.startswith(rolled)):
            continue
        if len(shown) + len(prefixes) >= most:
            return shown, prefixes, last or None
        if rolled is None:
            shown.append((key, version))
        else:
            prefixes.append(rolled)
        last = key
    return shown, prefixes, None


def _rolled(key: str, prefix: str, delimiter: str) -> str | None:
    if not delimiter or delimiter not in key[len(prefix) :]:
        return None
    end = key.index(delimiter, len(prefix)) + len(delimiter)
    return key[:end]


def _content(call: ApiCall, key: str, version: Version) -> dict[str, Any]:
    return {
        "Key": _key(call, key),
        "LastModified": version.modified,
        "ETag": version.etag,
        "Size": len(version.body),
        "StorageClass": "STANDARD",
    }


def _key(call: ApiCall, key: str) -> str:
    """A key, in the encoding the client asked for."""
    return quote(key, safe="/") if call.params.get("EncodingType") == "url" else key


def _echoed(call: ApiCall, names: tuple[str, ...]) -> dict[str, Any]:
    found = {name: call.params[name] for name in names if name in call.params}
    keys = {name: _key(call, str(one)) for name, one in found.items() if "Token" not in name}
    coded = {"EncodingType": "url"} if call.params.get("EncodingType") == "url" else {}
    return {**found, **keys, **coded}


def _most(call: ApiCall) -> int:
    asked = int(call.params.get("MaxKeys", _PAGE))
    if asked < 0:
        raise ApiError(
            "InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647"
        )
    return min(asked, _PAGE)


def _sealed(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _opened(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError as exc:
        raise ApiError(
            "InvalidArgument", "The continuation token provided is incorrect"
        ) from exc
