"""The emulated Studio put together: its API, what starts its apps, and what browsers reach."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from studiogate.local.apps import AppEnvironment
from studiogate.local.call import Service
from studiogate.local.cloud import Grounds
from studiogate.local.containers.roots import Roots
from studiogate.local.ecr.pulling import Puller
from studiogate.local.front.event import Trail
from studiogate.local.homes import EfsHomes
from studiogate.local.licences import Licences, licence_service
from studiogate.local.listeners import arrival_of, studio_url
from studiogate.local.places import Places
from studiogate.local.sagemaker.api import SageMakerService
from studiogate.local.sagemaker.store import Store
from studiogate.local.sagemaker.tickets import Tickets
from studiogate.local.statedir import StateDir
from studiogate.local.studio.apps import Apps
from studiogate.local.studio.contained import ImageLauncher, Surroundings
from studiogate.local.studio.front import StudioFront
from studiogate.local.studio.jupyter import JupyterLauncher
from studiogate.local.studio.launchers import Launchers
from studiogate.local.studio.rsession import RSessionLauncher, service_version
from studiogate.local.studio.running_image import Unpacked
from studiogate.local.studio.seat import Seat
from studiogate.local.studio.welcome import Notebooks
from studiogate.local.warehouses import Emulated, stories

PRESIGNS_PER_S = 25.0
"""AWS publishes no rate for CreatePresignedDomainUrl; ours is one a click never meets."""


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Around:
    """What Studio stands among."""

    on: Grounds
    places: Places
    warehouses: Emulated
    environment: AppEnvironment
    state: StateDir
    sockets: Path
    """A folder with a short path."""


@dataclass(frozen=True, slots=True)
class EmulatedStudio:
    """Studio, and what others need of it."""

    store: Store
    apps: Apps
    front: StudioFront
    services: Mapping[str, Service]
    """SageMaker, and the License Manager that it asks about RStudio; by signing name."""

    _sagemaker: SageMakerService
    _roots: Roots

    async def close(self) -> None:
        """Give up images that are being pulled, end every app, and put old images away."""
        await self._sagemaker.close()
        await self.apps.close()
        await asyncio.to_thread(self._roots.end)


def emulated_studio(
    around: Around, store: Store, *, trail: Trail, clock: Clock
) -> EmulatedStudio:
    """A Studio of which `store` says what there is."""
    on, places, tickets = around.on, around.places, Tickets(clock)
    puller = Puller(on.stores.ecr, on.sessions, on.policies, on.guard, trail=trail, clock=clock)
    licences = Licences(_licensed(places), clock())
    roots = Roots(around.state / "images")
    launcher = _launcher(around, store, Unpacked(puller, roots))
    apps = Apps(store, launcher, mount=around.warehouses.mount)
    sagemaker = SageMakerService(
        store,
        tickets,
        apps,
        studio_url=lambda domain_id, _: studio_url(places.landscape, places.known, domain_id),
        homes=EfsHomes(on.moto, trail=trail, clock=clock),
        presigns_per_s=PRESIGNS_PER_S,
        pulling=puller,
        licences=lambda place: licences.has(place.account),
    )
    front = _front(on, store, tickets, apps)
    offered: dict[str, Service] = {
        "sagemaker": sagemaker,
        "license-manager": licence_service(licences),
    }
    return EmulatedStudio(store, apps, front, offered, sagemaker, roots)


def _licensed(places: Places) -> Callable[[str], bool]:
    """Who has a licence of Posit Workbench: whoever has a domain with RStudio."""

    def licensed(account: str) -> bool:
        landscape = places.landscape
        return any(
            landscape.accounts[landscape.lobs[one.lob].account] == account
            for one in landscape.domains.values()
            if one.rstudio is not None
        )

    return licensed


def _launcher(around: Around, store: Store, unpacked: Unpacked) -> Launchers:
    """What starts apps, from this machine's own environment or from an image."""
    environment, places, state = around.environment, around.places, around.state
    trusted = around.warehouses.authority

    def notebooks(seat: Seat) -> Notebooks:
        return stories(places.landscape, seat)

    own = JupyterLauncher(
        state / "studio",
        around.sockets,
        environment,
        ended=environment.ended,
        covers=state.path,
        extra_ca=trusted,
        notebooks=notebooks,
    )
    surroundings = Surroundings(
        environment,
        environment.ended,
        databases=lambda seat: around.warehouses.databases.ports(
            places.network_of(seat.domain.name)
        ),
        notebooks=notebooks,
        extra_ca=trusted,
    )
    return Launchers(
        own,
        ImageLauncher(state / "studio", around.sockets, unpacked, surroundings),
        RSessionLauncher(
            state / "studio", unpacked, lambda domain: service_version(store, domain)
        ),
    )


def _front(on: Grounds, store: Store, tickets: Tickets, apps: Apps) -> StudioFront:
    """What browsers reach, asking about every request and frame."""
    return StudioFront(
        store,
        tickets,
        apps,
        guard_check=lambda caller, needed, arrival, region: on.guard.check(
            caller, needed, arrival=arrival, region=region
        ),
        arrival_of=arrival_of,
        clock=on.clock,
    )
