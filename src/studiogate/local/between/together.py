"""The services between accounts, put together: they share what is shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from studiogate.local.between.asking import Desk
from studiogate.local.between.pace import SETTLES, Clock, Pace
from studiogate.local.between.ram import operations as ram
from studiogate.local.between.ram.shares import Membership, Shares
from studiogate.local.between.resolver import (
    endpoints,
    logs,
    rule_associations,
    rules,
    tagging,
)
from studiogate.local.between.resolver.resolving import Resolving
from studiogate.local.between.transit.ec2 import Ec2
from studiogate.local.between.transit.network import Transit
from studiogate.local.between.transit.peerings import Peerings
from studiogate.local.between.zones import operations as zones
from studiogate.local.between.zones.zone import Zones
from studiogate.local.call import Service
from studiogate.local.iam.resource_policies import ResourcePolicy


@dataclass(frozen=True, slots=True)
class Between:
    """The services by signing name, and the stores that others may look into."""

    services: Mapping[str, Service]
    """`ec2`, `ram`, `route53`, `route53resolver`."""

    shares: Shares
    transit: Transit
    peerings: Peerings
    zones: Zones
    resolving: Resolving

    @property
    def resource_policies(self) -> Mapping[str, ResourcePolicy]:
        """What the guard asks about resources that are shared, by the prefix of the action."""
        return dict.fromkeys(("ec2", "ram", "route53resolver"), self.shares.policy_on)


def between(
    ec2: Service,
    organisation: Membership,
    clock: Clock,
    *,
    sharing: bool = False,
    settles: timedelta = SETTLES,
) -> Between:
    """Everything between accounts, in front of `ec2`, which keeps the VPCs.

    `sharing` is whether the organisation shares within itself from the start; AWS begins
    without, until its management account calls `EnableSharingWithAwsOrganization`.
    """
    pace = Pace(clock, settles)
    shares = Shares(pace, organisation, enabled=sharing)
    transit, peers = Transit(pace, shares), Peerings(pace)
    resolving, hosted = Resolving(pace, shares), Zones(pace)
    tables = (endpoints, rules, rule_associations, logs, tagging)
    offered = {name: one for table in tables for name, one in table.OPERATIONS.items()}
    services: dict[str, Service] = {
        "ec2": Ec2(ec2, transit, peers, (resolving.occupy,)),
        "ram": Desk("ram", shares, ram.OPERATIONS),
        "route53": Desk("route53", hosted, zones.OPERATIONS),
        "route53resolver": Desk("route53resolver", resolving, offered),
    }
    return Between(services, shares, transit, peers, hosted, resolving)
