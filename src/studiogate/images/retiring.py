"""Retiring: an image goes for good, everywhere, unless somebody runs it or relies on it.

First all of it is looked at, in every account; only if nothing holds it is anything done, and
then in the order AWS wants: lists, versions, image, configuration, what ECR has, repository
(S6-25).  What is gone already is what was wanted, so an interrupted run is gone on with.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from studiogate import names
from studiogate.errors import Absent, PlanRefused
from studiogate.images.attached.changing import Change, changed
from studiogate.images.attached.found import apps, every_studio, lists, other_mentions
from studiogate.images.attached.settings import pair_of
from studiogate.images.attached.spots import Spot
from studiogate.images.places import Place
from studiogate.images.published.known import config_deleted, image_deleted
from studiogate.images.published.repository import Repository
from studiogate.images.published.versions import deleted, gone, versions
from studiogate.images.world import Account, World, side_by_side

_AT_ONCE: Final = 100
"""Images that one BatchDeleteImage takes."""


@dataclass(frozen=True, slots=True)
class Here:
    """What there is of an image in one account."""

    place: Place
    changes: tuple[Change, ...] = ()
    """The lists it is to be taken out of."""

    held: tuple[str, ...] = ()
    """Who runs it or relies on it, in words."""

    things: tuple[str, ...] = ()
    """Versions, image, configuration, repository: what is to be deleted."""

    @property
    def nothing(self) -> bool:
        """Whether there is nothing of it."""
        return not (self.changes or self.held or self.things)


@dataclass(frozen=True, slots=True)
class Retired:
    """What was done in one account."""

    place: Place
    done: tuple[str, ...]
    left: tuple[str, ...] = field(default=())
    """What is there still; somebody made it meanwhile."""


def retirement(world: World, name: str, places: Sequence[Place]) -> tuple[Here, ...]:
    """What there is of `name` in each account.

    Raises:
        AwsError: AWS refused, or did not answer.
    """
    return tuple(side_by_side(lambda place: _here(world, name, place), places))


def refuse_while_held(name: str, found: Iterable[Here]) -> None:
    """Return if nobody runs the image or relies on it.

    Raises:
        PlanRefused: somebody does; with everybody who does.
    """
    held = [one for here in found for one in here.held]
    if held:
        raise PlanRefused(
            f"{name} is in use, and nothing was touched:\n" + "\n".join(held),
            remedy="Have them stop these apps and choose other images; what the landscape does "
            "not know, whoever made it has to change. `studiogate images detach` keeps new "
            "apps from using it meanwhile.",
            reason="image-in-use",
        )


def retire(world: World, name: str, found: Sequence[Here]) -> tuple[Retired, ...]:
    """Take `name` away wherever there is something of it; then look what is left.

    Raises:
        PlanRefused: somebody runs it or relies on it; nothing was touched.
        ImageError: AWS could not delete something, and why.
        AwsError: AWS refused, or did not answer.
    """
    refuse_while_held(name, found)
    there = [one for one in found if not one.nothing]
    for here in there:
        for change in here.changes:
            world.tell(f"{change.spot}: detaching {name}")
            changed(world, change)
    return tuple(_retired(world, name, here) for here in there)


def _here(world: World, name: str, place: Place) -> Here:
    world.tell(f"{place.account}: looking for {name} in {place.lob}")
    account = world.account(place.account)
    changes: list[Change] = []
    held: list[str] = []
    for studio, ours in every_studio(world, place):
        held += [f"{app} runs it" for app in apps(world, studio) if app.runs(name)[0]]
        held += [f"{one} names it" for one in other_mentions(world, studio, name)]
        for listed in lists(world, studio, people=True):
            pair = pair_of(listed.settings, name)
            if pair is not None and ours:
                changes.append(Change(listed.spot, name, pair, None))
            elif pair is not None:
                held.append(f"{_of(listed.spot)} has it, which the landscape does not know")
    return Here(place, tuple(changes), tuple(held), tuple(_things(account, name)))


def _of(spot: Spot) -> str:
    return f"{spot} in {spot.studio.account}"


def _things(account: Account, name: str) -> Iterator[str]:
    """What there is in an account, in the order it is deleted."""
    for version in versions(account, name):
        yield f"version {version.number}"
    if _is_there(account, "describe_image", ImageName=name):
        yield f"image {name}"
    config = names.app_image_config(name)
    if _is_there(account, "describe_app_image_config", AppImageConfigName=config):
        yield f"configuration {config}"
    repository = Repository(account, name)
    if repository.described() is not None:
        yield f"repository {repository.path}, {len(_pushed(repository))} × image"


def _is_there(account: Account, operation: str, **named: str) -> bool:
    try:
        account.ask("sagemaker", operation, about=" ".join(named.values()), **named)
    except Absent:
        return False
    return True


def _retired(world: World, name: str, here: Here) -> Retired:
    account = world.account(here.place.account)
    world.tell(f"{account.id}: deleting {name}")
    done = [f"detached from {change.spot}" for change in here.changes]
    numbers = [one.number for one in versions(account, name)]
    for number in numbers:
        deleted(account, name, number)
    for number in numbers:
        gone(account, name, number)
        done.append(f"version {number}")
    done += [f"image {name}"] * image_deleted(account, name)
    done += [f"configuration {names.app_image_config(name)}"] * config_deleted(account, name)
    done += _emptied(Repository(account, name))
    return Retired(here.place, tuple(done), tuple(_things(account, name)))


def _emptied(repository: Repository) -> Iterator[str]:
    """Delete what was pushed, then the repository, which has to be empty for it."""
    if repository.described() is None:
        return
    account, path = repository.account, repository.path
    pushed = _pushed(repository)
    for some in (pushed[n : n + _AT_ONCE] for n in range(0, len(pushed), _AT_ONCE)):
        account.ask(
            "ecr",
            "batch_delete_image",
            about=path,
            repositoryName=path,
            imageIds=[{"imageDigest": one} for one in some],
        )
    yield f"{len(pushed)} × image in {path}"
    account.ask("ecr", "delete_repository", about=path, repositoryName=path)
    yield f"repository {path}"


def _pushed(repository: Repository) -> list[str]:
    """Digests of everything in the repository."""
    try:
        found = repository.account.listed(
            "ecr",
            "describe_images",
            "imageDetails",
            about=repository.path,
            repositoryName=repository.path,
        )
    except Absent:
        return []
    return [str(one["imageDigest"]) for one in found]
