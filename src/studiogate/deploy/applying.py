"""Make AWS what the landscape says.  Read `apply` top to bottom.

Everything can be done again: what stands as it should is left alone, and whatever state an
interrupted run left is the beginning of the next.  The plan is looked at before anything is
changed, and CloudFormation's own change sets once more before each is executed.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from studiogate.deploy.afterwards import settle
from studiogate.deploy.attached_images import AttachedImages
from studiogate.deploy.directory import wanted_rows, write
from studiogate.deploy.ending.kinds import Mine
from studiogate.deploy.ending.removed import free_removed
from studiogate.deploy.ending.scripts import SCRIPT, sweep
from studiogate.deploy.ending.studios import Studio
from studiogate.deploy.facts import facts
from studiogate.deploy.found import Found, found, shelf_of
from studiogate.deploy.judging import Judge
from studiogate.deploy.keep.applied import keep
from studiogate.deploy.keep.lock import Holder, Lease, locked
from studiogate.deploy.keep.shelf import Shelf, artifacts_key
from studiogate.deploy.leaving import leave
from studiogate.deploy.order import going
from studiogate.deploy.plan import Limit, Plan, ResourceChange, Rows, refuse_unless_sound
from studiogate.deploy.planning import Compose, planned
from studiogate.deploy.propagation import unpropagated
from studiogate.deploy.running import run
from studiogate.deploy.serving import serve
from studiogate.deploy.stack.changesets import Wanted
from studiogate.deploy.stack.making import Became, Made, made
from studiogate.deploy.stack.standing import Standing, standing, tags_of
from studiogate.deploy.stack.values import domain_ids, values
from studiogate.deploy.workbench import make_room, unseated
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent, AwsError, DeployError
from studiogate.foundation.after import Seated, Step
from studiogate.foundation.large_stacks import shelf_key
from studiogate.foundation.stacks import Artifact, Stack, StackKey, is_large
from studiogate.landscape.model import Landscape


@dataclass(frozen=True, slots=True)
class Bundle:
    """Something made of this very package, which stacks are told where to find."""

    key: str
    """Where it goes in the bucket; another for every other content."""

    told: Mapping[str, str]
    """What stacks are told of it, by the names of artifacts: `BundleKey`, `LibraryKey`."""

    body: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be applied, and by whom."""

    landscape: Landscape
    compose: Compose
    holder: Holder
    bundle: Bundle | None = None
    """What the gateway's functions run.  `None`: no stack may want one."""

    notebooks: Bundle | None = None
    """What notebooks install.  `None`: no stack may want it."""

    limits: tuple[Limit, ...] = ()
    allowed: frozenset[str] = frozenset()
    """Names of what may be replaced or deleted although it holds data."""

    stop_apps: bool = False
    """Whether apps may be stopped where a domain's setting cannot be changed otherwise."""

    left: frozenset[str] = frozenset()
    """The words of runs that are known to have ended."""

    break_lock: bool = False
    afterwards: tuple[Step, ...] = ()
    """What no template can say, settled once every stack stands."""

    documents: Mapping[str, str] = field(default_factory=dict)
    """What SAML providers published, by idp."""

    judge: Judge = field(default_factory=Judge)

    @property
    def artifacts(self) -> Mapping[str, str]:
        """What stacks are told that no other stack tells."""
        return {name: value for one in self.bundles for name, value in one.told.items()}

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """Everything that is put into the bucket for stacks to take."""
        return tuple(one for one in (self.bundle, self.notebooks) if one is not None)


