"""Cut a person off everywhere, then watch until nothing of theirs answers.

Read `_run` top to bottom.  A step that fails does not stop the others: the more is cut the
better, and the report says what is left.  Running it again finishes what is left.
"""

from collections.abc import Iterator
from datetime import datetime

from studiogate.landscape.place import listed
from studiogate.revoke.cutting import FAILURES, Cutting
from studiogate.revoke.ending import Ending
from studiogate.revoke.plan import Plan
from studiogate.revoke.report import Report
from studiogate.revoke.row import Row
from studiogate.revoke.step import ENDS_SESSIONS, Step, failed
from studiogate.revoke.watching import Watch
from studiogate.revoke.world import World


def revoke(plan: Plan, world: World, *, by: str, end_apps: bool = False) -> Report:
    """Cut off everything of `plan.person`, and say what was seen of it.

    `by` stands in the row, and in the record where the gateway does not say who asks.  Nothing
    that AWS refuses is raised: it is a failed step of the report, and so is an interruption.
    """
    report = Report("revoke", plan.person, world.clock(), by)
    try:
        _run(plan, world, report, end_apps=end_apps)
    except KeyboardInterrupt:
        report.steps.append(_interrupted())
    return report


def _run(plan: Plan, world: World, report: Report, *, end_apps: bool) -> None:
    """Nothing waits for what may be slow: neither the Denies for the flag, nor the eyes."""
    row = Row(world.accounts.client(world.hub, "dynamodb"), plan.person)
    watch, cutting = Watch(plan, world, report), Cutting(plan, world, report)
    ending = Ending(plan, world, wanted=end_apps)
    by = report.by
    report.steps += _beyond(plan)
    world.tell("Refusing new openings")
    with world.beside(lambda: _flag(row, at=report.at, by=by)) as flag:
        watch.begin()
        world.tell("Cutting them off, and watching until nothing answers")
        with world.beside(cutting.everywhere) as cut:
            watch.until_dead()
            was_slow = not cut.done()
        cut.result()
        with world.beside(ending.begin) as ended:
            if was_slow:
                watch.until_dead()
    report.steps.insert(0, flag.result())
    ended.result()
    ending.wait()
    ending.tell(report)
    watch.try_openings()
    cutting.still_stands()
    report.steps += _kept(row, report)
    report.notes += _notes(plan, report)


def _flag(row: Row, *, at: datetime, by: str) -> Step:
    what = "refuse new openings"
    try:
        there = row.revoke(at=at, by=by)
    except FAILURES as error:
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


def _kept(row: Row, report: Report) -> Iterator[Step]:
    """The seconds, written beside the flag."""
    if report.dead_after_s is not None:
        try:
            row.dead_after(report.dead_after_s)
        except FAILURES as error:
            yield failed("directory", "keep how long it took", error)


def _notes(plan: Plan, report: Report) -> Iterator[str]:
    """What nobody looked at, and why that may be."""
    if report.missing:
        lobs = listed([lob for lob in plan.lobs if lob in report.missing])
        why = "; ".join(sorted({one.rstrip(".") for one in report.missing.values()}))
        yield f"No session of theirs was had before the Denies in {lobs}: {why}."
    for lob in sorted(plan.spared):
        theirs = " and ".join(sorted(plan.taken[lob]))
        yield f"{lob}: not looked into, for the profile {theirs} is somebody else's there."
    for profile in plan.nameless:
        yield (
            f"Notebooks of {profile} cannot be told apart by name, for STS wants two letters: "
            "--apps ends them."
        )


def _interrupted() -> Step:
    return Step(
        "this run",
        "go on to the end",
        "failed",
        "it was interrupted; what is left to cut is not known",
        "Run the command again.",
    )
