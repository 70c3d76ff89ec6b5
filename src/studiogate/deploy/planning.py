"""From the landscape and what is there to a `Plan`.  Asks AWS; changes nothing.

To know what a change would do to a stack that stands, CloudFormation is asked for a change set,
which is thrown away.  Where a parameter waits for another stack, templates are compared.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from studiogate.deploy.directory import Wanted as WantedRows
from studiogate.deploy.directory import compared, wanted_rows
from studiogate.deploy.ending.images import unretired
from studiogate.deploy.ending.kinds import Mine
from studiogate.deploy.facts import facts
from studiogate.deploy.found import Found
from studiogate.deploy.judging import Judge, access
from studiogate.deploy.order import going
from studiogate.deploy.plan import (
    Act,
    Limit,
    Plan,
    Replaced,
    ResourceChange,
    Rows,
    StackChange,
    Verb,
)
from studiogate.deploy.stack.changesets import PLANS, Wanted, discard, proposed
from studiogate.deploy.stack.difference import added, changed, unsure_outputs
from studiogate.deploy.stack.losses import HOLDING, losses
from studiogate.deploy.stack.making import is_as
from studiogate.deploy.stack.standing import Standing, resources, tags_of, template_text
from studiogate.deploy.stack.states import Call, call_for
from studiogate.deploy.stack.values import Values, domain_ids, values
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent
from studiogate.foundation.image_stacks import NAME as IMAGES
from studiogate.foundation.large_stacks import NAME as TEMPLATES
from studiogate.foundation.stacks import Stack, StackKey, in_order, is_large
from studiogate.landscape.model import Landscape

Compose = Callable[[Landscape], tuple[Stack, ...]]
"""The stacks of a landscape."""

_UNKNOWN_DOMAIN = "known after apply"


@dataclass(slots=True)
class _Planning:
    """One plan in the making."""

    world: World
    tags: Mapping[str, str]
    found: Found
    artifacts: Mapping[str, str]
    outputs: dict[StackKey, Mapping[str, str]] = field(default_factory=dict)
    """What stacks tell that stand, but for what is made anew."""

    def wave(self, stacks: Sequence[Stack]) -> tuple[StackChange, ...]:
        """What becomes of stacks that do not need each other."""
        with ThreadPoolExecutor(self.world.at_once, thread_name_prefix="plan") as threads:
            found = tuple(threads.map(self._visited, stacks))
        for stack, change in zip(stacks, found, strict=True):
            self._remember(stack, change)
        return found

    def _visited(self, stack: Stack) -> StackChange:
        with self.world.visit(stack.key.account):
            return self._stack(stack)

    def _stack(self, stack: Stack) -> StackChange:
        there = self.found.stacks.get(stack.key)
        call = call_for(there)
        if there is None or call in {Call.CREATE, Call.CLEAR}:
            first = "" if there is None else f"delete what is left of it ({there.status})"
            told = self._values(stack).unknown
            return StackChange(
                stack.key, Verb.CREATE, added(stack.template.text), told, first=first
            )
        if not there.of(self.tags):
            return StackChange(stack.key, Verb.NOTHING)
        self.world.tell(Doing(str(stack.key), "comparing"))
        return self._differing(stack, there, call)

    def _differing(self, stack: Stack, there: Standing, call: Call) -> StackChange:
        told = self._values(stack)
        wanted = Wanted(stack, told.known, self.tags)
        if not told.unknown and is_as(self.world, wanted, there):
            return StackChange(stack.key, Verb.NOTHING)
        if told.unknown or is_large(stack) or call is not Call.UPDATE:
            return self._told_from_texts(stack, there, told)
        change_set = proposed(self.world, wanted, kind="UPDATE", prefix=PLANS)
        if change_set is None:
            return StackChange(stack.key, Verb.NOTHING)
        discard(self.world, stack.key, change_set.id)
        lost = losses(stack, change_set.changes)
        return StackChange(stack.key, Verb.CHANGE, change_set.changes, loses=lost)

    def _told_from_texts(self, stack: Stack, there: Standing, told: Values) -> StackChange:
        """What differs, without asking for a change set.

        Only what is sure to go counts as lost here; `apply` asks again, with all it knows.
        """
        differ = [
            name for name, value in told.known.items() if there.parameters.get(name) != value
        ]
        what = changed(
            template_text(self.world, there), stack.template.text, (*differ, *told.unknown)
        )
        sure = [one for one in what if one.act is Act.REMOVE or one.replaced is Replaced.YES]
        first = "" if call_for(there) is Call.UPDATE else f"come out of {there.status}"
        return StackChange(
            stack.key, Verb.CHANGE, what, told.unknown, losses(stack, sure), first
        )

    def _values(self, stack: Stack) -> Values:
        known = {**self.artifacts, **facts(self.world, stack)}
        return values(stack, self.outputs, known)

    def _remember(self, stack: Stack, change: StackChange) -> None:
        there = self.found.stacks.get(stack.key)
        if there is not None and change.verb is not Verb.CREATE:
            anew = [one.resource for one in change.resources if one.replaced is Replaced.YES]
            unsure = unsure_outputs(stack.template.text, anew) if anew else frozenset[str]()
            told = there.outputs.items()
            self.outputs[stack.key] = {k: v for k, v in told if k not in unsure}


def planned(
    world: World,
    landscape: Landscape,
    found: Found,
    compose: Compose,
    *,
    artifacts: Mapping[str, str],
    judge: Judge,
    limits: Iterable[Limit] = (),
    documents: Mapping[str, str] | None = None,
) -> Plan:
    """What would be done to make AWS what `landscape` says.

    `artifacts` are the values that whoever deploys provides, as far as they are known;
    `documents` are what SAML providers published, by idp.

    Raises:
        StackFailed: CloudFormation cannot make sense of a change.
        AwsError: something could not be read.
        ValueError: the stacks cannot be put in order.
    """
    stacks = compose(landscape)
    planning = _Planning(world, tags_of(landscape), found, artifacts)
    waves = tuple(planning.wave(wave) for wave in in_order(stacks))
    world.tell(Doing("reach", "proving what must hold"))
    judged = judge.judged(landscape)
    ids = domain_ids(stacks, planning.outputs)
    known = {name: ids.get(name, _UNKNOWN_DOMAIN) for name in landscape.domains}
    wanted = wanted_rows(landscape, known, documents)
    return Plan(
        landscape=landscape.name,
        environment=landscape.environment,
        waves=waves,
        gone=_gone(world, landscape, found, stacks, compose),
        rows=() if found.before is None else _rows(world, landscape.hub_account, wanted),
        access=access(found.before, judged),
        new=found.before is None,
        broken=judged.broken,
        limits=tuple(limits),
        foreign=found.foreign(landscape, stacks),
    )


def _gone(
    world: World,
    landscape: Landscape,
    found: Found,
    stacks: Sequence[Stack],
    compose: Compose,
) -> tuple[StackChange, ...]:
    wanted = {one.key for one in stacks}
    there = [one for key, one in found.ours(landscape).items() if key not in wanted]
    if not there:
        return ()
    known = compose(found.before) if found.before is not None else ()
    tags = tags_of(landscape)
    return tuple(_deletion(world, one, tags) for wave in going(there, known) for one in wave)


def _deletion(world: World, there: Standing, tags: Mapping[str, str]) -> StackChange:
    what = tuple(
        ResourceChange(one["LogicalResourceId"], one["ResourceType"], Act.REMOVE)
        for one in resources(world, there)
        if one["ResourceStatus"] != "DELETE_COMPLETE"
    )
    loses = (str(there.key),) if _holds(world, there, what, tags) else ()
    return StackChange(there.key, Verb.DELETE, what, loses=loses)


def _holds(
    world: World, there: Standing, what: Iterable[ResourceChange], tags: Mapping[str, str]
) -> bool:
    """Whether something goes with a stack that cannot be made again."""
    if there.protected:
        return True
    if there.key.name == TEMPLATES:
        return False  # they are made of the landscape, and what stands has its own copy
    if there.key.name == IMAGES:
        # Its bucket has copies of folders, for days; but without its role no image is read.
        return any(unretired(Mine(world, there.key.account, tags)))
    return any(one.type in HOLDING for one in what)


def _rows(world: World, account: str, wanted: WantedRows) -> tuple[Rows, ...]:
    """What becomes of the directory; nothing is said before its tables are there."""
    try:
        return tuple(one.counted for one in compared(world, account, wanted))
    except Absent:
        return ()
