"""What an app is started from, and what starts it: values and promises."""

from dataclasses import dataclass
from typing import Protocol

from studiogate.local.sagemaker.images.offered import Offer
from studiogate.local.sagemaker.model import App, Domain, Lifecycle, Owner, Profile, Space
from studiogate.local.studio.upstream import Upstream

STATIC = "SageMaker"
"""The session of a role whose apps are not told apart by who opened them."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Everything a launcher must know about the app it starts."""

    app: App
    domain: Domain
    owner: Profile | Space
    lifecycles: tuple[Lifecycle, ...] = ()
    """The scripts the app starts with, in order."""

    image: Offer | None = None
    """The custom image the app runs in; `None` for what SageMaker brings itself."""

    @property
    def profile(self) -> str | None:
        """The profile the app works for; `None` in a shared space, which has no one person."""
        owner = self.owner
        if isinstance(owner, Profile):
            return owner.name
        return owner.owner_profile if owner.sharing == "Private" else None

    @property
    def space(self) -> str | None:
        """The space the app belongs to, if any."""
        return self.owner.name if isinstance(self.owner, Space) else None

    @property
    def execution_role(self) -> str:
        """ARN of the role the app's credentials are of: the profile's, else the domain's."""
        own = self.owner.settings if isinstance(self.owner, Profile) else {}
        role = own.get("ExecutionRole") or self.domain.user_settings.get("ExecutionRole")
        if isinstance(self.owner, Space) and self.owner.sharing != "Private":
            role = self.domain.rest.get("DefaultSpaceSettings", {}).get("ExecutionRole") or role
        return str(role or "")

    @property
    def source_identity(self) -> str | None:
        """The profile, where the domain attaches it to the role's sessions (S1-08)."""
        return self.profile if self.domain.passes_profile_name else None

    @property
    def session_name(self) -> str:
        """Name of the role's session: who made the URL, where that is asked for (S1-12).

        AWS's own word is `SageMaker` unless ExecutionRoleSessionNameMode is USER_IDENTITY
        (SageMaker API reference, StudioWebPortalSettings).
        """
        own = self.owner.settings if isinstance(self.owner, Profile) else {}
        for settings in (own, self.domain.user_settings):
            mode = settings.get("StudioWebPortalSettings", {}).get(
                "ExecutionRoleSessionNameMode"
            )
            if mode is not None:
                return (self.app.opened_as or STATIC) if mode == "USER_IDENTITY" else STATIC
        return STATIC


class Running(Protocol):
    """A started app."""

    @property
    def upstream(self) -> Upstream | None:
        """The way to it; `None` for an app whose own pages are not here."""
        ...

    @property
    def alive(self) -> bool:
        """Whether its process is still there."""
        ...

    async def stop(self) -> None:
        """End it and everything it started; does nothing the second time."""
        ...


class Launcher(Protocol):
    """Starts what an app stands for."""

    async def launch(self, seat: Seat) -> Running:
        """The app, once it answers.  Cancelling leaves nothing running.

        Raises:
            StudioGateError: it did not start; the message is shown to people.
            ApiError: AWS would not hand it credentials.
        """
        ...

    def forget(self, domain_id: str, owner: Owner) -> None:
        """Put away what was kept for an owner that is deleted."""
        ...
