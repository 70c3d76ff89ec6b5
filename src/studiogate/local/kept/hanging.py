"""What still hangs on what somebody is about to delete: moto would let it go, and AWS does not.

Refusals in EC2's and Cognito's words (EC2 API Reference, "Error codes": DependencyViolation,
InvalidIPAddress.InUse).  What hangs at a transit gateway or a peering is looked at elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.cognitoidp.models import cognitoidp_backends
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends

from studiogate.local.call import ApiCall, ApiError

_ENDED = frozenset({"deleted", "terminated"})


def hold(call: ApiCall) -> None:
    """Return if nothing hangs on what `call` would delete.

    Raises:
        ApiError: in AWS's words.
    """
    check = _CHECKS.get((call.service, call.operation))
    if check is not None:
        check(call)


def _ec2(call: ApiCall) -> Any:
    return ec2_backends[call.account][call.region]


def _subnet(call: ApiCall) -> None:
    subnet = str(call.params.get("SubnetId"))
    if any(subnet in subnets for subnets, _ in _things(_ec2(call))):
        raise _depends(f"The subnet '{subnet}' has dependencies and cannot be deleted.")


def _vpc(call: ApiCall) -> None:
    backend, vpc = _ec2(call), str(call.params.get("VpcId"))
    groups = [one.name for one in list(backend.groups.get(vpc, {}).values())]
    attached = [one for one in list(backend.internet_gateways.values()) if _of(one.vpc) == vpc]
    endpoints = [one for one in _standing(backend.vpc_end_points) if one.vpc_id == vpc]
    if set(groups) - {"default"} or attached or endpoints:
        raise _depends(f"The vpc '{vpc}' has dependencies and cannot be deleted.")


def _group(call: ApiCall) -> None:
    backend, group = _ec2(call), str(call.params.get("GroupId"))
    used = any(group in groups for _, groups in _things(backend))
    named = {
        rule.source_group.get("GroupId") for owner, rule in _rules(backend) if owner != group
    }
    if used or group in named:
        raise _depends(f"resource {group} has a dependent object")


def _gateway(call: ApiCall) -> None:
    """Public addresses of the VPC lead nowhere without its gateway."""
    backend, vpc = _ec2(call), str(call.params.get("VpcId"))
    nat = [one for one in _standing(backend.nat_gateways) if one.connectivity_type != "private"]
    if any(one.vpc_id == vpc for one in nat):
        raise _depends(
            f"Network {vpc} has some mapped public address(es). Please unmap those public "
            "address(es) before detaching the gateway."
        )


def _address(call: ApiCall) -> None:
    backend, allocation = _ec2(call), str(call.params.get("AllocationId"))
    used = {
        address.get("allocationId")
        for nat in _standing(backend.nat_gateways)
        for address in nat.address_set
    }
    if allocation in used:
        raise ApiError(
            "InvalidIPAddress.InUse", f"The address with allocation id {allocation} is in use."
        )


def _prefix_list(call: ApiCall) -> None:
    backend, prefix_list = _ec2(call), str(call.params.get("PrefixListId"))
    if any(rule.prefix_list_id == prefix_list for _, rule in _rules(backend)):
        raise _depends(f"The prefix list '{prefix_list}' is in use and cannot be deleted.")


def _pool(call: ApiCall) -> None:
    backend, pool = (
        cognitoidp_backends[call.account][call.region],
        call.params.get("UserPoolId"),
    )
    domains = list(backend.user_pool_domains.values())
    if any(one.user_pool_id == pool for one in domains):
        raise ApiError(
            "InvalidParameterException",
            "User pool cannot be deleted. It has a domain configured that should be deleted "
            "first.",
        )


def _things(backend: Any) -> Iterator[tuple[set[str], set[str]]]:
    """Subnets and security groups of all that stands in a subnet."""
    for endpoint in _standing(backend.vpc_end_points):
        yield set(endpoint.subnet_ids or ()), set(endpoint.security_group_ids or ())
    for nat in _standing(backend.nat_gateways):
        yield {nat.subnet_id}, set()
    for instance in list(backend.all_instances()):
        if instance.state not in _ENDED:
            yield {instance.subnet_id}, {_of(group) for group in instance.security_groups}

    # What keeps the subnets of a Studio domain whose homes were retained (S2-47).
    kept = efs_backends[backend.account_id][backend.region_name].mount_targets_by_id
    for target in list(kept.values()):
        yield {target.subnet_id}, set(target.security_groups or ())


def _rules(backend: Any) -> Iterator[tuple[str, Any]]:
    """Every rule with the group it is in."""
    for groups in list(backend.groups.values()):
        for group in list(groups.values()):
            for rule in (*group.ingress_rules, *group.egress_rules):
                yield group.id, rule


def _standing(things: Mapping[str, Any]) -> list[Any]:
    return [one for one in list(things.values()) if one.state not in _ENDED]


def _of(thing: Any) -> str:
    return str(getattr(thing, "id", thing))


def _depends(message: str) -> ApiError:
    return ApiError("DependencyViolation", message)


_CHECKS: Mapping[tuple[str, str], Callable[[ApiCall], None]] = {
    ("cognito-idp", "DeleteUserPool"): _pool,
    ("ec2", "DeleteManagedPrefixList"): _prefix_list,
    ("ec2", "DeleteSecurityGroup"): _group,
    ("ec2", "DeleteSubnet"): _subnet,
    ("ec2", "DeleteVpc"): _vpc,
    ("ec2", "DetachInternetGateway"): _gateway,
    ("ec2", "ReleaseAddress"): _address,
}
