"""`studiogate why`: one opening through every layer, and the smallest change that flips it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, show, show_json
from studiogate.cli.why_error import explained
from studiogate.reach.answer import answer as ask
from studiogate.reach.flip import Change, flip
from studiogate.reach.trace import Answer, Fact, Layer, Step
from studiogate.reach.world import world

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
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
) -> None:
    """Say whether a person opens a domain from a network, layer by layer, and why."""
    asked = _asked(person, domain, from_, needed=error is None)
    known = world(landscape_of(landscape))
    if error is not None:
        raise typer.Exit(explained(error, known, asked, as_json=as_json))
    found = ask(known, *asked)
    change = flip(known, found)
    if as_json:
        show_json(document(found, change))
    else:
        show(Group(*_shown(found, change)))
    raise typer.Exit(DONE if found.allowed else FOUND)


def document(answer: Answer, change: Change | None) -> dict[str, Any]:
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


def _shown(answer: Answer, change: Change | None) -> Iterator[RenderableType]:
    said = "opens" if answer.allowed else "does not open"
    style = "bold green" if answer.allowed else "bold red"
    yield Text(f"{answer.person} {said} {answer.domain} from {answer.network}.", style)
    yield Text()
    yield _layers(answer)
    yield Text()
    yield from _decision(answer)
    yield Text()
    yield from _smallest(answer, change)


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
    yield Text.assemble((f"Decided at {LABELS[step.layer]}: ", "bold"), step.by)
    for fact in _telling(step):
        held = "held" if fact.held else "did not hold"
        yield Padding(Text(fact.what), (0, 0, 0, 2))
        yield Padding(Text(f"{held}: wanted {fact.wanted}; saw {fact.saw}"), (0, 0, 0, 4))


def _telling(step: Step) -> Sequence[Fact]:
    """The facts that say something: of a refusal by the directory, those that failed."""
    if not step.ok and step.layer in {Layer.PERSON, Layer.GRANT}:
        return [fact for fact in step.facts if not fact.held]
    return step.facts


def _smallest(answer: Answer, change: Change | None) -> Iterator[RenderableType]:
    aim = "keeps them out" if answer.allowed else "lets them in"
    if change is None:
        refusing = [LABELS[step.layer] for step in answer.steps if not step.ok]
        yield Text(f"No single change {aim}.", "bold")
        yield Text(f"  Refusing: {', '.join(refusing) or 'nothing'}.")
        return
    yield Text.assemble((f"The smallest change that {aim}: ", "bold"), str(change))
    yield Text(f"  {change.said}")
    then = "opens" if change.then.allowed else "does not open"
    yield Text(
        f"  Asked again with it: {answer.person} {then} {answer.domain} "
        f"from {change.then.network}."
    )
