"""One class for every resource type that is made, changed and ended by API calls.

A kind is a table of calls (`asking`); this is what works through a table: in order, until the
resource is ready, and with nothing left behind where AWS refuses.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud, Made, Naming, Properties
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Asking,
    Look,
    Of,
    Reader,
    Step,
    Turn,
)
from studiogate.local.cloudformation.kinds.settled import settled
from studiogate.local.cloudformation.kinds.steady import (
    STEADY_WITHIN_S,
    patience,
    ready,
    stopped,
    unsteady,
)
from studiogate.local.cloudformation.kinds.tagging import own, pairs
from studiogate.local.front.models import typed

_LONGEST_SNAPSHOT = 255

Peek = Callable[[Cloud, Turn], Awaitable[Mapping[str, Any] | None]]
"""Properties as they are now, where one call does not show them; `None` when it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKind:
    """A resource type as a table.  Implements `cloudformation.kind.Kind`."""

    name: str
    service: str
    """Signing name of the service its calls go to."""

    properties: frozenset[str]
    required: frozenset[str] = frozenset()
    replaced_by: frozenset[str] = frozenset()
    inert: frozenset[str] = frozenset()
    """Properties that a change of does nothing to a resource that is there."""

    fixed: frozenset[str] = frozenset()
    """Properties AWS refuses to change, and does not replace a resource for."""

    called: tuple[str, int] | None = None
    """The property CloudFormation makes up where it is not given, and its longest value."""

    lower: bool = False
    """Whether a name made up has small letters only."""

    make: Asking | None = None
    """`None` where the steps make it."""

    make_reading: Callable[[Turn], Ask | None] = lambda _: None
    """Asked before `make`, for `Turn.seen`."""

    new: bool = False
    """Whether `make` would overwrite what is there, so that it is looked for first."""

    id: Callable[[Any, Turn], str]
    """The physical id, from the answer of `make`."""

    kept: Mapping[str, Reader] = field(default_factory=dict)
    """Attributes from the answer of `make`."""

    computed: Mapping[str, Of] = field(default_factory=dict)
    """Attributes that follow from what is known, such as ARNs."""

    looks: tuple[Look, ...] = ()
    """What shows it; the first decides whether it is there, and ready."""

    peek: Peek | None = None
    steps: tuple[Step, ...] = ()
    steps_wait: bool = False
    """Whether the steps of a creation can be taken only once it is ready."""

    end: Callable[[Turn], Iterable[Ask]] = lambda _: ()
    end_keeping: Callable[[Turn, str], Iterable[Ask]] | None = None
    """The calls of a deletion that leaves a last snapshot of that name."""

    end_reading: Asking | None = None
    """Asked before `end`, for `Turn.seen`."""

    gone: frozenset[str] = frozenset()
    """Codes of refusals of a deletion that mean there is nothing to delete."""

    lingers: bool = False
    """Whether it is there for a while after its deletion was asked for."""

    steady_within_s: float = STEADY_WITHIN_S

    async def create(self, cloud: Cloud, wanted: Properties, naming: Naming) -> Made:
        """Make one, and return when it is ready.

        Raises:
            ApiError: AWS's refusal; nothing of it is left.
        """
        turn = Turn(cloud.account, cloud.region, self._with_name(wanted, naming))
        await self._refuse_existing(cloud, turn)
        if first := self.make_reading(turn):
            turn = replace(turn, seen=await self._ask(cloud, first))
        answer = await self._ask(cloud, self.make(turn)) if self.make else {}
        kept = {name: read(answer) for name, read in self.kept.items()}
        turn = replace(turn, id=self.id(answer, turn), attributes=_texts(kept), seen=None)
        try:
            if self.steps_wait:
                await self._until_ready(cloud, self.looks[0], turn)
            for step in self.steps:
                if step.first and not step.about.isdisjoint(turn.wanted):
                    await self._take(cloud, step, turn)
            return await self._standing(cloud, turn)
        except ApiError as refusal:
            await self._undo(cloud, turn, refusal)
            raise

    async def update(
        self, cloud: Cloud, made: Made, before: Properties, wanted: Properties
    ) -> Made:
        """Change one in place; only called for properties outside `replaced_by`.

        Raises:
            ApiError: AWS's refusal, or a property that nothing here can change.
        """
        turn = _turn(cloud, made, wanted, before)
        changed = turn.changed(sorted(before.keys() | wanted.keys())).keys()
        known = frozenset[str]().union(*(step.about for step in self.steps), self.inert)
        if stuck := sorted(changed - known):
            raise ApiError(
                "NotUpdatable", f"{self.name}: {', '.join(stuck)} cannot be changed in place."
            )
        for step in self.steps:
            if not step.about.isdisjoint(changed):
                await self._take(cloud, step, turn)
        return await self._standing(cloud, turn)

    async def delete(self, cloud: Cloud, made: Made, before: Properties) -> None:
        """End one, and return when it is gone; one that is gone already is no error.

        Raises:
            ApiError: AWS's refusal, such as something that still hangs on it.
        """
        await self._ended(cloud, _turn(cloud, made, before), self.end)

    @property
    def snapshots(self) -> bool:
        """Whether one can leave a last snapshot: `cloudformation.kind.Snapshotting`."""
        return self.end_keeping is not None

    async def delete_keeping(
        self, cloud: Cloud, made: Made, before: Properties, naming: Naming
    ) -> None:
        """End one, and keep a last snapshot.

        Raises:
            ApiError: AWS's refusal.
            ValueError: this kind has none.
        """
        if (keeping := self.end_keeping) is None:
            raise ValueError(f"{self.name} leaves no snapshot")
        name = naming.name(_LONGEST_SNAPSHOT).lower()
        await self._ended(cloud, _turn(cloud, made, before), lambda turn: keeping(turn, name))

    async def _ended(
        self, cloud: Cloud, turn: Turn, end: Callable[[Turn], Iterable[Ask]]
    ) -> None:
        if self.lingers and await self._seen(cloud, self.looks[0], turn) is None:
            return
        if self.end_reading is not None:
            turn = replace(turn, seen=await self._end(cloud, self.end_reading(turn)))
        for ask in end(turn):
            await self._end(cloud, ask)
        if self.lingers:
            await self._until_gone(cloud, turn)

    async def live(self, cloud: Cloud, made: Made, known: Properties) -> Properties | None:
        """What of `known` AWS says now, for drift: the same keys; `None` when it is gone.

        A property AWS does not show is taken to be as known, which is also what CloudFormation
        compares: what it can read.

        Raises:
            NotImplementedError: this kind shows no property at all.
            ApiError: AWS's refusal.
        """
        if self.peek is None and not any(look.live for look in self.looks):
            raise NotImplementedError(f"{self.name} cannot tell what it is now")
        turn, found = _turn(cloud, made, known), dict[str, Any]()
        for number, look in enumerate(self.looks):
            shown = await self._seen(cloud, look, turn)
            if shown is None and number == 0:
                return None
            found |= {name: read(shown) for name, read in look.live.items()}
        if self.peek is not None:
            if (more := await self.peek(cloud, turn)) is None:
                return None
            found |= more
        return {name: _said(name, known[name], found) for name in known}

    def _with_name(self, wanted: Properties, naming: Naming) -> Properties:
        if self.called is None or wanted.get(self.called[0]):
            return wanted
        name, longest = self.called
        made_up = naming.name(longest)
        return {**wanted, name: made_up.lower() if self.lower else made_up}

    async def _refuse_existing(self, cloud: Cloud, turn: Turn) -> None:
        if not self.new:
            return
        there = replace(turn, id=self.id({}, turn))
        if await self._seen(cloud, self.looks[0], there) is not None:
            raise ApiError(
                "AlreadyExists",
                f"Resource of type '{self.name}' with identifier '{there.id}' already exists.",
            )

    async def _take(self, cloud: Cloud, step: Step, turn: Turn) -> None:
        if step.reading is not None:
            turn = replace(turn, seen=await self._ask(cloud, step.reading(turn)))
        for ask in step.asks(turn):
            await self._ask(cloud, ask)
        if self.looks and self.looks[0].state is not None:
            await self._until_ready(cloud, self.looks[0], turn)

    async def _standing(self, cloud: Cloud, turn: Turn) -> Made:
        """The resource with its attributes, once it is ready."""
        found = {name: of(turn) for name, of in self.computed.items()}
        for number, look in enumerate(self.looks):
            if number and not look.attributes:
                continue
            shown = await self._until_ready(cloud, look, turn)
            found |= {name: read(shown) for name, read in look.attributes.items()}
        return Made(turn.id, {**turn.attributes, **_texts(found)})

    async def _until_ready(self, cloud: Cloud, look: Look, turn: Turn) -> Any:
        async for _ in patience(self.steady_within_s):
            shown = await self._seen(cloud, look, turn)
            if shown is None:
                raise ApiError("NotFound", f"{self.name} {turn.id} was not found.")
            if look.state is None or ready(look.state, shown, self.name):
                return shown
        raise unsteady(self.name, turn.id)

    async def _until_gone(self, cloud: Cloud, turn: Turn) -> None:
        look = self.looks[0]
        async for _ in patience(self.steady_within_s):
            shown = await self._seen(cloud, look, turn)
            if shown is None:
                return
            if look.state is not None and "fail" in str(look.state.at(shown)).lower():
                raise stopped(look.state, shown, self.name)
        raise unsteady(self.name, turn.id)

    async def _seen(self, cloud: Cloud, look: Look, turn: Turn) -> Any:
        """What `look` shows; `None` where there is nothing."""
        ask = look.asks(turn)
        try:
            answer = await self._called(cloud, ask)
        except ApiError as refusal:
            if refusal.code in look.gone:
                return None
            raise
        shown = look.at(answer)
        if shown is None or (look.state and str(look.state.at(shown)) in look.state.over):
            return None
        return look.pick(shown, turn)

    async def _end(self, cloud: Cloud, ask: Ask) -> dict[str, Any]:
        return await self._ask(cloud, replace(ask, fine=ask.fine | self.gone))

    async def _ask(self, cloud: Cloud, ask: Ask) -> dict[str, Any]:
        try:
            return await self._called(cloud, ask)
        except ApiError as refusal:
            if refusal.code in ask.fine:
                return {}
            raise

    async def _called(self, cloud: Cloud, ask: Ask) -> dict[str, Any]:
        service = ask.service or self.service
        params = typed(service, ask.operation, ask.params)
        answer = await cloud.call(service, ask.operation, **params)
        if failure := ask.failure(answer):
            raise ApiError(str(failure.get("Code")), str(failure.get("Message")))
        return answer

    async def _undo(self, cloud: Cloud, turn: Turn, refusal: ApiError) -> None:
        """Remove what a creation that failed half-way has made."""
        try:
            await self.delete(cloud, Made(turn.id, turn.attributes), turn.wanted)
        except ApiError as second:
            raise ApiError(
                refusal.code,
                f"{refusal.message} And {turn.id}, made before that, stays: {second.message}",
                status=refusal.status,
            ) from refusal


def _turn(
    cloud: Cloud, made: Made, wanted: Properties, before: Properties | None = None
) -> Turn:
    return Turn(
        cloud.account, cloud.region, wanted, before or {}, made.physical_id, made.attributes
    )


def _said(name: str, known: Any, found: Mapping[str, Any]) -> Any:
    if name not in found:
        return known
    if name == "Tags":
        mine = pairs(own(known))
        return known if settled(mine, found[name]) is mine else found[name]
    return settled(known, found[name])


def _texts(attributes: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Attributes as `Fn::GetAtt` gives them; what an answer does not have is none."""
    return {name: _text(value) for name, value in attributes.items() if value is not None}


def _text(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
