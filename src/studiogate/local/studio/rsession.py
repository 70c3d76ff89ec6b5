"""An R session: its image is pulled, unpacked, compared with the service, and its R is asked.

Posit Workbench is not part of the emulation, so the session has no page of its own; that its R
runs, and that its components are those of the service, is what can be shown here.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studiogate.errors import StartError
from studiogate.images.recipe.workbench import standing
from studiogate.local.containers.container import Wanted, started
from studiogate.local.containers.inside import EscapeError, place
from studiogate.local.sagemaker.images.offered import Offer
from studiogate.local.sagemaker.model import (
    DEFAULT_APP,
    DOMAIN_SHARED,
    RSTUDIO,
    App,
    Domain,
    Owner,
    Status,
)
from studiogate.local.sagemaker.store import Store
from studiogate.local.studio import rooms
from studiogate.local.studio.last_words import last_words
from studiogate.local.studio.running_image import Manner, Unpacked, manner, unable
from studiogate.local.studio.seat import Seat
from studiogate.local.studio.upstream import Upstream

_COMPONENTS = "/usr/lib/rstudio-server"
_VERSION_FILE = f"{_COMPONENTS}/VERSION"
_SESSION = f"{_COMPONENTS}/bin/rsession"
_VERSION = re.compile(r"[0-9]{4}\.[0-9]{2}\.[0-9]+\+[0-9]+(?:\.pro[0-9]+)?")
_MAY_TAKE_S = 60.0
_LARGEST = 4096
_PROGRAMS = (("R", "--version"), ("Rscript", "--version"))
_NOT_FOUND, _TIMED_OUT = 127, 124


@dataclass(frozen=True, slots=True)
class Heard:
    """What a session's image said."""

    components: str
    """Version of Workbench's session components."""

    programs: tuple[tuple[str, str], ...]
    """Commands and the first line each printed."""


class RSession:
    """A session in service; see `studiogate.local.studio.seat.Running`."""

    upstream: Upstream | None = None
    alive = True

    def __init__(self, heard: Heard) -> None:
        self.heard = heard

    async def stop(self) -> None:
        """Nothing is to be ended."""


def server_of(store: Store, domain: Domain) -> App | None:
    """The domain's own RStudioServerPro app; `None` where it has none now."""
    owner = Owner("user-profile", DOMAIN_SHARED)
    app = store.apps.get((domain.id, owner, RSTUDIO, DEFAULT_APP))
    return None if app is None or app.progress is Status.DELETED else app


def service_version(store: Store, domain: Domain) -> str:
    """The Workbench a domain has: that of the day its server was made, or made anew (S6-02)."""
    return standing((server_of(store, domain) or domain).created.date()).version


class RSessionLauncher:
    """Starts R sessions."""

    def __init__(
        self,
        state: Path,
        unpacked: Unpacked,
        version_of: Callable[[Domain], str],
    ) -> None:
        """`version_of` says which Workbench a domain has; logs are kept below `state`."""
        self._state = state
        self._unpacked = unpacked
        self._version_of = version_of

    async def launch(self, seat: Seat, image: Offer) -> RSession:
        """The session, once its R has answered.

        Raises:
            StartError: the image cannot be had, is for another Workbench, or has no R.
        """
        pulled, root = await self._unpacked.of(image, seat.domain.place.region)
        here = rooms.place(self._state, seat.domain.id, seat.app.owner) / "rsession"
        await asyncio.to_thread(here.mkdir, mode=0o700, parents=True, exist_ok=True)
        asks = _Asks(image, manner(image, pulled, seat.app.type), root, here / "app.log")
        found, wanted = await asks.components(), self._version_of(seat.domain)
        if found != wanted:
            raise unable(
                image,
                f"Session version {found or 'unknown'} does not match server version {wanted}.",
            )
        programs = [(" ".join(argv), await asks.first_line(argv)) for argv in _PROGRAMS]
        return RSession(Heard(found, tuple(programs)))


@dataclass(frozen=True, slots=True)
class _Asks:
    """Programs of an image, run for what they print."""

    image: Offer
    how: Manner
    root: Path
    log: Path

    async def components(self) -> str:
        """The version of Workbench's components; empty where there are none."""
        try:
            file = place(self.root, _VERSION_FILE)
            says = file.read_bytes()[:_LARGEST].decode("utf-8", "replace")
        except (EscapeError, OSError):
            _, lines = await self._printed((_SESSION, "--version"))
            says = "\n".join(lines)
        found = _VERSION.search(says)
        return found[0] if found else ""

    async def first_line(self, argv: Sequence[str]) -> str:
        """What `argv` says first.

        Raises:
            StartError: it does not run.
        """
        code, lines = await self._printed(argv)
        if code != 0 or not lines:
            said = " / ".join(lines) or "nothing"
            raise unable(self.image, f"`{' '.join(argv)}` ended with {code}, and said: {said}.")
        return lines[0]

    async def _printed(self, argv: Sequence[str]) -> tuple[int, list[str]]:
        self.log.unlink(missing_ok=True)
        how = self.how
        wanted = Wanted(self.root, argv, how.environment, how.uid, how.gid, how.folder)
        try:
            container = await started(wanted, log=self.log)
        except StartError as error:
            return _NOT_FOUND, [str(error)]
        try:
            async with asyncio.timeout(_MAY_TAKE_S):
                code = await container.ended()
        except TimeoutError:
            return _TIMED_OUT, [f"it took longer than {_MAY_TAKE_S:.0f} s"]
        finally:
            await container.stop()
        return code, await asyncio.to_thread(last_words, self.log)
