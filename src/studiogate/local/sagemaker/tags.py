"""The operations on tags: policies hang on them, so they are as exact as the rest."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.backend import Backend, Operation, tags_of
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.model import Thing
from studiogate.local.sagemaker.paging import page
from studiogate.local.sagemaker.store import absent

MOST_TAGS = 50


async def add_tags(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Set tags; one that is there is overwritten."""
    thing = _asked(backend, call)
    merged = {**thing.tags, **tags_of(call)}
    if len(merged) > MOST_TAGS:
        raise invalid(f"A resource can have at most {MOST_TAGS} tags.")
    thing.tags = merged
    return {"Tags": _rows(merged)}


async def list_tags(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The tags of a resource."""
    tags = _asked(backend, call).tags
    shown, more = page(tags, call.params, key=lambda tag: ("", tag), size=MOST_TAGS)
    return {"Tags": _rows({key: tags[key] for key in shown}), **more}


async def delete_tags(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Remove tags; one that is not there is no error."""
    thing = _asked(backend, call)
    gone = set(call.params["TagKeys"])
    thing.tags = {key: value for key, value in thing.tags.items() if key not in gone}
    return {}


def _asked(backend: Backend, call: ApiCall) -> Thing:
    arn = call.params["ResourceArn"]
    found = backend.store.by_arn(call.place, arn)
    if found is None:
        raise absent("Resource", arn)
    return found


def _rows(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


OPERATIONS: Mapping[str, Operation] = {
    "AddTags": add_tags,
    "ListTags": list_tags,
    "DeleteTags": delete_tags,
}
