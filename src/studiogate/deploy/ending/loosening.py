"""What refuses to be deleted until somebody says so: tables, pools, and full buckets."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.stack.standing import Standing, resources
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent

_AT_ONCE: Final = 1000
"""Objects of one DeleteObjects (S3 API reference)."""

_Loosen = Callable[[World, str, str], None]


def loosen(world: World, there: Standing) -> None:
    """Prepare what a stack holds for being deleted with it; what is gone already is well.

    Raises:
        AwsError: AWS refused, or did not answer.
    """
    for one in resources(world, there):
        step = _STEPS.get(one["ResourceType"])
        physical = one.get("PhysicalResourceId")
        if step is not None and physical and one["ResourceStatus"] != "DELETE_COMPLETE":
            try:
                step(world, there.key.account, physical)
            except Absent:
                continue


def _table(world: World, account: str, name: str) -> None:
    client = world.client(account, "dynamodb")
    world.tell(Doing(f"{account}/{name}", "may be deleted"))
    asked(
        world,
        "dynamodb:UpdateTable",
        name,
        lambda: client.update_table(TableName=name, DeletionProtectionEnabled=False),
    )


def _pool(world: World, account: str, id_: str) -> None:
    client = world.client(account, "cognito-idp")
    world.tell(Doing(f"{account}/{id_}", "may be deleted"))
    asked(
        world,
        "cognito-idp:UpdateUserPool",
        id_,
        lambda: client.update_user_pool(UserPoolId=id_, DeletionProtection="INACTIVE"),
    )


def _bucket(world: World, account: str, name: str) -> None:
    """Every version of every object, and the marks of those that were deleted."""
    client = world.client(account, "s3")
    world.tell(Doing(f"{account}/{name}", "emptying"))
    while found := _versions(world, client, name):
        told = {"Objects": found[:_AT_ONCE], "Quiet": True}
        asked(
            world,
            "s3:DeleteObjectVersion",
            name,
            partial(client.delete_objects, Bucket=name, Delete=told),
        )


def _versions(world: World, client: Any, name: str) -> list[dict[str, str]]:
    answer = asked(
        world,
        "s3:ListBucketVersions",
        name,
        lambda: client.list_object_versions(Bucket=name),
    )
    found = [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]
    return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]


_STEPS: Final[Mapping[str, _Loosen]] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::Cognito::UserPool": _pool,
    "AWS::S3::Bucket": _bucket,
}
