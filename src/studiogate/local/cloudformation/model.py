"""Stacks, their resources, events and change sets: the state the emulated CloudFormation keeps.

Statuses are those of the service model.  A `Resource` is a value: an operation that fails can
go back to the ones there were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from studiogate.local.call import Place
from studiogate.local.cloudformation.kind import Cloud, Made, Properties
from studiogate.local.cloudformation.template.document import Document, Keep

STACK_TYPE = "AWS::CloudFormation::Stack"

STANDING = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)
"""Statuses an update may start from."""

IDLE = STANDING | {
    "CREATE_FAILED",
    "DELETE_FAILED",
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_FAILED",
}
"""Statuses in which nothing is being done, so that a deletion may start."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a stack is made from, besides its resources: one version of it."""

    document: Document
    parameters: Mapping[str, str] = field(repr=False)
    """As given; for a parameter kept in the Parameter Store, the name it is kept under."""

    stored: Mapping[str, str] = field(repr=False)
    """The values of those that are kept in the Parameter Store."""

    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()

    @property
    def secret(self) -> frozenset[str]:
        """Names of the parameters nobody is shown."""
        return frozenset(one.name for one in self.document.parameters.values() if one.no_echo)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack, as it is now."""

    logical_id: str
    type: str
    status: str
    at: datetime
    reason: str | None = None
    made: Made | None = None
    """`None` until it exists; and again when it is gone."""

    properties: Properties = field(default_factory=dict, repr=False)
    """Resolved, with the stack's tags."""

    secret: frozenset[str] = frozenset()
    """Properties that hold a value nobody is shown."""

    needs: frozenset[str] = frozenset()
    """Resources of the stack that it refers to: they go after it."""

    deletion: Keep = Keep.DELETE
    replacement: Keep = Keep.DELETE
    metadata: Mapping[str, Any] | None = None
    physical_id: str | None = None
    """Kept when the resource is gone, for who asks afterwards."""

    @property
    def shown(self) -> dict[str, Any]:
        """The properties, as anybody may see them."""
        return {
            name: "****" if name in self.secret else value
            for name, value in self.properties.items()
        }


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a stack's history."""

    id: str
    at: datetime
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None = None
    properties: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class StackOutput:
    """An output, resolved."""

    name: str
    value: str
    description: str | None = None
    export: str | None = None


@dataclass(slots=True)
class ChangeSet:
    """One proposal: what a stack is to become, and what that would change."""

    id: str
    name: str
    kind: str
    """`CREATE` or `UPDATE`."""

    inputs: Inputs
    created: datetime
    description: str | None = None
    on_failure: str | None = None
    status: str = "CREATE_PENDING"
    execution: str = "UNAVAILABLE"
    reason: str | None = None
    changes: tuple[Mapping[str, Any], ...] = ()
    """As `DescribeChangeSet` shows them, with values."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found when a resource was last compared with its template."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    at: datetime
    expected: Mapping[str, Any] | None = None
    actual: Mapping[str, Any] | None = None
    differences: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class Detection:
    """One run of drift detection."""

    id: str
    stack_id: str
    at: datetime
    status: str = "DETECTION_IN_PROGRESS"
    reason: str | None = None
    result: str = "UNKNOWN"
    drifted: int = 0


@dataclass(slots=True)
class Stack:
    """One stack; operations change it, in one event loop."""

    id: str
    name: str
    place: Place
    inputs: Inputs
    created: datetime
    status: str = ""
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: tuple[StackOutput, ...] = ()
    imports: frozenset[str] = frozenset()
    """Names of the exports of other stacks that this one uses."""

    events: list[Event] = field(default_factory=list)
    """Oldest first."""

    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    executed: str | None = None
    """Id of the change set it was last made or changed by."""

    protected: bool = False
    rolls_back: bool = True
    stopping: bool = False
    """Somebody asked that what is being done be given up."""

    before: "Before | None" = None
    """What to go back to, while an update is not finished."""

    attempted: dict[str, Properties] = field(default_factory=dict)
    """What resources were being changed to in that update, whether or not they came to it."""

    left_over: list["LeftOver"] = field(default_factory=list)
    """What is to be ended in the clean-up of that update."""

    ender: Cloud | None = None
    """As whom to end the stack, where that was asked for while it was being made."""

    token: str | None = None
    """The client's token for the operation at work."""

    drifts: dict[str, Drift] = field(default_factory=dict)
    drift: str = "NOT_CHECKED"
    drift_at: datetime | None = None

    @property
    def is_gone(self) -> bool:
        """Whether only its id is left."""
        return self.status == "DELETE_COMPLETE"

    @property
    def updatable(self) -> bool:
        """Whether an update may start."""
        return self.status in STANDING


@dataclass(frozen=True, slots=True)
class Before:
    """A stack as it stood when an update began."""

    inputs: Inputs
    resources: Mapping[str, Resource]
    outputs: tuple[StackOutput, ...]
    imports: frozenset[str]


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A resource no version of the stack has any more."""

    resource: Resource
    kept: bool
    """Whether a policy says that it is to be left alone."""

    snapshot: bool = False
    """Whether a policy says that a last snapshot of it is to be left."""
