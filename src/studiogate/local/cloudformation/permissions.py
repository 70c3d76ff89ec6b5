"""What a call needs to be allowed: action, exact ARN, and CloudFormation's own condition keys.

Source: service authorization reference, "Actions, resources, and condition keys for AWS
CloudFormation".  A stack that is not there is asked about as `stack/NAME/*`, as AWS does.  What
a stack's resources need is asked for when they are made, in the name of the caller.
"""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import Needed, Place
from studiogate.local.cloudformation.model import Stack
from studiogate.local.cloudformation.store import Store

_Context = Mapping[str, str | tuple[str, ...]]

WITHOUT_RESOURCE = frozenset(
    {
        "DescribeStackDriftDetectionStatus",
        "ListExports",
        "ListImports",
        "ListStacks",
        "ValidateTemplate",
    }
)
"""Operations AWS ties to no stack."""


def needed(
    store: Store, place: Place, operation: str, params: Mapping[str, Any]
) -> tuple[Needed, ...]:
    """The permission that `operation` with `params` needs."""
    stack = _stack(store, place, params)
    resource = _resource(place, operation, params, stack)
    return (Needed(f"cloudformation:{operation}", resource, _context(params, stack)),)


def _resource(
    place: Place, operation: str, params: Mapping[str, Any], stack: Stack | None
) -> str:
    if operation in WITHOUT_RESOURCE:
        return "*"
    if stack is not None:
        return stack.id
    name = params.get("StackName") or params.get("ChangeSetName")
    if name is None:
        return "*"
    return (
        str(name) if name.startswith("arn:") else place.arn("cloudformation", f"stack/{name}/*")
    )


def _stack(store: Store, place: Place, params: Mapping[str, Any]) -> Stack | None:
    """The stack a request is about, by its own name or by its change set's."""
    if name := params.get("StackName"):
        return store.find(place, name)
    change_set = params.get("ChangeSetName")
    physical = params.get("PhysicalResourceId")
    for stack in store.room(place).stacks.values():
        if change_set and any(one.id == change_set for one in stack.change_sets.values()):
            return stack
        if physical and any(one.physical_id == physical for one in stack.resources.values()):
            return stack
    return None


def _context(params: Mapping[str, Any], stack: Stack | None) -> _Context:
    keys: dict[str, str | tuple[str, ...]] = {}
    if name := params.get("ChangeSetName"):
        keys["cloudformation:ChangeSetName"] = name
    if url := params.get("TemplateURL"):
        keys["cloudformation:TemplateUrl"] = url
    tags = params.get("Tags", ())
    keys |= {f"aws:RequestTag/{one['Key']}": one["Value"] for one in tags}
    if tags:
        keys["aws:TagKeys"] = tuple(one["Key"] for one in tags)
    if stack is not None:
        own = stack.inputs.tags.items()
        keys |= {f"aws:ResourceTag/{key}": value for key, value in own}
    return keys
