"""One resource at a time: made, changed, replaced or ended, with the events that tell of it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud, Kind, Made, Naming, Properties
from studiogate.local.cloudformation.model import Resource, Stack
from studiogate.local.cloudformation.running.dynamic import filled
from studiogate.local.cloudformation.running.meaning import Meaning, meaning, standing
from studiogate.local.cloudformation.running.outputs import exported
from studiogate.local.cloudformation.store import Store, new_token

log = logging.getLogger(__name__)

_REPLACING = (
    "Requested update requires the creation of a new physical resource; hence creating one."
)


@dataclass(frozen=True, slots=True)
class Run:
    """One operation on one stack: where it is written down, and as whom services are called."""

    store: Store
    kinds: Mapping[str, Kind]
    stack: Stack
    cloud: Cloud

    def understood(self) -> Meaning:
        """What the stack's inputs mean now.

        Raises:
            ApiError: as `meaning`.
        """
        stack = self.stack

        def imported(name: str) -> str:
            value = exported(self.store, stack, name)
            stack.imports |= {name}  # from now on nobody may take it away
            return value

        return meaning(stack, stack.inputs, standing(stack.resources), imported)

    def told(self, resource: Resource, status: str, reason: str | None = None) -> Resource:
        """`resource` with a new status, written down and kept."""
        found = self.store.told(self.stack, resource, status, reason)
        self.stack.resources[found.logical_id] = found
        return found


class Steps:
    """What is done with each resource that a template wants."""

    def __init__(self, run: Run, what: Meaning) -> None:
        self._run = run
        self._what = what
        self._failed = False

    async def make(self, name: str) -> str | None:
        """Make resource `name`; why it failed, or `None`."""
        run, what = self._run, self._what
        begun = run.told(self._new(name), "CREATE_IN_PROGRESS")

        async def create() -> Resource:
            kind = run.kinds[begun.type]
            wanted = what.wanted(name, kind)
            given = await filled(run.cloud, wanted)
            made = await kind.create(run.cloud, given, self._naming(name))
            return standing_as(begun, made, wanted)

        return await self._do(begun, create, "CREATE", "creation")

    async def change(self, name: str) -> str | None:
        """Make, change or replace resource `name`, or leave it; why it failed, or `None`."""
        run = self._run
        before = run.stack.resources.get(name)
        if before is None or before.made is None:
            return await self.make(name)
        kind = run.kinds[before.type]
        try:
            wanted = self._what.wanted(name, kind)
        except ApiError as exc:
            return self._failure(before, "UPDATE", exc.message)
        new = self._new(name)
        kept = replace(new, made=before.made, physical_id=before.physical_id)
        kept = replace(kept, status=before.status, at=before.at, properties=before.properties)
        if wanted == before.properties:
            run.stack.resources[name] = kept
            return None
        if changed(before.properties, wanted) & kind.replaced_by:
            return await self._exchange(before, wanted)
        # While the old values are shown, what hid them hides them still.
        shown = replace(kept, secret=kept.secret | before.secret)
        return await self._alter(shown, wanted, new.secret)

    async def _alter(
        self, before: Resource, wanted: Properties, secret: frozenset[str]
    ) -> str | None:
        run, made = self._run, before.made
        if made is None:
            raise ValueError(f"{before.logical_id} is not there to be changed")
        begun = run.told(before, "UPDATE_IN_PROGRESS")
        run.stack.attempted[before.logical_id] = wanted

        async def update() -> Resource:
            kind = run.kinds[before.type]
            was = await filled(run.cloud, before.properties)
            given = await filled(run.cloud, wanted)
            now = await kind.update(run.cloud, made, was, given)
            return standing_as(replace(begun, secret=secret), now, wanted)

        return await self._do(begun, update, "UPDATE", "update")

    async def _exchange(self, before: Resource, wanted: Properties) -> str | None:
        run, name = self._run, before.logical_id
        begun = run.told(before, "UPDATE_IN_PROGRESS", _REPLACING)

        async def exchange() -> Resource:
            kind = run.kinds[before.type]
            given = await filled(run.cloud, wanted)
            made = await kind.create(run.cloud, given, self._naming(name))
            return standing_as(self._new(name), made, wanted)

        return await self._do(begun, exchange, "UPDATE", "update")

    async def _do(
        self,
        begun: Resource,
        act: Callable[[], Awaitable[Resource]],
        verb: str,
        noun: str,
    ) -> str | None:
        """Act; what comes of it is kept, even where it comes too late to be wanted."""
        try:
            done = await act()
        except ApiError as exc:
            return self._failure(begun, verb, handler_words(exc))
        except Exception:
            log.exception("%s of %s failed inside the emulation", verb, begun.type)
            return self._failure(begun, verb, "Internal Failure")
        if self._failed:
            reason = f"Resource {noun} cancelled"
            self._run.told(done, f"{verb}_FAILED", reason)
            return reason
        self._run.told(done, f"{verb}_COMPLETE")
        return None

    def _failure(self, resource: Resource, verb: str, reason: str) -> str:
        self._failed = True
        self._run.told(resource, f"{verb}_FAILED", reason)
        return reason

    def _new(self, name: str) -> Resource:
        declared, what = self._what.resources[name], self._what
        return Resource(
            logical_id=name,
            type=declared.type,
            status="",
            at=self._run.store.clock(),
            secret=what.secret(name),
            needs=what.needs[name],
            deletion=declared.deletion,
            replacement=declared.replacement,
            metadata=declared.metadata,
        )

    def _naming(self, name: str) -> Naming:
        return Naming(self._run.stack.name, self._run.stack.id, name, new_token())


def standing_as(resource: Resource, made: Made, properties: Properties) -> Resource:
    """`resource`, there, with what it was made from."""
    return replace(
        resource, made=made, physical_id=made.physical_id, properties=dict(properties)
    )


def changed(before: Properties, wanted: Properties) -> set[str]:
    """Names of the properties that differ."""
    return {
        name
        for name in before.keys() | wanted.keys()
        if name not in before or name not in wanted or before[name] != wanted[name]
    }


# Code of the service, or a part of it → what a resource's handler calls it.
_HANDLER_CODES: Mapping[str, str] = {
    "AccessDenied": "AccessDenied",
    "UnauthorizedOperation": "AccessDenied",
    "AlreadyExists": "AlreadyExists",
    "Duplicate": "AlreadyExists",
    "EntityAlreadyExists": "AlreadyExists",
    "NotFound": "NotFound",
    "NoSuch": "NotFound",
    "Conflict": "ResourceConflict",
    "DependencyViolation": "ResourceConflict",
    "InUse": "ResourceConflict",
    "LimitExceeded": "ServiceLimitExceeded",
    "Throttling": "Throttling",
    "InternalFailure": "ServiceInternalError",
}


def handler_words(error: ApiError) -> str:
    """Why a resource failed, as CloudFormation tells it."""
    if error.code == "ValidationError" and error.message.startswith(_OURS):
        return error.message
    code = next((ours for part, ours in _HANDLER_CODES.items() if part in error.code), None)
    return (
        f'Resource handler returned message: "{error.message} (Status Code: {error.status}, '
        f'Error Code: {error.code})" (RequestToken: {uuid4()}, '
        f"HandlerErrorCode: {code or 'InvalidRequest'})"
    )


_OURS = ("Template error:", "Properties validation failed", "No export named")
