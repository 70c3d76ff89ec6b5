"""An emulated CloudFormation over a world of things that really depend on one another.

A `Thing` is made only while what it needs is there, and goes only when nothing needs it: an
engine that gets an order wrong fails here as it would on AWS.  Requests and answers pass through
AWS's own models, as they do on the wire.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Arrival, Needed
from studiogate.local.cloudformation.api import CloudFormationService
from studiogate.local.cloudformation.kind import Cloud, Kind, Made, Naming, Properties
from studiogate.local.front.models import answered, written
from tests.kit.studio import LOB_A, REGION, HandClock, caller

THING, PLAIN, NAMED = "AWS::Test::Thing", "AWS::Test::Plain", "AWS::IAM::Role"
DONE = ("_COMPLETE", "_FAILED")


@dataclass
class World:
    """Everything that has been made, and what goes wrong."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    """What was done, and to what: `("create", "Vpc")`."""

    refuse: dict[tuple[str, str], Exception] = field(default_factory=dict)
    """What to raise when that is done to the thing of that name."""

    held: dict[str, asyncio.Event] = field(default_factory=dict)
    """Things whose making waits until the test lets it go on."""

    at_work: int = 0
    most_at_work: int = 0
    _numbers: Any = field(default_factory=count)

    def did(self, verb: str) -> list[str]:
        """Names of what was done, in order."""
        return [name for done, name in self.log if done == verb]

    def named(self, name: str) -> dict[str, Any]:
        """The thing of that name."""
        return next(one for one in self.things.values() if one["Name"] == name)

    async def note(self, verb: str, name: str) -> None:
        self.log.append((verb, name))
        if found := self.refuse.get((verb, name)):
            raise found
        if verb == "create" and name in self.held:
            await self.held[name].wait()

    def new_id(self) -> str:
        return f"thing-{next(self._numbers)}"


def denied(action: str = "test:CreateThing") -> ApiError:
    """A permission somebody does not have."""
    return ApiError(
        "AccessDenied", f"User: ada is not authorized to perform: {action}", status=403
    )


@dataclass(frozen=True)
class FakeKind:
    """Passes the contract of `cloudformation.kind.Kind` over a `World`."""

    world: World
    name: str = THING
    properties: frozenset[str] = frozenset(
        {"Name", "Needs", "Size", "Colour", "Password", "Rules", "Tags"}
    )
    required: frozenset[str] = frozenset({"Name"})
    replaced_by: frozenset[str] = frozenset({"Size"})
    tells: bool = True

    async def create(self, cloud: Cloud, wanted: Properties, naming: Naming) -> Made:
        world = self.world
        world.at_work += 1
        world.most_at_work = max(world.most_at_work, world.at_work)
        try:
            await world.note("create", wanted["Name"])
            for needed in wanted.get("Needs", []):
                if needed not in world.things:
                    raise ApiError("NotFound", f"{needed} does not exist")
        finally:
            world.at_work -= 1
        physical_id = world.new_id()
        world.things[physical_id] = {**wanted, "account": cloud.account}
        return self._made(physical_id, naming.name())

    async def update(
        self, cloud: Cloud, made: Made, before: Properties, wanted: Properties
    ) -> Made:
        changed = {k for k in {*before, *wanted} if before.get(k) != wanted.get(k)}
        if changed & self.replaced_by:
            raise ValueError(f"asked to change {changed} in place")
        await self.world.note("update", wanted["Name"])
        self.world.things[made.physical_id] = {**wanted, "account": cloud.account}
        return made

    async def delete(self, cloud: Cloud, made: Made, before: Properties) -> None:
        await self.world.note("delete", before["Name"])
        self._of(cloud, made)
        users = [
            one["Name"]
            for one in self.world.things.values()
            if made.physical_id in one.get("Needs", [])
        ]
        if users:
            raise ApiError("DependencyViolation", f"{made.physical_id} is used by {users}")
        self.world.things.pop(made.physical_id, None)

    async def live(self, cloud: Cloud, made: Made, known: Properties) -> Properties | None:
        if not self.tells:
            raise NotImplementedError
        await self.world.note("live", known["Name"])
        found = self._of(cloud, made)
        return None if found is None else {k: found[k] for k in known if k in found}

    def _of(self, cloud: Cloud, made: Made) -> dict[str, Any] | None:
        """What was made, asked for in the account it is in."""
        found = self.world.things.get(made.physical_id)
        if found is not None and found["account"] != cloud.account:
            raise AssertionError(f"{cloud.account} was asked for another account's thing")
        return found

    def _made(self, physical_id: str, name: str) -> Made:
        attributes: dict[str, str | list[str]] = {
            "Arn": f"arn:aws:test:::{physical_id}",
            "Zones": ["a", "b"],
            "Made": name,
        }
        return Made(physical_id, attributes)


@dataclass
class FakeCloud:
    """Passes the contract of `cloudformation.kind.Cloud`, with answers a test gives it."""

    account: str = LOB_A
    region: str = REGION
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    async def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        self.asked.append((service, operation, params))
        written(service, operation, params)
        answer = self.answers.get((service, operation))
        if answer is None:
            raise ApiError("UnknownOperationException", f"{service} is not offered here")
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, Any] = answer(params) if callable(answer) else answer
        return found


class Formation:
    """The service, asked as a client asks: through the wire's own form."""

    def __init__(self, kinds: Mapping[str, Kind] | None = None) -> None:
        self.world = World()
        self.clock = HandClock()
        self.answers: dict[tuple[str, str], Any] = {}
        self.kinds: Mapping[str, Kind] = kinds or kinds_of(self.world)
        self.service = CloudFormationService(self.kinds, self._cloud_of, self.clock)

    def _cloud_of(self, call: ApiCall) -> Cloud:
        return FakeCloud(call.account, call.region, self.answers)

    def call(self, operation: str, account: str = LOB_A, **params: Any) -> ApiCall:
        request = written("cloudformation", operation, params)
        return ApiCall(
            service="cloudformation",
            operation=operation,
            params={},
            region=REGION,
            caller=caller(account),
            arrival=Arrival("internet", "203.0.113.9", {}),
            headers=request.headers,
            body=request.body,
            request_id="r-1",
        )

    def needed(self, operation: str, **params: Any) -> Needed:
        (found,) = self.service.needed(self.call(operation, **params))
        return found

    async def ask(self, operation: str, account: str = LOB_A, **params: Any) -> dict[str, Any]:
        """The answer, as boto3 has it."""
        call = self.call(operation, account, **params)
        self.service.needed(call)
        answer: ApiAnswer = await self.service.answer(call)
        return answered("cloudformation", operation, answer)

    async def refusal(self, operation: str, **params: Any) -> ApiError:
        try:
            await self.ask(operation, **params)
        except ApiError as exc:
            return exc
        raise AssertionError(f"{operation} was not refused")

    # ── what tests do most ───────────────────────────────────────────────────────────────

    async def create(self, template: Any, name: str = "net", **params: Any) -> dict[str, Any]:
        """Make a stack and wait; how it is described then."""
        made = await self.ask(
            "CreateStack", StackName=name, TemplateBody=text(template), **params
        )
        return await self.settled(made["StackId"])

    async def update(self, template: Any, name: str = "net", **params: Any) -> dict[str, Any]:
        """Change a stack and wait; how it is described then."""
        await self.ask("UpdateStack", StackName=name, TemplateBody=text(template), **params)
        return await self.settled(name)

    async def delete(self, name: str = "net", **params: Any) -> dict[str, Any]:
        """End a stack and wait; how it is described then."""
        stack_id = (await self.described(name))["StackId"]
        await self.ask("DeleteStack", StackName=name, **params)
        return await self.settled(stack_id)

    async def change_set(
        self, template: Any, name: str = "net", *, kind: str = "UPDATE", **params: Any
    ) -> dict[str, Any]:
        """Make a change set and wait; how it is described then, with values."""
        made = await self.ask(
            "CreateChangeSet",
            StackName=name,
            ChangeSetName=params.pop("ChangeSetName", "next"),
            ChangeSetType=kind,
            TemplateBody=text(template),
            **params,
        )
        await self.service.idle()
        return await self.ask(
            "DescribeChangeSet", ChangeSetName=made["Id"], IncludePropertyValues=True
        )

    async def settled(self, name: str) -> dict[str, Any]:
        await self.service.idle()
        return await self.described(name)

    async def described(self, name: str = "net") -> dict[str, Any]:
        (found,) = (await self.ask("DescribeStacks", StackName=name))["Stacks"]
        return dict(found)

    async def events(self, name: str = "net") -> list[dict[str, Any]]:
        """Oldest first, every page of them."""
        found: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            answer = await self.ask("DescribeStackEvents", StackName=name, **more)
            found += answer["StackEvents"]
            if "NextToken" not in answer:
                return found[::-1]
            more = {"NextToken": answer["NextToken"]}

    async def story(self, name: str = "net") -> list[str]:
        """The events as `Logical STATUS`, oldest first."""
        return [
            f"{e['LogicalResourceId']} {e['ResourceStatus']}" for e in await self.events(name)
        ]

    async def resources(self, name: str = "net") -> dict[str, dict[str, Any]]:
        answer = await self.ask("DescribeStackResources", StackName=name)
        return {one["LogicalResourceId"]: one for one in answer["StackResources"]}


def kinds_of(world: World) -> dict[str, Kind]:
    """Three kinds: one that does everything, one that tells nothing, one that IAM guards."""
    return {
        THING: FakeKind(world),
        PLAIN: FakeKind(world, PLAIN, frozenset({"Name", "Needs", "Size"}), tells=False),
        NAMED: FakeKind(world, NAMED, frozenset({"Name", "RoleName", "Tags"})),
    }


def text(template: Any) -> str:
    """A template as it is sent."""
    return template if isinstance(template, str) else json.dumps(template)


def thing(name: str, *needs: str, kind: str = THING, **properties: Any) -> dict[str, Any]:
    """A resource called `name` that refers to others."""
    found: dict[str, Any] = {"Name": name, **properties}
    if needs:
        found["Needs"] = [{"Ref": one} for one in needs]
    return {"Type": kind, "Properties": found}


def things(**resources: dict[str, Any]) -> dict[str, Any]:
    """A template of these resources."""
    return {"Resources": resources}


def chain(*names: str) -> dict[str, Any]:
    """A template in which each needs the one before it."""
    pairs = zip(names, (None, *names), strict=False)
    return things(
        **{name: thing(name, *([before] if before else [])) for name, before in pairs}
    )
