"""The ECR repository of an image in one account, how it is entered, and what is in it.

Source: Amazon ECR API reference; requirement rows S6-04, S6-14, F-66.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from studiogate import names
from studiogate.errors import Absent, ImageError, Invalid
from studiogate.images.buildspec import SOURCE_TAG
from studiogate.images.parts import Login
from studiogate.images.published.tags import listed, missing, named
from studiogate.images.world import Account

IMMUTABLE: Final = "IMMUTABLE"
_CONFIGS: Final = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
)
"""Kinds of manifest that name the configuration of one image."""

TAG_LETTERS: Final = 12


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository of one image in one account."""

    account: Account
    name: str
    """Of the image, not of the repository."""

    @property
    def path(self) -> str:
        """What ECR calls it."""
        return names.image_repository(self.name)

    @property
    def uri(self) -> str:
        """What tags and digests are added to: `A.dkr.ecr.R.amazonaws.com/studiogate/NAME`."""
        return f"{names.image_registry(self.account.world.region, self.account.id)}/{self.path}"

    def by_digest(self, digest: str) -> str:
        """The image there of that digest, as SageMaker is told of it."""
        return f"{self.uri}@{digest}"

    def ensured(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Have it scan what is pushed, never move a tag, and carry `tags`; what was done.

        What it is encrypted with cannot be changed, and stays as somebody chose it.

        Raises:
            AwsError: ECR refused, or did not answer.
        """
        there = self.described()
        if there is None:
            try:
                self._ask("create_repository", repositoryName=self.path, **_wanted(tags))
            except Invalid as error:
                if not error.code.startswith("RepositoryAlreadyExists"):
                    raise
                there = self.described()  # somebody made it meanwhile: it is mended, too
        return ("repository made",) if there is None else tuple(self._mended(there, tags))

    def described(self) -> Mapping[str, Any] | None:
        """What ECR says of it; `None` if there is none.

        Raises:
            AwsError: ECR refused, or did not answer.
        """
        try:
            (found,) = self._ask("describe_repositories", repositoryNames=[self.path])[
                "repositories"
            ]
        except Absent:
            return None
        return dict(found)

    def digest_of(self, tag: str) -> str | None:
        """Digest of the manifest that `tag` names there; `None` if it names none (S6-14).

        Raises:
            AwsError: ECR refused, or did not answer.
        """
        return self._digest({"imageTag": tag})

    def has(self, digest: str) -> bool:
        """Whether an image of that digest is there.

        Raises:
            AwsError: ECR refused, or did not answer.
        """
        return self._digest({"imageDigest": digest}) is not None

    def tags(self, digest: str) -> tuple[str, ...] | None:
        """Tags of the image of that digest; `None` where it, or all of the repository, is gone.

        Raises:
            AwsError: ECR refused, or did not answer.
        """
        there = self._detail({"imageDigest": digest})
        return None if there is None else tuple(map(str, there.get("imageTags") or ()))

    def source_of(self, digest: str) -> str | None:
        """The tag of the folder that the image of that digest was built of in AWS, if it was.

        Each account builds for itself: of one folder the digests differ, and this tag does not.

        Raises:
            AwsError: ECR refused, or did not answer.
        """
        return source_among(self.tags(digest) or ())

    def config_of(self, digest: str) -> str | None:
        """Digest of the configuration of the image there; `None` where no one image is meant.

        Raises:
            AwsError: ECR refused, or did not answer.
        """
        found = self._ask(
            "batch_get_image",
            repositoryName=self.path,
            imageIds=[{"imageDigest": digest}],
            acceptedMediaTypes=list(_CONFIGS),
        )["images"]
        if not found:
            return None
        manifest = json.loads(found[0]["imageManifest"])
        config = manifest.get("config", {}).get("digest")
        return str(config) if config else None

    def login(self) -> Login:
        """How the registry is entered, for twelve hours at most.

        Raises:
            AwsError: ECR refused, or did not answer.
            ImageError: what it gave is no user and password.
        """
        (given,) = self._ask("get_authorization_token")["authorizationData"]
        host = names.image_registry(self.account.world.region, self.account.id)
        try:
            text = base64.b64decode(given["authorizationToken"], validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
        user, colon, password = text.partition(":")
        if not (user and colon and password):
            raise ImageError(
                f"{host}: GetAuthorizationToken gave what is no user and password",
                remedy="Look at proxies on the way, and at the endpoint's address.",
            ) from None
        return Login(registry=host, user=user, password=SecretStr(password))

    def _digest(self, image: Mapping[str, str]) -> str | None:
        found = self._detail(image)
        return None if found is None else str(found["imageDigest"])

    def _detail(self, image: Mapping[str, str]) -> Mapping[str, Any] | None:
        try:
            found = self._ask(
                "describe_images", repositoryName=self.path, imageIds=[dict(image)]
            )["imageDetails"]
        except Absent:
            return None
        return dict(found[0]) if found else None

    def _mended(self, there: Mapping[str, Any], tags: Mapping[str, str]) -> list[str]:
        done = []
        if there.get("imageTagMutability") != IMMUTABLE:
            self._ask(
                "put_image_tag_mutability",
                repositoryName=self.path,
                imageTagMutability=IMMUTABLE,
            )
            done.append("tags made immutable")
        if not (there.get("imageScanningConfiguration") or {}).get("scanOnPush"):
            self._ask(
                "put_image_scanning_configuration",
                repositoryName=self.path,
                imageScanningConfiguration={"scanOnPush": True},
            )
            done.append("scan on push turned on")
        arn = there["repositoryArn"]
        has = self._ask("list_tags_for_resource", resourceArn=arn).get("tags") or []
        if lacking := missing(tags, named(has)):
            self._ask("tag_resource", resourceArn=arn, tags=listed(lacking))
            done.append("repository's tags renewed")
        return done

    def _ask(self, operation: str, **told: Any) -> Any:
        return self.account.ask("ecr", operation, about=self.path, **told)


def source_among(tags: Iterable[str]) -> str | None:
    """The tag of the folder that an image was built of in AWS, if it has one."""
    return next((one for one in tags if one.startswith(SOURCE_TAG)), None)


def tag_of(id_: str) -> str:
    """The tag of an image whose configuration has that digest: the same content, the same."""
    return id_.removeprefix("sha256:")[:TAG_LETTERS]


def _wanted(tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "imageTagMutability": IMMUTABLE,
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "AES256"},
        "tags": listed(tags),
    }
