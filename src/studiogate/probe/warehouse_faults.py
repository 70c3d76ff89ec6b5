"""What has to be true of a warehouse, and of a domain that reads one, beside the way between.

Each finding says what to do; what is only to be considered is advice.
"""

from collections.abc import Iterator

from studiogate.landscape.model import Landscape, VpcNetwork
from studiogate.probe.warehouses import BY_PROFILE, Finding, Standing, Studio, Told, reading
from studiogate.reach.packets.crossing import NFS, to_internet
from studiogate.reach.packets.facts import Facts, inside
from studiogate.topology.endpoint_services import STS, shared_services

_RUNS = frozenset({"available", "AVAILABLE", "MODIFYING", "modifying"})
_GONE = ("dc1.", "ds1.", "ds2.")
_OLD = "dc2."
_SHARES = ("ra3.", "rg.")
_REDSHIFT = ".redshift"
_SOME = 3
"""Apps that are named; the rest is counted."""


def of_warehouse(landscape: Landscape, name: str, told: Told) -> Iterator[Finding]:
    """Every fault of the warehouse called `name`, and advice about it."""
    declared, standing = landscape.warehouses[name], told.warehouses.get(name)
    account = landscape.accounts[declared.account]
    where = f"account {account}"
    kind = "cluster" if declared.cluster is not None else "workgroup"
    if standing is None:
        yield Finding(
            name,
            where,
            f"there is no {kind} called {declared.name_in_redshift!r} in {landscape.region}",
            "`studiogate apply` makes it where the landscape says `build`; else correct its "
            "name or account. A warehouse is read in the Region of the landscape.",
        )
        return
    if standing.status not in _RUNS:
        what = f"the {kind} is {standing.status}"
        yield Finding(name, where, what, "Wait until it is available, or resume it.")
    if standing.public:
        yield Finding(
            name,
            where,
            f"the {kind} is publicly accessible",
            "Switch PubliclyAccessible off: notebooks reach it by private addresses.",
        )
    yield from _administered(landscape, name, where, standing)
    yield from _placed(landscape, name, standing, told.facts)
    yield from _exposed(name, standing, told.facts)
    yield from _nodes(name, where, standing)


def of_hub(landscape: Landscape, told: Told) -> Iterator[Finding]:
    """Endpoints by which notebooks ask for credentials, where the hub has none (F-63)."""
    needed = (STS, *(one for one in shared_services(landscape) if _REDSHIFT in one))
    for service in (one.format(region=landscape.region) for one in needed):
        if service not in told.services:
            yield Finding(
                next(reading(landscape))[0],
                f"account {landscape.hub_account}",
                f"the hub has no endpoint of {service} that is available",
                "`studiogate apply` makes it; without it a notebook gets no credentials, but "
                "by a way to the internet.",
            )


def of_domain(landscape: Landscape, domain: str, told: Told) -> Iterator[Finding]:
    """Every fault of a domain whose notebooks read warehouses, said of the first of them."""
    name = next(name for name, one in reading(landscape) if one == domain)
    account = landscape.accounts[landscape.lobs[landscape.domains[domain].lob].account]
    where = f"account {account}, domain {domain}"
    studio = told.studios.get(domain)
    if studio is None:
        what = "there is no such domain"
        yield Finding(name, where, what, "`studiogate apply` makes it; else correct its name.")
        return
    for what, remedy in (*_settings(studio), *_file_system(studio, told.facts)):
        yield Finding(name, where, what, remedy)


def _administered(
    landscape: Landscape, name: str, where: str, standing: Standing
) -> Iterator[Finding]:
    """Whether a reader is called like the administrator, and so would be it (S1-14)."""
    readers = landscape.warehouses[name].readers
    for person, one in landscape.people.items():
        profile = landscape.profile_of(person)
        if one.lob in readers and profile and profile == standing.administrator:
            yield Finding(
                name,
                where,
                f"the profile {profile!r} is called like the cluster's administrator: whoever "
                "opens it signs in as that user, who may do everything",
                "Give that person a profile of another name. A cluster's administrator cannot "
                "be renamed.",
            )


