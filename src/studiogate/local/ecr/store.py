"""Repositories and the images in them, for every account and Region.

Held in memory, in one event loop; blobs are files.  A lifecycle policy is kept and shown, and
nothing runs it; there is no scanner, so a scan fails and says so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from studiogate.local.ecr import words
from studiogate.local.ecr.blobs import Blobs
from studiogate.local.ecr.manifests import Manifest
from studiogate.local.ecr.uris import registry_host, repository_arn

IMMUTABLE, MUTABLE = "IMMUTABLE", "MUTABLE"


@dataclass(slots=True)
class Image:
    """One image of a repository: its manifest, and what happened to it."""

    manifest: Manifest
    pushed: datetime
    size: int
    """Bytes of its layers as they are stored."""

    pulled: datetime | None = None
    scan_asked: datetime | None = None


@dataclass(slots=True)
class Repository:
    """One repository."""

    account: str
    region: str
    name: str
    created: datetime
    mutability: str = MUTABLE
    scan_on_push: bool = False
    encryption: Mapping[str, Any] = field(default_factory=lambda: {"encryptionType": "AES256"})
    policy: str | None = None
    lifecycle: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict, repr=False)
    """By digest, the oldest first."""

    tagged: dict[str, str] = field(default_factory=dict, repr=False)
    """Tag to digest."""

    @property
    def arn(self) -> str:
        """ARN of the repository."""
        return repository_arn(self.account, self.region, self.name)

    @property
    def uri(self) -> str:
        """Where it is pushed to and pulled from."""
        return f"{registry_host(self.account, self.region)}/{self.name}"

    def tags_of(self, digest: str) -> list[str]:
        """The tags of an image."""
        return [tag for tag, one in self.tagged.items() if one == digest]

    def find(self, *, tag: str | None = None, digest: str | None = None) -> Image | None:
        """The image of a digest, a tag, or both where they agree."""
        if tag is not None:
            named = self.tagged.get(tag)
            if named is None or digest not in {None, named}:
                return None
            digest = named
        return self.images.get(digest or "")

    def get(self, *, tag: str | None = None, digest: str | None = None) -> Image:
        """The same.

        Raises:
            ApiError: ImageNotFoundException.
        """
        found = self.find(tag=tag, digest=digest)
        if found is None:
            raise words.no_image(tag, digest, self.name, self.account)
        return found

    def indexes_of(self, digest: str) -> list[str]:
        """The indexes that an image is in."""
        return [
            one.manifest.digest
            for one in self.images.values()
            if any(part.digest == digest for part in one.manifest.images)
        ]


Key = tuple[str, str, str]


class Registries:
    """The state behind ECR."""

    def __init__(self, blobs: Blobs, clock: Callable[[], datetime]) -> None:
        self.blobs = blobs
        self.clock = clock
        self._repositories: dict[Key, Repository] = {}

    def find(self, account: str, region: str, name: str) -> Repository | None:
        """The repository of this name; `None` where there is none."""
        return self._repositories.get((account, region, name))

    def get(self, account: str, region: str, name: str) -> Repository:
        """The same.

        Raises:
            ApiError: RepositoryNotFoundException.
        """
        found = self.find(account, region, name)
        if found is None:
            raise words.no_repository(name, account)
        return found

    def by_arn(self, arn: str) -> Repository | None:
        """The repository of an ARN."""
        return next((one for one in self._repositories.values() if one.arn == arn), None)

    def of(self, account: str, region: str) -> list[Repository]:
        """The repositories of a registry, by name."""
        here = [
            one
            for one in self._repositories.values()
            if (one.account, one.region) == (account, region)
        ]
        return sorted(here, key=lambda one: one.name)

    def __iter__(self) -> Iterator[Repository]:
        """Every repository there is."""
        return iter(list(self._repositories.values()))

    def rewrite(self, change: Callable[[str], str]) -> None:
        """Keep of every repository's policy what `change` makes of it."""
        for one in self:
            one.policy = None if one.policy is None else change(one.policy)

    def add(self, repository: Repository) -> None:
        """Keep a new repository.

        Raises:
            ApiError: RepositoryAlreadyExistsException.
        """
        key = (repository.account, repository.region, repository.name)
        if key in self._repositories:
            raise words.repository_exists(repository.name, repository.account)
        self._repositories[key] = repository

    def remove(self, repository: Repository) -> None:
        """Forget a repository, and every blob that only it held."""
        del self._repositories[repository.account, repository.region, repository.name]
        self.blobs.forget(repository.arn)

    def put(self, repository: Repository, manifest: Manifest, tag: str | None) -> Image:
        """Take an image whose parts are all there, and let `tag` name it from now on.

        Raises:
            ApiError: parts are missing, or the tag is taken for good.
        """
        if tag is not None and repository.mutability == IMMUTABLE and tag in repository.tagged:
            raise words.tag_exists(tag, repository.name)
        self._complete(repository, manifest)
        image = repository.images.get(manifest.digest)
        if image is None:
            size = sum(self.blobs.size(one.digest) for one in manifest.layers)
            image = Image(manifest, self.clock(), size)
            image.scan_asked = image.pushed if repository.scan_on_push else None
            repository.images[manifest.digest] = image
        if tag is not None:
            repository.tagged[tag] = manifest.digest
        return image

    def _complete(self, repository: Repository, manifest: Manifest) -> None:
        """Return if everything that `manifest` names was pushed to the repository."""
        holds, name, account = self.blobs.holds, repository.name, repository.account
        if absent := [one for one in manifest.blobs if not holds(repository.arn, one)]:
            raise words.no_layers(absent, name, account)
        inside = [part.digest for part in manifest.images]
        if absent := [one for one in inside if one not in repository.images]:
            raise words.no_images(absent, name, account)

    def untag(self, repository: Repository, tag: str) -> None:
        """Take a tag away; an image that had no other goes with it.

        ECR API Reference, "BatchDeleteImage".
        """
        digest = repository.tagged.pop(tag)
        if not repository.tags_of(digest) and not repository.indexes_of(digest):
            self.delete(repository, digest)

    def delete(self, repository: Repository, digest: str) -> None:
        """Delete an image, its tags, and the blobs that no other image of it needs."""
        gone = repository.images.pop(digest)
        for tag in repository.tags_of(digest):
            del repository.tagged[tag]
        kept = {blob for one in repository.images.values() for blob in one.manifest.blobs}
        for blob in gone.manifest.blobs:
            if blob not in kept:
                self.blobs.let_go(repository.arn, blob)
