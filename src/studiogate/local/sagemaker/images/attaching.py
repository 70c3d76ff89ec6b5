"""What settings may name: images, versions and configurations that are there, and fit."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiError, Place
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.image_model import AppImageConfig, Image, ImageStatus
from studiogate.local.sagemaker.images.naming import (
    Custom,
    Spec,
    customs,
    defaults,
    image_shown,
    spec_of,
)
from studiogate.local.sagemaker.images.used import CONFIG_OF
from studiogate.local.sagemaker.store import Store

_OF_ONE_OWNER = 5
"""Images a profile or a space can have for KernelGateway apps (API reference,
KernelGatewayAppSettings); of other apps no limit but the list's own is documented."""


def refuse_unknown_images(
    store: Store, place: Place, settings: Mapping[str, Any] | None, *, of_domain: bool = False
) -> None:
    """Return if every image that `settings` name can be run by that type of app.

    An image needs a version that was created, the one that is named or any; its configuration
    must be for the type of app, and RStudio's must be for none.

    Raises:
        ApiError: ValidationException.
    """
    kernels = sum(custom.kind == "KernelGateway" for custom in customs(settings))
    if kernels > _OF_ONE_OWNER and not of_domain:
        raise invalid(
            "KernelGatewayAppSettings of a user profile or space can have at most "
            f"{_OF_ONE_OWNER} CustomImages."
        )
    for custom in customs(settings):
        _refuse_unless_there(store, place, custom)
        config = store.configs.get((place, custom.config))
        if config is None:
            raise invalid(f"AppImageConfig with name {custom.config} does not exist.")
        _refuse_unless_for(config, custom.kind)
    for spec in defaults(settings):
        named = spec_of(place, spec)
        if named is None:
            raise invalid(f"Image [{image_shown(spec)}] does not exist.")
        _refuse_unless_there(store, place, named)


def _refuse_unless_there(store: Store, place: Place, named: Custom | Spec) -> None:
    image = image_named(store, place, named.image)
    if image is None:
        raise invalid(f"Image with ImageName {named.image} does not exist.")
    now = store.clock()
    created = [v for v in image.standing(now) if v.state(now) is ImageStatus.CREATED]
    alias = named.alias if isinstance(named, Spec) else None
    fits = any(
        named.version in {None, one.number} and (alias is None or alias in one.aliases)
        for one in created
    )
    if not fits:
        which = named.version if alias is None else alias
        shown = "Latest ImageVersion" if which is None else f"ImageVersion {which}"
        raise invalid(f"{shown} with ImageName {named.image} does not exist.")


def image_named(store: Store, place: Place, name: str) -> Image | None:
    """The image of that name, whatever its case, that is not being deleted."""
    lower = name.lower()
    here = (one for one in store.images_of(place) if one.name.lower() == lower)
    return next((one for one in here if one.gone_at is None), None)


def _refuse_unless_for(config: AppImageConfig, kind: str) -> None:
    needed = CONFIG_OF.get(kind)
    if needed is None and config.rest:
        raise _unfit(config, f"an app of type {kind} takes none that is for another type")
    if needed is not None and needed not in config.rest:
        raise _unfit(config, f"an app of type {kind} needs one with {needed}")


def _unfit(config: AppImageConfig, why: str) -> ApiError:
    return invalid(f"AppImageConfig [{config.name}] is of another kind: {why}.")
