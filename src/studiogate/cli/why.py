"""`studiogate why`: one opening through every layer, and the smallest change that flips it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from studiogate.aws.session import Accounts
from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_if
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, show, show_json, steps
from studiogate.cli.why_error import explained
from studiogate.probe.live import NOT_READ, live_world, world_of
from studiogate.reach.answer import answer as ask
from studiogate.reach.claims import known as require_known
from studiogate.reach.flip import Change, flip
from studiogate.reach.trace import MISSING, Answer, Fact, Layer, Step
from studiogate.reach.world import World, world

LABELS = {
    Layer.PERSON: "person",
    Layer.GRANT: "grant",
    Layer.API_DNS: "API name",
    Layer.API_ROUTE: "API route",
    Layer.API_POLICY: "API policy",
    Layer.ROLE: "role",
    Layer.CREATE: "make the URL",
    Layer.STUDIO_DNS: "Studio name",
    Layer.STUDIO_ROUTE: "Studio route",
    Layer.USE: "use the URL",
}
_OF_POLICIES = frozenset({Layer.API_POLICY, Layer.ROLE, Layer.CREATE, Layer.USE})
_REMEMBERED = (
    "The gateway remembers rows for seconds and role sessions for up to an hour: whoever was "
    "let in just now may still be."
)
_YES, _NO, _NOT_ASKED = Text("✓", "green"), Text("✗", "bold red"), Text("–", "dim")


def why(
    person: Annotated[str | None, typer.Argument(help="The sign-in name.")] = None,
    domain: Annotated[str | None, typer.Argument(help="The domain to open.")] = None,
    *,
    from_: Annotated[
        str | None, typer.Option("--from", help="The network, or `internet`.")
    ] = None,
    error: Annotated[
        str | None, typer.Option(help="AWS's error text; lists and checks its causes.")
    ] = None,
    landscape: Annotated[Path, typer.Option(help="The landscape to ask.")] = Path(
        "landscape.yaml"
    ),
    live: Annotated[
        bool, typer.Option("--live", help="Ask the accounts as AWS says they are now.")
    ] = False,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
) -> None:
    """Say whether a person opens a domain from a network, layer by layer, and why."""
    asked = _asked(person, domain, from_, needed=error is None)
    known = world(landscape_of(landscape))
    if asked:
        require_known(known.landscape, *asked)
    region = known.landscape.region
    accounts = accounts_if(live=live, region=region, profile=profile, role=role)
    if accounts is not None:
        known = _live(known, accounts, asked)
    if error is not None:
        raise typer.Exit(explained(error, known, asked, as_json=as_json))
    found = ask(known, *asked)
    change, notes = flip(known, found), _notes(known) if live else ()
    if as_json:
        show_json(document(found, change, notes))
    else:
        show(Group(*_shown(found, change, notes)))
    raise typer.Exit(DONE if found.allowed else FOUND)


def _live(
    declared: World, accounts: Accounts, asked: tuple[str, str, str] | tuple[()]
) -> World:
    with steps("Asking AWS"):
        if not asked:
            return live_world(declared, accounts)
        person, domain, _ = asked
        return world_of(declared, accounts, person=person, domain=domain, now=_now())


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command's clock is made here


def _notes(known: World) -> tuple[str, ...]:
    """What an answer about the accounts takes on trust."""
    unread = known.estate.unread
    return (
        *NOT_READ,
        _REMEMBERED,
        *(f"{one.where} could not be read: {one.what}." for one in unread),
    )


def document(answer: Answer, change: Change | None, notes: Sequence[str]) -> dict[str, Any]:
    """The answer as plain values."""
    plain = None
    if change is not None:
        plain = {key: getattr(change, key) for key in ("kind", "where", "value", "said")}
        plain["then"] = {"network": change.then.network, "allowed": change.then.allowed}
    return {
        "person": answer.person,
        "domain": answer.domain,
        "network": answer.network,
        "allowed": answer.allowed,
        "decided": asdict(answer.decided),
        "steps": [asdict(step) for step in answer.steps],
        "refusing": [step.layer for step in answer.steps if not step.ok],
        "change": plain,
        "notes": list(notes),
    }


def _asked(
    person: str | None, domain: str | None, network: str | None, *, needed: bool
) -> tuple[str, str, str] | tuple[()]:
    match person, domain, network:
        case str(), str(), str():
            return person, domain, network
        case None, None, None if not needed:
            return ()
        case _:
            raise typer.BadParameter("give a person, a domain and --from with a network")


def _shown(
    answer: Answer, change: Change | None, notes: Sequence[str]
) -> Iterator[RenderableType]:
    said = "opens" if answer.allowed else "does not open"
    style = "bold green" if answer.allowed else "bold red"
    yield Text(f"{answer.person} {said} {answer.domain} from {answer.network}.", style)
    yield Text()
    yield _layers(answer)
    yield Text()
    yield from _decision(answer)
    yield Text()
    yield from _smallest(answer, change)
    if notes:
        yield Text()
    yield from (Text(note, "dim") for note in notes)


def _layers(answer: Answer) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    steps = {step.layer: step for step in answer.steps}
    for layer in Layer:
        step = steps.get(layer)
        if step is None:
            table.add_row(_NOT_ASKED, Text(LABELS[layer], "dim"), Text("nothing to ask", "dim"))
        else:
            table.add_row(_YES if step.ok else _NO, Text(LABELS[layer]), Text(step.said))
    return table


def _decision(answer: Answer) -> Iterator[RenderableType]:
    step = answer.decided
    begins = "Every step says yes; the last by" if answer.allowed else "Decided at"
    named = "" if answer.allowed else f"{LABELS[step.layer]}: "
    yield Text.assemble((f"{begins} {named}", "bold"), step.by)
    for fact in _telling(step):
        yield _indented(fact.what, 2)
        yield _indented(_compared(fact, of_a_policy=step.layer in _OF_POLICIES), 4)


def _compared(fact: Fact, *, of_a_policy: bool) -> str:
    """What a fact wanted and saw; a condition that holds may be one of a Deny."""
    if not of_a_policy:
        return f"wanted {fact.wanted}; saw {fact.saw}"
    saw = "does not have the key" if fact.saw == MISSING else f"has {fact.saw}"
    holds = "holds" if fact.held else "does not hold"
    return f"{holds}: it names {fact.wanted}; the request {saw}"


def _indented(text: str, by: int) -> RenderableType:
    return Padding(Text(text), (0, 0, 0, by))


def _telling(step: Step) -> Sequence[Fact]:
    """The facts that say something: what failed, and of a yes what it rests on.

    Of a condition alone that cannot be said: of a Deny it is the one that holds that counts.
    """
    if step.ok:
        return [fact for fact in step.facts if fact.held]
    if step.layer in _OF_POLICIES:
        return step.facts
    return [fact for fact in step.facts if not fact.held] or step.facts


def _smallest(answer: Answer, change: Change | None) -> Iterator[RenderableType]:
    aim = "keeps them out" if answer.allowed else "lets them in"
    if change is None:
        refusing = [LABELS[step.layer] for step in answer.steps if not step.ok]
        yield Text(f"No single change {aim}.", "bold")
        yield _indented(f"Refusing: {', '.join(refusing) or 'nothing'}.", 2)
        yield _indented("Each says no for a reason of its own, in its line above.", 2)
        return
    yield Text.assemble((f"The smallest change that {aim}: ", "bold"), str(change))
    yield _indented(change.said, 2)
    then = "opens" if change.then.allowed else "does not open"
    again = f"{answer.person} {then} {answer.domain} from {change.then.network}"
    yield _indented(f"Asked again with it: {again}.", 2)
