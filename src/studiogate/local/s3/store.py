"""Every bucket of the emulated organisation, and what is in them.

Held in memory, in one event loop.  Names are global, as on AWS: a bucket of another account is
found by everybody, and what may be done with it is for the policies to say.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiError

NO_VERSION = "null"
"""The version id of what was written while versioning was off."""

BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
"""What every new bucket begins with since April 2023."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object; a delete marker has no body."""

    id: str
    modified: datetime
    body: bytes = field(default=b"", repr=False)
    etag: str = ""
    """With its quotes."""

    about: Mapping[str, Any] = field(default_factory=dict)
    """Content type, metadata, checksums and encryption, named as answers name them."""

    deleted: bool = False


@dataclass(slots=True)
class Upload:
    """An upload in parts that is not complete."""

    id: str
    key: str
    begun: datetime
    about: Mapping[str, Any]
    parts: dict[int, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    """Number to ETag and body."""


@dataclass(slots=True)
class Bucket:
    """One bucket."""

    name: str
    account: str
    region: str
    created: datetime
    policy: str | None = None
    versioning: str | None = None
    """`Enabled` or `Suspended`; `None` where it never was."""

    settings: dict[str, Any] = field(default_factory=dict)
    """Encryption, public access block, tags and so on, by the name of the setting."""

    objects: dict[str, list[Version]] = field(default_factory=dict, repr=False)
    """By key; the newest version is the last."""

    uploads: dict[str, Upload] = field(default_factory=dict, repr=False)

    @property
    def arn(self) -> str:
        """ARN of the bucket."""
        return f"arn:aws:s3:::{self.name}"

    def newest(self, key: str) -> Version | None:
        """What is under `key` now; a delete marker hides it."""
        versions = self.objects.get(key)
        return None if not versions or versions[-1].deleted else versions[-1]

    def standing(self) -> Iterator[tuple[str, Version]]:
        """Every key that has something, in the order S3 lists them: by their UTF-8."""
        for key in sorted(self.objects, key=lambda one: one.encode()):
            if (found := self.newest(key)) is not None:
                yield key, found

    def put(self, key: str, body: bytes, *, about: Mapping[str, Any], now: datetime) -> Version:
        """Write `body` under `key`; the new version."""
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
        etag = about.get("ETag") or f'"{digest}"'
        return self._add(key, Version(self._next_id(), now, body, etag, about))

    def mark_deleted(self, key: str, now: datetime) -> Version | None:
        """Delete `key` without naming a version; the marker, where versions are kept."""
        if self.versioning is None:
            self.objects.pop(key, None)
            return None
        return self._add(key, Version(self._next_id(), now, deleted=True))

    def remove(self, key: str, version_id: str) -> Version | None:
        """Delete one version for ever; `None` where there is no such."""
        versions = self.objects.get(key, [])
        found = next((one for one in versions if one.id == version_id), None)
        if found is not None:
            versions.remove(found)
            if not versions:
                del self.objects[key]
        return found

    def _add(self, key: str, version: Version) -> Version:
        versions = self.objects.setdefault(key, [])
        if version.id == NO_VERSION:
            versions[:] = [one for one in versions if one.id != NO_VERSION]
        versions.append(version)
        return version

    def _next_id(self) -> str:
        return secrets.token_urlsafe(24) if self.versioning == "Enabled" else NO_VERSION


class Buckets:
    """The state behind the S3 API."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._buckets: dict[str, Bucket] = {}

    def get(self, name: str) -> Bucket:
        """The bucket of this name, whoever's it is.

        Raises:
            ApiError: NoSuchBucket.
        """
        found = self._buckets.get(name)
        if found is None:
            raise ApiError("NoSuchBucket", "The specified bucket does not exist", status=404)
        return found

    def find(self, name: str) -> Bucket | None:
        """The bucket of this name; `None` where there is none."""
        return self._buckets.get(name)

    def of(self, account: str) -> list[Bucket]:
        """The buckets of an account, by name."""
        owned = [one for one in self._buckets.values() if one.account == account]
        return sorted(owned, key=lambda one: one.name)

    def rewrite(self, change: Callable[[str], str]) -> None:
        """Keep of every bucket's policy what `change` makes of it."""
        for bucket in self._buckets.values():
            bucket.policy = None if bucket.policy is None else change(bucket.policy)

    def add(self, bucket: Bucket) -> None:
        """Keep a new bucket."""
        self._buckets[bucket.name] = bucket

    def remove(self, bucket: Bucket) -> None:
        """Forget a bucket."""
        del self._buckets[bucket.name]

    def body(self, bucket: str, key: str, version_id: str | None = None) -> Version:
        """What is under `key`, for services that read code and templates.

        Raises:
            ApiError: NoSuchBucket, NoSuchKey, NoSuchVersion.
        """
        held = self.get(bucket)
        if version_id is None:
            found = held.newest(key)
            if found is None:
                raise ApiError("NoSuchKey", "The specified key does not exist.", status=404)
            return found
        versions = held.objects.get(key, [])
        version = next((one for one in versions if one.id == version_id), None)
        if version is None:
            raise ApiError("NoSuchVersion", "The specified version does not exist.", status=404)
        return version
