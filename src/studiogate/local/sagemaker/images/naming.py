"""Which images settings and resource specifications name, in one form for all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.local.call import Place

Settings = Mapping[str, Any]

SETTINGS_OF: Mapping[str, str] = {
    "JupyterLab": "JupyterLabAppSettings",
    "CodeEditor": "CodeEditorAppSettings",
    "RSessionGateway": "RSessionAppSettings",
    "KernelGateway": "KernelGatewayAppSettings",
}
"""The types of apps that run custom images, and where settings have those of each."""

_NONE = "None"
"""What AWS takes, in place of the ARN of a version, for none at all."""


@dataclass(frozen=True, slots=True)
class Custom:
    """A pair of image and app image configuration in a list of `CustomImages`."""

    kind: str
    """The type of app."""

    image: str
    config: str
    version: int | None
    """`None` is the newest there is."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What a ResourceSpec says of an image."""

    image: str
    """In small letters where only a version is named: AWS writes it so in a version's ARN."""

    version: int | None = None
    alias: str | None = None


def customs(settings: Settings | None) -> Iterator[Custom]:
    """Every pair in the lists of custom images of `settings`."""
    for kind in SETTINGS_OF:
        yield from of_kind(kind, (settings or {}).get(SETTINGS_OF[kind]) or {})


def of_kind(kind: str, own: Settings) -> Iterator[Custom]:
    """The pairs in the settings of one type of app."""
    for row in own.get("CustomImages") or ():
        version = row.get("ImageVersionNumber")
        yield Custom(kind, row["ImageName"], row["AppImageConfigName"], version)


def defaults(settings: Settings | None) -> Iterator[Settings]:
    """The ResourceSpecs in `settings` that name an image."""
    for member in SETTINGS_OF.values():
        spec = ((settings or {}).get(member) or {}).get("DefaultResourceSpec") or {}
        if names_image(spec):
            yield spec


def names_image(spec: Settings) -> bool:
    """Whether a ResourceSpec names an image or a version of one."""
    version = spec.get("SageMakerImageVersionArn") or _NONE
    return bool(spec.get("SageMakerImageArn")) or version != _NONE


def image_shown(spec: Settings) -> str:
    """The ARN a ResourceSpec names an image or a version by."""
    version = spec.get("SageMakerImageVersionArn") or _NONE
    return str(spec.get("SageMakerImageArn") if version == _NONE else version)


def spec_of(place: Place, spec: Settings) -> Spec | None:
    """What a ResourceSpec that names an image means; `None` for one of another place.

    The ARN of a version counts before that of an image (API reference, ResourceSpec).
    """
    version = spec.get("SageMakerImageVersionArn") or _NONE
    if version != _NONE:
        image, _, number = str(_own(place, "image-version", version) or "").rpartition("/")
        return Spec(image, int(number)) if image else None
    name = _own(place, "image", str(spec["SageMakerImageArn"]))
    return Spec(name, alias=spec.get("SageMakerImageVersionAlias")) if name else None


def _own(place: Place, what: str, arn: str) -> str | None:
    """The end of the ARN of something of this place."""
    before = place.arn("sagemaker", f"{what}/")
    return arn.removeprefix(before) if arn.startswith(before) else None
