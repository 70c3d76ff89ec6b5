"""Which apps run: one process per profile or space, started when wanted, mourned when dead.

    absent -> starting -> running -> (crashed -> starting)
                 └─> failed, until somebody opens or creates the app again

An idle JupyterLab holds about 80 MB and each kernel 60 MB more, so a laptop carries a dozen
people.  `Apps` knows nothing of any application: a `Launcher` starts what an app stands for.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from studiogate.errors import StartError, StudioGateError
from studiogate.local.call import ApiError
from studiogate.local.sagemaker.attached import scripts
from studiogate.local.sagemaker.images.launching import settle_image
from studiogate.local.sagemaker.images.offered import Offer
from studiogate.local.sagemaker.images.offered import running as made_for
from studiogate.local.sagemaker.model import (
    DEFAULT_APP,
    JUPYTERLAB,
    LIVE,
    App,
    Domain,
    Owner,
    Profile,
    Space,
    Status,
)
from studiogate.local.sagemaker.store import Store
from studiogate.local.studio.seat import Launcher, Running, Seat
from studiogate.local.studio.upstream import Upstream

_log = logging.getLogger(__name__)


_NO_VERSION = "None"
"""What AWS takes, in place of the ARN of a version, for none at all."""


@dataclass(slots=True)
class _Slot:
    since: datetime
    task: "asyncio.Task[None]"
    running: Running | None = None


Mount = Callable[[Domain], Awaitable[None]]
"""Returns when the homes of a domain can be mounted by its apps.

