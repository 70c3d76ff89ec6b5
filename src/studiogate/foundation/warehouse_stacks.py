"""The stacks of warehouses: doors and readers, what is built, and endpoints in readers' VPCs.

A cluster is told its doors, so it goes before them; an endpoint stands after it was granted,
and goes before that (S1-35).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.notebook_library import endpoint_name
from studiogate.foundation.stacks import (
    LONGEST_BODY,
    S3_PREFIX_LIST,
    Output,
    Stack,
    StackKey,
    Template,
    Value,
)
from studiogate.foundation.templates import cluster, workgroup
from studiogate.foundation.templates.managed_endpoint import managed_endpoint
from studiogate.foundation.templates.own_readers import own_readers
from studiogate.foundation.templates.people import SPREAD, spread_over
from studiogate.foundation.templates.warehouse import READERS, warehouse
from studiogate.landscape.model import Landscape
from studiogate.landscape.warehouse import Build, Warehouse
from studiogate.topology.attached import lob_account
from studiogate.topology.ids import built_workgroups
from studiogate.topology.roles import Reads, profiles, reads

BUILT = "studiogate-cluster"
"""What stacks that hold data of a warehouse begin with; so do the last snapshots of it."""

_GRANTED = 60
"""Accounts in one template of grants, each with two of its 200 parameters."""


def warehouse_stacks(landscape: Landscape, network: NetworkPlan) -> Iterator[Stack]:
    """Every stack about the warehouses of `landscape`, whose network is `network`."""
    plan = _Plan(landscape, network)
    for name in landscape.warehouses:
        yield from plan.of(name)


def workgroup_ids(landscape: Landscape) -> dict[str, Output]:
    """What gives the id of every workgroup of our making, by warehouse."""
    return {
        name: Output(_built_key(landscape, name), "WorkgroupId")
        for name in built_workgroups(landscape)
    }


def _built_key(landscape: Landscape, name: str) -> StackKey:
    account = landscape.accounts[landscape.warehouses[name].account]
    return StackKey(account, f"{BUILT}-{name}")


@dataclass(frozen=True, slots=True)
class _Plan:
    landscape: Landscape
    network: NetworkPlan

    def of(self, name: str) -> Iterator[Stack]:
        """The stacks of one warehouse."""
        declared = self.landscape.warehouses[name]
        found = [one for one in reads(self.landscape) if one.warehouse == name]
        if found or declared.build is not None:
            yield from self._readers(name, declared, found)
        if declared.build is not None:
            yield self._built(name, declared, declared.build)
        if declared.workgroup is not None:
            for one in found:
                yield from self._own_readers(one)
        if declared.reached_by == "endpoint":
            yield from self._endpoints(name, declared, found)

    def _account(self, declared: Warehouse) -> str:
        return self.landscape.accounts[declared.account]

    def _door_key(self, name: str) -> StackKey:
        account = self._account(self.landscape.warehouses[name])
        return StackKey(account, f"studiogate-warehouse-{name}")

    def _readers(self, name: str, declared: Warehouse, found: list[Reads]) -> Iterator[Stack]:
        """The door, and the roles of lobs that have one role together."""
        roles = [one for one in found if one.cluster is not None]
        cidrs = [self.network.vpc(one).cidr for one in self._coming(declared, found)]
        key = self._door_key(name)
        for number, start in enumerate(range(0, len(roles) or 1, READERS)):
            part = [
                (one, lob_account(self.landscape, one.lob)) for one in roles[start:][:READERS]
            ]
            first = number == 0
            loads = first and declared.build is not None
            yield Stack(
                StackKey(key.account, _counted(key.name, number)),
                warehouse(name, part, cidrs if first else (), door=first, loads=loads),
                self._told_door(declared) if first else {},
                # IAM takes no trust in a role that is not there.
                after=tuple(_studio(account) for _, account in part),
            )

    def _told_door(self, declared: Warehouse) -> dict[str, Value]:
        """What the door of a warehouse is told: what we build is loaded from buckets."""
        told: dict[str, Value] = {"VpcId": self.network.output(declared.network, "VpcId")}
        if declared.build is not None:
            told[S3_PREFIX_LIST.name] = S3_PREFIX_LIST
        return told

    def _coming(self, declared: Warehouse, found: list[Reads]) -> list[str]:
        """The VPCs whose packets come to the warehouse itself, and not to an endpoint."""
        every = self._networks(found)
        by_endpoint = declared.reached_by == "endpoint"
        return [one for one in every if one == declared.network or not by_endpoint]

    def _networks(self, found: list[Reads]) -> list[str]:
        """The VPCs that notebooks of these readers are in, each once."""
        lobs = {one.lob for one in found}
        domains = self.landscape.domains.values()
        return [*dict.fromkeys(one.network for one in domains if one.lob in lobs)]

    def _built(self, name: str, declared: Warehouse, build: Build) -> Stack:
        """What `apply` builds, behind the doors of all warehouses that are in it."""
        told: dict[str, Value] = {
            "Database": declared.database,
            "SubnetIds": self.network.output(declared.network, "SubnetIds"),
            "SecurityGroupIds": self._doors(declared),
        }
        if declared.workgroup is not None:
            told |= {"WorkgroupName": declared.workgroup, "BaseRpus": str(build.base_rpus)}
            template, keeps = workgroup.workgroup(), workgroup.KEEPS
        else:
            nodes = build.nodes or 1
            told |= {"ClusterName": str(declared.cluster), "NodeType": str(build.node_type)}
            told |= {"Nodes": str(nodes)} if nodes > 1 else {}
            relocates = declared.reached_by == "endpoint"
            template = cluster.cluster(several=nodes > 1, relocates=relocates)
            keeps = cluster.KEEPS
        return Stack(_built_key(self.landscape, name), template, told, keeps=keeps)

    def _doors(self, declared: Warehouse) -> tuple[Output, ...]:
        """The doors of the warehouses in the same cluster or workgroup: databases of it."""
        read = {one.warehouse for one in reads(self.landscape)}
        return tuple(
            Output(self._door_key(name), "SecurityGroupId")
            for name, one in self.landscape.warehouses.items()
            if (one.account, one.cluster, one.workgroup)
            == (declared.account, declared.cluster, declared.workgroup)
            if one.build is not None or name in read
        )

    def _own_readers(self, one: Reads) -> Iterator[Stack]:
        """A role for everybody of a lob who reads a workgroup."""
        account = lob_account(self.landscape, one.lob)
        declared = self.landscape.warehouses[one.warehouse]
        ids = workgroup_ids(self.landscape)
        id_: Value = declared.workgroup_id or ids[one.warehouse]
        # Names have single hyphens only, so that no other pair has this name.
        name = f"studiogate-readers-{one.warehouse}--{one.lob}"
        places, templates = _fitting(one, account, profiles(self.landscape).get(one.lob, ()))
        keys = {n: StackKey(one.account, _counted(name, n)) for n in templates}
        for number, template in templates.items():
            # Who moves to another stack as they become more goes from the old one first.
            older = {
                number % SPREAD**n for n in range(places.bit_length()) if SPREAD**n < places
            }
            after = tuple(keys[one] for one in sorted(older) if one in keys and one != number)
            yield Stack(
                keys[number], template, {"WorkgroupId": id_}, after=(_studio(account), *after)
            )

    def _endpoints(self, name: str, declared: Warehouse, found: list[Reads]) -> Iterator[Stack]:
        """Grants for the accounts of readers, and an endpoint in each of their VPCs."""
        there = [one for one in self._networks(found) if one != declared.network]
        account = self._account(declared)
        abroad: dict[str, list[str]] = {}
        for one in there:
            abroad.setdefault(self.network.vpc(one).account, []).append(one)
        abroad.pop(account, None)
        grants = {one: n // _GRANTED for n, one in enumerate(abroad)}
        keys = [
            StackKey(account, _counted(f"studiogate-granted-{name}", n))
            for n in sorted({*grants.values()})
        ]
        for n, key in enumerate(keys):
            part = {one: abroad[one] for one, number in grants.items() if number == n}
            yield Stack(
                key, cluster.granted(len(part)), self._grants(declared, part), self._up(name)
            )
        for one in there:
            home = self.network.vpc(one).account
            after = (keys[grants[home]],) if home in grants else self._up(name)
            yield self._endpoint(name, declared, one, after)

    def _grants(self, declared: Warehouse, part: dict[str, list[str]]) -> dict[str, Value]:
        told: dict[str, Value] = {"ClusterName": str(declared.cluster)}
        for n, (account, networks) in enumerate(part.items(), start=1):
            told[f"Reader{n}"] = account
            told[f"ReaderVpcIds{n}"] = tuple(
                self.network.output(one, "VpcId") for one in networks
            )
        return told

    def _up(self, name: str) -> tuple[StackKey, ...]:
        """What has to stand before anybody is let into the cluster: itself, if it is ours."""
        declared = self.landscape.warehouses[name]
        return (_built_key(self.landscape, name),) if declared.build is not None else ()

    def _endpoint(
        self, name: str, declared: Warehouse, there: str, after: tuple[StackKey, ...]
    ) -> Stack:
        place, account = self.network.vpc(there), self._account(declared)
        told: dict[str, Value] = {
            "ClusterName": str(declared.cluster),
            "EndpointName": endpoint_name(name, there),
            "VpcId": self.network.output(there, "VpcId"),
            "VpcCidr": str(place.cidr),
            "SubnetIds": self.network.output(there, "SubnetIds"),
        }
        abroad = place.account != account
        if abroad:
            told["Producer"] = account
        key = StackKey(place.account, f"studiogate-endpoint-{name}--{there}")
        return Stack(key, managed_endpoint(abroad=abroad), told, after)


def _fitting(
    one: Reads, account: str, profiles: Sequence[str]
) -> tuple[int, dict[int, Template]]:
    """The templates of everybody's roles, by number, and how many places there are for them.

    Each is short enough for a call, so that the account needs no bucket for templates.
    """
    places = 1
    while True:
        some = spread_over(places, profiles)
        found = {n: own_readers(one, account, those) for n, those in some.items()}
        if all(len(template.text.encode()) <= LONGEST_BODY for template in found.values()):
            return places, found
        places *= SPREAD


def _studio(account: str) -> StackKey:
    return StackKey(account, "studiogate-studio")


def _counted(name: str, number: int) -> str:
    return f"{name}-{number + 1}" if number else name
