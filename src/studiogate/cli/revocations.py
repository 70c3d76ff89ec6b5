"""How a run of `revoke` or `restore` is recorded, shown and ended: alike for both commands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from studiogate.audit.ledger import FileLedger
from studiogate.audit.revocation import Verdict
from studiogate.aws.wire.blocking import drive
from studiogate.cli.present import DONE, EXIT, FOUND, counted, show, show_json
from studiogate.errors import AwsError, RecordError
from studiogate.revoke.report import Report

_GOOD = frozenset({Verdict.DEAD, Verdict.RESTORED})
_NONE = "–"


def concluded(report: Report, record: Path, *, as_json: bool) -> int:
    """Record the run, show it, and say how to leave.

    Raises:
        RecordError: it could not be recorded, so it does not count as done; it was shown.
    """
    missing = _unrecorded(report, record)
    if as_json:
        show_json(_document(report, None if missing else record))
    else:
        show(_page(report, recorded=None if missing else record))
    if missing is not None:
        raise missing
    return code(report)


def code(report: Report) -> int:
    """The exit code: done, refused by AWS, or found not to be as it should."""
    if report.verdict in _GOOD:
        return DONE
    return EXIT[AwsError] if any(step.by_aws for step in report.faults) else FOUND


def headline(report: Report) -> str:
    """The one sentence that counts."""
    person = report.person
    match report.verdict:
        case Verdict.DEAD if report.dead_after_s is not None:
            return (
                f"{person} is dead: nothing of theirs answers, "
                f"{report.dead_after_s:.1f} s after the first write."
            )
        case Verdict.DEAD:
            return f"{person} is dead: nothing of theirs answers."
        case Verdict.ANSWERS:
            where = ", ".join(f"{one.domain} ({one.lob})" for one in report.answering)
            return f"{person} is not dead: they are still answered in {where}."
        case Verdict.INCOMPLETE if report.action == "restore":
            return f"{person} is not restored: something is left to undo."
        case Verdict.INCOMPLETE:
            return f"{person} is not dead for all we know: something is left to cut."
        case Verdict.UNPROVED:
            return f"{person} is cut off, but it is not proved that nothing answers."
        case Verdict.RESTORED:
            return f"{person} may come in again."


def _unrecorded(report: Report, record: Path) -> RecordError | None:
    try:
        drive(FileLedger(record).write(report.revocation()))
    except RecordError as error:
        return RecordError(
            f"{error}: what was done counts as not done",
            remedy="Give --record a file that can be appended to, and run the command again.",
        )
    return None


def _document(report: Report, recorded: Path | None) -> dict[str, Any]:
    faults = [step.line() | {"remedy": step.remedy} for step in report.faults]
    return {
        "ok": report.verdict in _GOOD and recorded is not None,
        **report.revocation().line(),
        "faults": faults,
        "doubts": report.doubts if report.action == "revoke" else [],
        "notes": report.notes,
        "apps": report.apps,
        "recorded": str(recorded) if recorded else None,
    }


def _page(report: Report, *, recorded: Path | None) -> Group:
    good = report.verdict in _GOOD and recorded is not None
    style = "bold green" if good else "bold red"
    parts: list[Text | Table] = [Text(headline(report), style=style)]
    if recorded is None:
        parts.append(Text("And it is not recorded, so it does not count as done.", style=style))
    parts += _complaints(report)
    if report.canaries or report.fresh:
        parts += [Text(), _domains(report)]
    parts += [Text(), Text(_summary(report))]
    parts += [Text(note) for note in report.notes]
    if recorded is not None:
        parts.append(Text(f"Recorded in {recorded}."))
    return Group(*parts)


def _complaints(report: Report) -> Iterator[Text]:
    for step in report.faults:
        yield Text(f"\n{step.where}: not done: {step.what}", style="red")
        yield Text(f"  {_shown(step.said)}")
        yield Text(f"  → {step.remedy}")
    if report.action == "revoke":
        for doubt in report.doubts:
            yield Text(f"\nnot proved: {_shown(doubt)}", style="yellow")


def _domains(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("domain", "profile", "session before", "now", "new opening", "dead after"):
        table.add_column(heading, overflow="fold")
    for one in report.domains():
        seconds = one["dead_after_s"]
        table.add_row(
            Text(f"{one['domain'] or _NONE} ({one['lob']})"),
            Text(one["profile"] or _NONE),
            Text(one["before"] or "not seen"),
            Text(one["session"] or _NONE),
            Text(one["opening"] or "not tried"),
            Text(_NONE if seconds is None else f"{seconds:.1f} s"),
        )
    return table


def _summary(report: Report) -> str:
    done = [step for step in report.steps if step.state == "done"]
    nothing = [step for step in report.steps if step.state == "nothing"]
    places = sorted({step.where for step in done})
    text = f"{counted(len(done), 'step')} done in {', '.join(places) or 'no place'}"
    if nothing:
        text += f"; nothing to do for {len(nothing)}"
    if report.apps:
        text += f"; {counted(len(report.apps), 'app')} ended"
    return f"{text}; {len(report.faults)} failed."


def _shown(text: str) -> str:
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