Raises `StudioGateError` where they cannot."""


async def _mounted(_: Domain) -> None:
    """Homes are mounted: of a domain in no VPC of ours, nobody can say otherwise."""


class Apps:
    """The running apps; see `studiogate.local.sagemaker.backend.AppRunner`."""

    def __init__(self, store: Store, launcher: Launcher, *, mount: Mount = _mounted) -> None:
        """Start with none running."""
        self._store = store
        self._launcher = launcher
        self._mount = mount
        self._slots: dict[tuple[str, Owner, str, str], _Slot] = {}

    def open(
        self, domain: Domain, owner: Profile | Space, *, opened_as: str | None = None
    ) -> App:
        """The owner's JupyterLab, made and started where it is not.

        `opened_as` is the session name of whoever made the URL it is opened with.
        """
        key = (domain.id, owner.owner, JUPYTERLAB, DEFAULT_APP)
        app = self._store.apps.get(key)
        if app is None or app.progress is Status.DELETED:
            return self.begin(domain, owner, JUPYTERLAB, None, opened_as=opened_as)
        app.opened_as = app.opened_as or opened_as
        self.start(app)
        return app

    def begin(
        self,
        domain: Domain,
        owner: Profile | Space,
        kind: str,
        image: Offer | None,
        *,
        opened_as: str | None = None,
    ) -> App:
        """The owner's app of type `kind`, made anew and started in `image`.

        One that lives is left as it is, whatever it runs in.
        """
        there = self._store.apps.get((domain.id, owner.owner, kind, DEFAULT_APP))
        if there is not None and there.progress in LIVE:
            return there
        app = App(
            domain.place,
            *self._store.birth(),
            domain_id=domain.id,
            owner=owner.owner,
            type=kind,
            name=DEFAULT_APP,
            rest={} if image is None else {"ResourceSpec": _spec(image)},
            opened_as=opened_as,
        )
        self._store.apps[app.key] = app
        try:
            settle_image(self._store, domain, owner, app)
        except ApiError as error:
            self._fail(app, str(error))
        else:
            self.start(app)
        return app

    def start(self, app: App) -> None:
        """Begin to start the app; does nothing where it already runs or starts."""
        slot = self._slots.get(app.key)
        if slot is not None and (slot.running is None or slot.running.alive):
            return
        app.progress, app.failure = Status.PENDING, ""
        gone = slot.running if slot else None
        task = asyncio.create_task(self._launch(app, gone))
        task.add_done_callback(partial(self._mourn, app))
        self._slots[app.key] = _Slot(self._store.clock(), task)

    def running(self, app: App) -> Running | None:
        """What runs for the app; `None` while it starts, or when it does not run.

        An app that has crashed is started again.
        """
        slot = self._slots.get(app.key)
        if slot is None or slot.running is None:
            return None
        if slot.running.alive:
            return slot.running
        _log.warning("%s has stopped by itself and is started again", app.arn)
        self.start(app)
        return None

    def upstream(self, app: App) -> Upstream | None:
        """The way to the app; `None` where there is none now."""
        running = self.running(app)
        return running.upstream if running is not None else None

    def starting_since(self, app: App) -> datetime | None:
        """When the current start began; `None` when the app is not starting."""
        slot = self._slots.get(app.key)
        return slot.since if slot is not None and slot.running is None else None

    async def stop(self, app: App) -> None:
        """End the app; returns once its processes are gone."""
        slot = self._slots.pop(app.key, None)
        if slot is not None:
            await _end(slot)

    async def end(self, app: App) -> None:
        """Delete the app, as DeleteApp does."""
        app.progress = Status.DELETING
        await self.stop(app)
        app.progress = Status.DELETED

    def forget(self, domain_id: str, owner: Owner) -> None:
        """Put away what a deleted profile or space had: a new one of that name starts empty."""
        self._launcher.forget(domain_id, owner)

    async def close(self) -> None:
        """End every app."""
        slots, self._slots = list(self._slots.values()), {}
        await asyncio.gather(*map(_end, slots))

    async def _launch(self, app: App, gone: Running | None) -> None:
        """Start the app and write down how it went; whatever fails ends in the app's status."""
        try:
            if gone is not None:
                await gone.stop()
            seat = self._seat(app)
            await self._mount(seat.domain)
            running = await self._launcher.launch(seat)
        except (StudioGateError, ApiError) as error:
            self._fail(app, str(error))
        else:
            await self._kept(app, running)

    async def _kept(self, app: App, running: Running) -> None:
        """Keep what was started; end it, where the app was ended in that very moment."""
        slot = self._slots.get(app.key)
        if slot is None or slot.task is not asyncio.current_task():
            await running.stop()
            return
        slot.running = running
        app.progress = Status.IN_SERVICE

    def _mourn(self, app: App, task: "asyncio.Task[None]") -> None:
        """A start that ended in a defect of ours: the log has it, the app says so."""
        defect = None if task.cancelled() else task.exception()
        if defect is not None:
            _log.error("%s could not be started", app.arn, exc_info=defect)
            self._fail(app, "The emulation has a defect; its log has the details.")

    def _fail(self, app: App, why: str) -> None:
        self._slots.pop(app.key, None)
        app.progress, app.failure = Status.FAILED, why

    def _seat(self, app: App) -> Seat:
        domain = self._store.domain(app.place, app.domain_id)
        owner = self._store.owner(app.place, app.domain_id, app.owner)
        found = tuple(scripts(self._store, domain, owner, app))
        app.lifecycles = tuple(one.arn for one in found)
        return Seat(app, domain, owner, found, self._image(app))

    def _image(self, app: App) -> Offer | None:
        """The custom image that the app runs in.

        Raises:
            StartError: it is there no more.
        """
        image = made_for(self._store, app)
        wanted = app.rest.get("ResourceSpec", {}).get("SageMakerImageVersionArn")
        if image is None and wanted not in {None, _NO_VERSION}:
            raise StartError(
                f"ImageVersion [{wanted}] does not exist any more.",
                remedy="Start the app with another image.",
            )
        return image


def _spec(image: Offer) -> dict[str, str]:
    return {
        "SageMakerImageArn": image.image_arn,
        "SageMakerImageVersionArn": image.version_arn,
    }


async def _end(slot: _Slot) -> None:
    slot.task.cancel()
    await asyncio.wait([slot.task])
    if slot.running is not None:
        await slot.running.stop()
