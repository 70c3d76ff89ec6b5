"""Every resource type the emulated CloudFormation knows; any other is refused by its name."""

from collections.abc import Iterable, Mapping
from itertools import chain

from studiogate.local.cloudformation.kind import Kind
from studiogate.local.cloudformation.kinds import (
    buckets,
    builds,
    dynamodb,
    ec2_dhcp,
    ec2_doors,
    ec2_networks,
    ec2_traffic,
    functions,
    iam,
    iam_policies,
    keys,
    logs,
    names,
    organizations,
    peering,
    pools,
    redshift,
    redshift_serverless,
    resolver,
    rest_api,
    rest_methods,
    secret,
    sharing,
    stages,
    studio,
    transit,
    watching,
)

_TABLES: tuple[Iterable[Kind], ...] = (
    buckets.KINDS,
    builds.KINDS,
    dynamodb.KINDS,
    ec2_dhcp.KINDS,
    ec2_doors.KINDS,
    ec2_networks.KINDS,
    ec2_traffic.KINDS,
    functions.KINDS,
    iam.KINDS,
    iam_policies.KINDS,
    keys.KINDS,
    logs.KINDS,
    names.KINDS,
    organizations.KINDS,
    peering.KINDS,
    pools.KINDS,
    redshift.KINDS,
    redshift_serverless.KINDS,
    resolver.KINDS,
    rest_api.KINDS,
    rest_methods.KINDS,
    secret.KINDS,
    sharing.KINDS,
    stages.KINDS,
    studio.KINDS,
    transit.KINDS,
    watching.KINDS,
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in chain.from_iterable(_TABLES)}
"""By the name a template has, as `AWS::EC2::VPC`."""
