"""`studiogate images retire`: an image goes for good, unless somebody runs it."""

from collections.abc import Sequence
from typing import Any

import typer

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.images.asking import (
    FILE,
    JsonOption,
    LandscapeOption,
    LobOption,
    NameArgument,
    YesOption,
    refuse_unless_meant,
    world_of,
)
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, note, printable, show, show_json, steps
from studiogate.images.places import every_lob
from studiogate.images.retiring import (
    Here,
    Retired,
    refuse_while_held,
    retirement,
)
from studiogate.images.retiring import (
    retire as taken_away,
)


def retire(
    name: NameArgument,
    *,
    lob: LobOption = None,
    yes: YesOption = False,
    landscape: LandscapeOption = FILE,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: JsonOption = False,
) -> None:
    """Take an image away for good, unless somebody runs it: everywhere, in order.

    Leaves with 3 if something of it is left.
    """
    read = landscape_of(landscape)
    places = every_lob(read, lob or ())
    accounts = accounts_of(read.region, profile=profile, role=role)
    with steps("Asking AWS") as step:
        found = retirement(world_of(read, accounts, step), name, places)
    refuse_while_held(name, found)
    if not all(one.nothing for one in found):
        refuse_unless_meant(f"{_told(found)}\nDelete all of it?", yes=yes)
    with steps("Retiring") as step:
        done = taken_away(world_of(read, accounts, step), name, found)
    show_json(document(done)) if as_json else show(page(name, done))
    if name in read.images:
        note(f"The landscape still has images.{name}: take it out, or it is missing there.")
    raise typer.Exit(FOUND if any(one.left for one in done) else DONE)


def document(done: Sequence[Retired]) -> dict[str, Any]:
    """What was done and what is left, for a program."""
    return {
        "accounts": [
            {
                "lob": one.place.lob,
                "account": one.place.account,
                "done": list(one.done),
                "left": list(one.left),
            }
            for one in done
        ]
    }


def page(name: str, done: Sequence[Retired]) -> str:
    """What was done and what is left, for people."""
    lines = []
    for one in done:
        lines.append(f"{one.place.lob} ({one.place.account})")
        lines += [f"  gone  {what}" for what in one.done]
        lines += [f"  LEFT  {what}" for what in one.left]
    return "\n".join(map(printable, lines)) or f"There is nothing of {name} in any account."


def _told(found: Sequence[Here]) -> str:
    lines = []
    for here in found:
        if not here.nothing:
            lines.append(f"{here.place.lob} ({here.place.account})")
            lines += [f"  attached to {change.spot}" for change in here.changes]
            lines += [f"  {thing}" for thing in here.things]
    return "\n".join(map(printable, lines))
