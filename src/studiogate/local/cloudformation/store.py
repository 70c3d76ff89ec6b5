"""Every stack of the emulated organisation, place by place, and what is exported between them.

Held in memory.  A name finds the stack that is there; an id finds one that is deleted, too.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from studiogate.local.call import Place
from studiogate.local.cloudformation import words
from studiogate.local.cloudformation.model import (
    STACK_TYPE,
    ChangeSet,
    Detection,
    Event,
    Inputs,
    Resource,
    Stack,
    StackOutput,
)
from studiogate.local.cloudformation.template.text import plain
from studiogate.local.cloudformation.words import invalid

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(slots=True)
class Room:
    """What is in one place."""

    stacks: dict[str, Stack] = field(default_factory=dict)
    """By id, in the order of creation; deleted ones stay."""

    tokens: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Operation and client's token → what was asked with it, and the stack's id."""

    detections: dict[str, Detection] = field(default_factory=dict)


class Store:
    """The state behind the API; one event loop uses it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._rooms: dict[Place, Room] = {}

    def room(self, place: Place) -> Room:
        """What is in `place`; nothing, at first."""
        return self._rooms.setdefault(place, Room())

    def find(self, place: Place, name: str) -> Stack | None:
        """The stack of that name, if it is there, or of that id, even if it is deleted."""
        stacks = self.room(place).stacks
        if name.startswith("arn:"):
            return stacks.get(name)
        found = (one for one in reversed(stacks.values()) if one.name == name)
        return next((one for one in found if not one.is_gone), None)

    def stack(self, place: Place, name: str) -> Stack:
        """As `find`.

        Raises:
            ApiError: ValidationError: it does not exist.
        """
        found = self.find(place, name)
        if found is None:
            raise words.no_stack(name)
        return found

    def new_stack(self, place: Place, name: str, inputs: Inputs) -> Stack:
        """A stack without a status, kept from now on.

        Raises:
            ApiError: AlreadyExistsException.
        """
        if self.find(place, name) is not None:
            raise words.stack_exists(name)
        stack_id = place.arn("cloudformation", f"stack/{name}/{uuid4()}")
        made = Stack(stack_id, name, place, inputs, created=self.clock())
        self.room(place).stacks[stack_id] = made
        return made

    def change_set(self, place: Place, name: str, stack_name: str | None) -> ChangeSet:
        """The change set of that name in that stack, or of that id.

        Raises:
            ApiError: ChangeSetNotFound, or ValidationError without a stack to look in.
        """
        return self.owner_of(place, name, stack_name).change_sets[_last(name)]

    def owner_of(self, place: Place, name: str, stack_name: str | None) -> Stack:
        """The stack that a change set belongs to.

        Raises:
            ApiError: as `change_set`.
        """
        if name.startswith("arn:"):
            for stack in self.room(place).stacks.values():
                if any(one.id == name for one in stack.change_sets.values()):
                    return stack
            raise words.no_change_set(name)
        if not stack_name:
            raise invalid(
                "StackName must be specified if ChangeSetName is not specified as an ARN."
            )
        found = self.find(place, stack_name)
        if found is None:
            raise words.no_stack_to_change(stack_name)
        if name not in found.change_sets:
            raise words.no_change_set(name)
        return found

    def exports(self, place: Place) -> Iterator[tuple[Stack, StackOutput]]:
        """Every output that is exported in `place`, and by whom."""
        for stack in self.room(place).stacks.values():
            for output in stack.outputs:
                if output.export is not None and not stack.is_gone:
                    yield stack, output

    def importers(self, place: Place, export: str) -> list[str]:
        """Names of the stacks that use `export`."""
        stacks = self.room(place).stacks.values()
        return [one.name for one in stacks if export in one.imports and not one.is_gone]

    def tell(self, stack: Stack, status: str, reason: str | None = None) -> None:
        """Set the stack's status and write it down."""
        stack.status, stack.reason = status, reason
        stack.events.append(
            Event(
                id=str(uuid4()),
                at=self.clock(),
                logical_id=stack.name,
                physical_id=stack.id,
                type=STACK_TYPE,
                status=status,
                reason=reason,
                token=stack.token,
            )
        )

    def told(
        self, stack: Stack, resource: Resource, status: str, reason: str | None = None
    ) -> Resource:
        """`resource` with a new status, written down; it is the caller's to keep."""
        now = self.clock()
        stamp = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}Z"
        stack.events.append(
            Event(
                id=f"{resource.logical_id}-{status}-{stamp}-{len(stack.events)}",
                at=now,
                logical_id=resource.logical_id,
                physical_id=resource.physical_id or "",
                type=resource.type,
                status=status,
                reason=reason,
                properties=plain(resource.shown) if resource.properties else None,
                token=stack.token,
            )
        )
        return replace(resource, status=status, reason=reason, at=now)


def new_token() -> str:
    """Twelve letters and digits for a name that CloudFormation makes up."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))


def _last(name: str) -> str:
    """The name of a change set from its ARN, `arn:…:changeSet/NAME/ID`."""
    return name.split("/")[-2] if name.startswith("arn:") else name
