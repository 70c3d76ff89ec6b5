"""How the findings of a verification are shown: a page for people, a document for programs.

One entry for each invariant, not for each domain, so that a thousand domains that are all well
take a line.  What is not proved is told whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from studiogate.landscape.model import Landscape
from studiogate.policy.request import ContextValue
from studiogate.reach.cells import Way
from studiogate.reach.verify.compare import Change
from studiogate.reach.verify.findings import Finding, Outcome, Report, Witness

_MARKS: Mapping[Outcome, tuple[str, str]] = MappingProxyType(
    {
        Outcome.PROVED: ("✓ proved", "green"),
        Outcome.BROKEN: ("✗ broken", "bold red"),
        Outcome.UNDECIDED: ("? undecided", "bold yellow"),
    }
)
_NAMED_AT_MOST = 5
"""Things of one kind that are named; the rest is counted."""

_UNDER = 12
"""Columns that what follows a mark is indented by."""

_ALL_ADDRESSES = 2**32
_Told = tuple[str, str]
"""A request as it is shown: what it asks for, and how it arrives."""

_UNTOLD = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:username",
    }
)
"""Keys that follow from who asks about what; a program is told them all the same."""


def document(report: Report, changes: Sequence[Change] | None) -> dict[str, Any]:
    """`report`, and who gains and loses where that was asked, for a program."""
    found: dict[str, Any] = {
        "ok": report.ok,
        "findings": [asdict(one) for one in report.findings],
        "weaknesses": [asdict(one) for one in report.weaknesses],
        "unread": [asdict(one) for one in report.unread],
        "notes": list(report.notes),
    }
    if changes is not None:
        found["changes"] = [asdict(one) for one in changes]
    return found


def page(
    landscape: Landscape, report: Report, changes: Sequence[Change] | None, *, source: str
) -> RenderableType:
    """`report` for a person; `source` says what was asked about."""
    return Group(
        _line((f"{landscape.name} ({landscape.environment}), {source}", "bold")),
        Text(),
        *_entries(report.findings),
        *_titled("Weak statements, which break nothing by themselves", _weak(report)),
        *_titled("Documents that cannot be read, taken for the worst", _unread(report)),
        *([] if changes is None else _titled("Who gains and who loses", _changed(changes))),
        Text(),
        _line(_sum(report)),
        *(_line((note, "dim")) for note in report.notes),
    )


def _titled(title: str, lines: Iterable[RenderableType]) -> list[RenderableType]:
    told = list(lines)
    return [Text(), _line((title, "bold")), *told] if told else []


def _entries(findings: Iterable[Finding]) -> Iterator[RenderableType]:
    """One entry for each sentence and outcome, in the order the sentences were asked."""
    said: dict[str, dict[Outcome, list[Finding]]] = {}
    for one in findings:
        said.setdefault(one.says, {}).setdefault(one.outcome, []).append(one)
    told: set[_Told] = set()
    for says, found in said.items():
        for outcome, (mark, style) in _MARKS.items():
            if same := found.get(outcome):
                yield _line(says, mark=(mark, style), indent=_UNDER)
                yield from _entry(outcome, same, told)


def _entry(
    outcome: Outcome, found: list[Finding], told: set[_Told]
) -> Iterator[RenderableType]:
    if outcome is Outcome.PROVED:
        yield _line(_asked(found), indent=_UNDER)
        return
    for one in found:
        yield _line((one.about, "bold"), indent=_UNDER)
        yield from _witnesses(one.witnesses, told)
        yield from (_line(why, indent=_UNDER + 2) for why in one.why)


def _asked(found: list[Finding]) -> str:
    about = _some([one.about for one in found])
    principals = sum(one.principals for one in found)
    cells = sum(one.cells for one in found)
    asked = f": {principals:,} asked" if principals else ""
    return about + asked + (f", {cells:,} kinds of request" if cells else "")


def _witnesses(witnesses: Iterable[Witness], told: set[_Told]) -> Iterator[RenderableType]:
    """Each request once, and under it everybody who may make it; what was told is named."""
    requests: dict[_Told, list[Witness]] = {}
    for one in witnesses:
        requests.setdefault(_shown(one), []).append(one)
    for request, same in requests.items():
        does, how = request
        if request in told:
            who = ", ".join(one.who for one in same)
            yield _line(f"{does}, as above: {who}", indent=_UNDER + 2)
            continue
        told.add(request)
        yield _line(does, indent=_UNDER + 2)
        yield _line(how, indent=_UNDER + 2)
        for one in same:
            by = f", by {'; '.join(one.by)}" if one.by else ""
            yield _line((one.who, "red"), (by, "dim"), indent=_UNDER + 4)


def _shown(witness: Witness) -> _Told:
    keys = _keys(witness.keys)
    how = witness.how + _others(witness.addresses or 0)
    return f"{witness.does} {witness.on}", how + (f": {keys}" if keys else "")


def _others(addresses: int) -> str:
    if addresses >= _ALL_ADDRESSES:
        return " (any address does)"
    return f" (one of {addresses:,} addresses)" if addresses > 1 else ""


def _keys(keys: Mapping[str, ContextValue]) -> str:
    return ", ".join(
        f"{key}={value if isinstance(value, str) else '|'.join(value)}"
        for key, value in keys.items()
        if key.lower() not in _UNTOLD
    )


def _weak(report: Report) -> Iterator[RenderableType]:
    for (policy, where), same in groupby(
        report.weaknesses, key=lambda one: (one.policy, one.where)
    ):
        yield _line(f"{policy} on {_some(where)}", mark=("! weak", "yellow"), indent=_UNDER)
        for weak in same:
            defect = f" ({weak.defect})" if weak.defect else ""
            yield _line(f"{weak.place}: {weak.what}{defect}", indent=_UNDER)
            yield _line(f"→ {weak.remedy}", indent=_UNDER + 2)


def _unread(report: Report) -> Iterator[RenderableType]:
    for unread in report.unread:
        yield _line(unread.where, mark=("! unread", "yellow"), indent=_UNDER)
        yield _line(unread.what, indent=_UNDER)
        yield _line(f"→ {unread.remedy}", indent=_UNDER)


def _changed(changes: Sequence[Change]) -> Iterator[RenderableType]:
    if not changes:
        yield _line("Nobody gains and nobody loses.")
    for lob, same in groupby(changes, key=lambda one: one.lob):
        yield _line(lob or "no line of business")
        for change in same:
            yield _line(_some(change.people), indent=2)
            yield from (_line(("gains ", "green"), _way(one), indent=4) for one in change.gains)
            yield from (_line(("loses ", "red"), _way(one), indent=4) for one in change.loses)


def _way(way: Way) -> str:
    domain, network = way
    return f"{domain} from {network}"


def _sum(report: Report) -> str:
    count = dict.fromkeys(Outcome, 0)
    for one in report.findings:
        count[one.outcome] += 1
    told = ", ".join(f"{number} {kind}" for kind, number in count.items())
    weak = len(report.weaknesses)
    return f"{told}; {weak} weak statement{'' if weak == 1 else 's'}."


def _some(names: Sequence[str]) -> str:
    first = ", ".join(names[:_NAMED_AT_MOST])
    more = len(names) - _NAMED_AT_MOST
    return f"{first} and {more:,} more" if more > 0 else first


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Text that keeps its indentation where it is folded; a mark stands before its first line.

    Nothing is filled up with spaces, so that lines can be copied.
    """

    text: Text
    indent: int
    mark: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - self.indent, 20)
        for number, line in enumerate(self.text.wrap(console, width)):
            line.rstrip()
            before = self.mark.copy() if number == 0 else Text()
            before.pad_right(self.indent - before.cell_len)
            yield before.append_text(line)


def _line(
    *parts: str | tuple[str, str], indent: int = 0, mark: tuple[str, str] = ("", "")
) -> RenderableType:
    """A paragraph of parts, each of which may have a style."""
    styled = [(part, "") if isinstance(part, str) else part for part in parts]
    text = Text.assemble(*((_safe(said), style) for said, style in styled))
    return _Paragraph(text, indent, Text(*mark))


def _safe(text: str) -> str:
    """`text` without power over the terminal: a Sid or a tag may hold any character."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
