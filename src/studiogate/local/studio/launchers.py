"""Which way an app is started: what it is of, and whether it names an image, decide.

What AWS brings in images of its own is not here, but for JupyterLab, which this machine's own
Python stands in for.  An app without a way fails, and says so.
"""

from studiogate.errors import StartError
from studiogate.local.sagemaker.model import CODE_EDITOR, JUPYTERLAB, RSESSION, RSTUDIO, Owner
from studiogate.local.studio.contained import ImageLauncher
from studiogate.local.studio.rsession import RSessionLauncher
from studiogate.local.studio.seat import Launcher, Running, Seat
from studiogate.local.studio.upstream import Upstream


class Standing:
    """RStudioServerPro: in service, with a page of this front's own; nothing runs for it."""

    upstream: Upstream | None = None
    alive = True

    async def stop(self) -> None:
        """Nothing is to be ended."""


class Launchers:
    """Starts every type of app; see `studiogate.local.studio.seat.Launcher`."""

    def __init__(
        self, own: Launcher, contained: ImageLauncher, sessions: RSessionLauncher
    ) -> None:
        """`own` starts JupyterLab from what is installed on this machine."""
        self._own = own
        self._contained = contained
        self._sessions = sessions

    async def launch(self, seat: Seat) -> Running:
        """The app, once it answers.

        Raises:
            StartError: it did not start, or there is no way to start it here.
        """
        kind = seat.app.type
        if kind == RSTUDIO:
            return Standing()
        if kind == RSESSION and seat.image is not None:
            return await self._sessions.launch(seat, seat.image)
        if kind in {JUPYTERLAB, CODE_EDITOR} and seat.image is not None:
            return await self._contained.launch(seat, seat.image)
        if kind == JUPYTERLAB:
            return await self._own.launch(seat)
        raise StartError(
            f"SageMaker's own image of {kind} is not part of this emulation.",
            remedy="Start it with a custom image that is attached to the domain.",
        )

    def forget(self, domain_id: str, owner: Owner) -> None:
        """Put away what was kept for an owner that is deleted."""
        self._own.forget(domain_id, owner)
