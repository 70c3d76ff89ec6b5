"""The operations on app image configurations: how an image is run by each kind of app.

One for RStudio is a name and nothing else: RSessionGateway takes no settings of an image
(requirement S6-21).
"""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.backend import Backend, Operation, tags_of
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.image_model import AppImageConfig
from studiogate.local.sagemaker.images.listing import listed
from studiogate.local.sagemaker.images.used import CONFIG_OF, refuse_used_config
from studiogate.local.sagemaker.store import in_use

_OF_APPS = ("JupyterLabAppImageConfig", "CodeEditorAppImageConfig")
_RUN_AS = {"DefaultUid": 1000, "DefaultGid": 100}


async def create_app_image_config(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A new configuration."""
    name, store, place = call.params["AppImageConfigName"], backend.store, call.place
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
    place, part = call.place, call.params.get("NameContains", "").lower()
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
    return backend.store.config(call.place, call.params["AppImageConfigName"])


def _said(asked: Mapping[str, Any]) -> dict[str, Any]:
    _refuse_another_user(asked)
    return {name: asked[name] for name in CONFIG_OF.values() if asked.get(name) is not None}


def _row(config: AppImageConfig) -> dict[str, Any]:
    return {
        "AppImageConfigArn": config.arn,
        "AppImageConfigName": config.name,
        "CreationTime": config.created,
        "LastModifiedTime": config.modified,
        **config.rest,
    }


def _refuse_another_user(asked: Mapping[str, Any]) -> None:
    """Return if apps with an entry point of their own would run as whom Studio runs them.

    Source: what SageMaker answered (hashicorp/terraform-provider-aws, issue 40976).

    Raises:
        ApiError: ValidationException.
    """
    for name in _OF_APPS:
        files = (asked.get(name) or {}).get("FileSystemConfig") or {}
        if any(files.get(key, number) != number for key, number in _RUN_AS.items()):
            raise invalid(
                "Unsupported FileSystemConfig parameters. Only supported values of DefaultUId "
                "and DefaultGID are 1000 and 100 respectively"
            )


OPERATIONS: Mapping[str, Operation] = {
    "CreateAppImageConfig": create_app_image_config,
    "DescribeAppImageConfig": describe_app_image_config,
    "ListAppImageConfigs": list_app_image_configs,
    "UpdateAppImageConfig": update_app_image_config,
    "DeleteAppImageConfig": delete_app_image_config,
}
