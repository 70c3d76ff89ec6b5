"""The state of everything: each stack, what drifted from it, and each lob's links (S2-24)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from studiogate.deploy.found import found
from studiogate.deploy.looking.checks import (
    Check,
    Place,
    attached,
    closed,
    opening,
    peered,
    resolving,
    shared,
    zoned,
)
from studiogate.deploy.looking.drift import Drift, drift
from studiogate.deploy.stack.standing import Standing
from studiogate.deploy.stack.states import SOUND
from studiogate.deploy.stack.values import Values, domain_ids, values
from studiogate.deploy.world import World
from studiogate.errors import StudioGateError
from studiogate.foundation.after import DEFAULT_GROUP
from studiogate.foundation.stacks import Stack, StackKey
from studiogate.landscape.model import Landscape

_NONE = Values({}, ())


@dataclass(frozen=True, slots=True)
class StackStatus:
    """How one stack is."""

    key: StackKey
    status: str
    """As CloudFormation has it; `missing`, or `not wanted any more`."""

    ok: bool
    reason: str = ""
    drifted: tuple[Drift, ...] = ()
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How everything is."""

    stacks: tuple[StackStatus, ...]
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether all is as it should be, and everything could be told."""
        return all(one.ok for one in self.stacks) and all(one.ok for one in self.checks)


def status(
    world: World, landscape: Landscape, stacks: Iterable[Stack], *, with_drift: bool = False
) -> Status:
    """How every stack of `landscape` is, and every link of its lobs.

    A link that cannot be looked at is a check of which nobody can tell.

    Raises:
        AwsError: the stacks could not be read.
        DeployError: the landscape as applied last cannot be read.
    """
    there, wanted = found(world, landscape), tuple(stacks)
    ours = there.ours(landscape)
    looking = _Looking(world, landscape, {one.key: one for one in wanted}, ours)
    with ThreadPoolExecutor(world.at_once, thread_name_prefix="status") as threads:
        states = list(threads.map(lambda one: looking.stack(one, drifts=with_drift), wanted))
        checks = [
            one for some in threads.map(looking.asked, looking.questions()) for one in some
        ]
    strays = [_stray(one) for key, one in ours.items() if key not in looking.wanted]
    return Status((*states, *strays), tuple(checks))


_Question = tuple[str, str, str, Callable[[], Iterator[Check]]]
"""What it is about, in words what it asks, the account it is asked in, and how."""


@dataclass(slots=True)
class _Looking:
    world: World
    landscape: Landscape
    wanted: Mapping[StackKey, Stack]
    there: Mapping[StackKey, Standing]
    outputs: dict[StackKey, Mapping[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.outputs = {key: one.outputs for key, one in self.there.items()}

    def stack(self, stack: Stack, *, drifts: bool) -> StackStatus:
        """How one stack is."""
        there = self.there.get(stack.key)
        if there is None:
            return StackStatus(stack.key, "missing", ok=False, remedy="Run `studiogate apply`.")
        sound = there.status in SOUND
        drifted = drift(self.world, there) if drifts and sound else ()
        return StackStatus(
            stack.key,
            there.status,
            ok=sound and not drifted,
            reason=there.reason,
            drifted=drifted,
            remedy=_remedy(sound=sound, drifted=drifted),
        )

    def questions(self) -> Iterator[_Question]:
        """Everything that is asked, beside the stacks."""
        hub = self.landscape.hub_account
        network = self.landscape.gateway.network
        vpc = self._told(hub, f"studiogate-network-{network}").get("VpcId", "")
        zones = {
            name.removeprefix("Zone"): id_
            for name, id_ in self._told(hub, "studiogate-names").items()
            if name.startswith("Zone")
        }
        if vpc and zones:
            yield "hub", "private zones", hub, lambda: zoned(self.world, hub, vpc, zones)
        for place in self._places():
            yield from self._of(place)
        yield from self._default_groups()
        yield from self._domains()

    def asked(self, question: _Question) -> list[Check]:
        """The answers to one question; that nobody can tell is one, too."""
        about, what, account, ask = question
        try:
            with self.world.visit(account):
                return list(ask())
        except StudioGateError as error:
            return [Check(about, what, ok=None, found=str(error), remedy=error.remedy)]

    def _of(self, place: Place) -> Iterator[_Question]:
        world, account = self.world, place.account
        transit = self.landscape.connect == "transit-gateway"
        if account != place.hub:
            yield place.name, "share", account, lambda: shared(world, place, transit=transit)
        if transit:
            yield place.name, "attachment", place.hub, lambda: attached(world, place)
        else:
            yield place.name, "peering", place.hub, lambda: peered(world, place)
        yield place.name, "forwarding rules", account, lambda: resolving(world, place)

    def _places(self) -> Iterator[Place]:
        """Every VPC beside the hub's, as its stacks tell."""
        hub = self.landscape.hub_account
        for key in self.wanted:
            name = key.name.removeprefix("studiogate-network-")
            joined = StackKey(hub, f"studiogate-joined-{name}")
            if name != key.name and joined in self.wanted:
                yield Place(
                    name=name,
                    account=key.account,
                    hub=hub,
                    tells=self.outputs.get(key, {}),
                    joined=self._values(joined),
                    asks=self._values(StackKey(key.account, f"studiogate-names-{name}")),
                )

    def _default_groups(self) -> Iterator[_Question]:
        for key in self.wanted:
            group = self.outputs.get(key, {}).get(DEFAULT_GROUP)
            if group is not None:
                name = key.name.removeprefix("studiogate-").partition("-")[2]

                def ask(
                    account: str = key.account, name: str = name, group: str = group
                ) -> Iterator[Check]:
                    return closed(self.world, account, name, group)

                yield name, "default security group", key.account, ask

    def _domains(self) -> Iterator[_Question]:
        for name, id_ in domain_ids(self.wanted.values(), self.outputs).items():
            lob = self.landscape.domains[name].lob
            account = self.landscape.accounts[self.landscape.lobs[lob].account]

            def ask(
                lob: str = lob, account: str = account, name: str = name, id_: str = id_
            ) -> Iterator[Check]:
                return opening(self.world, lob, account, name, id_)

            yield lob, f"domain {name}", account, ask

    def _told(self, account: str, name: str) -> Mapping[str, str]:
        return self.outputs.get(StackKey(account, name), {})

    def _values(self, key: StackKey) -> Values:
        stack = self.wanted.get(key)
        return values(stack, self.outputs, {}) if stack else _NONE


def _remedy(*, sound: bool, drifted: tuple[Drift, ...]) -> str:
    if not sound:
        return "Run `studiogate apply`: it goes on from this state."
    if drifted:
        return "Undo what was changed by hand, or change the landscape and apply it."
    return ""


def _stray(there: Standing) -> StackStatus:
    return StackStatus(
        there.key,
        there.status,
        ok=False,
        reason="the landscape has it no more",
        remedy="Run `studiogate apply`: it deletes the stack.",
    )
