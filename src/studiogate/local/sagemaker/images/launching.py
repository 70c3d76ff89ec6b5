"""Which image a new app runs: as asked, else by default, and only one that is attached."""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.sagemaker.attached import layers_of
from studiogate.local.sagemaker.images.attaching import image_named
from studiogate.local.sagemaker.images.naming import (
    SETTINGS_OF,
    Custom,
    Spec,
    image_shown,
    names_image,
    spec_of,
)
from studiogate.local.sagemaker.images.offered import Offer, attached, offer_of
from studiogate.local.sagemaker.model import App, Domain, Profile, Space
from studiogate.local.sagemaker.store import Store


def settle_image(store: Store, domain: Domain, owner: Profile | Space, app: App) -> None:
    """Write into `app` which image it runs, in the version that it really gets.

    The image is that of its own ResourceSpec, else of the nearest default one; none of them is
    no custom image at all.

    Raises:
        ApiError: ResourceNotFound, for an image that is not attached for this owner and app.
    """
    own = app.rest.get("ResourceSpec") or {}
    spec = own if names_image(own) else _default(store, domain, owner, app.type)
    if not names_image(spec):
        return
    named = spec_of(app.place, spec)
    choice = _chosen(store, domain, owner, app.type, named) if named else None
    if choice is None:
        raise _not_attached(app, spec, named)
    used = {
        "SageMakerImageArn": choice.image_arn,
        "SageMakerImageVersionArn": choice.version_arn,
    }
    app.rest["ResourceSpec"] = {**own, **used}
    app.image_config = choice.config.name


def _default(
    store: Store, domain: Domain, owner: Profile | Space, kind: str
) -> Mapping[str, Any]:
    if kind not in SETTINGS_OF:
        return {}
    specs = (
        own.get("DefaultResourceSpec") or {}
        for own in layers_of(store, domain, owner, SETTINGS_OF[kind])
    )
    return next((spec for spec in specs if names_image(spec)), {})


def _chosen(
    store: Store, domain: Domain, owner: Profile | Space, kind: str, named: Spec
) -> Offer | None:
    """What is attached and fits; what is pinned runs in that version alone."""
    wanted = named.version
    if named.alias is not None:
        wanted = _aliased(store, domain, named.image, named.alias)
    for custom in _of_image(attached(store, domain, owner, kind), named.image):
        number = custom.version if wanted is None else wanted
        if custom.version in {None, number}:
            found = offer_of(store, domain.place, custom, number)
            if found is not None:
                return found
    return None


def _of_image(customs: Iterable[Custom], image: str) -> Iterable[Custom]:
    return (one for one in customs if one.image.lower() == image.lower())


def _aliased(store: Store, domain: Domain, image: str, alias: str) -> int:
    """The number of the version with that alias; 0, which no version has, where none does."""
    found = image_named(store, domain.place, image)
    versions = found.standing(store.clock()) if found else []
    return next((one.number for one in versions if alias in one.aliases), 0)


def _not_attached(app: App, spec: Mapping[str, Any], named: Spec | None) -> ApiError:
    shown = named.image if named else image_shown(spec)
    return ApiError(
        "ResourceNotFound",
        f"Unable to launch App [{app.arn}] with Image [{shown}] because it is not present in "
        "list of custom images in AppSettings. Please update AppSettings to add Image "
        f"[{shown}] in list of custom images.",
    )
