"""`studiogate images detach`: take an image out of launchers; who runs it is named first."""

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.images.asking import (
    FILE,
    DomainOption,
    JsonOption,
    LandscapeOption,
    LobOption,
    NameArgument,
    PersonOption,
    SharedOption,
    YesOption,
    refuse_unless_meant,
    wanted_of,
    world_of,
)
from studiogate.cli.images.changes import asked_about, concluded
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import note, printable, steps
from studiogate.images.attached.found import apps
from studiogate.images.attaching import Plan, carried_out, detachment
from studiogate.images.world import World


def detach(
    name: NameArgument,
    *,
    domain: DomainOption = None,
    lob: LobOption = None,
    person: PersonOption = None,
    shared: SharedOption = False,
    yes: YesOption = False,
    landscape: LandscapeOption = FILE,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: JsonOption = False,
) -> None:
    """Take an image out of launchers; what else is attached stays as it is."""
    read = landscape_of(landscape)
    accounts = accounts_of(read.region, profile=profile, role=role)
    wanted = wanted_of(domain, lob, person, shared=shared)
    with steps("Asking AWS") as step:
        world = world_of(read, accounts, step)
        plan = detachment(world, read, name, wanted)
        running = _running(world, plan)
    for one in running:
        note(printable(f"{one} runs it, and goes on until it is stopped."))
    if not plan.nothing:
        told = "\n".join(asked_about(one) for one in plan.changes if not one.nothing)
        refuse_unless_meant(f"{told}\nDetach it there?", yes=yes)
    with steps("Detaching") as step:
        done = carried_out(world_of(read, accounts, step), plan)
    concluded(done, plan.remarks, as_json=as_json)


def _running(world: World, plan: Plan) -> list[str]:
    """Who runs the image in the domains of `plan`."""
    found = []
    for change in plan.changes:
        profile = change.spot.profile
        found += [
            str(app)
            for app in apps(world, change.spot.studio)
            if app.runs(change.image)[0] and profile in {None, app.profile}
        ]
    return found
