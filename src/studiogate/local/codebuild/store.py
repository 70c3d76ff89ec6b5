"""What CodeBuild keeps: projects, their builds, and how far each build is.

Held in memory, in one event loop.  Shapes are those of the service model; phases and states
those of the User Guide, "View build details", "Build phase transitions".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from studiogate import names

CODEBUILD: Final = "codebuild.amazonaws.com"
IN_PROGRESS, SUCCEEDED, FAILED = "IN_PROGRESS", "SUCCEEDED", "FAILED"
STOPPED, TIMED_OUT, FAULT = "STOPPED", "TIMED_OUT", "FAULT"


@dataclass(slots=True)
class Phase:
    """One phase of a build."""

    type: str
    began: datetime
    ended: datetime | None = None
    status: str = IN_PROGRESS
    contexts: list[Mapping[str, str]] = field(default_factory=list)
    """Why it failed: `statusCode` and `message`."""

    def shown(self) -> dict[str, Any]:
        """As BatchGetBuilds has it; a phase under way has no status yet."""
        found: dict[str, Any] = {"phaseType": self.type, "startTime": self.began}
        if self.ended is not None:
            seconds = int((self.ended - self.began).total_seconds())
            found |= {
                "phaseStatus": self.status,
                "endTime": self.ended,
                "durationInSeconds": seconds,
                "contexts": self.contexts or [{"statusCode": "", "message": ""}],
            }
        return found


@dataclass(slots=True)
class Project:
    """A build project: its settings as the API names them."""

    account: str
    region: str
    name: str
    settings: dict[str, Any]
    created: datetime
    modified: datetime
    builds: int = 0
    """How many there were, for their numbers."""

    @property
    def arn(self) -> str:
        """Its ARN, which is also what a build's role is taken on for (`aws:SourceArn`)."""
        return project_arn(self.region, self.account, self.name)

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return {one["key"]: one["value"] for one in self.settings.get("tags") or ()}

    def shown(self) -> dict[str, Any]:
        """As BatchGetProjects has it."""
        return {
            **self.settings,
            "name": self.name,
            "arn": self.arn,
            "created": self.created,
            "lastModified": self.modified,
            "badge": {"badgeEnabled": False},
            "projectVisibility": "PRIVATE",
        }


@dataclass(slots=True)
class Build:
    """One build, with the settings it began with."""

    project: Project
    uid: str
    number: int
    settings: Mapping[str, Any]
    """Those of the project with what StartBuild overrode."""

    initiator: str
    began: datetime
    source_version: str | None = None
    asked: Any = None
    """What StartBuild was given, and by which token, so that it can be given again."""

    status: str = IN_PROGRESS
    ended: datetime | None = None
    phases: list[Phase] = field(default_factory=list)
    stream: tuple[str, str] | None = None
    """Log group and stream, once they are there."""

    @property
    def id(self) -> str:
        """`PROJECT:UUID`."""
        return f"{self.project.name}:{self.uid}"

    @property
    def arn(self) -> str:
        """Its ARN."""
        at = self.project
        stem = f"arn:{names.partition(at.region)}:codebuild:{at.region}:{at.account}"
        return f"{stem}:build/{self.id}"

    @property
    def role(self) -> str:
        """ARN of the service role."""
        return str(self.settings["serviceRole"])

    def shown(self) -> dict[str, Any]:
        """As BatchGetBuilds has it."""
        kept = ("source", "environment", "serviceRole", "encryptionKey", "cache")
        found: dict[str, Any] = {
            **{name: self.settings[name] for name in kept if name in self.settings},
            "id": self.id,
            "arn": self.arn,
            "buildNumber": self.number,
            "startTime": self.began,
            "currentPhase": self.phases[-1].type if self.phases else "SUBMITTED",
            "buildStatus": self.status,
            "projectName": self.project.name,
            "phases": [one.shown() for one in self.phases],
            "artifacts": {"location": ""},
            "timeoutInMinutes": self.settings["timeoutInMinutes"],
            "queuedTimeoutInMinutes": self.settings["queuedTimeoutInMinutes"],
            "buildComplete": self.ended is not None,
            "initiator": self.initiator,
            "logs": self._logs(),
        }
        if self.ended is not None:
            found["endTime"] = self.ended
        if self.source_version is not None:
            found["sourceVersion"] = self.source_version
        return found

    def _logs(self) -> dict[str, Any]:
        """Where its log is: nothing is said of a stream that is not there yet."""
        said = self.settings.get("logsConfig") or {}
        found: dict[str, Any] = dict(said)
        if self.stream is not None:
            group, stream = self.stream
            at = self.project
            stem = f"arn:{names.partition(at.region)}:logs:{at.region}:{at.account}"
            found |= {
                "groupName": group,
                "streamName": stream,
                "cloudWatchLogsArn": f"{stem}:log-group:{group}:log-stream:{stream}",
            }
        return found


class Projects:
    """Every project and build of the emulated organisation."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._projects: dict[tuple[str, str, str], Project] = {}
        self._builds: dict[tuple[str, str, str], Build] = {}

    def find(self, account: str, region: str, name: str) -> Project | None:
        """The project of that name."""
        return self._projects.get((account, region, name))

    def of(self, account: str, region: str) -> list[Project]:
        """The projects of an account in a Region, by name."""
        mine = [one for key, one in self._projects.items() if key[:2] == (account, region)]
        return sorted(mine, key=lambda one: one.name)

    def keep(self, project: Project) -> None:
        """Keep a new project."""
        self._projects[project.account, project.region, project.name] = project

    def drop(self, project: Project) -> None:
        """Forget a project; its builds stay known, as on AWS."""
        del self._projects[project.account, project.region, project.name]

    def keep_build(self, build: Build) -> None:
        """Keep a new build."""
        self._builds[build.project.account, build.project.region, build.id] = build

    def build(self, account: str, region: str, build_id: str) -> Build | None:
        """The build of that id."""
        return self._builds.get((account, region, build_id))

    def builds_of(self, account: str, region: str, name: str) -> list[Build]:
        """The builds of a project, the oldest first."""
        return [
            one
            for key, one in self._builds.items()
            if key[:2] == (account, region) and one.project.name == name
        ]


def project_arn(region: str, account: str, name: str) -> str:
    """ARN of a project; a name that is an ARN already is one."""
    if name.startswith("arn:"):
        return name
    return f"arn:{names.partition(region)}:codebuild:{region}:{account}:project/{name}"
