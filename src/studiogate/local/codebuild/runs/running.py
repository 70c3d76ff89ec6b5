"""Builds run: phase by phase, with real commands, as the project's service role.

Which phase follows which is the User Guide's "Build phase transitions": what fails before
`BUILD` ends the build, what fails in `BUILD` is still followed by `POST_BUILD`.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from studiogate.local.codebuild.runs.failing import PhaseFailedError
from studiogate.local.codebuild.runs.log import BuildLog
from studiogate.local.codebuild.runs.machine import Machine, Place
from studiogate.local.codebuild.runs.work import Work
from studiogate.local.codebuild.store import (
    CODEBUILD,
    FAILED,
    FAULT,
    IN_PROGRESS,
    STOPPED,
    SUCCEEDED,
    TIMED_OUT,
    Build,
    Phase,
)
from studiogate.local.front.inside import Inside
from studiogate.local.iam.vending import Vending

log = logging.getLogger(__name__)


class Runner:
    """Runs builds in the background of one event loop.  Implements `world.Runs`."""

    def __init__(
        self, calls: Inside, vending: Vending, machine: Machine, clock: Callable[[], datetime]
    ) -> None:
        """Run builds on `machine`.

        `calls` are made as the build's own role (`Inside(…, forwarded=False)`), whose sessions
        `vending` gives.
        """
        self._calls = calls
        self._vending = vending
        self._machine = machine
        self._clock = clock
        self._slots = asyncio.Semaphore(machine.at_once)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: set[str] = set()

    def begin(self, build: Build) -> None:
        """Have `build` run from now on."""
        _began(build, "SUBMITTED", self._clock())
        task = asyncio.get_running_loop().create_task(self._whole(build))
        self._tasks[build.arn] = task
        task.add_done_callback(lambda _: self._forget(build.arn))

    def stop(self, build: Build) -> None:
        """End `build` if it runs."""
        self._cancel(build.arn)

    async def close(self) -> None:
        """End every build, and return when none is left."""
        tasks = dict(self._tasks)
        for arn in tasks:
            self._cancel(arn)
        await asyncio.gather(*tasks.values(), return_exceptions=True)

    def _cancel(self, arn: str) -> None:
        """End a build once: a second time would interrupt its tidying up."""
        if arn in self._tasks and arn not in self._ending:
            self._ending.add(arn)
            self._tasks[arn].cancel()

    def _forget(self, arn: str) -> None:
        self._tasks.pop(arn, None)
        self._ending.discard(arn)

    async def _whole(self, build: Build) -> None:
        """Run `build`, and say how it ended whatever happens."""
        path, token = self._vending.register(
            build.role,
            service=CODEBUILD,
            session_name=f"AWSCodeBuild-{build.uid}",
            source_arn=build.project.arn,
        )
        try:
            outcome = await self._outcome(build, path, token)
        except asyncio.CancelledError:
            outcome = STOPPED
        except Exception:
            log.exception("build %s failed in the emulation", build.arn)
            outcome = FAULT
        finally:
            self._vending.forget(path)
        now = self._clock()
        _end(build.phases[-1], outcome, now)
        build.phases.append(Phase("COMPLETED", now))
        build.status, build.ended = outcome, now

    async def _outcome(self, build: Build, path: str, token: str) -> str:
        place = Place(self._machine.folder / build.uid)

        async def calls(service: str, operation: str, **params: object) -> dict[str, object]:
            return await self._calls.call(
                self._vending.taken_on(path),
                build.project.region,
                service=service,
                operation=operation,
                params=params,
            )

        said = BuildLog(build, calls, self._clock)
        credentials = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self._machine.tasks + path,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
        }
        work = Work(build, place, said, self._machine, calls, credentials)
        flushing = asyncio.get_running_loop().create_task(said.kept())
        try:
            return await self._phases(build, work, said)
        finally:
            flushing.cancel()
            with suppress(asyncio.CancelledError):
                await flushing
            await said.flush()
            await asyncio.to_thread(place.gone, self._machine)

    async def _phases(self, build: Build, work: Work, said: BuildLog) -> str:
        try:
            with self._phase(build, "SUBMITTED"):
                await said.open()
            with self._phase(build, "QUEUED"):
                await self._slots.acquire()
        except PhaseFailedError:
            return FAILED
        try:
            async with asyncio.timeout(self._machine.minute_s * self._minutes(build)):
                return await self._worked(build, work)
        except TimeoutError:
            phase = build.phases[-1]
            phase.contexts = [_context("BUILD_TIMED_OUT", "Build has timed out.")]
            _end(phase, TIMED_OUT, self._clock())
            said.container(f"Phase complete: {phase.type} State: {TIMED_OUT}")
            return TIMED_OUT
        finally:
            self._slots.release()

    async def _worked(self, build: Build, work: Work) -> str:
        """What runs in the container, as long as its timeout."""
        try:
            with self._phase(build, "PROVISIONING"):
                work.provision()
            with self._phase(build, "DOWNLOAD_SOURCE", work.log):
                spec = await work.download()
            for name in ("install", "pre_build"):
                with self._phase(build, name.upper(), work.log):
                    await work.run(spec, name)
        except PhaseFailedError:
            outcome = FAILED
        else:
            outcome = await self._built(build, work)
            with self._phase(build, "UPLOAD_ARTIFACTS", work.log):
                pass
        with self._phase(build, "FINALIZING"):
            pass
        return outcome

    async def _built(self, build: Build, work: Work) -> str:
        outcome, spec = SUCCEEDED, work.spec
        for name in ("build", "post_build"):
            try:
                with self._phase(build, name.upper(), work.log):
                    await work.run(spec, name)
            except PhaseFailedError:
                outcome = FAILED
                work.failing()
        return outcome

    def _minutes(self, build: Build) -> int:
        return int(build.settings["timeoutInMinutes"])

    @contextmanager
    def _phase(self, build: Build, name: str, said: BuildLog | None = None) -> Iterator[None]:
        """Have the phase begin, and end as the block does."""
        phase = build.phases[-1]
        if phase.type != name:
            phase = _began(build, name, self._clock())
        code, message = "", ""
        try:
            if said is not None and name != "DOWNLOAD_SOURCE":
                said.container(f"Entering phase {name}")
            yield
            _end(phase, SUCCEEDED, self._clock())
        except PhaseFailedError as exc:
            code, message = exc.code, exc.message
            phase.contexts = [_context(code, message)]
            _end(phase, FAILED, self._clock())
            raise
        finally:
            if said is not None and phase.status in {SUCCEEDED, FAILED}:
                said.container(f"Phase complete: {name} State: {phase.status}")
                said.container(f"Phase context status code: {code} Message: {message}")


def _began(build: Build, name: str, now: datetime) -> Phase:
    phase = Phase(name, now)
    build.phases.append(phase)
    return phase


def _end(phase: Phase, status: str, now: datetime) -> None:
    """Have the phase end, unless it has."""
    if phase.status == IN_PROGRESS:
        phase.status, phase.ended = status, now


def _context(code: str, message: str) -> dict[str, str]:
    return {"statusCode": code, "message": message}
