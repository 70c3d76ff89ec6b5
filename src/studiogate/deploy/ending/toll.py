"""What `destroy` takes away for ever, told before anything of it is touched (S2-47)."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from studiogate.deploy.ending.homes import Home, homes_of, kept_homes
from studiogate.deploy.stack.standing import Standing, resources
from studiogate.deploy.world import World
from studiogate.foundation.stacks import StackKey

_TOLD: Final[Mapping[str, str]] = {
    "AWS::Cognito::UserPool": "user pool",
    "AWS::DynamoDB::Table": "table",
    "AWS::KMS::Key": "key",
    "AWS::Redshift::Cluster": "cluster, of which a last snapshot stays",
    "AWS::RedshiftServerless::Namespace": "namespace, of which a last snapshot stays",
    "AWS::S3::Bucket": "bucket",
    "AWS::SageMaker::Domain": "Studio domain",
}


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
    stacks = list(there)
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
        homes=(*homes, *_kept(world, accounts, tags, {one.file_system for one in homes})),
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
