"""Cut a person off everywhere, then watch until nothing of theirs answers.

Read `revoke` top to bottom.  A step that fails does not stop the others: the more is cut the
better, and the report says what is left.  Running it again finishes what is left.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from studiogate import names
from studiogate.errors import AwsError
from studiogate.revoke import scissors
from studiogate.revoke.ending import Ending
from studiogate.revoke.plan import Cut, Plan
from studiogate.revoke.report import ENDS_SESSIONS, Report, Step, failed
from studiogate.revoke.row import Row
from studiogate.revoke.watching import Watch
from studiogate.revoke.world import World

_AT_ONCE = 8
_T = TypeVar("_T")


def revoke(plan: Plan, world: World, *, by: str, end_apps: bool = False) -> Report:
    """Cut off everything of `plan.person`, and say what was seen of it.

    `by` stands in the record where the gateway does not say who asks.  Nothing that AWS refuses
    is raised: it is a failed step of the report.
    """
    report = Report("revoke", plan.person, world.clock(), by)
    row = Row(world.accounts.client(world.hub, "dynamodb"), plan.person)
    watch, ending = Watch(plan, world, report), Ending(plan, world, report)
    world.tell("Looking at living sessions")
    watch.begin()
    world.tell("Cutting them off")
    report.steps.append(_flag(row, report))
    report.steps += _beyond(plan)
    report.steps += _cuts(plan, world, report)
    ending.begin(wanted=end_apps)
    world.tell("Watching until nothing answers")
    watch.until_dead()
    ending.wait()
    watch.try_openings()
    report.steps += _kept(row, report)
    return report


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


def _flag(row: Row, report: Report) -> Step:
    what = "refuse new openings"
    try:
        there = row.revoke(at=report.at, by=report.by)
    except AwsError as error:
        return failed("directory", what, error)
    if there:
        return Step("directory", what, "done")
    return Step("directory", what, "nothing", "there is no row of theirs, so nothing opens")


def _beyond(plan: Plan) -> Iterator[Step]:
    if plan.beyond is not None:
        yield Step(
            plan.beyond,
            f"{ENDS_SESSIONS} of {plan.person}",
            "failed",
            "the directory puts them in it, and the landscape does not name it",
            "Run the command with the landscape that names it.",
        )


def _cuts(plan: Plan, world: World, report: Report) -> Iterator[Step]:
    """Every account: first those where something may live, then the others."""
    alive = plan.homes | {one.lob for one in report.canaries if one.lived}
    for group in (True, False):
        lobs = [lob for lob in plan.lobs if (lob in alive) is group]
        for steps in side_by_side(lambda lob: _cut(plan, world, report, lob), lobs):
            yield from steps


def _cut(plan: Plan, world: World, report: Report, lob: str) -> list[Step]:
    iam = world.accounts.client(plan.accounts[lob], "iam")
    steps = []
    for one in plan.cuts(lob):
        what = words(one)
        try:
            there = scissors.cut(iam, one, at=report.at)
        except AwsError as error:
            steps.append(failed(lob, what, error))
        else:
            said = "" if there else f"there is no role {one.role} in {one.account}"
            steps.append(Step(lob, what, "done" if there else "nothing", said))
    return steps


def _kept(row: Row, report: Report) -> Iterator[Step]:
    """The seconds, written beside the flag."""
    if report.dead_after_s is not None:
        try:
            row.dead_after(report.dead_after_s)
        except AwsError as error:
            yield failed("directory", "keep how long it took", error)
