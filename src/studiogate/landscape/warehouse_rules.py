"""What a warehouse may be made of, and how it may be reached and read.

Sources: Amazon Redshift Management Guide, "Node type details", "Redshift-managed VPC
endpoints", "Considerations when using Amazon Redshift Serverless" and "Compute capacity for
Amazon Redshift Serverless"; Redshift API reference, CreateCluster.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from studiogate.landscape.complaints import Finding
from studiogate.landscape.document import Path, dotted
from studiogate.landscape.model import Landscape, VpcNetwork
from studiogate.landscape.place import nearest
from studiogate.landscape.profiles import is_reserved
from studiogate.landscape.warehouse import Build, Warehouse
from studiogate.landscape.zones import first_zones

NODE_TYPES = {
    "ra3.large": 1,
    "ra3.xlplus": 1,
    "ra3.4xlarge": 2,
    "ra3.16xlarge": 2,
    "rg.large": 1,
    "rg.xlarge": 1,
    "rg.4xlarge": 1,
    "rg.12xlarge": 1,
    "dc2.large": 1,
    "dc2.8xlarge": 2,
}
"""Node types that a cluster can be made of, with the fewest nodes it has; for RG no least
number is documented."""

SERVERLESS_ZONES = 3
"""Zones that the subnets of a workgroup must be in."""

SERVERLESS_PREFIX = 26
"""The smallest VPC that is cut into so many subnets: the smallest subnet is a /28."""

SMALLEST_BASE, STEP, BIG_STEP, BIG = 4, 8, 32, 512
"""Base capacities are 4, and multiples of 8; beyond 512 multiples of 32."""

LONGEST_ROLES = 256
"""Characters of the tag by which Redshift is told the groups of a role, in all (IAM User Guide,
"Tags for IAM resources")."""

_CLUSTER = re.compile(r"[a-z](?:-?[a-z0-9]){0,62}\Z")
_GONE = ("ds2.", "dc1.", "ds1.")
_OLD = "dc2."


def warehouse_findings(landscape: Landscape) -> Iterator[Finding]:
    """Everything about the warehouses of `landscape` that Redshift would not do."""
    for name, one in landscape.warehouses.items():
        path: Path = ("warehouses", name)
        yield from _one_kind(path, one)
        yield from _identified(path, one)
        yield from _any_database(path, one)
        if one.build is not None:
            yield from _buildable(path, one, one.build)
            yield from _in_zones(landscape, one)
        yield from _reached(path, one)
        yield from _groups(path, one)
    yield from _twice(landscape)


def warehouse_advice(landscape: Landscape) -> Iterator[Finding]:
    """What is as it may be, and had better be otherwise; it stops nothing."""
    for name, one in landscape.warehouses.items():
        path: Path = ("warehouses", name)
        if one.build is not None and (one.build.node_type or "").startswith(_OLD):
            yield Finding(
                (*path, "build", "node_type"),
                "DC2 nodes are on their way out: AWS has announced their end",
                "Take ra3.large or an RG node: those can be reached by `endpoint`, too, and "
                "share data with other accounts by themselves.",
            )
        if one.any_database and any(
            other is not one and (other.account, other.cluster) == (one.account, one.cluster)
            for other in landscape.warehouses.values()
        ):
            yield Finding(
                (*path, "any_database"),
                "its readers may sign in to the other databases of the cluster, too",
                "Leave the key out: `studiogate.warehouse` names the database it asks for.",
            )
        if one.readers and not one.readable:
            yield Finding(
                path,
                "nobody can read it yet: the ARN of a workgroup holds an id that AWS makes up",
                "Write it down as `workgroup_id`; `aws redshift-serverless get-workgroup` says "
                "it.",
            )


def _one_kind(path: Path, one: Warehouse) -> Iterator[Finding]:
    if (one.cluster is None) == (one.workgroup is None):
        both = one.cluster is not None
        yield Finding(
            path,
            "it is both a cluster and a workgroup"
            if both
            else "it is neither a cluster nor a workgroup",
            "Give `cluster:` for a provisioned one or `workgroup:` for a serverless one.",
        )


def _identified(path: Path, one: Warehouse) -> Iterator[Finding]:
    here = (*path, "workgroup_id")
    if one.workgroup_id is not None and one.workgroup is None:
        yield Finding(here, "a cluster has none", "Leave the key out.")
    elif one.workgroup_id is not None and one.build is not None:
        yield Finding(
            here,
            "AWS gives it when `apply` builds the workgroup",
            "Leave the key out, or leave `build` out for a workgroup that is there already.",
        )


def _any_database(path: Path, one: Warehouse) -> Iterator[Finding]:
    if one.any_database and one.workgroup is not None:
        yield Finding(
            (*path, "any_database"),
            "passwords for a workgroup are asked for by a role of one's own",
            "Leave the key out; it is for clusters.",
        )


def _buildable(path: Path, one: Warehouse, build: Build) -> Iterator[Finding]:
    here = (*path, "build")
    if one.cluster is not None and one.workgroup is None:
        if not _CLUSTER.match(one.cluster):
            yield Finding(
                (*path, "cluster"),
                "no cluster can be called so",
                "Lower-case letters, digits and single inner hyphens, a letter first, at most "
                "63.",
            )
        yield from _misplaced(here, build, "a cluster", ("base_rpus",))
        yield from _nodes(here, build)
    elif one.workgroup is not None and one.cluster is None:
        if not _CLUSTER.match(one.workgroup):
            yield Finding(
                (*path, "workgroup"),
                "its last snapshot could not be called after it",
                "A letter first, and single inner hyphens; at most 63 characters.",
            )
        yield from _misplaced(here, build, "a workgroup", ("node_type", "nodes"))
        yield from _capacity(here, build)


def _misplaced(path: Path, build: Build, what: str, keys: tuple[str, ...]) -> Iterator[Finding]:
    for key in keys:
        if getattr(build, key) is not None:
            yield Finding((*path, key), f"{what} has none", "Leave the key out.")


def _nodes(path: Path, build: Build) -> Iterator[Finding]:
    node = build.node_type
    if node is None:
        yield Finding(
            (*path, "node_type"),
            "is missing: it says what a cluster is made of",
            "For example: `build: {node_type: ra3.large, nodes: 1}`.",
        )
    elif node.startswith(_GONE):
        yield Finding(
            (*path, "node_type"),
            f"there are no {node.partition('.')[0].upper()} nodes any more",
            "Take ra3.large or larger, or restore a snapshot of the old cluster into one.",
        )
    elif node not in NODE_TYPES:
        yield Finding(
            (*path, "node_type"),
            "Redshift has no such node type",
            f"{nearest(node, (*NODE_TYPES,))}One of {', '.join(NODE_TYPES)}.",
        )
    elif (build.nodes or 1) < NODE_TYPES[node]:
        yield Finding(
            (*path, "nodes"),
            f"a cluster of {node} has {NODE_TYPES[node]} nodes at least",
            f"For example: `nodes: {NODE_TYPES[node]}`; or take ra3.large for a single one.",
        )


def _capacity(path: Path, build: Build) -> Iterator[Finding]:
    base, here = build.base_rpus, (*path, "base_rpus")
    if base is None:
        yield Finding(
            here,
            "is missing: it says how large a workgroup is",
            "For example: `build: {base_rpus: 8}`.",
        )
    elif base != SMALLEST_BASE and base % (STEP if base <= BIG else BIG_STEP):
        yield Finding(
            here,
            f"{base} is no base capacity",
            f"{SMALLEST_BASE}, where the Region has it, or a multiple of {STEP} up to {BIG} "
            f"and of {BIG_STEP} beyond.",
        )


def _in_zones(landscape: Landscape, one: Warehouse) -> Iterator[Finding]:
    """A workgroup stands in three zones, and VPCs of ours in as many as the landscape says."""
    network = landscape.networks.get(one.network)
    if one.workgroup is None or not isinstance(network, VpcNetwork):
        return
    zones = landscape.availability_zones or first_zones(landscape.region)
    if len({*zones}) < SERVERLESS_ZONES:
        yield Finding(
            ("availability_zones",),
            f"{len({*zones})} zones are too few for the workgroup {one.workgroup!r}",
            f"Name {SERVERLESS_ZONES}: Redshift Serverless wants a subnet in each of as many.",
        )
    elif network.cidr.prefixlen > SERVERLESS_PREFIX:
        yield Finding(
            ("networks", one.network, "cidr"),
            f"a /{network.cidr.prefixlen} has no room for a subnet in each of "
            f"{SERVERLESS_ZONES} zones, which the workgroup {one.workgroup!r} needs",
            f"Give the VPC a /{SERVERLESS_PREFIX} at least, better a /24.",
        )


def _reached(path: Path, one: Warehouse) -> Iterator[Finding]:
    if one.reached_by != "endpoint":
        return
    here = (*path, "reached_by")
    if one.cluster is None:
        yield Finding(
            here,
            "a workgroup is reached by the network here",
            "Leave the key out: endpoints that Redshift manages are built for clusters alone.",
        )
    elif one.build is not None and (one.build.node_type or "").startswith(_OLD):
        yield Finding(
            here,
            "DC2 nodes have no endpoints that Redshift manages",
            "Take ra3.large or larger, or write `reached_by: network`.",
        )


def _groups(path: Path, one: Warehouse) -> Iterator[Finding]:
    for lob, groups in one.readers.items():
        here = (*path, "readers", lob)
        for n, group in enumerate(groups):
            if is_reserved(group):
                yield Finding(
                    (*here, n),
                    f"{group!r} is a reserved word of Redshift",
                    "Name a group that an administrator of the database has made.",
                )
        if len(":".join(groups)) > LONGEST_ROLES:
            yield Finding(
                here,
                f"these names have more than {LONGEST_ROLES} characters together",
                "Name fewer: Redshift is told them in one tag. One group may be granted what "
                "several were.",
            )


def _twice(landscape: Landscape) -> Iterator[Finding]:
    """Warehouses in one cluster or workgroup: several databases of it, and not much more."""
    same: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name, one in landscape.warehouses.items():
        kind = "cluster" if one.cluster is not None else "workgroup"
        same[one.account, kind, one.name_in_redshift].append(name)
    for (_, kind, called), some in same.items():
        for first, second in combinations(some, 2):
            why = _apart(landscape.warehouses[first], landscape.warehouses[second])
            if why:
                yield Finding(
                    ("warehouses", second, kind),
                    f"{called!r} is {dotted(('warehouses', first))} already, and {why}",
                    "Keep one of the two, or correct the name. Two databases of one "
                    f"{kind} may be two warehouses, where one of them has the `build`.",
                )


def _apart(one: Warehouse, other: Warehouse) -> str | None:
    """Why the two cannot both be in one cluster or workgroup."""
    if one.database == other.database:
        return "of the same database"
    if one.network != other.network:
        return "in another network"
    if one.build is not None and other.build is not None:
        return "both have a `build`"
    if "endpoint" in {one.reached_by, other.reached_by}:
        return "a cluster has one endpoint in a network"
    if one.workgroup_id != other.workgroup_id:
        return "of another `workgroup_id`"
    return None
