"""The emulated warehouses put together: their APIs, their databases, and the ways to them.

A demo landscape's own warehouses have sample data from the beginning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studiogate.errors import StartError
from studiogate.landscape.model import INTERNET, Landscape
from studiogate.local.cloud import Grounds
from studiogate.local.front.event import Trail
from studiogate.local.places import Places
from studiogate.local.redshift.api.together import Redshift, redshift
from studiogate.local.redshift.catalogue.scripts import scripts as catalogue
from studiogate.local.redshift.dialect.redshift import RedshiftDialect
from studiogate.local.redshift.parts import Seat
from studiogate.local.redshift.reachable import ReachableByPackets, Surroundings
from studiogate.local.redshift.sample.load import scripts as sample
from studiogate.local.redshift.standing.managed import ManagedByMoto
from studiogate.local.redshift.standing.things import Endpoint
from studiogate.local.redshift.standing.vault import Vault
from studiogate.local.redshift.standing.warehouses import Warehouses
from studiogate.local.redshift.wire.databases import Contents, Databases
from studiogate.local.redshift.wire.front import Ground
from studiogate.local.sagemaker.model import Domain
from studiogate.local.sagemaker.store import Store
from studiogate.local.studio.seat import Seat as AppSeat
from studiogate.local.studio.story import story
from studiogate.reach.packets.crossing import NFS, Side

_WITH_SAMPLES = "demo"
"""The environment whose warehouses have sample data."""


@dataclass(frozen=True, slots=True)
class Emulated:
    """The warehouses, and what others need of them."""

    redshift: Redshift
    databases: Databases
    _reachable: ReachableByPackets

    async def mount(self, domain: Domain) -> None:
        """Return when apps of `domain` reach their homes: NFS within its subnets (S1-27).

        AWS documents no words for it: the app fails, and that it needs TCP 2049 is in the
        SageMaker Developer Guide, "Connect Studio in a VPC to external resources".

        Raises:
            StartError: they do not, and why.
        """
        groups = tuple(map(str, domain.user_settings.get("SecurityGroups", ())))
        vpc = str(domain.rest.get("VpcId", ""))
        if not groups or not vpc:
            return
        side = Side(vpc, tuple(domain.rest.get("SubnetIds", ())), groups)
        place = domain.place
        if why := await self._reachable.within(place.account, place.region, side, NFS):
            raise StartError(
                f"The home file system cannot be mounted. {why}",
                remedy="Let TCP 2049 out to the domain's own subnets, and open it again.",
            )

    @property
    def authority(self) -> Path:
        """The certificate by which clients know every database."""
        return self.databases.authority

    async def close(self) -> None:
        """Give up what is under way, and end every database; what they hold is kept."""
        await self.redshift.close()
        await self.databases.end()


class _Addresses:
    """Where a seat answers; nowhere, for the internet, unless it is public (S1-03)."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    def address(self, seat: Seat, network: str) -> tuple[str, int] | None:
        if network == INTERNET and not seat.public:
            return None
        return self._databases.address(seat, network)


def emulated_warehouses(
    on: Grounds, places: Places, studio: Store, *, state: Path, sockets: Path, trail: Trail
) -> Emulated:
    """The warehouses of an organisation that stands on `on`; there are none yet.

    Databases are kept below `state`; `sockets` has a short path.
    """
    vault, ec2 = Vault(on.clock), on.between.services["ec2"]

    # Databases ask about their seats, and the keeper of the seats opens databases.
    def now(seat: Seat) -> Seat | None:
        return warehouses.now(seat)

    def doors(seat: Seat) -> Sequence[Endpoint]:
        return warehouses.doors(seat)

    around = Surroundings(
        landscape=lambda: places.landscape,
        domains=lambda: list(studio.domains.values()),
        now=now,
        doors=doors,
    )
    reachable = ReachableByPackets(ec2, around, clock=on.clock)
    databases = Databases(
        state,
        sockets,
        Ground(vault, reachable, RedshiftDialect(), on.clock),
        contents=Contents(
            catalogue(),
            lambda seat: _sample(places, seat, asked=warehouses.wants_sample(seat)),
        ),
    )
    warehouses = Warehouses(
        on.clock,
        databases,
        vault,
        addresses=_Addresses(databases),
        managed=ManagedByMoto(on.moto, trail=trail, clock=on.clock),
        samples=True,
    )
    return Emulated(redshift(warehouses, ec2), databases, reachable)


def stories(landscape: Landscape, seat: AppSeat) -> dict[str, dict[str, Any]]:
    """By file name, the notebooks about the warehouses with sample data that an app reads."""
    domain = landscape.domains.get(seat.domain.name)
    if domain is None or landscape.environment != _WITH_SAMPLES:
        return {}
    people = [landscape.profile_of(name) for name in landscape.people]
    other = next((one for one in people if one and one != seat.profile), "somebody-else")
    return {
        f"{name}.ipynb": story(
            name,
            account=landscape.accounts[one.account],
            kind="cluster" if one.cluster else "workgroup",
            other=other,
        )
        for name, one in landscape.warehouses.items()
        if domain.lob in one.readers and one.build is not None
    }


def _sample(places: Places, seat: Seat, *, asked: bool) -> Sequence[str]:
    landscape = places.landscape
    ours = landscape.environment == _WITH_SAMPLES and any(
        landscape.accounts[one.account] == seat.account
        and seat.name in {one.cluster, one.workgroup}
        and seat.database == one.database
        for one in landscape.warehouses.values()
    )
    return sample() if asked or ours else ()
