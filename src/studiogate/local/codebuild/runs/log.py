"""The log of a build: a stream in CloudWatch Logs, written as the build's own role."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from studiogate.local.call import ApiError
from studiogate.local.codebuild.runs.failing import PhaseFailedError
from studiogate.local.codebuild.store import Build

_FLUSH_EACH_S: Final = 0.25
_AT_ONCE: Final = 500
_LONGEST: Final = 200_000
"""Characters of a line; CloudWatch takes 256 KiB of an event (PutLogEvents)."""

Calls = Callable[..., Awaitable[dict[str, Any]]]
"""Calls a service as the role: its name, the operation, and parameters as boto3 has them."""


class BuildLog:
    """Lines that are kept until `flush`, which puts them into the stream.

    A role that may not write (`logs:PutLogEvents`) has a build without a log: AWS documents
    nothing of it, and what the build does does not depend on it.
    """

    def __init__(self, build: Build, calls: Calls, clock: Callable[[], datetime]) -> None:
        self._build = build
        self._calls = calls
        self._clock = clock
        self._lines: list[dict[str, Any]] = []
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Make the stream, and the group where there is none.

        Raises:
            PhaseFailedError: the role may not, in AWS's words.
        """
        said = (self._build.settings.get("logsConfig") or {}).get("cloudWatchLogs") or {}
        if said.get("status") == "DISABLED":
            return
        group = said.get("groupName") or f"/aws/codebuild/{self._build.project.name}"
        before = f"{said['streamName']}/" if said.get("streamName") else ""
        stream = f"{before}{self._build.uid}"
        try:
            await self._made(group, stream)
        except ApiError as exc:
            raise PhaseFailedError(
                "ACCESS_DENIED",
                f"Service role {self._build.role} does not allow AWS CodeBuild to create "
                f"Amazon CloudWatch Logs log streams for build {self._build.arn}. Error "
                f"message: {exc.message}",
            ) from exc
        self._build.stream = (group, stream)

    async def _made(self, group: str, stream: str) -> None:
        whole = {"logGroupName": group, "logStreamName": stream}
        try:
            await self._calls("logs", "CreateLogStream", **whole)
        except ApiError as exc:
            if exc.code != "ResourceNotFoundException":
                raise
            await self._made_group(group)
            await self._calls("logs", "CreateLogStream", **whole)

    async def _made_group(self, group: str) -> None:
        """Make the group, which another build may have made meanwhile."""
        try:
            await self._calls("logs", "CreateLogGroup", logGroupName=group)
        except ApiError as exc:
            if exc.code != "ResourceAlreadyExistsException":
                raise

    def container(self, text: str) -> None:
        """Say something as CodeBuild itself does."""
        moment = self._clock().strftime("%Y/%m/%d %H:%M:%S.%f")
        self.say(f"[Container] {moment} {text}")

    def say(self, line: str) -> None:
        """Say a line of a program."""
        stamp = int(self._clock().timestamp() * 1000)
        self._lines.append({"timestamp": stamp, "message": f"{line[:_LONGEST]}\n"})

    async def flush(self) -> None:
        """Put what was said since the last time into the stream."""
        async with self._writing:
            while self._lines and self._build.stream is not None:
                some, self._lines = self._lines[:_AT_ONCE], self._lines[_AT_ONCE:]
                await self._put(self._build.stream, some)

    async def _put(self, where: tuple[str, str], some: list[dict[str, Any]]) -> None:
        group, stream = where
        try:
            await self._calls(
                "logs",
                "PutLogEvents",
                logGroupName=group,
                logStreamName=stream,
                logEvents=some,
            )
        except ApiError:
            self._lines = []

    async def kept(self) -> None:
        """Flush again and again until cancelled, which interrupts no writing."""
        while True:
            await asyncio.sleep(_FLUSH_EACH_S)
            await asyncio.shield(self.flush())
