"""The operations on images: names that versions of a container image stand under."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.backend import Backend, Operation, tags_of
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.image_model import Image, ImageStatus
from studiogate.local.sagemaker.images.listing import listed
from studiogate.local.sagemaker.images.used import refuse_used_image
from studiogate.local.sagemaker.store import in_use

_PROPERTIES = {"DisplayName": "display_name", "Description": "description"}


async def create_image(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A new image without a version."""
    asked, store, place = call.params, backend.store, call.place
    name = asked["ImageName"]
    if any(there.name.lower() == name.lower() for there in store.images_of(place)):
        raise in_use(
            f"The Image with ImageName {name} already exists. Please use a different ImageName."
        )
    image = Image(
        place,
        *store.birth(),
        tags=tags_of(call),
        name=name,
        role_arn=asked["RoleArn"],
        display_name=asked.get("DisplayName"),
        description=asked.get("Description"),
    )
    store.images[place, name.lower()] = image
    return {"ImageArn": image.arn}


async def describe_image(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Everything there is to say about an image."""
    image = _asked(backend, call)
    return {**_row(backend, image), "RoleArn": image.role_arn}


async def list_images(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The images of this place, the newest first, a page at a time."""
    part = call.params.get("NameContains", "").lower()
    mine = [i for i in backend.store.images_of(call.place) if part in i.name.lower()]
    shown, more = listed(mine, call.params, name=lambda image: image.name)
    return {"Images": [_row(backend, image) for image in shown], **more}


async def update_image(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Change what an image says of itself, or the role it is pulled as."""
    asked, image = call.params, _asked(backend, call)
    _settled(backend, image)
    dropped = asked.get("DeleteProperties") or ()
    if both := sorted(set(dropped) & asked.keys()):
        raise invalid(f"{both[0]} cannot be both set and deleted.")
    for member, attribute in _PROPERTIES.items():
        if member in dropped or asked.get(member) is not None:
            setattr(image, attribute, asked.get(member))
    image.role_arn = asked.get("RoleArn") or image.role_arn
    backend.store.change(image)
    return {"ImageArn": image.arn}


async def delete_image(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Remove an image and all its versions; what they were pulled from stays."""
    store, image = backend.store, _asked(backend, call)
    _settled(backend, image)
    refuse_used_image(store, image)
    now = store.clock()
    if any(one.state(now) is ImageStatus.CREATING for one in image.standing(now)):
        raise in_use(f"Unable to delete Image [{image.name}]: a version of it is CREATING.")
    image.gone_at = store.gone_at()
    for version in image.standing(now):
        version.gone_at = image.gone_at
    return {}


def _asked(backend: Backend, call: ApiCall) -> Image:
    return backend.store.image(call.place, call.params["ImageName"])


def _settled(backend: Backend, image: Image) -> None:
    if (state := image.state(backend.clock())) is not ImageStatus.CREATED:
        raise in_use(f"Image [{image.name}] is {state}.")


def _row(backend: Backend, image: Image) -> dict[str, Any]:
    row = {
        "ImageArn": image.arn,
        "ImageName": image.name,
        "ImageStatus": image.state(backend.clock()),
        "CreationTime": image.created,
        "LastModifiedTime": image.modified,
        "DisplayName": image.display_name,
        "Description": image.description,
    }
    return {name: value for name, value in row.items() if value is not None}


OPERATIONS: Mapping[str, Operation] = {
    "CreateImage": create_image,
    "DescribeImage": describe_image,
    "ListImages": list_images,
    "UpdateImage": update_image,
    "DeleteImage": delete_image,
}
