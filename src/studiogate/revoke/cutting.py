"""The Denies of one run: put in every account, side by side, and looked at again at the end."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from studiogate import names
from studiogate.errors import AwsError, SettingsError
from studiogate.revoke import apps, scissors
from studiogate.revoke.plan import Cut, Plan
from studiogate.revoke.report import Report
from studiogate.revoke.step import ENDS_SESSIONS, Step, failed
from studiogate.revoke.world import World

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_AT_ONCE = 16
_T = TypeVar("_T")

FAILURES = (AwsError, SettingsError)
"""What ends a step and no other: AWS said no, or the keys to sign with have run out."""


def words(one: Cut) -> str:
    """What a cut does, in a few words."""
    what = ENDS_SESSIONS if one.role == names.PRESIGN_ROLE else "end notebooks"
    return f"{what} of {one.named} ({one.role})"


def side_by_side(do: Callable[[str], _T], lobs: Sequence[str]) -> list[_T]:
    """What `do` gives for each of `lobs`, a few at a time, in their order."""
    if not lobs:
        return []
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="lob") as pool:
        return list(pool.map(do, lobs))


class Cutting:
    """Every Deny of `plan`."""

    def __init__(self, plan: Plan, world: World, report: Report) -> None:
        self._plan = plan
        self._world = world
        self._report = report

    def everywhere(self) -> None:
        """Put every Deny, beginning where something may live; none waits for another."""
        living = {one.lob for one in self._report.canaries if one.lived}
        early = self._plan.homes | living
        lobs = sorted(self._plan.lobs, key=lambda lob: lob not in early)
        for steps in side_by_side(self._cut, lobs):
            self._report.steps += steps

    def still_stands(self) -> None:
        """Look at every Deny again: a role made anew, or somebody else, may have taken it away.

        What is gone is put back, and is a failure all the same: for a while it was not there.
        """
        failures = {step.where for step in self._report.faults}
        lobs = [lob for lob in self._plan.lobs if lob not in failures]
        for steps in side_by_side(self._again, lobs):
            self._report.steps += steps

    def _cut(self, lob: str) -> list[Step]:
        steps = []
        for one in self._plan.cuts(lob):
            try:
                there = self._put(one)
            except FAILURES as error:
                steps.append(failed(lob, words(one), error))
            else:
                said = "" if there else f"there is no role {one.role} in {one.account}"
                steps.append(Step(lob, words(one), "done" if there else "nothing", said))
        return steps

    def _again(self, lob: str) -> list[Step]:
        steps = []
        for one in self._plan.cuts(lob):
            what = f"{words(one)}, still"
            try:
                if scissors.stands(self._iam(lob), one) or not self._put(one):
                    continue
            except FAILURES as error:
                steps.append(failed(lob, what, error))
            else:
                steps.append(_was_gone(lob, what))
        return steps

    def _put(self, one: Cut) -> bool:
        return scissors.cut(
            self._iam(one.lob),
            one,
            at=self._report.at,
            is_needed=lambda named: self._is_needed(one, named),
        )

    def _is_needed(self, one: Cut, named: str) -> bool:
        """Whether a Deny of long ago must stay: a notebook lives as long as its app runs."""
        if one.role == names.PRESIGN_ROLE:
            return False
        sagemaker = self._world.accounts.client(one.account, "sagemaker")
        try:
            return bool(apps.running(sagemaker, one.lob, [named]))
        except AwsError:
            return True  # unseen is not ended

    def _iam(self, lob: str) -> "IAMClient":
        return self._world.accounts.client(self._plan.accounts[lob], "iam")


def _was_gone(lob: str, what: str) -> Step:
    return Step(
        lob,
        what,
        "failed",
        "it was gone again, and was put back",
        "Look who restores them, or makes the role anew; then run the command again.",
    )
