"""`studiogate apply`: make AWS what the landscape says."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import typer

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.deploying import (
    AllowOption,
    BreakOption,
    FileArgument,
    StopOption,
    holder_of,
    mark_of,
    tell_left_out,
    wish_of,
    world_of,
)
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.licences import tell_licences
from studiogate.cli.planned import page
from studiogate.cli.present import DONE, note, show, steps
from studiogate.deploy.applying import Applied
from studiogate.deploy.applying import apply as applied
from studiogate.deploy.keep.mark import marked
from studiogate.deploy.plan import objections
from studiogate.deploy.provisioned import close, provisioned


def apply(
    file: FileArgument = Path("landscape.yaml"),
    *,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    allow_replacement: AllowOption = None,
    stop_apps: StopOption = False,
    break_lock: BreakOption = False,
) -> None:
    """Build what the landscape declares, in every account; a second time does nothing."""
    landscape = landscape_of(file)
    accounts = accounts_of(landscape.region, profile=profile, role=role)
    with marked(mark_of(landscape)) as mark, steps("Composing the stacks") as step:
        world = world_of(landscape, accounts, step)
        sent = provisioned(world, landscape)
        wish = wish_of(
            sent.landscape, holder_of(accounts), file=file, allowed=allow_replacement
        )
        wish = replace(wish, left=mark.left, break_lock=break_lock, stop_apps=stop_apps)
        tell_licences(landscape, accounts, step)
        mark.write(wish.holder.word)
        close(world, landscape.hub_account, sent)
        done = applied(
            world,
            wish,
            show=lambda plan: note(
                page(plan, objections(plan, wish.allowed, stop_apps=stop_apps))
            ),
        )
        mark.clear()
    show(summary(done))
    tell_left_out(sent)
    raise typer.Exit(DONE)


def summary(done: Applied) -> str:
    """What was done, in one line."""
    if done.nothing:
        return f"Nothing to do: {len(done.stacks)} stacks are as they should be."
    count = Counter(done.stacks.values())
    rows = ", ".join(
        f"{one.table}: {one.put} written, {one.removed} removed" for one in done.rows
    )
    return (
        f"{count['created']} stacks created, {count['changed']} changed, "
        f"{len(done.deleted)} deleted, {count['nothing']} as they were. {rows}."
    )
