"""The world as AWS says it is: the landscape's network, with the policies that are there."""

from dataclasses import replace

from studiogate.aws.session import Accounts
from studiogate.probe.accounts import estate, ids
from studiogate.reach.world import World, world

NOT_READ = (
    "The resource policy of the private API is the landscape's: it was not read from AWS.",
    "Routes, names and security groups are the landscape's: they were not read from AWS.",
)
"""What a live verification takes on trust, said with it."""


def live_world(declared: World, accounts: Accounts) -> World:
    """`declared` with the ids, principals, endpoints and guardrails that AWS tells of.

    Raises:
        AwsError: something could not be read.
        SettingsError: there are no credentials to ask with.
    """
    found = estate(declared.landscape, accounts)
    known = ids(declared.landscape, found)
    there = world(declared.landscape, known)
    return there.but(estate=replace(found, api=there.estate.api))
