"""What custom images are made of: images, their versions, and how apps run them.

Names of members and statuses are those of the SageMaker service model (botocore).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from studiogate import names
from studiogate.local.call import Place
from studiogate.local.sagemaker.model import Thing


class ImageStatus(StrEnum):
    """What AWS says about an image or a version of one; it has a failure of each step too."""

    CREATING = "CREATING"
    CREATED = "CREATED"
    CREATE_FAILED = "CREATE_FAILED"
    UPDATING = "UPDATING"
    DELETING = "DELETING"


@dataclass(slots=True)
class ImageVersion(Thing):
    """A container image under a number of its own, which no other version ever has."""

    image: str
    number: int
    base: str
    """The URI that was given."""

    token: str
    """ClientToken of the call that made it."""

    asked: dict[str, Any]
    """All that call said: made again, it is the same call."""

    about: dict[str, Any]
    """`VendorGuidance` and its like, as they are now."""

    aliases: set[str] = field(default_factory=set)
    container: str = ""
    """URI of the container image by its digest, once it was pulled."""

    failure: str = ""
    """Why it could not be pulled."""

    gone_at: datetime | None = None
    """From then on it is deleted; until then it is being deleted."""

    @property
    def arn(self) -> str:
        """ARN of the version; AWS writes the image's name in small letters there."""
        return version_arn(self.place, self.image, self.number)

    def state(self, now: datetime) -> ImageStatus:
        """How far it is: created only when it was pulled and its time has come."""
        if self.gone_at is not None:
            return ImageStatus.DELETING
        if self.failure:
            return ImageStatus.CREATE_FAILED
        ready = self.container and now >= self.ready_at
        return ImageStatus.CREATED if ready else ImageStatus.CREATING


@dataclass(slots=True)
class Image(Thing):
    """A custom image: a name, a role to pull with, and versions."""

    name: str
    role_arn: str
    display_name: str | None
    description: str | None
    versions: dict[int, ImageVersion] = field(default_factory=dict)
    highest: int = 0
    """The highest number given so far, also to versions that are deleted."""

    gone_at: datetime | None = None

    @property
    def arn(self) -> str:
        """ARN of the image."""
        return names.image_arn(self.place.region, self.place.account, self.name)

    def state(self, now: datetime) -> ImageStatus:
        """How far it is."""
        if self.gone_at is not None:
            return ImageStatus.DELETING
        if now < self.ready_at:
            return ImageStatus.CREATING
        updating = self.settled_at is not None and now < self.settled_at
        return ImageStatus.UPDATING if updating else ImageStatus.CREATED

    def standing(self, now: datetime) -> list[ImageVersion]:
        """The versions that are there, by number."""
        return sorted(
            (one for one in self.versions.values() if not gone(one, now)),
            key=lambda one: one.number,
        )

    def newest(self, now: datetime) -> ImageVersion | None:
        """The version an app gets that names none: the highest that was created."""
        created = (v for v in self.standing(now) if v.state(now) is ImageStatus.CREATED)
        return max(created, key=lambda one: one.number, default=None)


@dataclass(slots=True)
class AppImageConfig(Thing):
    """How apps run an image: file system and container, for each kind of app it is for."""

    name: str
    rest: dict[str, Any]
    """`JupyterLabAppImageConfig` and its like, as they were given; RStudio's has none."""

    @property
    def arn(self) -> str:
        """ARN of the app image configuration."""
        return self.place.arn("sagemaker", f"app-image-config/{self.name}")


def version_arn(place: Place, image: str, number: int) -> str:
    """ARN of the version `number` of `image`."""
    return place.arn("sagemaker", f"image-version/{image.lower()}/{number}")


def gone(thing: Image | ImageVersion, now: datetime) -> bool:
    """Whether its deletion is over."""
    return thing.gone_at is not None and now >= thing.gone_at
