"""What a Studio is made of: domains, profiles, spaces, apps and the scripts they start with.

Values of the emulation, changed only by the operations of the API.  Statuses and field names
are those of the SageMaker service model (botocore); ARNs come from `studiogate.names`.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from studiogate import names
from studiogate.local.call import Place

JUPYTERLAB = "JupyterLab"
CODE_EDITOR = "CodeEditor"
RSTUDIO = "RStudioServerPro"
RSESSION = "RSessionGateway"
DEFAULT_APP = "default"
"""The app a person gets without naming one; its path in the browser ends in this word."""

DOMAIN_SHARED = "domain-shared"
"""The profile that AWS runs the one RStudioServerPro app of a domain as."""

OwnerKind = Literal["user-profile", "space"]


class Status(StrEnum):
    """What AWS says about a domain, a profile, a space or an app."""

    PENDING = "Pending"
    UPDATING = "Updating"
    IN_SERVICE = "InService"
    FAILED = "Failed"
    UPDATE_FAILED = "Update_Failed"
    DELETING = "Deleting"
    DELETED = "Deleted"


LIVE = frozenset({Status.PENDING, Status.IN_SERVICE})
"""Statuses of an app that hold back a change of the domain (S1-09)."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an app is: a profile, or a space."""

    kind: OwnerKind
    name: str


@dataclass(slots=True)
class Thing:
    """What every resource has: where it is, since when, its tags."""

    place: Place
    created: datetime
    ready_at: datetime
    """From then on it is in service; before, it is pending."""

    modified: datetime
    tags: dict[str, str] = field(default_factory=dict, kw_only=True)
    settled_at: datetime | None = field(default=None, kw_only=True)
    """From then on its last change holds; before, it is updating."""

    def status(self, now: datetime) -> Status:
        """Pending until it is ready, updating until a change of it holds."""
        if now < self.ready_at:
            return Status.PENDING
        if self.settled_at is not None and now < self.settled_at:
            return Status.UPDATING
        return Status.IN_SERVICE


@dataclass(slots=True)
class Domain(Thing):
    """A Studio domain."""

    id: str
    name: str
    auth_mode: str
    network_access: str
    """`VpcOnly` or `PublicInternetOnly` (S1-05)."""

    user_settings: Mapping[str, Any]
    settings: dict[str, Any]
    """`DomainSettings`, with `ExecutionRoleIdentityConfig` among them (S1-08)."""

    rest: dict[str, Any]
    """What the emulation keeps and shows but does not act on: subnets, keys, EFS choices."""

    failed: Status | None = None
    """What it ends as, where its creation or its last change did not succeed."""

    failure: str = ""
    """Why it did not."""

    def status(self, now: datetime) -> Status:
        """As of everything; in place of in service, what it ended as where that failed."""
        usual = Thing.status(self, now)
        return self.failed if self.failed and usual is Status.IN_SERVICE else usual

    @property
    def arn(self) -> str:
        """ARN of the domain."""
        return names.domain_arn(self.place.region, self.place.account, self.id)

    @property
    def passes_profile_name(self) -> bool:
        """Whether sessions of the execution role carry the profile as source identity."""
        return self.settings.get("ExecutionRoleIdentityConfig") == "USER_PROFILE_NAME"


@dataclass(slots=True)
class Profile(Thing):
    """A user profile of a domain."""

    domain_id: str
    name: str
    settings: Mapping[str, Any]

    @property
    def arn(self) -> str:
        """ARN of the profile, what a presigned URL is asked for."""
        place = self.place
        return names.profile_arn(place.region, place.account, self.domain_id, self.name)

    @property
    def owner(self) -> Owner:
        """The profile, as the owner of apps."""
        return Owner("user-profile", self.name)


@dataclass(slots=True)
class Space(Thing):
    """A private or shared space of a domain."""

    domain_id: str
    name: str
    owner_profile: str | None
    sharing: str | None
    """`Private` or `Shared`; `None` for a space of the old kind, which everybody shares."""

    rest: dict[str, Any]

    @property
    def arn(self) -> str:
        """ARN of the space."""
        return self.place.arn("sagemaker", f"space/{self.domain_id}/{self.name}")

    @property
    def owner(self) -> Owner:
        """The space, as the owner of apps."""
        return Owner("space", self.name)

    def admits(self, profile: str) -> bool:
        """Whether `profile` may work here: anybody of the domain, or its one owner."""
        return self.sharing != "Private" or self.owner_profile == profile


@dataclass(slots=True)
class Lifecycle(Thing):
    """A lifecycle configuration: a script for apps that start; it never changes."""

    name: str
    app_type: str
    content: str
    """The script, in base64, as it was given."""

    @property
    def arn(self) -> str:
        """ARN of the lifecycle configuration."""
        return self.place.arn("sagemaker", f"studio-lifecycle-config/{self.name}")

    @property
    def script(self) -> bytes:
        """What is run."""
        return base64.b64decode(self.content)


@dataclass(slots=True)
class App(Thing):
    """An app of a profile or space; `progress` is told by whoever runs it."""

    domain_id: str
    owner: Owner
    type: str
    name: str
    rest: dict[str, Any]
    progress: Status = Status.PENDING
    failure: str = ""
    """Why it failed, for people; no path, token or environment in it."""

    lifecycles: tuple[str, ...] = ()
    """ARNs of the lifecycle configurations it was started with, in order."""

    image_config: str = ""
    """The app image configuration of the custom image it was started with, if any."""

    opened_as: str | None = None
    """Session name of whoever made the URL it was opened with; `None` if made by the API."""

    @property
    def arn(self) -> str:
        """ARN of the app; AWS puts a space where the profile would be."""
        rest = f"app/{self.domain_id}/{self.owner.name}/{self.type}/{self.name}"
        return self.place.arn("sagemaker", rest)

    @property
    def key(self) -> tuple[str, Owner, str, str]:
        """What tells this app from every other of its account."""
        return (self.domain_id, self.owner, self.type, self.name)
