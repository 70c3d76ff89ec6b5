"""The person's apps: told to end once everything is cut, waited for once it was watched."""

from typing import TYPE_CHECKING

from studiogate.errors import StudioGateError
from studiogate.revoke import apps
from studiogate.revoke.apps import RunningApp
from studiogate.revoke.cutting import FAILURES, side_by_side
from studiogate.revoke.plan import Plan
from studiogate.revoke.report import Report
from studiogate.revoke.step import Step, failed
from studiogate.revoke.world import World

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

WITHIN_S = 600.0
"""Seconds an app may take to be deleted; AWS needs minutes for one that is busy."""

_POLL_S = 1.0


class Ending:
    """The apps of one run; keeps what it did to itself until it is asked to tell."""

    def __init__(self, plan: Plan, world: World, *, wanted: bool) -> None:
        self._plan = plan
        self._world = world
        self._wanted = wanted
        self._told: list[RunningApp] = []
        self._steps: list[Step] = []
        self._notes: list[str] = []
        self._ended: list[str] = []

    def begin(self) -> None:
        """Have every app deleted, if that is wanted; else note that there are some."""
        found: list[RunningApp] = []
        for some in side_by_side(self._find, self._plan.lobs):
            found += some
        if not self._wanted and found:
            runs = "runs" if len(found) == 1 else "run"
            self._notes.append(f"{len(found)} of their apps still {runs}: --apps ends them")
        for app in found if self._wanted else ():
            try:
                apps.end(self._sagemaker(app.lob), app)
            except FAILURES as error:
                self._steps.append(failed(app.lob, f"end {app}", error))
            else:
                self._told.append(app)

    def wait(self) -> None:
        """Return when none of those that were told to end runs any more, or time is up."""
        ends_at = self._world.ticks() + WITHIN_S
        for app in self._told:
            try:
                gone = self._gone(app, ends_at)
            except FAILURES as error:
                self._steps.append(failed(app.lob, f"see the end of {app}", error))
                continue
            self._steps.append(_ended(app) if gone else _still_runs(app))
            self._ended += [str(app)] if gone else []

    def tell(self, report: Report) -> None:
        """Put down in `report` what was done."""
        report.steps += self._steps
        report.notes += self._notes
        report.apps += self._ended

    def _find(self, lob: str) -> list[RunningApp]:
        """What runs in `lob`; nothing, and it is kept why, where that cannot be seen."""
        profiles = self._plan.profiles_in(lob)
        try:
            return apps.running(self._sagemaker(lob), lob, profiles) if profiles else []
        except FAILURES as error:
            self._missed(lob, error)
            return []

    def _missed(self, lob: str, error: StudioGateError) -> None:
        if self._wanted:
            self._steps.append(failed(lob, "end their apps", error))
        else:
            self._notes.append(f"{lob}: it cannot be seen which apps run: {error}")

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
