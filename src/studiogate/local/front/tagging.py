"""`aws:RequestTag/…` and `aws:TagKeys`: what a call that sets tags is asked about.

Services write tags in three ways; the condition keys are the same for all.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.call import ApiCall, ApiError

Context = Mapping[str, str | tuple[str, ...]]


def request_tags(call: ApiCall, *, key: str = "Key", value: str = "Value") -> Context:
    """The keys of a call whose `Tags` are a list of pairs, or a map; none without tags.

    Raises:
        ApiError: two of the tags differ in case alone.
    """
    tags = call.params.get("Tags", call.params.get("tags"))
    if isinstance(tags, Mapping):
        return tag_context(tags.items())
    if not isinstance(tags, list):
        return {}
    named = [tag for tag in tags if isinstance(tag, Mapping) and key in tag]
    return tag_context((tag[key], tag.get(value, "")) for tag in named)


def tag_context(pairs: Iterable[tuple[Any, Any]]) -> Context:
    """The condition keys of tags given as pairs.

    Raises:
        ApiError: two of the tags differ in case alone.
    """
    listed = [(str(name), str(value)) for name, value in pairs]
    if len({name.lower() for name, _ in listed}) < len(listed):
        raise ApiError(
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    if not listed:
        return {}
    return {"aws:TagKeys": tuple(name for name, _ in listed)} | {
        f"aws:RequestTag/{name}": value for name, value in listed
    }
