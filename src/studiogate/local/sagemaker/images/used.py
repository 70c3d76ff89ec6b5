"""Who uses an image, a version or a configuration: what is used is not deleted.

AWS documents that DeleteImage and DeleteImageVersion can be answered ResourceInUse, and not
when; its guide detaches first.  Here, whatever settings of a domain, profile or space name is
in use, and so are the version and the configuration that an app in service, or on the way
there, was started with.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from studiogate.local.call import Place
from studiogate.local.sagemaker.image_model import AppImageConfig, Image, ImageVersion
from studiogate.local.sagemaker.images.naming import Custom, Spec, customs, defaults, spec_of
from studiogate.local.sagemaker.model import LIVE
from studiogate.local.sagemaker.store import Store, in_use

CONFIG_OF: Mapping[str, str] = {
    "JupyterLab": "JupyterLabAppImageConfig",
    "CodeEditor": "CodeEditorAppImageConfig",
    "KernelGateway": "KernelGatewayImageConfig",
}
"""The part of an app image configuration that each type of app needs; RStudio's needs none."""


def refuse_used_image(store: Store, image: Image) -> None:
    """Return if nobody uses `image`.

    Raises:
        ApiError: ResourceInUse.
    """

    def names(named: Custom | Spec) -> bool:
        return named.image.lower() == image.name.lower()

    arns = {version.arn for version in image.versions.values()}
    _refuse(f"Image [{image.name}]", {*_naming(store, image.place, names), *_run(store, arns)})


def refuse_used_version(store: Store, image: Image, version: ImageVersion) -> None:
    """Return if nobody uses `version`; who names no version uses the newest one.

    Raises:
        ApiError: ResourceInUse.
    """
    newest = image.newest(store.clock())

    def names(named: Custom | Spec) -> bool:
        if named.image.lower() != image.name.lower():
            return False
        if isinstance(named, Spec) and named.alias is not None:
            return named.alias in version.aliases
        return version is newest if named.version is None else named.version == version.number

    users = {*_naming(store, image.place, names), *_run(store, {version.arn})}
    _refuse(f"ImageVersion [{version.arn}]", users)


def refuse_used_config(store: Store, config: AppImageConfig) -> None:
    """Return if nobody uses `config`.

    Raises:
        ApiError: ResourceInUse.
    """

    def names(named: Custom | Spec) -> bool:
        return isinstance(named, Custom) and named.config == config.name

    runs = {
        app.arn
        for app in store.apps.values()
        if app.place == config.place
        and app.progress in LIVE
        and app.image_config == config.name
    }
    users = {*_naming(store, config.place, names), *runs}
    _refuse(f"AppImageConfig [{config.name}]", users)


def _refuse(what: str, users: set[str]) -> None:
    if users:
        raise in_use(f"Unable to delete {what}: it is in use by {', '.join(sorted(users))}")


def _naming(
    store: Store, place: Place, names: Callable[[Custom | Spec], bool]
) -> Iterator[str]:
    """ARNs of whatever of this place has settings that name it."""
    for arn, settings in _all_settings(store, place):
        specs = (spec_of(place, spec) for spec in defaults(settings))
        if any(named and names(named) for named in (*customs(settings), *specs)):
            yield arn


def _all_settings(store: Store, place: Place) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for domain in store.domains.values():
        if domain.place == place:
            yield domain.arn, domain.user_settings
            yield domain.arn, domain.rest.get("DefaultSpaceSettings") or {}
    for profile in store.profiles.values():
        if profile.place == place:
            yield profile.arn, profile.settings
    for space in store.spaces.values():
        if space.place == place:
            yield space.arn, space.rest.get("SpaceSettings") or {}


def _run(store: Store, versions: set[str]) -> Iterator[str]:
    """ARNs of apps that live and were started with one of `versions`."""
    for app in store.apps.values():
        spec = app.rest.get("ResourceSpec") or {}
        if app.progress in LIVE and spec.get("SageMakerImageVersionArn") in versions:
            yield app.arn
