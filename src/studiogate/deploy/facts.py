"""What AWS knows of an account and no stack tells: asked there, for stacks that are told it."""

from collections.abc import Callable, Mapping
from typing import Final

from studiogate.aws.patience import asked
from studiogate.aws.session import paged
from studiogate.deploy.world import World
from studiogate.errors import DeployError
from studiogate.foundation.stacks import S3_PREFIX_LIST, Fact, Stack


def facts(world: World, stack: Stack) -> Mapping[str, str]:
    """What `stack` is told that AWS knows, by name; nothing is asked for one that is told none.

    Raises:
        DeployError: AWS has nothing of the kind.
        AwsError: it refused, or did not answer.
    """
    wanted = {one for one in stack.parameters.values() if isinstance(one, Fact)}
    return {one.name: _ASKING[one](world, stack.key.account) for one in wanted}


def _s3_prefix_list(world: World, account: str) -> str:
    """As a rule of a security group names Amazon S3 (S3-15)."""
    client, name = world.client(account, "ec2"), f"com.amazonaws.{world.region}.s3"
    filters = [
        {"Name": "prefix-list-name", "Values": [name]},
        {"Name": "owner-id", "Values": ["AWS"]},
    ]
    found = asked(
        world,
        "ec2:DescribeManagedPrefixLists",
        account,
        lambda: list(
            paged(client, "describe_managed_prefix_lists", "PrefixLists", Filters=filters)
        ),
    )
    if len(found) != 1:
        raise DeployError(
            f"{account}: EC2 shows {len(found)} prefix lists of AWS called {name}, not one",
            remedy="Look for it in the VPC console; without it no app reaches a bucket.",
        )
    return str(found[0]["PrefixListId"])


_ASKING: Final[Mapping[Fact, Callable[[World, str], str]]] = {S3_PREFIX_LIST: _s3_prefix_list}
