"""What is there before anything is done: stacks, the bucket, and the landscape applied last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studiogate.deploy.keep.applied import applied
from studiogate.deploy.keep.shelf import Shelf, artifacts_key
from studiogate.deploy.stack.standing import Standing, all_standing, standing, tags_of
from studiogate.deploy.world import Doing, World
from studiogate.foundation.stacks import Stack, StackKey
from studiogate.landscape.model import Landscape


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was read."""

    stacks: Mapping[StackKey, Standing]
    """Every stack with a name or a tag of studiogate's, other landscapes' among them."""

    shelf: Shelf | None
    """`None` before the first apply has made the bucket."""

    before: Landscape | None
    """The landscape as it was applied last."""

    def ours(self, landscape: Landscape) -> dict[StackKey, Standing]:
        """The stacks that carry the tags of `landscape`."""
        tags = tags_of(landscape)
        return {key: one for key, one in self.stacks.items() if one.of(tags)}

    def foreign(self, landscape: Landscape, wanted: Iterable[Stack]) -> tuple[StackKey, ...]:
        """Names of stacks of `landscape` that somebody else's stack has."""
        tags = tags_of(landscape)
        there = ((one.key, self.stacks.get(one.key)) for one in wanted)
        return tuple(
            key for key, one in there if one is not None and not one.empty and not one.of(tags)
        )


def found(world: World, landscape: Landscape) -> Found:
    """Read what is there, in every account of `landscape` and of the one applied last.

    Raises:
        DeployError: the landscape as applied last cannot be read.
        AwsError: something could not be read; then nothing is known.
        SettingsError: there are no credentials to ask with.
    """
    shelf = shelf_of(world, standing(world, artifacts_key(landscape.hub_account)))
    before = None if shelf is None else applied(shelf)
    accounts = list(landscape.accounts.values())
    if before is not None:
        accounts += before.accounts.values()
    world.tell(Doing("AWS", f"reading the stacks of {len(set(accounts)) + 1} accounts"))
    return Found(all_standing(world, accounts), shelf, before)


def shelf_of(world: World, there: Standing | None) -> Shelf | None:
    """The bucket of the artifacts stack, as far as it stands."""
    bucket = there.outputs.get("BucketName") if there else None
    return Shelf(world, there.key.account, bucket) if there and bucket else None