def _placed(
    landscape: Landscape, name: str, standing: Standing, facts: Facts
) -> Iterator[Finding]:
    """Whether it stands in the network that the landscape says."""
    network = landscape.warehouses[name].network
    declared, vpc = landscape.networks[network], facts.vpcs.get(standing.vpc)
    if vpc is None or not isinstance(declared, VpcNetwork):
        return
    if not inside(declared.cidr, vpc.cidrs):
        yield Finding(
            name,
            f"account {vpc.account}, {vpc.id}",
            f"it stands in {vpc.id} ({', '.join(map(str, vpc.cidrs))}), and the landscape says "
            f"{network} ({declared.cidr})",
            "Correct the network of the warehouse in the landscape, or its CIDR.",
        )


def _exposed(name: str, standing: Standing, facts: Facts) -> Iterator[Finding]:
    """A private subnet has no way to an internet gateway (S1-03 against S1-26, F-63)."""
    for subnet, route in to_internet(facts, standing.side):
        table = facts.table_of(subnet)
        yield Finding(
            name,
            f"account {facts.account_of(subnet.vpc)}, {table.id if table else subnet.id}",
            f"{subnet.id}, where it stands, is no private subnet: it has the route {route} to "
            "the internet",
            "Delete that route: neither notebooks nor Redshift need it. What loads from "
            "outside takes a NAT gateway, or an endpoint.",
        )


def _nodes(name: str, where: str, standing: Standing) -> Iterator[Finding]:
    """What the type of its nodes means for reading from another account (S1-02)."""
    node = standing.node_type
    if node.startswith(_GONE):
        what = f"{node} is a node type that Redshift has retired"
        yield Finding(name, where, what, "Restore a snapshot into ra3.large or an RG type.")
    elif node.startswith(_OLD):
        what = f"{node} is a node type on its way out: AWS has announced its end"
        remedy = "Move to ra3.large or an RG type, which can share data, too."
        yield Finding(name, where, what, remedy, advice=True)
    elif node.startswith(_SHARES):
        what = f"{node} can share its data with a warehouse in the readers' own account"
        remedy = "Consider a datashare where readers' load should not be this cluster's."
        yield Finding(name, where, what, remedy, advice=True)


def _settings(studio: Studio) -> Iterator[tuple[str, str]]:
    if studio.access != "VpcOnly":
        yield (
            f"its apps have {studio.access}, a way past the VPC",
            "Set AppNetworkAccessType to VpcOnly; Studio wants every app ended first.",
        )
    if studio.auth != "IAM":
        yield (
            f"it signs people in by {studio.auth}, and the gateway refuses such a domain",
            "Make it anew with AuthMode IAM: AWS does not change it afterwards.",
        )
    if studio.identity != BY_PROFILE:
        what = (
            f"ExecutionRoleIdentityConfig is {studio.identity or 'DISABLED'}: notebooks have "
            "no source identity, and every reader role refuses them"
        )
        yield what, f"{_end(studio.apps)}set it to {BY_PROFILE}; `studiogate apply` does."


def _end(apps: tuple[str, ...]) -> str:
    """What to do before AWS lets the setting be changed (S1-09)."""
    if not apps:
        return "No app runs, so "
    more = f" and {len(apps) - _SOME} more" if len(apps) > _SOME else ""
    return f"End the apps that run ({', '.join(apps[:_SOME])}{more}), then "


def _file_system(studio: Studio, facts: Facts) -> Iterator[tuple[str, str]]:
    """Whether apps may mount the homes of their people (S1-27).

    SageMaker Developer Guide, "Connect Studio in a VPC to external resources".
    """
    groups = [facts.groups[one] for one in studio.groups if one in facts.groups]
    blocks = [
        block
        for group in groups
        for rule in group.go
        if rule.carries(NFS)
        for block in rule.blocks
    ]
    subnets = studio.side.among(facts)
    if groups and not all(inside(one.cidr, blocks) for one in subnets):
        what = (
            f"none of its security groups lets TCP {NFS} (NFS) out to its own subnets: apps "
            "cannot mount people's homes, and do not start"
        )
        yield what, f"Add the egress rule TCP {NFS} to the VPC's CIDR to {groups[0].id}."
