"""The operations on versions of images: numbers that count up, each a container image.

A number is never given twice, also when the version that had it is deleted.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.backend import Backend, Operation
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.image_model import Image, ImageStatus, ImageVersion
from studiogate.local.sagemaker.images.finding import version_asked
from studiogate.local.sagemaker.images.listing import listed
from studiogate.local.sagemaker.images.used import refuse_used_version
from studiogate.local.sagemaker.paging import page
from studiogate.local.sagemaker.store import in_use

_ABOUT = (
    "VendorGuidance",
    "JobType",
    "MLFramework",
    "ProgrammingLang",
    "Processor",
    "Horovod",
    "ReleaseNotes",
)
_DIGITS = 10
"""Of a number, so that numbers are in order as texts are."""


async def create_image_version(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A new version, CREATING until its container image was pulled as the image's role.

    A call that is made again with its ClientToken is answered as the first was.
    """
    asked, image, now = call.params, _image(backend, call), backend.clock()
    for there in image.standing(now):
        if there.token == asked["ClientToken"]:
            return {"ImageVersionArn": _same(there, asked).arn}
    if image.state(now) is not ImageStatus.CREATED:
        raise invalid(f"Image {image.name} is in an invalid state.")
    aliases = asked.get("Aliases") or ()
    _refuse_taken(image.standing(now), aliases)
    image.highest += 1
    version = ImageVersion(
        image.place,
        *backend.store.birth(),
        image=image.name,
        number=image.highest,
        base=asked["BaseImage"],
        token=asked["ClientToken"],
        asked=dict(asked),
        about=_about(asked),
        aliases=set(aliases),
    )
    image.versions[version.number] = version
    backend.pulls.begin(version, role_arn=image.role_arn)
    return {"ImageVersionArn": version.arn}


async def describe_image_version(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Everything there is to say about a version; about the latest where none is named."""
    image = _image(backend, call)
    version = version_asked(image, call.params, backend.clock())
    answer = {**_row(backend, image, version), "BaseImage": version.base, **version.about}
    return answer | ({"ContainerImage": version.container} if version.container else {})


async def list_image_versions(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The versions of an image, the newest first, a page at a time."""
    image = _image(backend, call)
    shown, more = listed(
        image.standing(backend.clock()),
        call.params,
        name=lambda one: f"{one.number:0{_DIGITS}}",
    )
    return {"ImageVersions": [_row(backend, image, one) for one in shown], **more}


async def update_image_version(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Change what a version says of itself, and the aliases it has."""
    asked, image, now = call.params, _image(backend, call), backend.clock()
    version = version_asked(image, asked, now, named=True)
    wanted = asked.get("AliasesToAdd") or ()
    _refuse_taken((one for one in image.standing(now) if one is not version), wanted)
    dropped = set(asked.get("AliasesToDelete") or ())
    if strange := sorted(dropped - version.aliases):
        raise invalid(f"Alias {strange[0]} is not one of {version.arn}.")
    version.aliases = (version.aliases - dropped) | set(wanted)
    version.about |= _about(asked)
    backend.store.change(version)
    return {"ImageVersionArn": version.arn}


async def delete_image_version(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Remove a version; the container image it was pulled from stays."""
    image, now = _image(backend, call), backend.clock()
    version = version_asked(image, call.params, now, named=True)
    state = version.state(now)
    if state not in {ImageStatus.CREATED, ImageStatus.CREATE_FAILED}:
        raise in_use(f"ImageVersion [{version.arn}] is {state}.")
    refuse_used_version(backend.store, image, version)
    version.gone_at = backend.store.gone_at()
    return {}


async def list_aliases(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The aliases of a version, or of all versions of an image."""
    asked, image, now = call.params, _image(backend, call), backend.clock()
    named = asked.get("Version") is not None or asked.get("Alias") is not None
    versions = [version_asked(image, asked, now)] if named else image.standing(now)
    aliases = {alias for one in versions for alias in one.aliases}
    shown, more = page(aliases, asked, key=lambda alias: ("", alias))
    return {"SageMakerImageVersionAliases": shown, **more}


def _image(backend: Backend, call: ApiCall) -> Image:
    return backend.store.image(call.place, call.params["ImageName"])


def _same(there: ImageVersion, asked: Mapping[str, Any]) -> ImageVersion:
    if there.asked != dict(asked):
        raise invalid("ClientToken was used before, with other parameters.")
    return there


def _about(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in _ABOUT if asked.get(name) is not None}


def _refuse_taken(versions: Iterable[ImageVersion], aliases: Iterable[str]) -> None:
    for alias in aliases:
        for there in versions:
            if alias in there.aliases:
                raise in_use(f"Alias {alias} is already in use by {there.arn}.")


def _row(backend: Backend, image: Image, version: ImageVersion) -> dict[str, Any]:
    row = {
        "ImageArn": image.arn,
        "ImageVersionArn": version.arn,
        "ImageVersionStatus": version.state(backend.clock()),
        "Version": version.number,
        "CreationTime": version.created,
        "LastModifiedTime": version.modified,
    }
    return row | ({"FailureReason": version.failure} if version.failure else {})


OPERATIONS: Mapping[str, Operation] = {
    "CreateImageVersion": create_image_version,
    "DescribeImageVersion": describe_image_version,
    "ListImageVersions": list_image_versions,
    "UpdateImageVersion": update_image_version,
    "DeleteImageVersion": delete_image_version,
    "ListAliases": list_aliases,
}
