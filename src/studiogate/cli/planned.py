"""How a plan is shown: a page of 80 columns for people, a document for programs.

What happens to many accounts in the same way is told once, so that a thousand lobs are a page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from studiogate.cli.present import counted, printable
from studiogate.deploy.plan import (
    Act,
    Limit,
    Objection,
    Plan,
    Replaced,
    ResourceChange,
    StackChange,
    Verb,
)
from studiogate.deploy.unpropagated import SETTING, WANTED
from studiogate.deploy.unseated import Seat
from studiogate.reach.verify.compare import Change

_NAMED_AT_MOST = 5
_VERBS = {
    Verb.CREATE: ("+ create", "green"),
    Verb.CHANGE: ("~ change", "yellow"),
    Verb.DELETE: ("- delete", "red"),
}
_ACTS = {Act.ADD: "+", Act.MODIFY: "~", Act.REMOVE: "-"}
_ANEW = {Replaced.YES: ", made anew", Replaced.PERHAPS: ", perhaps made anew"}


def document(plan: Plan, objections: Sequence[Objection]) -> dict[str, Any]:
    """`plan`, and what speaks against it, for a program."""
    found = asdict(plan) | {"nothing": plan.nothing}
    return {
        "ok": not objections,
        **found,
        "objections": [asdict(one) for one in objections],
    }


def page(plan: Plan, objections: Sequence[Objection]) -> RenderableType:
    """`plan`, and what speaks against it, for a person."""
    return Group(
        Text(f"{plan.landscape} ({plan.environment}): {summary(plan)}", style="bold"),
        *_stacks(plan),
        *_titled("Directory", _rows(plan)),
        *_titled("Sessions that carry no profile", _unnamed(plan)),
        *_titled("RStudio", _rstudio(plan)),
        *_titled("Who gains and who loses", _access(plan)),
        *_titled("Limits", (_line(f"! {_says(one)}") for one in plan.limits if not one.hard)),
        *_titled("Refused", _refused(objections)),
        *(_line(note, style="dim") for note in plan.notes),
    )


def summary(plan: Plan) -> str:
    """What there is to do, in one line."""
    if plan.nothing:
        return "nothing to do, everything is as it should be."
    count = {verb: sum(one.verb is verb for one in plan.stacks) for verb in Verb}
    return (
        f"{count[Verb.CREATE]} stacks to create, {count[Verb.CHANGE]} to change, "
        f"{count[Verb.DELETE]} to delete; {count[Verb.NOTHING]} stay as they are."
    )


def _stacks(plan: Plan) -> Iterator[RenderableType]:
    """One entry for all that is done in the same way, in the order of doing."""
    changes = [one for one in plan.stacks if one.verb is not Verb.NOTHING]
    same: dict[Any, list[StackChange]] = {}
    for one in changes:
        told = (one.key.name, one.verb, one.resources, one.waits_for, one.first)
        same.setdefault(told, []).append(one)
    for some in same.values():
        yield from _stack(some)


def _stack(some: list[StackChange]) -> Iterator[RenderableType]:
    first = some[0]
    mark, style = _VERBS[first.verb]
    where = _some([one.key.account for one in some])
    yield _line((f"{mark} ", style), (first.key.name, "bold"), f" in {where}")
    if first.first:
        yield _line(f"first: {first.first}", indent=4)
    if first.verb is Verb.CHANGE:
        yield from _resources(first)
    else:
        yield _line(_counted(first.resources), indent=4, style="dim")
    if first.waits_for and first.verb is Verb.CHANGE:
        yield _line(
            f"known only after apply: {', '.join(first.waits_for)}; so is what is made anew",
            indent=4,
            style="dim",
        )
    for one in some:
        yield from (_line((f"! {name} loses data", "bold red"), indent=4) for name in one.loses)


def _resources(change: StackChange) -> Iterator[RenderableType]:
    """What is sure or replaced is told one by one; what only follows from it is counted."""
    follow = 0
    for one in change.resources:
        if one.follows and one.replaced is Replaced.NO:
            follow += 1
        else:
            yield _resource(one, asked=not change.waits_for)
    if follow:
        yield _line(
            f"and {follow} that take values of these, and may stay as they are",
            indent=4,
            style="dim",
        )


def _resource(one: ResourceChange, *, asked: bool) -> RenderableType:
    """`asked`: CloudFormation was, so that it is known whether it is made anew."""
    what = f": {', '.join(one.what)}" if one.what else ""
    anew = _ANEW.get(one.replaced, "") if asked or one.replaced is Replaced.YES else ""
    return _line(f"{_ACTS[one.act]} {one.resource} ({one.type}){anew}{what}", indent=4)


def _counted(resources: Iterable[ResourceChange]) -> str:
    kinds = sorted(one.type.removeprefix("AWS::") for one in resources)
    return ", ".join(
        kind if (many := len(list(some))) == 1 else f"{many} × {kind}"
        for kind, some in groupby(kinds)
    )


def _rows(plan: Plan) -> Iterator[RenderableType]:
    for one in plan.rows:
        if one.put or one.removed:
            yield _line(
                f"{one.table}: {counted(one.put, 'row')} to write, {one.removed} to remove, "
                f"{one.same} stay as they are"
            )


def _unnamed(plan: Plan) -> Iterator[RenderableType]:
    """Domains that were changed by hand, and the apps that stop before they are again."""
    for one in plan.unpropagated:
        yield _line(("~ change ", "yellow"), f"{one.domain_id} in {one.stack.account}")
        yield _line(f"{SETTING}: {one.found} becomes {WANTED}", indent=4)
        yield from (_line(f"! has to stop: {app}", indent=4) for app in one.apps)


def _rstudio(plan: Plan) -> Iterator[RenderableType]:
    """Domains that get RStudio or lose it, who is let in, and the apps that stop before."""
    for one in plan.unseated:
        yield _line(("~ change ", "yellow"), f"{one.domain_id} in {one.stack.account}")
        if one.turned:
            yield _line("RStudio is turned on, or off; no app may run meanwhile", indent=4)
        if one.told:
            yield _line("What RStudio is told changes; no app may run meanwhile", indent=4)
        if one.unserved:
            yield _line("RStudio's server does not run: it is made again", indent=4)
        for (found, wanted), some in _alike(one.seats):
            yield _line(f"{_some(some)}: {found} becomes {wanted}", indent=4)
        yield from (_line(f"! has to stop: {app}", indent=4) for app in one.apps)


def _alike(seats: Iterable[Seat]) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Who becomes the same of the same."""
    same: dict[tuple[str, str], list[str]] = {}
    for one in seats:
        same.setdefault((one.found, one.wanted), []).append(one.profile)
    yield from same.items()