@dataclass(slots=True)
class Applied:
    """What was done."""

    plan: Plan
    stacks: dict[StackKey, Became] = field(default_factory=dict)
    deleted: tuple[StackKey, ...] = ()
    rows: tuple[Rows, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether everything was as it should be."""
        stacks = all(one == "nothing" for one in self.stacks.values())
        rows = all(one.put == one.removed == 0 for one in self.rows)
        return stacks and rows and not self.deleted


def plan(world: World, wish: Wish, there: Found | None = None) -> Plan:
    """What `apply` would do.

    Raises:
        AwsError: something could not be read.
        DeployError: something cannot be planned.
    """
    there = there or found(world, wish.landscape)
    decided = planned(
        world,
        wish.landscape,
        there,
        wish.compose,
        artifacts=wish.artifacts,
        judge=wish.judge,
        limits=wish.limits,
        documents=wish.documents,
    )
    ours = there.ours(wish.landscape)
    outputs = {key: one.outputs for key, one in ours.items()}
    return replace(
        decided,
        unpropagated=unpropagated(world, wish.afterwards, outputs),
        unseated=unseated(world, wish.afterwards, ours, decided.stacks),
    )


def apply(world: World, wish: Wish, *, show: Callable[[Plan], None]) -> Applied:
    """Make AWS what `wish.landscape` says; `show` is given the plan before anything is changed.

    Raises:
        PlanRefused: something speaks against it; nothing was changed.
        Locked: another run is at work.
        DeployError: it did not become what it should; running it again goes on.
        AwsError: AWS refused, or did not answer.
    """
    key = artifacts_key(wish.landscape.hub_account)
    shelf = shelf_of(world, standing(world, key)) or _first_shelf(world, wish, key)
    with _lock(shelf, wish) as lease:
        there = found(world, wish.landscape)
        decided = plan(world, wish, there)
        show(decided)
        refuse_unless_sound(decided, wish.allowed, stop_apps=wish.stop_apps)
        return _Applying(world, wish, shelf, lease, there).all(decided)


def _lock(shelf: Shelf, wish: Wish) -> AbstractContextManager[Lease]:
    return locked(shelf, wish.holder, left=wish.left, break_lock=wish.break_lock)


def _first_shelf(world: World, wish: Wish, key: StackKey) -> Shelf:
    """The bucket, made before all else, for the lock is in it; not for a plan that is refused.

    Two who make it at once are kept apart by CloudFormation: one waits for the other's stack.
    """
    refuse_unless_sound(plan(world, wish), wish.allowed, stop_apps=wish.stop_apps)
    stack = next((one for one in wish.compose(wish.landscape) if one.key == key), None)
    if stack is None:
        raise ValueError(f"the landscape has no stack {key}")
    told = values(stack, {}, wish.artifacts)
    made(world, Wanted(stack, told.known, tags_of(wish.landscape)), allowed=wish.allowed)
    shelf = shelf_of(world, standing(world, key))
    if shelf is None:
        raise DeployError(
            f"{key} stands and does not tell BucketName",
            remedy="Somebody else changed its template: delete the stack if it is empty.",
        )
    return shelf


@dataclass(slots=True)
class _Applying:
    """One run, under the lock."""

    world: World
    wish: Wish
    shelf: Shelf
    lease: Lease
    there: Found
    outputs: dict[StackKey, Mapping[str, str]] = field(default_factory=dict)
    images: AttachedImages = field(init=False)
    """What is attached to the domains, which a change of theirs would lose."""

    ended: dict[StackKey, tuple[Studio, ...]] = field(default_factory=dict)
    """Domains whose RStudio server was ended so that their stack can be changed."""

    def __post_init__(self) -> None:
        self.images = AttachedImages(self.world, self.shelf)

    def all(self, decided: Plan) -> Applied:
        """Do what was decided."""
        done = Applied(decided)
        stacks = {one.key: one for one in self.wish.compose(self.wish.landscape)}
        self.images.put_back_left()
        closed = self._close_first(stacks.values())
        self._put_bundles(stacks.values())
        self._sweep(stacks.values())
        became = run(
            self.world,
            {key: one.needs for key, one in stacks.items()},
            lambda key: self._stack(stacks[key]),
        )
        done.stacks = {key: one.became for key, one in became.done.items()}
        became.raise_first()
        settle(self.world, self.wish.afterwards, self.outputs, stop_apps=self.wish.stop_apps)
        self._sweep(stacks.values())
        done.rows = _summed(closed, self._write(domain_ids(stacks.values(), self.outputs)))
        leaving = self._leaving(decided)
        leave(
            self.world,
            leaving,
            self.lease.refuse_if_lost,
            tags=tags_of(self.wish.landscape),
        )
        done.deleted = tuple(one.key for wave in leaving for one in wave)
        keep(self.shelf, self.wish.landscape)
        return done

    def _close_first(self, stacks: Iterable[Stack]) -> tuple[Rows, ...]:
        """Refuse at once, in the directory, whoever has nothing to look for any more.

        Whoever is let in anew has to wait for policies and profiles all the same.
        """
        if self.there.before is None:
            return ()
        told = {key: one.outputs for key, one in self.there.stacks.items()}
        try:
            return self._write(domain_ids(stacks, told))
        except Absent:
            return ()  # the tables are not there: nobody opens anything

    def _leaving(self, decided: Plan) -> list[list[Standing]]:
        there = [self.there.stacks[one.key] for one in decided.gone]
        before = self.there.before
        return going(there, self.wish.compose(before) if before is not None else ())

    def _put_bundles(self, stacks: Iterable[Stack]) -> None:
        """Put what some stack takes and the bucket lacks."""
        told = {value for one in stacks for value in one.parameters.values()}
        taken = {one.name for one in told if isinstance(one, Artifact)}
        for bundle in self.wish.bundles:
            if taken & set(bundle.told) and not self.shelf.holds(bundle.key):
                body = bundle.body()
                size = f"{len(body) / 1_000_000:.1f} MB"
                self.world.tell(Doing(self.shelf.bucket, f"putting {bundle.key}, {size}"))
                self.shelf.write(bundle.key, body)

    def _sweep(self, stacks: Iterable[Stack]) -> None:
        """Take away start scripts that are nobody's: before, for a name may be wanted again."""
        tags = tags_of(self.wish.landscape)
        for one in stacks:
            if one.key in self.there.stacks and SCRIPT in one.template.text:
                with self.world.visit(one.key.account):
                    sweep(Mine(self.world, one.key.account, tags))

    def _stack(self, stack: Stack) -> Made:
        self.lease.refuse_if_lost()
        known = {**self.wish.artifacts, **facts(self.world, stack)}
        told = values(stack, self.outputs, known)
        if told.unknown:
            raise DeployError(
                f"{stack.key}: nobody tells {', '.join(told.unknown)}",
                remedy="This is a defect of the landscape's stacks: please report it.",
            )
        wanted = Wanted(stack, told.known, tags_of(self.wish.landscape), self._url(stack))
        try:
            done = made(self.world, wanted, allowed=self.wish.allowed, before=self._before)
        except DeployError:
            # Rolling back sends a domain its template's settings, too.
            self.images.put_back(stack.key)
            self._serve_as_before(stack.key)
            raise
        self.images.put_back(stack.key)
        self.outputs[stack.key] = done.outputs
        self._serve(stack.key)
        return done

    def _serve(self, key: StackKey) -> None:
        """Make the server again in domains that are to have RStudio; the others lost it."""
        wanted = {
            self.outputs[key].get(one.domain.name)
            for one in self.wish.afterwards
            if isinstance(one, Seated) and one.domain.stack == key
        }
        for studio in self.ended.pop(key, ()):
            if studio.domain_id in wanted:
                serve(self.world, studio)

    def _serve_as_before(self, key: StackKey) -> None:
        """Make the server again after a failure, which is what is to be told."""
        for studio in self.ended.pop(key, ()):
            try:
                serve(self.world, studio)
            except (AwsError, DeployError) as error:
                self.world.tell(Doing(str(studio), f"{error}; the next apply makes it"))

    def _before(
        self, world: World, there: Standing, changes: tuple[ResourceChange, ...]
    ) -> None:
        """What has to be done before a stack that stands is changed."""
        ended = make_room(world, there, changes, stop=self.wish.stop_apps)
        self.ended[there.key] = (*self.ended.get(there.key, ()), *ended)
        self.images.note(there, changes)
        free_removed(world, there, changes, tags=tags_of(self.wish.landscape))

    def _url(self, stack: Stack) -> str | None:
        if not is_large(stack):
            return None
        digest = hashlib.sha256(stack.template.text.encode()).hexdigest()
        return self._shelf_of(stack.key.account).template_url(stack, digest)

    def _shelf_of(self, account: str) -> Shelf:
        """The bucket that large templates of `account` go into, which stands by now."""
        if account == self.shelf.account:
            return self.shelf
        return Shelf(self.world, account, self.outputs[shelf_key(account)]["BucketName"])

    def _write(self, ids: Mapping[str, str]) -> tuple[Rows, ...]:
        landscape = self.wish.landscape
        wanted = wanted_rows(landscape, ids, self.wish.documents)
        return write(self.world, landscape.hub_account, wanted)


def _summed(first: tuple[Rows, ...], last: tuple[Rows, ...]) -> tuple[Rows, ...]:
    """What was done to each table in both goes."""
    before = {one.table: one for one in first}
    none = Rows("", 0, 0, 0)
    return tuple(
        replace(
            one,
            put=one.put + before.get(one.table, none).put,
            removed=one.removed + before.get(one.table, none).removed,
        )
        for one in last
    )
