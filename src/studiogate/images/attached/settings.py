"""Lists of custom images in Studio's settings: read, merged, and searched for an image.

SageMaker replaces a structure of settings whole, so whatever is sent holds all that was there
(S6-22, S6-24).  Pure: settings in, settings out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from studiogate.errors import ImageError
from studiogate.landscape.image import Kind

SETTINGS: Mapping[Kind, str] = MappingProxyType(
    {
        "jupyterlab": "JupyterLabAppSettings",
        "codeeditor": "CodeEditorAppSettings",
        "rstudio": "RSessionAppSettings",
    }
)
"""The member of UserSettings that is about an application (SageMaker API reference)."""

LIST: Final = "CustomImages"
MOST: Final = 200
"""Custom images in one list (service model, CustomImages)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One custom image of a list: image, configuration, and the version it is kept at."""

    image: str
    config: str
    version: int | None = None
    """`None`: the newest there is."""

    @property
    def sent(self) -> dict[str, Any]:
        """The pair, as SageMaker has it."""
        number = {} if self.version is None else {"ImageVersionNumber": self.version}
        return {"ImageName": self.image, **number, "AppImageConfigName": self.config}


def pairs(settings: Mapping[str, Any]) -> tuple[Pair, ...]:
    """The custom images of one application's settings, in their order."""
    return tuple(
        Pair(one["ImageName"], one["AppImageConfigName"], one.get("ImageVersionNumber"))
        for one in settings.get(LIST) or ()
    )


def pair_of(settings: Mapping[str, Any], image: str) -> Pair | None:
    """How `image` is attached in one application's settings, if it is."""
    return next((one for one in pairs(settings) if one.image == image), None)


def merged(settings: Mapping[str, Any], pair: Pair) -> dict[str, Any]:
    """`settings` with `pair` in place of what they have of its image, or after all others.

    Raises:
        ImageError: the list is full.
    """
    there: Sequence[Any] = settings.get(LIST) or ()
    at = next((n for n, one in enumerate(there) if one["ImageName"] == pair.image), len(there))
    kept = [one for one in there if one["ImageName"] != pair.image]
    if len(kept) >= MOST:
        raise ImageError(
            f"{len(kept)} custom images are attached already, and Studio takes {MOST}",
            remedy="Detach one that nobody needs: `studiogate images list` shows them.",
        )
    return {**settings, LIST: [*kept[:at], pair.sent, *kept[at:]]}


def without(settings: Mapping[str, Any], image: str) -> dict[str, Any]:
    """`settings` without `image`."""
    kept = [one for one in settings.get(LIST) or () if one["ImageName"] != image]
    return {**settings, LIST: kept}


def mentions(settings: Any, image: str, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every place of `settings` that names the SageMaker image `image`, as a dotted path.

    That is a custom image, or the image or version of a ResourceSpec, whatever application it
    is of.
    """
    if isinstance(settings, Mapping):
        if settings.get("ImageName") == image:
            yield ".".join(path)
        for key, value in settings.items():
            if isinstance(value, str) and _is_of(key, value, image):
                yield ".".join((*path, key))
            yield from mentions(value, image, (*path, key))
    elif isinstance(settings, Sequence) and not isinstance(settings, str):
        for one in settings:
            yield from mentions(one, image, path)


def version_of(spec: Mapping[str, Any], image: str) -> tuple[bool, int | None]:
    """Whether a ResourceSpec is of `image`, and the version that it names."""
    arn = str(spec.get("SageMakerImageVersionArn", ""))
    if _is_of("SageMakerImageVersionArn", arn, image):
        return True, int(arn.rpartition("/")[2])
    return _is_of("SageMakerImageArn", str(spec.get("SageMakerImageArn", "")), image), None


def _is_of(key: str, arn: str, image: str) -> bool:
    if key == "SageMakerImageArn":
        return arn.endswith(f":image/{image}")
    if key == "SageMakerImageVersionArn":
        return arn.rpartition("/")[0].endswith(f":image-version/{image}")
    return False
