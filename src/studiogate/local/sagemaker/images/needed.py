"""What calls about images need to be allowed: exact ARNs, and the keys that name images.

Source: service authorization reference, "Actions, resources, and condition keys for Amazon
SageMaker AI": versions are a resource of their own, but for making and listing them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from studiogate.local.call import ApiCall, ApiError, Place
from studiogate.local.sagemaker.image_model import version_arn
from studiogate.local.sagemaker.images.finding import version_asked
from studiogate.local.sagemaker.images.naming import SETTINGS_OF, customs
from studiogate.local.sagemaker.store import Store

_OF_VERSION = frozenset({"DescribeImageVersion", "UpdateImageVersion", "DeleteImageVersion"})
_NO_VERSION = 0
"""The number in the ARN of a version that is not there; no version has it."""

_SETTINGS = ("DefaultUserSettings", "UserSettings", "DefaultSpaceSettings", "SpaceSettings")
_KEYS = {
    "sagemaker:ImageArns": "SageMakerImageArn",
    "sagemaker:ImageVersionArns": "SageMakerImageVersionArn",
}


def image_resources(store: Store, call: ApiCall) -> tuple[str, ...]:
    """The ARNs of a call about an image, a version or a configuration; nothing for others."""
    asked, place = call.params, call.place
    if "AppImageConfigName" in asked:
        return (place.arn("sagemaker", f"app-image-config/{asked['AppImageConfigName']}"),)
    if "ImageName" not in asked:
        return ()
    image = place.arn("sagemaker", f"image/{asked['ImageName']}")
    if call.operation in _OF_VERSION:
        return (_version(store, place, asked),)
    if call.operation == "ListAliases":
        return (image, _version(store, place, asked))
    return (image,)


def _version(store: Store, place: Place, asked: Mapping[str, Any]) -> str:
    """The ARN of the version that is asked about, also where there is none."""
    try:
        image = store.image(place, asked["ImageName"])
        return version_asked(image, asked, store.clock()).arn
    except ApiError:
        number = asked.get("Version")
        return version_arn(place, asked["ImageName"], _NO_VERSION if number is None else number)


def image_keys(call: ApiCall) -> dict[str, tuple[str, ...]]:
    """Every image and version that the request's ResourceSpecs and lists name."""
    place = call.place
    specs = [*_specs(call.params)]
    found = {
        key: {spec[member] for spec in specs if spec.get(member)}
        for key, member in _KEYS.items()
    }
    for settings in _SETTINGS:
        for custom in customs(call.params.get(settings)):
            found["sagemaker:ImageArns"].add(place.arn("sagemaker", f"image/{custom.image}"))
            if custom.version is not None:
                arn = version_arn(place, custom.image, custom.version)
                found["sagemaker:ImageVersionArns"].add(arn)
    return {key: tuple(sorted(arns)) for key, arns in found.items() if arns}


def _specs(asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if asked.get("ResourceSpec"):
        yield asked["ResourceSpec"]
    for settings in _SETTINGS:
        for member in SETTINGS_OF.values():
            own = (asked.get(settings) or {}).get(member) or {}
            if own.get("DefaultResourceSpec"):
                yield own["DefaultResourceSpec"]
