"""What plan and apply say of RStudio's licences: before, for AWS only says it after (S6-03).

Nothing is refused by it: AWS documents no name by which a licence of Posit Workbench is known,
so that one may be there under a name that was not expected.
"""

from dataclasses import replace

from studiogate.aws.session import Accounts
from studiogate.cli.images.asking import world_of
from studiogate.cli.present import Steps, note, printable
from studiogate.errors import AwsError
from studiogate.images.examined import unlicensed
from studiogate.landscape.model import Landscape

_PATIENCE_S = 10.0
"""Seconds in which License Manager has to answer: nothing hangs on it."""

_THEN = "without one, AWS makes the domain's server fail, and the domain's stack with it"


def tell_licences(landscape: Landscape, accounts: Accounts, step: Steps) -> None:
    """Say, on standard error, which accounts lack the licence that RStudio needs, and why.

    Where License Manager may not be asked, that is said.
    """
    try:
        world = replace(world_of(landscape, accounts, step), throttled_s=_PATIENCE_S)
        amiss = unlicensed(world, landscape)
    except AwsError as error:
        note(printable(f"Licences of RStudio were not looked at: {error}"))
        return
    for one in amiss:
        note(printable(f"RStudio in {one.where}: {one.what}; {_THEN}. {one.remedy}"))
