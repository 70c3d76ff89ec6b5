"""Taking away every rule of a security group; one that has none is left alone."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.world import World

_RULES: Final = (("IpPermissions", "ingress"), ("IpPermissionsEgress", "egress"))


def has_rules(group: Mapping[str, Any]) -> bool:
    """Whether a group, as DescribeSecurityGroups has it, lets anything through."""
    return any(group.get(key) for key, _ in _RULES)


def empty(world: World, client: Any, group: Mapping[str, Any]) -> None:
    """Revoke every rule of `group`, as DescribeSecurityGroups has it.

    Raises:
        AwsError: EC2 refused, or did not answer.
    """
    for key, way in _RULES:
        if rules := group.get(key):
            revoke = getattr(client, f"revoke_security_group_{way}")
            asked(
                world,
                f"ec2:RevokeSecurityGroup{way.title()}",
                group["GroupId"],
                partial(revoke, GroupId=group["GroupId"], IpPermissions=rules),
            )
