"""The person's apps: told to end once everything is cut, waited for once it was watched."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from studiogate.errors import AwsError
from studiogate.revoke import apps
from studiogate.revoke.apps import RunningApp
from studiogate.revoke.plan import Plan
from studiogate.revoke.report import Report, Step, failed
from studiogate.revoke.world import World

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

WITHIN_S = 600.0
"""Seconds an app may take to be deleted; AWS needs minutes for one that is busy."""

_POLL_S = 1.0


class Ending:
    """The apps of one run."""

    def __init__(self, plan: Plan, world: World, report: Report) -> None:
        self._plan = plan
        self._world = world
        self._report = report
        self._told: list[RunningApp] = []

    def begin(self, *, wanted: bool) -> None:
        """Have every app deleted, if that is `wanted`; else note that there are some."""
        found: list[RunningApp] = []
        for lob in self._plan.lobs:
            try:
                found += self._find(lob)
            except AwsError as error:
                self._missed(lob, error, wanted=wanted)
        if not wanted and found:
            self._report.notes.append(f"{len(found)} of their apps still run: --apps ends them")
        for app in found if wanted else ():
            try:
                apps.end(self._sagemaker(app.lob), app)
            except AwsError as error:
                self._report.steps.append(failed(app.lob, f"end {app}", error))
            else:
                self._told.append(app)

    def wait(self) -> None:
        """Return when none of those that were told to end runs any more, or time is up."""
        ends_at = self._world.ticks() + WITHIN_S
        for app in self._told:
            try:
                gone = self._gone(app, ends_at)
            except AwsError as error:
                self._report.steps.append(failed(app.lob, f"see the end of {app}", error))
                continue
            self._report.steps.append(_ended(app) if gone else _still_runs(app))
            self._report.apps += [str(app)] if gone else []

    def _find(self, lob: str) -> Iterator[RunningApp]:
        profiles = self._plan.profiles_in(lob)
        if profiles:
            yield from apps.running(self._sagemaker(lob), lob, profiles)

    def _missed(self, lob: str, error: AwsError, *, wanted: bool) -> None:
        if wanted:
            self._report.steps.append(failed(lob, "end their apps", error))
        else:
            self._report.notes.append(f"{lob}: it cannot be seen which apps run ({error.code})")

    def _gone(self, app: RunningApp, ends_at: float) -> bool:
        while apps.runs(self._sagemaker(app.lob), app):
            if self._world.ticks() >= ends_at:
                return False
            self._world.pause(_POLL_S)
        return True

    def _sagemaker(self, lob: str) -> "SageMakerClient":
        return self._world.accounts.client(self._plan.accounts[lob], "sagemaker")


def _ended(app: RunningApp) -> Step:
    return Step(app.lob, f"end {app}", "done")


def _still_runs(app: RunningApp) -> Step:
    return Step(
        app.lob,
        f"end {app}",
        "failed",
        f"it was told to end {WITHIN_S:.0f} s ago and is there still",
        "Look at it in the SageMaker console, then run the command again.",
    )
