"""Which names are private, who sees them, and how everybody else comes to ask.

The hub sees the zones.  Other VPCs have forwarding rules, and corporate DNS servers forward
zones, to the inbound resolver, which sees what the hub sees (S2-04).  No rule is for the hub
itself: it would send each question round in a circle (F-31; Route 53 Developer Guide, "Avoid
loop configurations with Resolver endpoints").

What only notebooks use is asked for by the VPCs they are in, and by nobody else.

Each zone is no wider than it must be.  AWS's private DNS for API Gateway would take over every
API of the Region (F-30), so the API has a zone of its own, by its whole name.
"""

from collections.abc import Collection, Iterable, Mapping
from ipaddress import IPv4Network

from studiogate import names
from studiogate.topology.endpoint_services import (
    DYNAMODB,
    EXECUTE_API,
    HOST,
    SAGEMAKER_API,
    STS,
    STUDIO,
    WILDCARD,
)
from studiogate.topology.parts import (
    DNS,
    RESOLVER,
    Admission,
    Corporate,
    CorporateForward,
    Forwarding,
    Part,
    Place,
    Resolver,
    RuleAssociation,
    Vpc,
    Zone,
    ZoneAssociation,
)


def service_name(region: str, api: str, service: str) -> str:
    """The name a client asks for to reach `service`; for Studio, what all its names end in.

    Source: the services' endpoints in the AWS General Reference; for Studio the SageMaker
    Developer Guide, "Connect to Studio through an interface VPC endpoint".
    """
    suffix = names.dns_suffix(region)
    if service in HOST:
        return f"{HOST[service]}.{region}.{suffix}"
    return {
        STS: f"sts.{region}.{suffix}",
        SAGEMAKER_API: f"api.sagemaker.{region}.{suffix}",
        STUDIO: f"studio.{region}.{names.studio_suffix(region)}",
        EXECUTE_API: f"{api}.execute-api.{region}.{suffix}",
        DYNAMODB: f"dynamodb.{region}.{suffix}",
    }[service]


def zones_of(region: str, api: str, services: Iterable[str]) -> tuple[Zone, ...]:
    """The private zones of `services`; that of the private API is for `api`, its id."""
    return tuple(
        Zone(service_name(region, api, service), service, wildcard=service in WILDCARD)
        for service in services
    )


def served(
    zones: Iterable[Zone],
    known: Mapping[str, Place],
    *,
    hub: str,
    resolver: Resolver,
    apps: Collection[str] = (),
) -> tuple[Part, ...]:
    """Everything by which the networks of `known` come to see `zones`.

    `apps` are the VPCs that notebooks are in.
    """
    found = (*zones,)
    everybodys = [zone.name for zone in found if zone.service not in HOST]
    corporate = [place for place in known.values() if isinstance(place, Corporate)]
    others = [place.name for place in known.values() if isinstance(place, Vpc)]
    others.remove(hub)
    servers = [server for place in corporate for server in place.dns_servers]
    asking = dict.fromkeys((*resolver.outbound, *servers))
    return (
        *(Admission(RESOLVER, IPv4Network(address), DNS) for address in asking),
        *(ZoneAssociation(zone.name, hub) for zone in found),
        *(Forwarding(zone.name) for zone in found),
        *(RuleAssociation(name, vpc) for vpc in others for name in everybodys),
        *(
            RuleAssociation(zone.name, vpc)
            for vpc in others
            if vpc in apps
            for zone in found
            if zone.service in HOST
        ),
        *(
            CorporateForward(name, place.name)
            for place in corporate
            if place.dns_servers
            for name in everybodys
        ),
    )
