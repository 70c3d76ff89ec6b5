"""What is left of a landscape in its accounts, looked for kind by kind.

Ours is what carries the landscape's tags, or, where a kind has none, a name that only we give.
What could not be looked at is told as well: nothing seen is not nothing there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

from studiogate.deploy.ending.homes import kept_homes
from studiogate.deploy.ending.images import IMAGES
from studiogate.deploy.ending.kinds import KINDS, ORGANISATION, Kind, Mine
from studiogate.deploy.ending.studios import Efs
from studiogate.deploy.ending.warehouses import LOG, SNAPSHOT, WAREHOUSES, Snapshots, built
from studiogate.deploy.stack.standing import all_standing, tags_of
from studiogate.deploy.world import Doing, World
from studiogate.errors import AwsError
from studiogate.foundation.stacks import MANAGEMENT
from studiogate.landscape.model import Landscape

State = Literal["left", "kept", "going"]

_PATIENCE_S = 30.0
"""Seconds a call that only looks is tried again for."""


@dataclass(frozen=True, slots=True)
class Left:
    """One thing that is there still."""

    account: str
    kind: str
    id: str
    state: State
    """`kept` on purpose; `going` by itself, as a key that waits for its deletion."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be looked at."""

    account: str
    kind: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Residue:
    """Everything that is left."""

    things: tuple[Left, ...]
    unseen: tuple[Unseen, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing is left but what is kept on purpose or goes by itself."""
        return not self.unseen and all(one.state != "left" for one in self.things)


def residue(
    world: World,
    accounts: Iterable[str],
    landscape: Landscape,
    *,
    efs: Efs,
    snapshots: Snapshots = "keep",
) -> Residue:
    """What is left of `landscape` in `accounts` and in the organisation.

    `efs` says whether file systems with home directories are kept on purpose, and `snapshots`
    whether last snapshots of warehouses are.
    """
    world = replace(world, throttled_s=_PATIENCE_S)
    keeps = {"file system": efs == "keep", SNAPSHOT: snapshots == "keep", LOG: True}
    looking = _Looking(world, tags_of(landscape), efs, keeps, built(landscape))
    named = list(accounts)
    world.tell(Doing("AWS", f"looking for what is left in {len(named) + 1} accounts"))
    with ThreadPoolExecutor(world.at_once, thread_name_prefix="residue") as threads:
        found = [one for some in threads.map(looking.account, named) for one in some]
    found += looking.kinds(MANAGEMENT, ORGANISATION)
    found += looking.stacks(named)
    return Residue(
        tuple(one for one in found if isinstance(one, Left)),
        tuple(one for one in found if isinstance(one, Unseen)),
    )


@dataclass(frozen=True, slots=True)
class _Looking:
    world: World
    tags: Mapping[str, str]
    efs: Efs
    keeps: Mapping[str, bool]
    """Words of kinds that may be kept on purpose, and whether they are."""

    built: Mapping[str, frozenset[str]]

    def account(self, account: str) -> list[Left | Unseen]:
        """What is left in one account, but for stacks."""
        with self.world.visit(account):
            found = self.kinds(account, (*KINDS, *WAREHOUSES, *IMAGES))
            return [self._kept_key(one) if isinstance(one, Left) else one for one in found]

    def kinds(self, account: str, kinds: Sequence[Kind]) -> list[Left | Unseen]:
        """What is left of some kinds; one that cannot be looked at does not hide the others."""
        found: list[Left | Unseen] = []
        for kind in kinds:
            try:
                found += self._kind(account, kind)
            except AwsError as error:
                found.append(Unseen(account, kind.word, str(error), error.remedy))
        return found

    def stacks(self, accounts: Iterable[str]) -> list[Left | Unseen]:
        """The stacks that are left."""
        try:
            there = all_standing(self.world, accounts).values()
        except AwsError as error:
            return [Unseen("every account", "stack", str(error), error.remedy)]
        return [
            Left(one.key.account, "stack", one.key.name, "left", one.status)
            for one in there
            if one.of(self.tags)
        ]

    def _kind(self, account: str, kind: Kind) -> Iterator[Left]:
        here = self.built.get(account, frozenset())
        for id_, detail in kind.find(Mine(self.world, account, self.tags, here)):
            yield Left(account, kind.word, id_, self._state(kind, detail), detail)

    def _state(self, kind: Kind, detail: str) -> State:
        if self.keeps.get(kind.word, False):
            return "kept"
        return "going" if kind.word == "key" and detail else "left"

    def _kept_key(self, one: Left) -> Left:
        """A key that a kept file system is under is kept, too; no other is."""
        if one.kind != "key" or one.state != "left" or self.efs != "keep":
            return one
        try:
            homes = kept_homes(self.world, one.account, self.tags)
        except AwsError:
            return one
        under = {str(home.get("KmsKeyId", "")).rpartition("/")[2] for home in homes}
        return replace(one, state="kept") if one.id in under else one
