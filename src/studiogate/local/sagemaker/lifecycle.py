"""The operations on lifecycle configurations: scripts that apps run before they are in service.

They are immutable, and one that is named in settings or that an app in service was started with
is not deleted (SageMaker API reference, DeleteStudioLifecycleConfig).
"""

import base64
import binascii
import math
from collections.abc import Iterator, Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.attached import named
from studiogate.local.sagemaker.backend import Backend, Operation, tags_of
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.model import LIVE, Lifecycle
from studiogate.local.sagemaker.paging import page
from studiogate.local.sagemaker.store import Store, in_use


async def create_studio_lifecycle_config(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A new script; what it says is looked at only for being base64."""
    asked, store, place = call.params, backend.store, call.place
    name, content = asked["StudioLifecycleConfigName"], asked["StudioLifecycleConfigContent"]
    if (place, name) in store.lifecycles:
        raise in_use(f"StudioLifecycleConfig [{name}] already exists.")
    try:
        base64.b64decode(content, validate=True)
    except binascii.Error:
        raise invalid("StudioLifecycleConfigContent must be base64 encoded.") from None
    made = Lifecycle(
        place,
        *store.birth(),
        tags=tags_of(call),
        name=name,
        app_type=asked["StudioLifecycleConfigAppType"],
        content=content,
    )
    store.lifecycles[place, name] = made
    return {"StudioLifecycleConfigArn": made.arn}


async def describe_studio_lifecycle_config(
    backend: Backend, call: ApiCall
) -> Mapping[str, Any]:
    """Everything there is to say about a script, with what it says."""
    found = _asked(backend, call)
    return {**_summary(found), "StudioLifecycleConfigContent": found.content}


async def list_studio_lifecycle_configs(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The scripts of this place, a page at a time."""
    asked, place = call.params, call.place
    part = asked.get("NameContains", "").casefold()
    mine = [
        one
        for one in backend.store.lifecycles.values()
        if one.place == place
        and part in one.name.casefold()
        and asked.get("AppTypeEquals") in {None, one.app_type}
        and _within(asked, one)
    ]
    by_name = asked.get("SortBy") == "Name"
    shown, more = page(
        mine, asked, key=lambda one: ("" if by_name else one.created.isoformat(), one.name)
    )
    return {"StudioLifecycleConfigs": [_summary(one) for one in shown], **more}


async def delete_studio_lifecycle_config(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Remove a script that nobody names and no app in service was started with."""
    found, store = _asked(backend, call), backend.store
    users = sorted({*_naming(store, found), *_started(store, found)})
    if users:
        raise in_use(
            f"Unable to delete StudioLifecycleConfig [{found.name}]: it is in use by "
            + ", ".join(users)
        )
    del store.lifecycles[found.place, found.name]
    return {}


def _naming(store: Store, there: Lifecycle) -> Iterator[str]:
    """Domains and profiles whose settings name it."""
    for domain in store.domains.values():
        places = (domain.user_settings, domain.rest.get("DefaultSpaceSettings"))
        if any(arn == there.arn for settings in places for _, arn in named(settings)):
            yield domain.arn
    for profile in store.profiles.values():
        if any(arn == there.arn for _, arn in named(profile.settings)):
            yield profile.arn


def _started(store: Store, there: Lifecycle) -> Iterator[str]:
    """Apps in service, or on the way there, that ran it."""
    for app in store.apps.values():
        if app.progress in LIVE and there.arn in app.lifecycles:
            yield app.arn


def _within(asked: Mapping[str, Any], there: Lifecycle) -> bool:
    """Whether it was made within all the bounds asked for; it is never modified."""
    made = there.created.timestamp()
    return all(
        made > asked.get(f"{what}TimeAfter", -math.inf)
        and made < asked.get(f"{what}TimeBefore", math.inf)
        for what in ("Creation", "Modified")
    )


def _asked(backend: Backend, call: ApiCall) -> Lifecycle:
    return backend.store.lifecycle(call.place, call.params["StudioLifecycleConfigName"])


def _summary(there: Lifecycle) -> dict[str, Any]:
    return {
        "StudioLifecycleConfigArn": there.arn,
        "StudioLifecycleConfigName": there.name,
        "StudioLifecycleConfigAppType": there.app_type,
        "CreationTime": there.created,
        "LastModifiedTime": there.modified,
    }


OPERATIONS: Mapping[str, Operation] = {
    "CreateStudioLifecycleConfig": create_studio_lifecycle_config,
    "DescribeStudioLifecycleConfig": describe_studio_lifecycle_config,
    "ListStudioLifecycleConfigs": list_studio_lifecycle_configs,
    "DeleteStudioLifecycleConfig": delete_studio_lifecycle_config,
}
