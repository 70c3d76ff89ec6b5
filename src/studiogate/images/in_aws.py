"""An image built in AWS: the folder goes to S3, CodeBuild builds it, and ECR has the image.

For whoever has no builder on their machine (S6-06).  The published way is `sm-docker build`
(S6-15), which makes a project for each build and deletes it, has CodeBuild take on the
execution role of the notebook, and moves a tag from image to image.  Here the project stands,
made by `apply`, with a role that pushes and does nothing else, so that neither notebooks nor
whoever builds may push; tags never move, and a folder that was built is not built again.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studiogate import names
from studiogate.errors import Absent, ImageError
from studiogate.images.buildspec import BUILDSPEC, source_tag, variables
from studiogate.images.following import followed
from studiogate.images.packed import Packed, packed
from studiogate.images.places import Place, image_of
from studiogate.images.published.repository import Repository
from studiogate.images.published.tags import tags_of
from studiogate.images.world import World
from studiogate.landscape.model import Landscape

_APPLY: Final = "Run `studiogate apply`: it makes what builds need, where a lob has images."


@dataclass(frozen=True, slots=True)
class BuiltInAws:
    """An image that CodeBuild built, in the repository of one account."""

    uri: str
    """With its digest, as SageMaker is told of it."""

    digest: str
    """Of its manifest."""

    id: str
    """Digest of its configuration."""

    is_new: bool
    """Whether it was built now; otherwise the same folder was built before."""


def built_in_aws(
    world: World, landscape: Landscape, name: str, place: Place, folder: Path
) -> BuiltInAws:
    """The image of `folder`, built in the account of one lob and pushed to its repository.

    Each account builds for itself: of two, the digests differ.  What the build says is told
    while it runs.

    Raises:
        ImageError: the folder cannot be sent, or the build failed: in which phase, and why.
        AwsError: AWS refused, or did not answer.
    """
    repository = Repository(world.account(place.account), name)
    repository.ensured(tags_of(landscape, image_of(landscape, name)))
    return built_into(repository, folder)


def built_into(repository: Repository, folder: Path) -> BuiltInAws:
    """The image of `folder`, built in the account of a repository that is there.

    Raises:
        ImageError: the folder cannot be sent, or the build failed: in which phase, and why.
        AwsError: AWS refused, or did not answer.
    """
    source = packed(folder)
    tag = source_tag(source.digest)
    digest, is_new = repository.digest_of(tag), False
    if digest is None:
        _build(repository, source)
        digest, is_new = repository.digest_of(tag), True
    config = None if digest is None else repository.config_of(digest)
    if digest is None or config is None:
        raise ImageError(
            f"{repository.path} has no image {tag}, which a build has pushed there",
            remedy="Run the command again; if it stays so, look at who deletes images there.",
        )
    return BuiltInAws(repository.by_digest(digest), digest, config, is_new)


def _build(repository: Repository, source: Packed) -> None:
    account = repository.account
    location = _sent(repository, source)
    account.world.tell(f"{account.id}: {names.IMAGE_PROJECT} builds {repository.name}")
    followed(account, _started(repository, source, location)["id"])


def _sent(repository: Repository, source: Packed) -> str:
    """Put the folder where builds take it from; its bucket and key."""
    account = repository.account
    bucket = names.image_sources_bucket(account.world.region, account.id)
    key = f"{repository.name}/{source.digest}.zip"
    account.world.tell(f"{account.id}: {len(source.body) / 1024:.0f} KB to s3://{bucket}/{key}")
    try:
        account.ask("s3", "put_object", about=bucket, Bucket=bucket, Key=key, Body=source.body)
    except Absent as error:
        raise ImageError(
            f"{account.id} has no bucket {bucket} for the sources of images", remedy=_APPLY
        ) from error
    return f"{bucket}/{key}"


def _started(repository: Repository, source: Packed, location: str) -> Mapping[str, Any]:
    """A build that has begun; asked for with a token, so that it begins once."""
    account = repository.account
    told = variables(
        registry=names.image_registry(account.world.region, account.id),
        repository=repository.uri,
        digest=source.digest,
    )
    try:
        answer = account.ask(
            "codebuild",
            "start_build",
            about=names.IMAGE_PROJECT,
            projectName=names.IMAGE_PROJECT,
            sourceTypeOverride="S3",
            sourceLocationOverride=location,
            buildspecOverride=BUILDSPEC,
            environmentVariablesOverride=[
                {"name": key, "value": value, "type": "PLAINTEXT"}
                for key, value in told.items()
            ],
            idempotencyToken=uuid.uuid4().hex,
        )
    except Absent as error:
        raise ImageError(
            f"{account.id} has no CodeBuild project {names.IMAGE_PROJECT}", remedy=_APPLY
        ) from error
    started: Mapping[str, Any] = answer["build"]
    return started
