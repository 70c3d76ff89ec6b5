"""Let a revoked person in again: the Denies first, everywhere, and the flag last.

While a Deny is left the flag stays, so that nobody is let in by the front door to be refused
inside, and whoever looks at the directory sees that it is not done.
"""

from collections.abc import Sequence

from studiogate.revoke import scissors
from studiogate.revoke.cutting import FAILURES, side_by_side, words
from studiogate.revoke.plan import Cut, Plan
from studiogate.revoke.report import Report
from studiogate.revoke.row import Row
from studiogate.revoke.step import Step, failed
from studiogate.revoke.world import World

_FLAG = "let new openings in"


def restore(plan: Plan, world: World, *, by: str) -> Report:
    """Undo what `revoke` did for `plan.person`, and read back that it is undone.

    Nothing that AWS refuses is raised: it is a failed step of the report.
    """
    report = Report("restore", plan.person, world.clock(), by)
    world.tell("Taking the Denies away")
    for steps in side_by_side(lambda some: _mend(world, some), list(plan.together())):
        report.steps += steps
    world.tell("Clearing the flag")
    report.steps.append(_flag(plan, world) if not report.faults else _left())
    return report


def _mend(world: World, some: Sequence[Cut]) -> list[Step]:
    steps = []
    for one in some:
        what = f"do not {words(one)}"
        try:
            was_there = scissors.mend(world.accounts.client(one.account, "iam"), one)
        except FAILURES as error:
            steps.append(failed(one.lob, what, error))
        else:
            steps.append(Step(one.lob, what, "done" if was_there else "nothing"))
    return steps


def _flag(plan: Plan, world: World) -> Step:
    row = Row(world.accounts.client(world.hub, "dynamodb"), plan.person)
    try:
        if not row.restore():
            return Step("directory", _FLAG, "nothing", "there is no row of theirs")
        now, by = row.read(), row.deactivated_by()
    except FAILURES as error:
        return failed("directory", _FLAG, error)
    if by:
        return Step(
            "directory",
            _FLAG,
            "failed",
            f"{' and '.join(by)} deactivated them by SCIM",
            "Have them activated there: what a provider closed, it opens.",
        )
    if now is None or now.revoked:
        return Step(
            "directory",
            _FLAG,
            "failed",
            "their row was changed at the same moment",
            "Look who is revoking them, then run the command again.",
        )
    return Step("directory", _FLAG, "done")


def _left() -> Step:
    return Step(
        "directory",
        _FLAG,
        "failed",
        "the flag stays until every Deny is gone",
        "Put right what is named above, then run the command again.",
    )
