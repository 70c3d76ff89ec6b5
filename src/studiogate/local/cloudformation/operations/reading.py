"""What is there: stacks, their resources and events, and what they export."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from studiogate.local.cloudformation import words
from studiogate.local.cloudformation.engine import Ask, Engine
from studiogate.local.cloudformation.model import Resource, Stack
from studiogate.local.cloudformation.operations.paging import PAGE, page
from studiogate.local.cloudformation.operations.shown import (
    event_shown,
    resource_shown,
    stack_shown,
    summary,
)
from studiogate.local.cloudformation.template.text import plain
from studiogate.local.cloudformation.words import invalid

Operation = Callable[[Engine, Ask], Awaitable[Mapping[str, Any]]]


async def describe_stacks(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DescribeStacks: one by name or id, else all that are not deleted, the newest first."""
    if name := ask.params.get("StackName"):
        return {"Stacks": [stack_shown(engine.store.stack(ask.place, name))]}
    stacks = [one for one in _newest(engine, ask) if not one.is_gone]
    shown, more = page(stacks, ask.params.get("NextToken"), key=_id)
    return {"Stacks": [stack_shown(one) for one in shown], **more}


async def list_stacks(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """ListStacks: deleted ones, too; of the statuses asked for."""
    wanted = set(ask.params.get("StackStatusFilter", ()))
    stacks = [one for one in _newest(engine, ask) if not wanted or one.status in wanted]
    shown, more = page(stacks, ask.params.get("NextToken"), key=_id)
    return {"StackSummaries": [summary(one) for one in shown], **more}


async def describe_stack_events(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DescribeStackEvents: the newest first."""
    stack = engine.store.find(ask.place, ask.params["StackName"])
    if stack is None:
        raise words.no_stack_to_change(ask.params["StackName"])
    events = list(reversed(stack.events))
    shown, more = page(events, ask.params.get("NextToken"), key=lambda one: one.id)
    return {"StackEvents": [event_shown(stack, one) for one in shown], **more}


async def describe_stack_resources(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DescribeStackResources: at most a hundred, by stack or by physical id."""
    physical = ask.params.get("PhysicalResourceId")
    name = ask.params.get("StackName")
    if (physical is None) == (name is None):
        raise invalid("Either StackName or PhysicalResourceId must be specified, and not both.")
    stack = engine.store.stack(ask.place, name) if name else _owner(engine, ask, str(physical))
    found = list(stack.resources.values())
    if wanted := ask.params.get("LogicalResourceId"):
        found = [_resource(stack, wanted)]
    return {
        "StackResources": [resource_shown(stack, o, time="Timestamp") for o in found[:PAGE]]
    }


async def list_stack_resources(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """ListStackResources."""
    stack = engine.store.stack(ask.place, ask.params["StackName"])
    found = list(stack.resources.values())
    shown, more = page(found, ask.params.get("NextToken"), key=lambda one: one.logical_id)
    summaries = [resource_shown(stack, one, time="LastUpdatedTimestamp") for one in shown]
    return {"StackResourceSummaries": summaries, **more}


async def describe_stack_resource(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DescribeStackResource."""
    name = ask.params["StackName"]
    stack = engine.store.find(ask.place, name)
    if stack is None:
        raise invalid(f"Stack '{name}' does not exist")
    one = _resource(stack, ask.params["LogicalResourceId"])
    detail = resource_shown(stack, one, time="LastUpdatedTimestamp")
    detail["Metadata"] = None if one.metadata is None else plain(one.metadata)
    return {"StackResourceDetail": detail}


async def list_exports(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """ListExports."""
    found = list(engine.store.exports(ask.place))
    shown, more = page(found, ask.params.get("NextToken"), key=lambda one: str(one[1].export))
    exports = [
        {"ExportingStackId": stack.id, "Name": one.export, "Value": one.value}
        for stack, one in shown
    ]
    return {"Exports": exports, **more}


async def list_imports(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """ListImports."""
    name = ask.params["ExportName"]
    found = engine.store.importers(ask.place, name)
    if not found:
        raise invalid(f"Export '{name}' is not imported by any stack.")
    shown, more = page(found, ask.params.get("NextToken"), key=str)
    return {"Imports": shown, **more}


def _newest(engine: Engine, ask: Ask) -> list[Stack]:
    return list(reversed(engine.store.room(ask.place).stacks.values()))


def _id(stack: Stack) -> str:
    return stack.id


def _owner(engine: Engine, ask: Ask, physical_id: str) -> Stack:
    for stack in _newest(engine, ask):
        some = stack.resources.values()
        if not stack.is_gone and any(one.physical_id == physical_id for one in some):
            return stack
    raise invalid(f"Stack for {physical_id} does not exist")


def _resource(stack: Stack, name: str) -> Resource:
    if name not in stack.resources:
        raise invalid(f"Resource {name} does not exist for stack {stack.name}")
    return stack.resources[name]


OPERATIONS: Mapping[str, Operation] = {
    "DescribeStackEvents": describe_stack_events,
    "DescribeStackResource": describe_stack_resource,
    "DescribeStackResources": describe_stack_resources,
    "DescribeStacks": describe_stacks,
    "ListExports": list_exports,
    "ListImports": list_imports,
    "ListStackResources": list_stack_resources,
    "ListStacks": list_stacks,
}
