"""What `destroy` takes away for ever, told before anything of it is touched (S2-47)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from studiogate.deploy.ending.homes import Home, homes_of
from studiogate.deploy.stack.standing import Standing, resources
from studiogate.deploy.world import World
from studiogate.foundation.stacks import StackKey

_TOLD: Final[Mapping[str, str]] = {
    "AWS::Cognito::UserPool": "user pool",
    "AWS::DynamoDB::Table": "table",
    "AWS::KMS::Key": "key",
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


def toll(world: World, there: Iterable[Standing]) -> Toll:
    """What goes with the stacks `there`.

    Raises:
        AwsError: something could not be read.
    """
    stacks = list(there)
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
        homes=tuple(home for one in stacks for home in homes_of(one)),
    )
