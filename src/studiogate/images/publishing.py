"""Publishing: an image into the account of every lob that has a domain for it.

Everything may be done again: what is there stays, what is missing is made, and a run that was
interrupted is gone on with.  The slow part, versions, is begun everywhere before any is waited
for (S6-14, S6-20, S6-21).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from studiogate.errors import ImageError
from studiogate.images.parts import Built, Login, Told
from studiogate.images.places import Place, image_of
from studiogate.images.published.known import (
    config_ensured,
    config_stands,
    image_ensured,
    role_of,
)
from studiogate.images.published.repository import Repository, tag_of
from studiogate.images.published.tags import tags_of
from studiogate.images.published.versions import (
    Version,
    begun,
    cleared,
    is_made_of,
    ready,
)
from studiogate.images.world import World
from studiogate.landscape.image import Image
from studiogate.landscape.model import Landscape

NEW: Final = "new"
THERE: Final = "there already"

Source = Callable[[Repository], tuple[str, bool]]
"""Has the image in a repository that is there: its digest, and whether it was pushed now."""


class Pusher(Protocol):
    """What publishing wants of a builder."""

    def push(self, built: Built, uri: str, *, login: Login, tell: Told) -> str:
        """Push the image to `uri`; the digest of its manifest there.  See `parts.Builder`."""
        ...


@dataclass(frozen=True, slots=True)
class Published:
    """What an image is in one account."""

    lob: str
    account: str
    repository: str
    digest: str
    version: int
    is_new: bool
    """Whether the version was made now."""

    pushed: bool
    done: tuple[str, ...] = ()
    """What else was made or mended, in a few words each."""

    @property
    def outcome(self) -> str:
        """`new` or `there already`."""
        return NEW if self.is_new else THERE


@dataclass(frozen=True, slots=True)
class _Begun:
    """What was done in one account, and the version that is waited for."""

    repository: Repository
    place: Place
    digest: str
    version: Version
    is_new: bool
    pushed: bool
    done: tuple[str, ...]


def publish(
    world: World, landscape: Landscape, name: str, source: Source, places: Sequence[Place]
) -> tuple[Published, ...]:
    """Publish the image `name` to `places`, in their order.

    Raises:
        ImageError: it could not be pushed, or SageMaker could not make it; and why.
        AwsError: AWS refused, or did not answer.
    """
    under_way = [_begun(world, landscape, name, source, place) for place in places]
    return tuple(_finished(name, one) for one in under_way)


def from_builder(world: World, builder: Pusher, built: Built) -> Source:
    """The image that is built here: pushed under a tag that follows from what is in it."""

    def source(repository: Repository) -> tuple[str, bool]:
        tag = tag_of(built.id)
        there = repository.digest_of(tag)
        if there is not None:
            return _the_same(repository, built, there), False
        uri = f"{repository.uri}:{tag}"
        world.tell(f"{repository.account.id}: pushing {uri}")
        try:
            digest = builder.push(built, uri, login=repository.login(), tell=world.tell)
        except ImageError:
            # Somebody else may have pushed the same image meanwhile: its tag is immutable.
            there = repository.digest_of(tag)
            if there is None:
                raise
            return _the_same(repository, built, there), False
        if repository.digest_of(tag) != digest:
            raise ImageError(
                f"{uri} was pushed as {digest}, and ECR does not have it so",
                remedy="Publish again; if it lasts, look at who else pushes there.",
            )
        return digest, True

    return source


def is_everywhere(
    world: World, landscape: Landscape, name: str, built: Built, places: Sequence[Place]
) -> bool:
    """Whether what is built here is what the image `name` is already, in all of `places`.

    Then it was looked into by whoever published it, and publishing makes nothing of it.

    Raises:
        AwsError: AWS refused, or did not answer.
    """
    image = image_of(landscape, name)
    repositories = (Repository(world.account(one.account), name) for one in places)
    pushed = ((one, one.digest_of(tag_of(built.id))) for one in repositories)
    return all(digest and is_published(one, image, digest) for one, digest in pushed)


def is_published(repository: Repository, image: Image, digest: str) -> bool:
    """Whether that digest is a version there, and for the application of `image`.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    account, name = repository.account, repository.name
    return is_made_of(account, name, digest) and config_stands(account, name, image)


def from_registry(digest: str) -> Source:
    """An image that is in the repositories already: built in AWS, or pushed by hand."""

    def source(repository: Repository) -> tuple[str, bool]:
        if not repository.has(digest):
            raise ImageError(
                f"{repository.by_digest(digest)} is not there",
                remedy="Build it there first, with `studiogate images build --in-aws`; or name "
                "the lobs that have it with --lob.",
            )
        return digest, False

    return source


def _begun(
    world: World, landscape: Landscape, name: str, source: Source, place: Place
) -> _Begun:
    """Do everything in one account but wait for the version."""
    image, account = image_of(landscape, name), world.account(place.account)
    tags, repository = tags_of(landscape, image), Repository(account, name)
    world.tell(f"{account.id}: publishing {name} to {place.lob}")
    role = role_of(account)
    done = repository.ensured(tags)
    digest, pushed = source(repository)
    done += image_ensured(account, name, image, tags, role=role)
    version, is_new = begun(account, name, uri=repository.by_digest(digest), digest=digest)
    done += config_ensured(account, name, image, tags)
    return _Begun(repository, place, digest, version, is_new, pushed, done)


def _finished(name: str, one: _Begun) -> Published:
    account = one.repository.account
    version = ready(account, name, one.version)
    failed = tuple(f"failed version {number} deleted" for number in cleared(account, name))
    return Published(
        lob=one.place.lob,
        account=account.id,
        repository=one.repository.path,
        digest=one.digest,
        version=version.number,
        is_new=one.is_new,
        pushed=one.pushed,
        done=one.done + failed,
    )


def _the_same(repository: Repository, built: Built, digest: str) -> str:
    """`digest`, if what is there under the tag is what was built."""
    config = repository.config_of(digest)
    if config != built.id:
        raise ImageError(
            f"{repository.uri}:{tag_of(built.id)} is there, and is not what was built: its "
            f"configuration is {config}, not {built.id}",
            remedy="Find out who pushed it; delete it from the repository, and publish again.",
        )
    return digest
