"""`studiogate images rollback`: the version that was attached before, again."""

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
    wanted_of,
    world_of,
)
from studiogate.cli.images.changes import concluded
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import steps
from studiogate.images.attaching import carried_out, way_back


def rollback(
    name: NameArgument,
    *,
    domain: DomainOption = None,
    lob: LobOption = None,
    person: PersonOption = None,
    shared: SharedOption = False,
    landscape: LandscapeOption = FILE,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: JsonOption = False,
) -> None:
    """Attach the version that was attached before the last change.

    A second time undoes the first.
    """
    read = landscape_of(landscape)
    accounts = accounts_of(read.region, profile=profile, role=role)
    wanted = wanted_of(domain, lob, person, shared=shared)
    with steps("Asking AWS") as step:
        world = world_of(read, accounts, step)
        plan = way_back(world, read, name, wanted)
        done = carried_out(world, plan)
    concluded(done, plan.remarks, as_json=as_json)
