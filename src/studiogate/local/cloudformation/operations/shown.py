"""How stacks, resources and change sets look in answers; secrets do not."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.cloudformation.model import (
    ChangeSet,
    Drift,
    Event,
    Inputs,
    Resource,
    Stack,
)
from studiogate.local.cloudformation.template.text import plain

HIDDEN = "****"


def stack_shown(stack: Stack) -> dict[str, Any]:
    """As `DescribeStacks` has it."""
    return {
        **_names(stack),
        "Description": stack.inputs.document.description,
        "Parameters": parameters_shown(stack.inputs),
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "ChangeSetId": stack.executed,
        "DisableRollback": not stack.rolls_back,
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "Capabilities": list(stack.inputs.capabilities),
        "Outputs": [_output(one) for one in stack.outputs],
        "Tags": tags_shown(stack.inputs),
        "EnableTerminationProtection": stack.protected,
        "DriftInformation": _drift_of(stack),
    }


def summary(stack: Stack) -> dict[str, Any]:
    """As `ListStacks` has it."""
    return {
        **_names(stack),
        "TemplateDescription": stack.inputs.document.description,
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DriftInformation": _drift_of(stack),
    }


def parameters_shown(inputs: Inputs) -> list[dict[str, str]]:
    """The parameters, those with `NoEcho` masked."""
    found = []
    for name, value in inputs.parameters.items():
        hidden = name in inputs.secret
        one = {"ParameterKey": name, "ParameterValue": HIDDEN if hidden else value}
        if name in inputs.stored:
            one["ResolvedValue"] = HIDDEN if hidden else inputs.stored[name]
        found.append(one)
    return found


def tags_shown(inputs: Inputs) -> list[dict[str, str]]:
    """The stack's tags."""
    return [{"Key": key, "Value": value} for key, value in inputs.tags.items()]


def event_shown(stack: Stack, event: Event) -> dict[str, Any]:
    """As `DescribeStackEvents` has it."""
    return {
        **_names(stack),
        "EventId": event.id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.at,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.token,
    }


def resource_shown(stack: Stack, one: Resource, *, time: str) -> dict[str, Any]:
    """As the operations on resources have it; `time` is what they call the time."""
    drift = stack.drifts.get(one.logical_id)
    information: dict[str, Any] = {"StackResourceDriftStatus": "NOT_CHECKED"}
    if drift is not None:
        information = {
            "StackResourceDriftStatus": drift.status,
            "LastCheckTimestamp": drift.at,
        }
    return {
        **_names(stack),
        "LogicalResourceId": one.logical_id,
        "PhysicalResourceId": one.physical_id,
        "ResourceType": one.type,
        time: one.at,
        "ResourceStatus": one.status,
        "ResourceStatusReason": one.reason,
        "DriftInformation": information,
    }


def drift_shown(stack: Stack, one: Drift) -> dict[str, Any]:
    """As `DescribeStackResourceDrifts` has it."""
    return {
        "StackId": stack.id,
        "LogicalResourceId": one.logical_id,
        "PhysicalResourceId": one.physical_id,
        "ResourceType": one.type,
        "ExpectedProperties": None if one.expected is None else plain(one.expected),
        "ActualProperties": None if one.actual is None else plain(one.actual),
        "PropertyDifferences": list(one.differences),
        "StackResourceDriftStatus": one.status,
        "Timestamp": one.at,
    }


def change_set_shown(stack: Stack, one: ChangeSet) -> dict[str, Any]:
    """As `DescribeChangeSet` has it, without the changes."""
    return {
        **_names(stack),
        **change_set_summary(stack, one),
        "Parameters": parameters_shown(one.inputs),
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "Capabilities": list(one.inputs.capabilities),
        "Tags": tags_shown(one.inputs),
        "OnStackFailure": one.on_failure,
    }


def change_set_summary(stack: Stack, one: ChangeSet) -> dict[str, Any]:
    """As `ListChangeSets` has it."""
    return {
        **_names(stack),
        "ChangeSetId": one.id,
        "ChangeSetName": one.name,
        "Description": one.description,
        "CreationTime": one.created,
        "Status": one.status,
        "StatusReason": one.reason,
        "ExecutionStatus": one.execution,
        "IncludeNestedStacks": False,
        "ImportExistingResources": False,
    }


def change_shown(change: Mapping[str, Any], *, values: bool) -> dict[str, Any]:
    """One change; with the values before and after where they were asked for."""
    if values:
        return dict(change)
    inner = change["ResourceChange"]
    details = [
        {**one, "Target": {k: v for k, v in one["Target"].items() if k not in _VALUES}}
        for one in inner["Details"]
    ]
    return {**change, "ResourceChange": {**inner, "Details": details}}


_VALUES = frozenset({"AfterValue", "AttributeChangeType", "BeforeValue", "Path"})


def _names(stack: Stack) -> dict[str, Any]:
    return {"StackId": stack.id, "StackName": stack.name}


def _output(one: Any) -> dict[str, Any]:
    return {
        "OutputKey": one.name,
        "OutputValue": one.value,
        "Description": one.description,
        "ExportName": one.export,
    }


def _drift_of(stack: Stack) -> dict[str, Any]:
    return {"StackDriftStatus": stack.drift, "LastCheckTimestamp": stack.drift_at}
