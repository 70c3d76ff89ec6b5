"""Which version of an image is meant: by its number, by an alias, or the latest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.image_model import Image, ImageVersion


def version_asked(
    image: Image, asked: Mapping[str, Any], now: datetime, *, named: bool = False
) -> ImageVersion:
    """The version that `Version` or `Alias` names; the highest, where neither does.

    `named` says that one of them has to.

    Raises:
        ApiError: ResourceNotFound, or ValidationException for both at once or for neither.
    """
    number, alias = asked.get("Version"), asked.get("Alias")
    if number is not None and alias is not None:
        raise invalid("Only one of Version and Alias can be specified.")
    if named and number is None and alias is None:
        raise invalid("One of Version and Alias must be specified.")
    for version in reversed(image.standing(now)):
        if number in {None, version.number} and (alias is None or alias in version.aliases):
            return version
    raise absent_version(image.name, number if alias is None else alias)


def absent_version(image: str, wanted: int | str | None) -> ApiError:
    """The error for a version that is not there."""
    which = "Latest ImageVersion" if wanted is None else f"ImageVersion {wanted}"
    return ApiError(
        "ResourceNotFound",
        f"{which} with ImageName {image} does not exist. Please provide a valid ImageName.",
    )
