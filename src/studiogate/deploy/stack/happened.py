"""What happened to a stack, told from its events: what is being made, and what failed first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

from studiogate.aws.patience import asked
from studiogate.aws.session import paged
from studiogate.deploy.world import World
from studiogate.foundation.stacks import StackKey

_CONSEQUENCES = ("cancelled", "canceled")
"""Words of a resource that failed only because another one did."""

_VERBS = {"CREATE": "creating", "UPDATE": "changing", "DELETE": "deleting"}


@dataclass(frozen=True, slots=True)
class Failure:
    """The first resource that failed, and AWS's words for why."""

    resource: str
    type: str
    reason: str


@dataclass(slots=True)
class Events:
    """The events of one stack since it began to be watched."""

    world: World
    key: StackKey
    id: str
    """The stack's ARN."""

    _mark: str = ""
    """Id of the last event before; everything behind it is of earlier runs."""

    _told: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Take what is there for known."""
        self._mark = next((one["EventId"] for one in self._asked(newest=True)), "")

    def news(self) -> list[str]:
        """What is being made, changed or deleted, as far as it was not told yet."""
        fresh = [one for one in self._new() if one["EventId"] not in self._told]
        self._told.update(one["EventId"] for one in fresh)
        return [
            f"{verb} {one['LogicalResourceId']} ({one['ResourceType']})"
            for one in fresh
            if (verb := _verb(one)) and one.get("PhysicalResourceId") != self.id
        ]

    def failure(self) -> Failure | None:
        """The first failure; `None` where no event has one.

        A resource that was cancelled because another one failed is told only if no other is.
        """
        failed = [one for one in self._new() if one["ResourceStatus"].endswith("_FAILED")]
        own = [one for one in failed if not _follows(one)] or failed
        if not own:
            return None
        first = own[0]
        return Failure(
            resource=first["LogicalResourceId"],
            type=first["ResourceType"],
            reason=first.get("ResourceStatusReason", "") or first["ResourceStatus"],
        )

    def _new(self) -> list[Mapping[str, Any]]:
        """Oldest first."""
        return list(reversed(self._asked(newest=False)))

    def _asked(self, *, newest: bool) -> list[Mapping[str, Any]]:
        """Newest first, as CloudFormation tells them; only the first page for `newest`."""
        client = self.world.cloudformation(self.key)

        def read() -> list[Mapping[str, Any]]:
            events = paged(client, "describe_stack_events", "StackEvents", StackName=self.id)
            if newest:
                return list(islice(events, 1))
            return list(takewhile(lambda one: one["EventId"] != self._mark, events))

        return asked(self.world, "cloudformation:DescribeStackEvents", str(self.key), read)


def _verb(event: Mapping[str, Any]) -> str:
    kind, _, rest = event["ResourceStatus"].partition("_")
    return _VERBS.get(kind, "") if rest == "IN_PROGRESS" else ""


def _follows(event: Mapping[str, Any]) -> bool:
    reason = event.get("ResourceStatusReason", "").lower()
    return any(word in reason for word in _CONSEQUENCES)
