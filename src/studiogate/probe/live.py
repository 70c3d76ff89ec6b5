"""The world as AWS says it is: the landscape's network, with the policies that are there."""

from dataclasses import replace
from datetime import datetime

from studiogate.aws.session import Accounts
from studiogate.foundation.directory import PersonRow
from studiogate.landscape.model import Landscape
from studiogate.probe.accounts import Progress, estate, ids
from studiogate.probe.directory import as_entered, rows
from studiogate.reach.world import World, world

NOT_READ = (
    "The resource policy of the private API is the landscape's: it was not read from AWS.",
    "Routes, names and security groups are the landscape's: they were not read from AWS.",
    "Domains in other Regions were not looked for, nor who could change a policy tomorrow.",
)
"""What a live verification takes on trust, said with it."""


def live_world(
    declared: World,
    accounts: Accounts,
    *,
    only: frozenset[str] | None = None,
    progress: Progress | None = None,
) -> World:
    """`declared` with the ids, principals, endpoints and guardrails that AWS tells of.

    `only` are the ids of the accounts to look into; all of the landscape's without it.  What a
    question needs of any other is then missing, and refuses.  `progress` is told how many of
    them are read.

    Raises:
        AwsError: something could not be read.
        SettingsError: there are no credentials to ask with.
    """
    landscape = declared.landscape
    known = landscape.accounts.items()
    some = {name: id_ for name, id_ in known if only is None or id_ in only}
    looked_into = landscape.model_copy(update={"accounts": some})
    found = estate(looked_into, accounts, progress=progress)
    there = world(landscape, ids(landscape, found))
    return there.but(estate=replace(found, api=there.estate.api))


def world_of(
    declared: World, accounts: Accounts, *, person: str, domain: str, now: datetime
) -> World:
    """The world as AWS says it is, as far as it takes to say whether `person` opens `domain`.

    Both names are in the landscape.  Only the accounts on the way are looked into, and of the
    directory the two rows that the gateway would read.

    Raises:
        AwsError: something could not be read.
        SettingsError: there are no credentials to ask with.
    """
    landscape = declared.landscape
    entered = rows(landscape, accounts, person)
    row = entered.person.lob if isinstance(entered.person, PersonRow) else None
    lobs = (landscape.people[person].lob, landscape.domains[domain].lob, row)
    there = live_world(declared, accounts, only=_on_the_way(landscape, *lobs))
    return as_entered(there, entered, person=person, domain=domain, now=now)


def _on_the_way(landscape: Landscape, *lobs: str | None) -> frozenset[str]:
    """Ids of the hub's account and of those of `lobs`."""
    known = (landscape.lobs[lob].account for lob in lobs if lob in landscape.lobs)
    return frozenset((landscape.hub_account, *(landscape.accounts[one] for one in known)))
