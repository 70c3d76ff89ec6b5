"""The file systems with everybody's home directories: kept so that they can be found and read.

A domain that is gone leaves, with its file system, mount targets and two security groups in
the VPC, and no VPC goes before they do.  The key that the homes are under is deleted with its
stack; that deletion is taken back while somebody keeps the homes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.aws.session import paged
from studiogate.deploy.emptying import empty
from studiogate.deploy.ending.studios import Efs
from studiogate.deploy.patience import looks
from studiogate.deploy.stack.standing import Standing
from studiogate.deploy.stack.values import told_homes
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent, DeployError

_GROUPS: Final = ("security-group-for-inbound-nfs-{}", "security-group-for-outbound-nfs-{}")
"""What SageMaker makes beside a domain, and leaves (SageMaker Developer Guide, "Connect Studio
to external resources")."""


_PENDING_DAYS: Final = 30
"""Days in which somebody may still think better of it (KMS takes 7 to 30)."""


@dataclass(frozen=True, slots=True)
class Home:
    """The file system of one domain."""

    account: str
    domain_id: str
    """Empty for one that an earlier run kept."""

    file_system: str

    def __str__(self) -> str:
        """As `222222222222/fs-abc`."""
        return f"{self.account}/{self.file_system}"


def homes_of(there: Standing) -> list[Home]:
    """The file systems that a stack tells of."""
    account = there.key.account
    return [Home(account, id_, fs) for id_, fs in told_homes(there.outputs).items()]


def settle_home(world: World, home: Home, tags: Mapping[str, str], *, efs: Efs) -> None:
    """Keep the file system of a domain that is gone, or delete it.

    What it has in the VPC is taken away in either case.  A kept one is given `tags`, by which
    it is found when nothing else is left of its domain.

    Raises:
        DeployError: something of it does not end.
        AwsError: AWS refused, or did not answer.
    """
    client = world.client(home.account, "efs")
    told = [{"Key": name, "Value": value} for name, value in tags.items()]
    try:
        if efs == "keep":
            asked(
                world,
                "elasticfilesystem:TagResource",
                str(home),
                lambda: client.tag_resource(ResourceId=home.file_system, Tags=told),
            )
        _unmount(world, home)
        if efs == "delete":
            _delete(world, home)
    except Absent:
        """SageMaker has deleted it, or somebody else has."""
    _free_groups(world, home)


def kept_homes(world: World, account: str, tags: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The file systems in an account that carry `tags`, as DescribeFileSystems has them.

    Raises:
        AwsError: EFS refused, or did not answer.
    """
    client = world.client(account, "efs")
    found = asked(
        world,
        "elasticfilesystem:DescribeFileSystems",
        account,
        lambda: list(paged(client, "describe_file_systems", "FileSystems")),
    )
    return [one for one in found if tags.items() <= _tags(one).items()]


def delete_kept(world: World, account: str, tags: Mapping[str, str]) -> None:
    """Delete every file system that an earlier run kept, and have its key deleted.

    Raises:
        DeployError: something of it does not end.
        AwsError: AWS refused, or did not answer.
    """
    kms = world.client(account, "kms")
    for one in kept_homes(world, account, tags):
        home, key = Home(account, "", one["FileSystemId"]), one.get("KmsKeyId")
        _unmount(world, home)
        _delete(world, home)
        if key and _is_ours(world, kms, key, tags):
            world.tell(Doing(f"{account}/{key}", "will be deleted"))
            days = {"KeyId": key, "PendingWindowInDays": _PENDING_DAYS}
            asked(
                world,
                "kms:ScheduleKeyDeletion",
                key,
                partial(kms.schedule_key_deletion, **days),
            )


def save_keys(world: World, account: str, tags: Mapping[str, str]) -> None:
    """Take back the deletion of every key that a kept file system is under.

    Raises:
        AwsError: KMS or EFS refused, or did not answer.
    """
    kms = world.client(account, "kms")
    for one in kept_homes(world, account, tags):
        key = one.get("KmsKeyId")
        if not key:
            continue
        told = asked(world, "kms:DescribeKey", key, partial(kms.describe_key, KeyId=key))
        if told["KeyMetadata"]["KeyState"] == "PendingDeletion":
            about = f"{account}/{one['FileSystemId']}"
            world.tell(Doing(about, "keeping the key it is under"))
            asked(
                world,
                "kms:CancelKeyDeletion",
                key,
                partial(kms.cancel_key_deletion, KeyId=key),
            )
            asked(world, "kms:EnableKey", key, partial(kms.enable_key, KeyId=key))


def _is_ours(world: World, kms: Any, key: str, tags: Mapping[str, str]) -> bool:
    """Whether a key carries our tags, and is not on its way out already."""
    told = asked(world, "kms:DescribeKey", key, partial(kms.describe_key, KeyId=key))
    found = asked(
        world,
        "kms:ListResourceTags",
        key,
        lambda: list(paged(kms, "list_resource_tags", "Tags", KeyId=key)),
    )
    there = {one["TagKey"]: one["TagValue"] for one in found}
    going = told["KeyMetadata"]["KeyState"] == "PendingDeletion"
    return not going and tags.items() <= there.items()


def _unmount(world: World, home: Home) -> None:
    client = world.client(home.account, "efs")

    def there() -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = asked(
            world,
            "elasticfilesystem:DescribeMountTargets",
            str(home),
            lambda: list(
                paged(
                    client,
                    "describe_mount_targets",
                    "MountTargets",
                    FileSystemId=home.file_system,
                )
            ),
        )
        return found

    for one in there():
        if one["LifeCycleState"] not in {"deleting", "deleted"}:
            target = one["MountTargetId"]
            asked(
                world,
                "elasticfilesystem:DeleteMountTarget",
                str(home),
                partial(client.delete_mount_target, MountTargetId=target),
            )
    for _ in looks(world, within_s=world.stack_s):
        if not there():
            return
    raise DeployError(
        f"{home}: mount targets are still there after {world.stack_s:.0f} s",
        remedy="Look at the file system in the EFS console, and run the command again.",
    )


def _delete(world: World, home: Home) -> None:
    client = world.client(home.account, "efs")
    world.tell(Doing(str(home), "deleting the file system"))
    asked(
        world,
        "elasticfilesystem:DeleteFileSystem",
        str(home),
        lambda: client.delete_file_system(FileSystemId=home.file_system),
    )


def _free_groups(world: World, home: Home) -> None:
    """Delete the two groups; each names the other, so both are emptied before."""
    client = world.client(home.account, "ec2")
    names = [name.format(home.domain_id) for name in _GROUPS]
    filters = [{"Name": "group-name", "Values": names}]
    found = asked(
        world,
        "ec2:DescribeSecurityGroups",
        str(home),
        lambda: list(
            paged(client, "describe_security_groups", "SecurityGroups", Filters=filters)
        ),
    )
    for group in found:
        empty(world, client, group)
    for group in found:
        id_ = group["GroupId"]
        asked(
            world,
            "ec2:DeleteSecurityGroup",
            id_,
            partial(client.delete_security_group, GroupId=id_),
        )


def _tags(one: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in one.get("Tags", ())}
