"""Every cluster, namespace and workgroup of the emulated organisation, account by account.

Looking something up takes a place (account and Region), so that nothing of another account can
even be named; what is not there raises AWS's own error.  Databases are opened and closed as
clusters and workgroups come and go, while the API has answered already.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from typing import Any, TypeVar

from studiogate.local.call import ApiCall, Place
from studiogate.local.redshift.parts import Addresses, Database, Seat
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.managed import Managed
from studiogate.local.redshift.standing.things import (
    Authorization,
    Cluster,
    Endpoint,
    LastSnapshot,
    Namespace,
    ParameterGroup,
    Snapshot,
    SubnetGroup,
    Thing,
    Workgroup,
    endpoint_host,
    host,
)
from studiogate.local.redshift.standing.vault import Vault

log = logging.getLogger(__name__)

_T = TypeVar("_T", bound=Thing)
Shelf = dict[tuple[Place, str], _T]


class Warehouses:
    """The state behind the three APIs; one event loop uses it."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        database: Database,
        vault: Vault,
        *,
        addresses: Addresses,
        managed: Managed,
        samples: bool = False,
    ) -> None:
        """Open databases in `database`; `samples` is whether `LoadSampleData` is offered."""
        self.clock = clock
        self.database = database
        self.vault = vault
        self.managed = managed
        self.samples = samples
        self._addresses = addresses
        self.clusters: Shelf[Cluster] = {}
        self.subnet_groups: Shelf[SubnetGroup] = {}
        self.parameter_groups: Shelf[ParameterGroup] = {}
        self.snapshots: Shelf[Snapshot] = {}
        self.endpoints: Shelf[Endpoint] = {}
        self.authorizations: list[Authorization] = []
        self.namespaces: Shelf[Namespace] = {}
        self.workgroups: Shelf[Workgroup] = {}
        self.last_snapshots: Shelf[LastSnapshot] = {}
        self.kept: set[tuple[str, str, str, str]] = set()
        """Keys of the seats whose databases a snapshot stands for, while nobody has them."""

        self._work: set[asyncio.Task[None]] = set()

    def cluster(self, place: Place, name: str) -> Cluster:
        """A cluster of that account.

        Raises:
            ApiError: ClusterNotFound.
        """
        found = self.clusters.get((place, name))
        if found is None:
            raise faults.absent("Cluster", name)
        return found

    def standing_cluster(self, place: Place, name: str) -> Cluster:
        """A cluster nothing is under way with.

        Raises:
            ApiError: ClusterNotFound, InvalidClusterState.
        """
        found = self.cluster(place, name)
        if found.status != "available":
            raise faults.busy(name)
        return found

    def workgroup(self, place: Place, name: str) -> Workgroup:
        """A workgroup of that account, by its name or its ARN.

        Raises:
            ApiError: ResourceNotFoundException.
        """
        if name.startswith("arn:"):
            mine = (one for key, one in self.workgroups.items() if key[0] == place)
            found = next((one for one in mine if one.arn == name), None)
        else:
            found = self.workgroups.get((place, name))
        if found is None:
            raise faults.no_resource(f"Workgroup {name} not found.")
        return found

    def namespace(self, place: Place, name: str) -> Namespace:
        """A namespace of that account.

        Raises:
            ApiError: ResourceNotFoundException.
        """
        found = self.namespaces.get((place, name))
        if found is None:
            raise faults.no_resource(f"Namespace {name} not found.")
        return found

    def seats(self) -> Iterator[Seat]:
        """Every seat, as it is now."""
        yield from (one.seat for one in self.clusters.values())
        yield from (one.seat for one in self.workgroups.values())

    def now(self, seat: Seat) -> Seat | None:
        """`seat` with the subnets and security groups it has now; `None` when it is gone.

        Whoever keeps a `Seat` while its cluster changes asks here before judging by it.
        """
        return next((one for one in self.seats() if one.key == seat.key), None)

    def wants_sample(self, seat: Seat) -> bool:
        """Whether a cluster was made with `LoadSampleData`."""
        if seat.kind != "cluster":
            return False
        found = self.clusters.get((Place(seat.account, seat.region), seat.name))
        return found is not None and bool(found.settings.get("LoadSampleData"))

    def doors(self, seat: Seat) -> tuple[Endpoint, ...]:
        """The Redshift-managed VPC endpoints to a cluster, in whatever account."""
        every = self.endpoints.values()
        return tuple(one for one in every if one.cluster.seat.key == seat.key)

    def address(self, one: Cluster | Workgroup, call: ApiCall) -> tuple[str, int] | None:
        """Host and port of its database as whoever made `call` is told; `None` before it is up.

        Where no way of the caller's network leads to it, the name that AWS would give.
        """
        if one.status not in {"available", "AVAILABLE"}:
            return None
        found = self._addresses.address(one.seat, call.arrival.network)
        return found or (host(one), one.port)

    def endpoint_address(self, one: Endpoint, call: ApiCall) -> tuple[str, int] | None:
        """Host and port of a managed endpoint as whoever made `call` is told."""
        if one.cluster.status != "available":
            return None
        found = self._addresses.address(one.cluster.seat, call.arrival.network)
        return found or (endpoint_host(one), one.cluster.port)

    def occupy(self, region: str, vpc: str, subnet: str | None = None) -> bool:
        """Whether something here keeps the VPC, or one subnet of it, from being deleted."""
        return any(
            subnet is None or subnet in one.subnets
            for one in self._in_networks()
            if one.vpc == vpc and one.place.region == region
        )

    def use_group(self, region: str, group: str) -> bool:
        """Whether a security group is a cluster's, a workgroup's or an endpoint's."""
        return any(
            group in one.groups for one in self._in_networks() if one.place.region == region
        )

    def _in_networks(self) -> Iterator[Cluster | Workgroup | Endpoint]:
        yield from self.clusters.values()
        yield from self.workgroups.values()
        yield from self.endpoints.values()

    async def keep(self, seat: Seat) -> None:
        """Close a seat whose databases a snapshot is to stand for."""
        await self.database.close(seat)
        self.kept.add(seat.key)

    async def give_up(self, seat: Seat) -> None:
        """Delete what a snapshot stood for; a new seat of that name has done so before."""
        if seat.key in self.kept:
            self.kept.discard(seat.key)
            await self.database.drop(seat)

    def open_cluster(self, cluster: Cluster, password: str | None) -> None:
        """Begin to open a cluster's database; it is `available` once that is done.

        `None` leaves the administrator's password what it was.  What an older cluster of that
        name left to a snapshot is deleted: to have it back, restore it instead.
        """
        if password is not None:
            self.vault.set_master(cluster.seat, password)
        self.begin(self._open_cluster(cluster, password))

    async def _open_cluster(self, cluster: Cluster, password: str | None) -> None:
        cluster.status = "creating" if cluster.status == "creating" else "modifying"
        try:
            await self.give_up(cluster.seat)
            await self.database.open(cluster.seat, password=password)
        except Exception:
            log.exception("the database of cluster %s did not open", cluster.name)
            cluster.status = "hardware-failure"
        else:
            cluster.status = "available"

    def open_workgroup(self, workgroup: Workgroup) -> None:
        """Begin to open a workgroup's database; it is `AVAILABLE` once that is done."""
        self.vault.move_master(workgroup.namespace.waiting, workgroup.seat)
        self.begin(self._open_workgroup(workgroup))

    async def _open_workgroup(self, workgroup: Workgroup) -> None:
        try:
            await self.give_up(workgroup.seat)
            await self.database.open(workgroup.seat)
        except Exception:
            # A workgroup has no status for having failed: it stays on its way, as on AWS.
            log.exception("the database of workgroup %s did not open", workgroup.name)
        else:
            workgroup.status = "AVAILABLE"

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let `work` go on after the answer."""
        task = asyncio.get_running_loop().create_task(_logged(work))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    @property
    def working(self) -> bool:
        """Whether anything is under way."""
        return bool(self._work)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in set(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("what an answer of Redshift began has failed")


def of_place(shelf: Shelf[_T], place: Place) -> list[_T]:
    """What of `shelf` an account has in a Region, by name."""
    return sorted(
        (one for key, one in shelf.items() if key[0] == place), key=lambda one: one.name
    )
