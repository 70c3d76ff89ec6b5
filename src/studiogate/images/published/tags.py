"""Tags of what an image is in an account: the landscape's, and whose it is."""

from collections.abc import Iterable, Mapping

from studiogate.landscape.image import Image
from studiogate.landscape.model import Landscape
from studiogate.names import ENVIRONMENT_TAG, LANDSCAPE_TAG


def tags_of(landscape: Landscape, image: Image) -> dict[str, str]:
    """The tags of an image, its repository and its configuration."""
    return {
        **image.tags,
        LANDSCAPE_TAG: landscape.name,
        ENVIRONMENT_TAG: landscape.environment,
    }


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as AWS has them: a list of `Key` and `Value`."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def named(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags by their keys, of the list that AWS has; `{}` of one that is not there."""
    return {one["Key"]: one["Value"] for one in tags}


def missing(wanted: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    """What of `wanted` is not there, or says something else."""
    return {key: value for key, value in wanted.items() if there.get(key) != value}