def _access(plan: Plan) -> Iterator[RenderableType]:
    if plan.new and plan.access:
        yield _line("Nothing was applied before: everything is gained.", style="dim")
    for lob, same in groupby(plan.access, key=lambda one: one.lob):
        yield _line(lob or "no line of business")
        for change in same:
            yield _line(_some(change.people), indent=2)
            yield from _ways(change)
    if not plan.access:
        yield _line("Nobody gains and nobody loses.")


def _ways(change: Change) -> Iterator[RenderableType]:
    for domain, network in change.gains:
        yield _line(("gains ", "green"), f"{domain} from {network}", indent=4)
    for domain, network in change.loses:
        yield _line(("loses ", "red"), f"{domain} from {network}", indent=4)


def _refused(objections: Iterable[Objection]) -> Iterator[RenderableType]:
    for one in objections:
        yield _line(("✗ ", "bold red"), one.says)
        yield _line(f"→ {one.remedy}", indent=2)


def _says(limit: Limit) -> str:
    return f"{limit.says} → {limit.remedy}"


def _titled(title: str, lines: Iterable[RenderableType]) -> list[RenderableType]:
    told = list(lines)
    return [Text(), Text(title, style="bold"), *told] if told else []


def _some(names: Sequence[str]) -> str:
    first = ", ".join(names[:_NAMED_AT_MOST])
    more = len(names) - _NAMED_AT_MOST
    return f"{first} and {more:,} more" if more > 0 else first


def _line(*parts: str | tuple[str, str], indent: int = 0, style: str = "") -> RenderableType:
    """Text that keeps its indentation where it is folded, without power over the terminal."""
    styled = [(part, style) if isinstance(part, str) else part for part in parts]
    text = Text.assemble(*((printable(said), how) for said, how in styled), overflow="fold")
    return Padding(text, (0, 0, 0, indent), expand=False)
