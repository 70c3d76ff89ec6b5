"""The operations on app image configurations: how an image is run by each kind of app.

One for RStudio is a name and nothing else: RSessionGateway takes no settings of an image
(requirement S6-21).
"""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.backend import Backend, Operation, place_of, tags_of
from studiogate.local.sagemaker.image_model import AppImageConfig
from studiogate.local.sagemaker.images.listing import listed
from studiogate.local.sagemaker.images.used import CONFIG_OF, refuse_used_config
from studiogate.local.sagemaker.store import in_use


async def create_app_image_config(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A new configuration."""
    name, store, place = call.params["AppImageConfigName"], backend.store, place_of(call)
    if (place, name) in store.configs:
        raise in_use("The ID or Name specified is already in use.")
    made = AppImageConfig(
        place, *store.birth(), tags=tags_of(call), name=name, rest=_said(call.params)
    )
    store.configs[place, name] = made
    return {"AppImageConfigArn": made.arn}


async def describe_app_image_config(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Everything there is to say about a configuration."""
    return _row(_asked(backend, call))


async def list_app_image_configs(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The configurations of this place, the newest first, a page at a time."""
    place, part = place_of(call), call.params.get("NameContains", "").lower()
    mine = [
        one
        for one in backend.store.configs.values()
        if one.place == place and part in one.name.lower()
    ]
    shown, more = listed(mine, call.params, name=lambda config: config.name)
    return {"AppImageConfigs": [_row(config) for config in shown], **more}


async def update_app_image_config(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Change a configuration; a kind of app that is not given stays as it is."""
    config = _asked(backend, call)
    config.rest = {**config.rest, **_said(call.params)}
    backend.store.change(config)
    return {"AppImageConfigArn": config.arn}


async def delete_app_image_config(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Remove a configuration that nobody names."""
    config = _asked(backend, call)
    refuse_used_config(backend.store, config)
    del backend.store.configs[config.place, config.name]
    return {}


def _asked(backend: Backend, call: ApiCall) -> AppImageConfig:
    return backend.store.config(place_of(call), call.params["AppImageConfigName"])


def _said(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in CONFIG_OF.values() if asked.get(name) is not None}


def _row(config: AppImageConfig) -> dict[str, Any]:
    return {
        "AppImageConfigArn": config.arn,
        "AppImageConfigName": config.name,
        "CreationTime": config.created,
        "LastModifiedTime": config.modified,
        **config.rest,
    }


OPERATIONS: Mapping[str, Operation] = {
    "CreateAppImageConfig": create_app_image_config,
    "DescribeAppImageConfig": describe_app_image_config,
    "ListAppImageConfigs": list_app_image_configs,
    "UpdateAppImageConfig": update_app_image_config,
    "DeleteAppImageConfig": delete_app_image_config,
}
