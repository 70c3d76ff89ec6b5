"""`studiogate destroy`: take everything down that apply has built."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from studiogate import names
from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.deploying import (
    BreakOption,
    FileArgument,
    JsonOption,
    holder_of,
    mark_of,
    stacks_of,
    world_of,
)
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import (
    DONE,
    FOUND,
    counted,
    note,
    printable,
    show,
    show_json,
    steps,
)
from studiogate.deploy.destroying import Destroyed, End, expected
from studiogate.deploy.destroying import destroy as destroyed
from studiogate.deploy.ending.homes import Home
from studiogate.deploy.ending.toll import LEAVES_SNAPSHOT, Held, Toll
from studiogate.deploy.keep.mark import marked
from studiogate.landscape.model import Landscape, SamlIdp

_WORDS = {"left": "! left", "kept": "kept", "going": "going"}

EfsOption = Annotated[
    Literal["keep", "delete"],
    typer.Option(help="What becomes of everybody's home directories; there is no default."),
]
SnapshotsOption = Annotated[
    Literal["keep", "delete"],
    typer.Option(help="What becomes of the last snapshots of warehouses, earlier ones too."),
]
YesOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The landscape's name, in place of being asked for it."),
]


def destroy(
    file: FileArgument = Path("landscape.yaml"),
    *,
    efs: EfsOption,
    snapshots: SnapshotsOption = "keep",
    yes: YesOption = None,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    break_lock: BreakOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take everything down that apply has built, and report what is left of it."""
    landscape = landscape_of(file)
    accounts = accounts_of(landscape.region, profile=profile, role=role)
    with steps("Asking what is there") as step:
        toll = expected(world_of(landscape, accounts, step), landscape)
    note(_told(toll, efs, snapshots))
    refuse_unless_meant(landscape.name, yes)
    with marked(mark_of(landscape)) as mark, steps("Taking down") as step:
        holder = holder_of(accounts)
        end = End(
            landscape=landscape,
            compose=stacks_of,
            holder=holder,
            efs=efs,
            snapshots=snapshots,
            left=mark.left,
            break_lock=break_lock,
        )
        mark.write(holder.word)
        done = destroyed(world_of(landscape, accounts, step), end)
        mark.clear()
    if as_json:
        show_json(document(done))
    else:
        show(page(done))
    note("\n".join(map(printable, by_hand(landscape))))
    raise typer.Exit(DONE if done.residue.clean else FOUND)


def refuse_unless_meant(name: str, yes: str | None) -> None:
    """Return if the landscape's name was given, or is typed now.

    Raises:
        BadParameter: another name was.
    """
    given = yes if yes is not None else typer.prompt(f"Type {name} to go on", err=True)
    if given != name:
        raise typer.BadParameter(
            f"nothing was touched: the landscape is called {name}", param_hint="--yes"
        )


def by_hand(landscape: Landscape) -> list[str]:
    """What only an administrator of each provider can take away (S3-27), a line each."""
    own = names.entity_id(landscape.name, landscape.environment)
    lines = ["What stays at identity providers is for their administrators to remove:"]
    for name, idp in landscape.idps.items():
        if isinstance(idp, SamlIdp):
            lines.append(f"  {name}: the SAML application with audience {idp.audience or own}")
        else:
            lines.append(f"  {name}: the client {idp.client_id}")
        if idp.scim:
            lines.append(f"  {name}: the SCIM connection, with the token it was given")
    return lines


def document(done: Destroyed) -> dict[str, Any]:
    """What was done and what is left, for a program."""
    return {
        "ok": done.residue.clean,
        "stacks": [str(key) for key in done.stacks],
        "residue": [asdict(one) for one in done.residue.things],
        "unseen": [asdict(one) for one in done.residue.unseen],
    }


def _told(toll: Toll, efs: str, snapshots: str) -> str:
    """What goes for ever, before it does; on stderr, because it is not the answer."""
    lines = [_first_of(toll)]
    keeps = {one.account for one in toll.homes} if efs == "keep" else set()
    lines += [
        f"  {one.stack}: {one.kind} {one.id}{_last(one, snapshots)}"
        for one in toll.held
        if one.kind != "key" or one.stack.account not in keeps
    ]
    fate = "kept, with the key it is under" if efs == "keep" else "DELETED"
    lines += [
        f"  file system {one}, the home directories of {_whose(one)}: {fate}"
        for one in toll.homes
    ]
    fate = "kept" if snapshots == "keep" else "DELETED"
    lines += [f"  snapshot {one}, of what is gone already: {fate}" for one in toll.snapshots]
    return "\n".join(map(printable, lines))


def _first_of(toll: Toll) -> str:
    if not (toll.stacks or toll.held or toll.homes or toll.snapshots):
        return "No stack stands; what else may be left is looked for."
    return f"{counted(len(toll.stacks), 'stack')} will be deleted, and with them for ever:"


def _last(one: Held, snapshots: str) -> str:
    """What stays of a warehouse, behind its name."""
    if one.kind not in LEAVES_SNAPSHOT:
        return ""
    return ", of which a last snapshot is kept" if snapshots == "keep" else ", and no snapshot"


def _whose(home: Home) -> str:
    return f"domain {home.domain_id}" if home.domain_id else "a domain that is gone already"


def page(done: Destroyed) -> str:
    """What was done and what is left, for a person."""
    residue = done.residue
    lines = [f"{len(done.stacks)} stacks were deleted."]
    lines += [
        f"{_WORDS[one.state]:7} {one.account}  {one.kind} {one.id} {one.detail}".rstrip()
        for one in residue.things
    ]
    for unseen in residue.unseen:
        lines.append(f"? {unseen.account}: {unseen.kind} could not be looked at: {unseen.why}")
        lines.append(f"  → {unseen.remedy}")
    if residue.clean:
        lines.append("Nothing is left but what is kept, or goes by itself.")
    return "\n".join(map(printable, lines))
