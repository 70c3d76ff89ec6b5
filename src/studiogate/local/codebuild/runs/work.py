"""What one build does in its folder: source, buildspec, and the commands of its phases."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from studiogate.local.codebuild.runs import source
from studiogate.local.codebuild.runs.buildspec import (
    PHASES,
    Buildspec,
    BuildspecError,
    Steps,
    inline,
    parsed,
)
from studiogate.local.codebuild.runs.commands import Shell
from studiogate.local.codebuild.runs.failing import PhaseFailedError
from studiogate.local.codebuild.runs.log import BuildLog, Calls
from studiogate.local.codebuild.runs.machine import Machine, Place
from studiogate.local.codebuild.store import Build

_NOTHING: Final = Buildspec("sh", {}, {})


@dataclass(slots=True)
class Work:
    """The steps of one build; each raises `PhaseFailedError` where it fails."""

    build: Build
    place: Place
    log: BuildLog
    machine: Machine
    calls: Calls
    credentials: Mapping[str, str] = field(repr=False)
    """The variables by which the commands are given the role's session."""

    spec: Buildspec = _NOTHING
    _shell: Shell | None = None

    def provision(self) -> None:
        """Make the folder, with what CodeBuild's images have."""
        privileged = bool(self.build.settings["environment"].get("privilegedMode"))
        self.place.laid(self.machine, privileged=privileged)

    async def download(self) -> Buildspec:
        """Fetch and unpack the source, and read the buildspec."""
        whole = await source.archive(self.build, self.calls)
        if whole is not None:
            await asyncio.to_thread(source.unpack, whole, self.place.source)
        self.log.container("Phase is DOWNLOAD_SOURCE")
        self.log.container(f"CODEBUILD_SRC_DIR={self.place.source}")
        try:
            self.spec = parsed(self._said())
        except BuildspecError as exc:
            raise PhaseFailedError("YAML_FILE_ERROR", str(exc)) from exc
        self.log.container(f"Phases found in YAML: {len(self.spec.phases)}")
        for name in PHASES:
            if name in self.spec.phases:
                count = len(self.spec.phases[name].commands)
                self.log.container(f" {name.upper()}: {count} commands")
        own, folder = self.place.own, self.place.source
        self._shell = Shell(
            own, folder, self.spec.shell, self._environment(), self.machine.apart
        )
        return self.spec

    def _said(self) -> str:
        """The text of the buildspec: given with the project or the build, or in the source."""
        said = self.build.settings["source"].get("buildspec")
        if (text := inline(said)) is not None:
            return text
        path = (self.place.source / (said or "buildspec.yml")).resolve()
        if not path.is_relative_to(self.place.source.resolve()):
            raise PhaseFailedError("YAML_FILE_ERROR", f"{said} is outside of the source")
        if not path.is_file():
            raise PhaseFailedError("YAML_FILE_ERROR", f"stat {path}: no such file or directory")
        return path.read_text(encoding="utf-8", errors="replace")

    def _environment(self) -> dict[str, str]:
        build, settings = self.build, self.build.settings
        given = settings["environment"].get("environmentVariables") or ()
        source_at = settings["source"].get("location", "")
        return {
            **self.place.environment(self.machine),
            **self.spec.variables,
            **{one["name"]: one["value"] for one in given},
            **self.credentials,
            "AWS_REGION": build.project.region,
            "AWS_DEFAULT_REGION": build.project.region,
            "CODEBUILD_BUILD_ARN": build.arn,
            "CODEBUILD_BUILD_ID": build.id,
            "CODEBUILD_BUILD_IMAGE": settings["environment"]["image"],
            "CODEBUILD_BUILD_NUMBER": str(build.number),
            "CODEBUILD_BUILD_SUCCEEDING": "1",
            "CODEBUILD_INITIATOR": build.initiator,
            "CODEBUILD_KMS_KEY_ID": str(settings["encryptionKey"]),
            "CODEBUILD_LOG_PATH": build.stream[1] if build.stream else "",
            "CODEBUILD_SOURCE_REPO_URL": source_at,
            "CODEBUILD_SOURCE_VERSION": build.source_version or f"arn:aws:s3:::{source_at}",
            "CODEBUILD_SRC_DIR": str(self.place.source),
            "CODEBUILD_START_TIME": str(int(build.began.timestamp() * 1000)),
        }

    async def run(self, spec: Buildspec, name: str) -> None:
        """Run the commands of a phase, and those that follow in any case."""
        steps = spec.phases.get(name, Steps())
        try:
            await self._all(steps.commands)
        finally:
            await self._all(steps.after)

    async def _all(self, commands: tuple[str, ...]) -> None:
        for command in commands:
            if self._shell is None:
                raise ValueError("commands run after the source is there")
            self.log.container(f"Running command {command}")
            code = await self._shell.run(command, self.log.say)
            if code != 0:
                self.log.container(
                    f"Command did not exit successfully {command} exit status {code}"
                )
                raise PhaseFailedError(
                    "COMMAND_EXECUTION_ERROR",
                    f"Error while executing command: {command}. Reason: exit status {code}",
                )

    def failing(self) -> None:
        """Tell the commands that follow that the build fails."""
        if self._shell is not None:
            self._shell.export("CODEBUILD_BUILD_SUCCEEDING", "0")
