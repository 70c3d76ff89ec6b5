"""VPC endpoints as moto's EC2 keeps them: which one serves a VPC, and what its policy says."""

from typing import NamedTuple

from moto.ec2.models import ec2_backends

from studiogate.local.iam.reading import read
from studiogate.policy.language import Kind, Policy


class Endpoint(NamedTuple):
    """One VPC endpoint."""

    id: str
    vpc_id: str
    policy: Policy
    """As it is now; a document that cannot be read denies everything."""


def endpoint_for(
    account: str, region: str, service_name: str, *, vpc_id: str | None = None
) -> Endpoint | None:
    """The endpoint of `account` for `service_name`, as `com.amazonaws.eu-west-1.sts`.

    `vpc_id` picks one VPC's.  `None` where there is none: then there is no way in.
    """
    backends = ec2_backends.get(account)
    if backends is None:
        return None
    for endpoint in list(backends[region].vpc_end_points.values()):
        in_vpc = vpc_id is None or endpoint.vpc_id == vpc_id
        # moto keeps what was deleted, and only says so.
        if endpoint.service_name == service_name and in_vpc and endpoint.state != "deleted":
            policy = read(endpoint.policy_document, kind=Kind.ENDPOINT, name=endpoint.id)
            return Endpoint(endpoint.id, endpoint.vpc_id, policy)
    return None


def vpc_of(account: str, region: str, cidr: str) -> str | None:
    """The id of the VPC of `account` that has `cidr`; `None` where there is none."""
    backends = ec2_backends.get(account)
    if backends is None:
        return None
    found = (one.id for one in list(backends[region].vpcs.values()) if one.cidr_block == cidr)
    return next(found, None)
