"""Which custom images somebody is offered for a type of app: what launchers show and start."""

from collections.abc import Iterator
from dataclasses import dataclass

from studiogate.local.call import Place
from studiogate.local.sagemaker.attached import layers_of
from studiogate.local.sagemaker.image_model import (
    AppImageConfig,
    Image,
    ImageStatus,
    ImageVersion,
    version_arn,
)
from studiogate.local.sagemaker.images.attaching import image_named
from studiogate.local.sagemaker.images.naming import SETTINGS_OF, Custom, of_kind
from studiogate.local.sagemaker.model import App, Domain, Profile, Space
from studiogate.local.sagemaker.store import Store


@dataclass(frozen=True, slots=True)
class Offer:
    """A custom image that an app can be started from, in one version."""

    image: str
    display_name: str
    """What launchers call it; the image's name, where it has no other (S6-17)."""

    version: int
    image_arn: str
    version_arn: str
    config: AppImageConfig
    container_image: str
    """URI of the container image by its digest."""

    role_arn: str
    """As what it is pulled."""


def offered(
    store: Store, domain: Domain, owner: Profile | Space, kind: str
) -> tuple[Offer, ...]:
    """The custom images for an app of type `kind`, in the order of the settings.

    The nearest list counts alone, also an empty one: a profile's before the domain's; a shared
    space has that of the domain's DefaultSpaceSettings.  An image that is pinned to no version
    is offered in its newest.
    """
    found = (
        offer_of(store, domain.place, custom, custom.version)
        for custom in attached(store, domain, owner, kind)
    )
    return tuple(one for one in found if one is not None)


def attached(
    store: Store, domain: Domain, owner: Profile | Space, kind: str
) -> tuple[Custom, ...]:
    """The pairs of image and configuration that `owner` has for apps of type `kind`."""
    if kind not in SETTINGS_OF:
        return ()
    layers = layers_of(store, domain, owner, SETTINGS_OF[kind])
    nearest = next((own for own in layers if own.get("CustomImages") is not None), {})
    return tuple(of_kind(kind, nearest))


def offer_of(store: Store, place: Place, custom: Custom, number: int | None) -> Offer | None:
    """`custom` in version `number`, or its newest; `None` where there is no such version."""
    image = image_named(store, place, custom.image)
    config = store.configs.get((place, custom.config))
    if image is None or config is None:
        return None
    newest = image.newest(store.clock())
    number = number if number is not None else newest.number if newest else 0
    version = next((v for v in _created(store, image) if v.number == number), None)
    return _offer(image, version, config) if version else None


def running(store: Store, app: App) -> Offer | None:
    """The custom image that `app` was made for; `None` for one of this emulation's own.

    An app keeps its image when that is detached (SageMaker Developer Guide, "Detach"), and its
    version is not deleted while it lives.
    """
    arn = (app.rest.get("ResourceSpec") or {}).get("SageMakerImageVersionArn")
    config = store.configs.get((app.place, app.image_config))
    for image in store.images_of(app.place) if config is not None else ():
        for version in _created(store, image):
            if config is not None and version.arn == arn:
                return _offer(image, version, config)
    return None


def _created(store: Store, image: Image) -> Iterator[ImageVersion]:
    now = store.clock()
    yield from (v for v in image.standing(now) if v.state(now) is ImageStatus.CREATED)


def _offer(image: Image, version: ImageVersion, config: AppImageConfig) -> Offer:
    return Offer(
        image=image.name,
        display_name=image.display_name or image.name,
        version=version.number,
        image_arn=image.arn,
        version_arn=version_arn(image.place, image.name, version.number),
        config=config,
        container_image=version.container,
        role_arn=image.role_arn,
    )
