"""Take everything down, in the order in which AWS lets go of it (S2-46, S2-47, S1-35).

Read `destroy` top to bottom.  It can be interrupted anywhere and run again: what is gone is
gone, and the rest goes on from the state that it is in.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from studiogate.deploy.ending.homes import delete_kept, homes_of, save_keys, settle_home
from studiogate.deploy.ending.kinds import Mine
from studiogate.deploy.ending.loosening import loosen
from studiogate.deploy.ending.residue import Residue, residue
from studiogate.deploy.ending.scripts import sweep
from studiogate.deploy.ending.studios import Efs, delete
from studiogate.deploy.ending.toll import Toll, toll
from studiogate.deploy.ending.warehouses import Snapshots, delete_snapshots
from studiogate.deploy.found import Found, found
from studiogate.deploy.keep.lock import Holder, Lease, locked
from studiogate.deploy.keep.shelf import artifacts_key
from studiogate.deploy.leaving import gone, quieten_all, studios_of, wave_by_wave
from studiogate.deploy.order import going
from studiogate.deploy.planning import Compose
from studiogate.deploy.running import run
from studiogate.deploy.stack.standing import Standing, tags_of
from studiogate.deploy.world import World
from studiogate.foundation.stacks import MANAGEMENT, Stack, StackKey
from studiogate.landscape.model import Landscape


@dataclass(frozen=True, slots=True)
class End:
    """What is to be taken down, by whom, and what is to be kept."""

    landscape: Landscape
    compose: Compose
    holder: Holder
    efs: Efs
    snapshots: Snapshots = "keep"
    left: frozenset[str] = frozenset()
    """The words of runs that are known to have ended."""

    break_lock: bool = False


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What was done, and what is left."""

    stacks: tuple[StackKey, ...]
    residue: Residue


def expected(world: World, landscape: Landscape) -> Toll:
    """What `destroy` would take away.

    Raises:
        AwsError: something could not be read.
    """
    there = found(world, landscape)
    ours = there.ours(landscape).values()
    return toll(world, ours, _accounts(landscape, there), tags_of(landscape))


def destroy(world: World, end: End) -> Destroyed:
    """Take everything of `end.landscape` down, and look for what is left of it.

    Raises:
        Locked: another run is at work.
        DeployError: something could not be deleted; running it again goes on.
        AwsError: AWS refused, or did not answer.
    """
    there = found(world, end.landscape)
    with _lock(end, there) as lease:
        there = found(world, end.landscape)
        _Ending(world, end, there, lease).all()
    accounts = _accounts(end.landscape, there)
    settle = save_keys if end.efs == "keep" else delete_kept
    for account in accounts:
        with world.visit(account):
            settle(world, account, tags_of(end.landscape))
            mine = Mine(world, account, tags_of(end.landscape))
            sweep(mine)
            if end.snapshots == "delete":
                delete_snapshots(mine)
    left = residue(world, accounts, end.landscape, efs=end.efs, snapshots=end.snapshots)
    return Destroyed(tuple(there.ours(end.landscape)), left)


def _lock(end: End, there: Found) -> AbstractContextManager[Lease | None]:
    """The lock, as long as there is a bucket to keep it in."""
    if there.shelf is None:
        return nullcontext()
    return locked(there.shelf, end.holder, left=end.left, break_lock=end.break_lock)


def _accounts(landscape: Landscape, there: Found) -> list[str]:
    before = there.before.accounts.values() if there.before else ()
    found_in = (key.account for key in there.ours(landscape))
    every = dict.fromkeys((*landscape.accounts.values(), *before, *found_in))
    return [one for one in every if one != MANAGEMENT]


@dataclass(slots=True)
class _Ending:
    """One run, under the lock."""

    world: World
    end: End
    there: Found
    lease: Lease | None

    def all(self) -> None:
        """Everything but the bucket, then the bucket, in which the lock is."""
        ours = self.there.ours(self.end.landscape)
        bucket = ours.pop(artifacts_key(self.end.landscape.hub_account), None)
        quieten_all(self.world, ours, self._check)
        waves = going(ours.values(), self._known())
        run(self.world, wave_by_wave(waves), lambda key: self._stack(ours[key])).raise_first()
        if bucket is not None:
            self._check()
            if self.lease is not None:
                self.lease.forget()
            self._stack(bucket, last=True)

    def _check(self) -> None:
        if self.lease is not None:
            self.lease.refuse_if_lost()

    def _known(self) -> list[Stack]:
        """The stacks of the landscape, and of the one that was applied last."""
        landscapes = (self.there.before, self.end.landscape)
        composed = [self.end.compose(one) for one in landscapes if one is not None]
        return _each_once(stack for some in composed for stack in some)

    def _stack(self, there: Standing, *, last: bool = False) -> None:
        if not last:
            self._check()
        tags = tags_of(self.end.landscape)
        for studio in studios_of(self.world, there):
            delete(self.world, studio, efs=self.end.efs)
        for home in homes_of(there):
            settle_home(self.world, home, tags, efs=self.end.efs)
        if not there.in_progress:
            loosen(self.world, there)
        gone(self.world, there)


def _each_once(stacks: Iterable[Stack]) -> list[Stack]:
    return list({one.key: one for one in reversed(list(stacks))}.values())
