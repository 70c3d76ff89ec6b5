"""Stacks that the landscape has no more: deleted, those that others need last."""

from collections.abc import Callable, Mapping, Sequence

from studiogate.deploy.ending.homes import homes_of, save_keys, settle_home
from studiogate.deploy.ending.loosening import loosen
from studiogate.deploy.ending.removed import DOMAIN
from studiogate.deploy.ending.studios import Studio, delete, quieten
from studiogate.deploy.running import run
from studiogate.deploy.stack.happened import Events
from studiogate.deploy.stack.settling import deleted, protect, settled
from studiogate.deploy.stack.standing import Standing, resources, standing
from studiogate.deploy.stack.values import told_domains
from studiogate.deploy.world import Doing, World
from studiogate.foundation.image_stacks import NAME as IMAGES
from studiogate.foundation.large_stacks import NAME as TEMPLATES
from studiogate.foundation.stacks import StackKey

Check = Callable[[], None]
"""Raises when the run must not go on."""


def leave(
    world: World,
    waves: Sequence[Sequence[Standing]],
    check: Check,
    *,
    tags: Mapping[str, str],
) -> None:
    """Delete the stacks, wave by wave; a domain is emptied first, and its file system kept.

    `tags` are put on what is kept.

    Raises:
        DeployError: one could not be deleted.
        AwsError: AWS refused, or did not answer.
    """
    there = {one.key: one for wave in waves for one in wave}
    quieten_all(world, there, check)

    def work(key: StackKey) -> None:
        check()
        for studio in studios_of(world, there[key]):
            delete(world, studio, efs="keep")
        for home in homes_of(there[key]):
            settle_home(world, home, tags, efs="keep")
        if key.name in {IMAGES, TEMPLATES}:
            # What was built, or sent, still lies there, and S3 keeps a full bucket.
            loosen(world, there[key])
        gone(world, there[key])

    run(world, wave_by_wave(waves), work).raise_first()
    for account in dict.fromkeys(one.key.account for one in there.values() if homes_of(one)):
        save_keys(world, account, tags)


def studios_of(world: World, there: Standing) -> list[Studio]:
    """The domains of a stack: those it tells of, and those it holds although it tells nothing.

    Raises:
        AwsError: its resources could not be read.
    """
    held = [
        one["PhysicalResourceId"]
        for one in resources(world, there)
        if one["ResourceType"] == DOMAIN
        and one.get("PhysicalResourceId")
        and one["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    ids = dict.fromkeys((*told_domains(there.outputs).values(), *held))
    return [Studio(there.key.account, id_) for id_ in ids]


def quieten_all(world: World, stacks: Mapping[StackKey, Standing], check: Check) -> None:
    """End what runs in every domain of the stacks, side by side.

    Raises:
        DeployError: something does not end.
        AwsError: AWS refused, or did not answer.
    """

    def work(key: StackKey) -> None:
        check()
        for studio in studios_of(world, stacks[key]):
            quieten(world, studio)

    run(world, dict.fromkeys(stacks, ()), work).raise_first()


def gone(world: World, there: Standing) -> None:
    """Delete one stack, whatever state it is in, and return when it is gone.

    Raises:
        StackFailed: it could not be deleted.
        AwsError: AWS refused, or did not answer.
    """
    world.tell(Doing(str(there.key), "deleting"))
    now: Standing | None = standing(world, there.key)
    if now is not None and now.in_progress:
        now = settled(world, there.key, now.id, Events(world, there.key, now.id))
    if now is None:
        return
    if now.protected:
        protect(world, now, protected=False)
    deleted(world, now)


def wave_by_wave(waves: Sequence[Sequence[Standing]]) -> dict[StackKey, list[StackKey]]:
    """Needs by which each wave waits for the whole of the one before."""
    before: list[StackKey] = []
    needs: dict[StackKey, list[StackKey]] = {}
    for wave in waves:
        needs |= dict.fromkeys((one.key for one in wave), before)
        before = [one.key for one in wave]
    return needs
