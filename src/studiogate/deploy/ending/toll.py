"""What `destroy` takes away for ever, told before anything of it is touched (S2-47)."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from studiogate.deploy.ending.homes import Home, homes_of, kept_homes
from studiogate.deploy.ending.kinds import Mine
from studiogate.deploy.ending.warehouses import last_snapshots
from studiogate.deploy.stack.standing import Standing, resources
from studiogate.deploy.world import World
from studiogate.foundation.stacks import StackKey

_TOLD: Final[Mapping[str, str]] = {
    "AWS::Cognito::UserPool": "user pool",
    "AWS::DynamoDB::Table": "table",
    "AWS::KMS::Key": "key",
    "AWS::Redshift::Cluster": "cluster",
    "AWS::RedshiftServerless::Namespace": "namespace",
    "AWS::S3::Bucket": "bucket",
    "AWS::SageMaker::Domain": "Studio domain",
}

LEAVES_SNAPSHOT: Final = frozenset(
    _TOLD[one] for one in ("AWS::Redshift::Cluster", "AWS::RedshiftServerless::Namespace")
)
"""Kinds of which a last snapshot is made when they go."""


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that holds what cannot be made again."""

    stack: StackKey
    kind: str
    """As `table`."""

    id: str


@dataclass(frozen=True, slots=True)
class Toll:
    """Everything that goes."""

    stacks: tuple[StackKey, ...]
    held: tuple[Held, ...]
    homes: tuple[Home, ...]
    """The file systems with home directories: kept or deleted, as is chosen."""

    snapshots: tuple[str, ...] = ()
    """Last snapshots that earlier runs left, as `444444444444/NAME`: as is chosen, too."""


def toll(
    world: World,
    there: Iterable[Standing],
    accounts: Iterable[str],
    tags: Mapping[str, str],
) -> Toll:
    """What goes with the stacks `there`, and what earlier runs kept in `accounts`.

    Raises:
        AwsError: something could not be read.
    """
    stacks, named = list(there), list(accounts)
    homes = [home for one in stacks for home in homes_of(one)]
    return Toll(
        stacks=tuple(one.key for one in stacks),
        held=tuple(
            Held(one.key, _TOLD[found["ResourceType"]], found["PhysicalResourceId"])
            for one in stacks
            for found in resources(world, one)
            if found["ResourceType"] in _TOLD
            and found.get("PhysicalResourceId")
            and found["ResourceStatus"] != "DELETE_COMPLETE"
        ),
        homes=(*homes, *_kept(world, named, tags, {one.file_system for one in homes})),
        snapshots=tuple(_snapshots(world, named, tags)),
    )


def _kept(
    world: World, accounts: Iterable[str], tags: Mapping[str, str], known: Collection[str]
) -> list[Home]:
    def of(account: str) -> list[Home]:
        with world.visit(account):
            found = (one["FileSystemId"] for one in kept_homes(world, account, tags))
            return [Home(account, "", one) for one in found if one not in known]

    with ThreadPoolExecutor(world.at_once, thread_name_prefix="homes") as threads:
        return [one for some in threads.map(of, accounts) for one in some]


def _snapshots(world: World, accounts: Iterable[str], tags: Mapping[str, str]) -> list[str]:
    def of(account: str) -> list[str]:
        with world.visit(account):
            found = last_snapshots(Mine(world, account, tags))
            return [f"{account}/{name}" for name, _ in found]

    with ThreadPoolExecutor(world.at_once, thread_name_prefix="snapshots") as threads:
        return [one for some in threads.map(of, accounts) for one in some]
