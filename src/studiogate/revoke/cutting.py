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
_ENDS = {names.PRESIGN_ROLE: ENDS_SESSIONS, names.EXECUTION_ROLE: "end notebooks"}
_K = TypeVar("_K")
_T = TypeVar("_T")

FAILURES = (AwsError, SettingsError)
"""What ends a step and no other: AWS said no, or the keys to sign with have run out."""


def words(one: Cut) -> str:
    """What a cut does, in a few words."""
    return f"{_ENDS.get(one.role, 'end reading')} of {one.named} ({one.role})"


def side_by_side(do: Callable[[_K], _T], each: Sequence[_K]) -> list[_T]:
    """What `do` gives for each of `each`, a few at a time, in their order."""
    if not each:
        return []
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="lob") as pool:
        return list(pool.map(do, each))


class Cutting:
    """Every Deny of `plan`."""

    def __init__(self, plan: Plan, world: World, report: Report) -> None:
        self._plan = plan
        self._world = world
        self._report = report

    def everywhere(self) -> None:
        """Put every Deny, beginning where something may live; none waits for another.

        Elsewhere readers come last: a warehouse that many read hangs in the way of none.
        """
        living = {one.lob for one in self._report.canaries if one.lived}
        early = self._plan.homes | living
        parts = sorted(
            self._plan.together(),
            key=lambda some: (some[0].lob not in early) * (1 + self._reads(some[0])),
        )
        for steps in side_by_side(self._cut, parts):
            self._report.steps += steps

    def still_stands(self) -> None:
        """Look at every Deny again: a role made anew, or somebody else, may have taken it away.

        What is gone is put back, and is a failure all the same: for a while it was not there.
        """
        failures = {step.where for step in self._report.faults}
        parts = [some for some in self._plan.together() if some[0].lob not in failures]
        for steps in side_by_side(self._again, parts):
            self._report.steps += steps

    def _cut(self, some: Sequence[Cut]) -> list[Step]:
        steps = []
        for one in some:
            try:
                there = self._put(one)
            except FAILURES as error:
                steps.append(failed(one.lob, words(one), error))
            else:
                said = "" if there else f"there is no role {one.role} in {one.account}"
                steps.append(Step(one.lob, words(one), "done" if there else "nothing", said))
        return steps

    def _again(self, some: Sequence[Cut]) -> list[Step]:
        steps = []
        for one in some:
            what = f"{words(one)}, still"
            try:
                if scissors.stands(self._iam(one), one) or not self._put(one):
                    continue
            except FAILURES as error:
                steps.append(failed(one.lob, what, error))
            else:
                steps.append(_was_gone(one.lob, what))
        return steps

    def _reads(self, one: Cut) -> bool:
        """Whether it is in the account of a warehouse."""
        return one.account != self._plan.accounts[one.lob]

    def _put(self, one: Cut) -> bool:
        return scissors.cut(
            self._iam(one),
            one,
            at=self._report.at,
            is_needed=lambda named: self._is_needed(one, named),
        )

    def _is_needed(self, one: Cut, named: str) -> bool:
        """Whether a Deny of long ago must stay: a notebook lives as long as its app runs.

        A reader's session does not, and a notebook that is denied gets no new one.
        """
        if one.role != names.EXECUTION_ROLE:
            return False
        sagemaker = self._world.accounts.client(one.account, "sagemaker")
        try:
            return bool(apps.running(sagemaker, one.lob, [named]))
        except AwsError:
            return True  # unseen is not ended

    def _iam(self, one: Cut) -> "IAMClient":
        return self._world.accounts.client(one.account, "iam")


def _was_gone(lob: str, what: str) -> Step:
    return Step(
        lob,
        what,
        "failed",
        "it was gone again, and was put back",
        "Look who restores them, or makes the role anew; then run the command again.",
    )
