"""One change of one list of custom images, by merging: nobody else's change is lost unseen.

SageMaker has no conditional write, and replaces the list whole (S6-24).  So it is read again
right before it is written, nothing is written while SageMaker is at work on what somebody else
sent, and it is read once more when ours is done.  If our change is not there then, somebody who
had read before it has written after it: ours is merged into theirs.  If something of others is
not there any more that we sent, they took it away; that is said, and left as they want it.
"""

from dataclasses import dataclass
from typing import Any, Final

from studiogate.errors import ImageError, Invalid
from studiogate.images.attached.settings import LIST, Pair, merged, pair_of, pairs, without
from studiogate.images.attached.spots import Seen, Spot, seen, under_way, write
from studiogate.images.world import World

_TRIES: Final = 6
_CONFLICT: Final = ("ResourceInUse", "Conflict")
"""SageMaker is at work on what another sent (API reference, UpdateDomain)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one list is to have of an image: a pair, or nothing."""

    spot: Spot
    image: str
    before: Pair | None
    after: Pair | None

    @property
    def nothing(self) -> bool:
        """Whether it is so already."""
        return self.before == self.after

    def to(self, there: Seen) -> dict[str, Any]:
        """The settings that `there` becomes by it."""
        if self.after is not None:
            return merged(there.begun, self.after)
        left = without(there.settings, self.image)
        return left if self.spot.profile is None else _own_or_none(left, there)


@dataclass(frozen=True, slots=True)
class Changed:
    """How a change went."""

    change: Change
    written: int = 0
    """How often it was sent; more than once where others wrote at the same time."""

    taken: tuple[Pair, ...] = ()
    """What others took out of the list meanwhile."""

    added: tuple[Pair, ...] = ()
    """What others put into it meanwhile; it is there."""


def changed(world: World, change: Change) -> Changed:
    """Make one change, and see that it holds.

    Raises:
        ImageError: others write so often that it never holds; or the domain takes no change.
        AwsError: SageMaker refused, or did not answer.
    """
    there = first = seen(world, change.spot)
    written = 0
    for _ in range(_TRIES):
        if _holds(change, there):
            return _ended(change, written, first, there)
        again = seen(world, change.spot)
        if again != there:
            world.tell(f"{change.spot}: changed by somebody else meanwhile; merging again")
            there = again
            continue
        written += _written(world, change, there)
        there = seen(world, change.spot)
    if _holds(change, there):
        return _ended(change, written, first, there)
    raise ImageError(
        f"{change.spot}: others change it at the same time, {_TRIES} times over",
        remedy="Find out what else changes the domain (CloudTrail: UpdateDomain, "
        "UpdateUserProfile), and run the command again.",
    )


def _written(world: World, change: Change, there: Seen) -> bool:
    """Whether it was sent; `False` if SageMaker is at work on what another sent."""
    try:
        write(world, change.spot, change.to(there), there.beside)
    except Invalid as error:
        if not error.code.startswith(_CONFLICT) and not under_way(world, change.spot):
            raise
        world.tell(f"{change.spot}: SageMaker is at work on another change; waiting")
        return False
    return True


def _holds(change: Change, there: Seen) -> bool:
    """Whether it is so: a person has what the domain has, until they have a list of their own.

    What the domain has is not taken from one person alone.
    """
    looked_at = there.settings if change.after is None else there.begun
    return pair_of(looked_at, change.image) == change.after


def _ended(change: Change, written: int, first: Seen, last: Seen) -> Changed:
    before, now = _others(change, first), _others(change, last)
    return Changed(
        change,
        written,
        taken=tuple(one for one in before if one not in now) if written else (),
        added=tuple(one for one in now if one not in before) if written else (),
    )


def _others(change: Change, there: Seen) -> list[Pair]:
    return [one for one in pairs(there.begun) if one.image != change.image]


def _own_or_none(left: dict[str, Any], there: Seen) -> dict[str, Any]:
    """A person's settings; without a list where that is the domain's, and so follows it."""
    if pairs(left) == pairs(there.inherited):
        return {key: value for key, value in left.items() if key != LIST}
    return left
