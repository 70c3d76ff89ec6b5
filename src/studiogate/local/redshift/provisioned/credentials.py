"""Temporary passwords for a cluster: in somebody's name, or for whoever calls.

`GetClusterCredentials` is asked about user, database and each group apart; the permission says
which of them somebody may have (S1-14 to S1-16), and a call without `DbName` opens every
database (F-59).  Sources: Redshift API Reference; Management Guide, "Resource policies for
GetClusterCredentials"; Service Authorization Reference, "Amazon Redshift".
"""

from collections.abc import Iterator
from datetime import timedelta

from studiogate.local.call import Needed
from studiogate.local.redshift.parts import Grant
from studiogate.local.redshift.standing import faults, rules
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.identity import grant_of
from studiogate.local.redshift.standing.vault import lifetime
from studiogate.local.redshift.standing.warehouses import Warehouses

SHORTEST_S, LONGEST_S, DEFAULT_S = 900, 3600, 900


def on_user(_: Warehouses, asked: Asked) -> Iterator[Needed]:
    """The user, and the database where one is named; whether it is made; each group."""
    params = asked.params
    context = _context(asked) | {"redshift:DbUser": params["DbUser"]}
    user = _arn(asked, "dbuser", params["DbUser"])
    yield Needed("redshift:GetClusterCredentials", user, context)
    if "DbName" in params:
        database = _arn(asked, "dbname", params["DbName"])
        yield Needed("redshift:GetClusterCredentials", database, context)
    if params.get("AutoCreate", False):
        made = {"redshift:DbUser": params["DbUser"]}
        yield Needed("redshift:CreateClusterUser", user, made)
    for group in params.get("DbGroups") or ():
        yield Needed("redshift:JoinGroup", _arn(asked, "dbgroup", group))


def on_identity(_: Warehouses, asked: Asked) -> Iterator[Needed]:
    """The database that is named; every one of the cluster where none is."""
    database = _arn(asked, "dbname", asked.params.get("DbName", "*"))
    yield Needed("redshift:GetClusterCredentialsWithIAM", database, _context(asked))


async def for_user(store: Warehouses, asked: Asked) -> Result:
    """A password for the database user that is named."""
    params = asked.params
    user, database = params["DbUser"], params.get("DbName")
    hold_names(user, database, tuple(params.get("DbGroups") or ()))
    creates = bool(params.get("AutoCreate", False))
    seat = store.standing_cluster(asked.place, _cluster(asked)).seat
    expires = store.clock() + duration(params.get("DurationSeconds", DEFAULT_S))
    login = f"{'IAMA' if creates else 'IAM'}:{user}"
    grant = Grant(
        login=login,
        user=user,
        groups=tuple(dict.fromkeys(params.get("DbGroups") or ())),
        database=database,
        creates=creates,
        expires_at=expires,
        caller=asked.caller.arn,
        source_identity=asked.caller.source_identity,
    )
    return {
        "DbUser": login,
        "DbPassword": store.vault.hand_out(seat, grant),
        "Expiration": expires,
    }


async def for_identity(store: Warehouses, asked: Asked) -> Result:
    """A password for the database user that stands for whoever calls."""
    params = asked.params
    seat = store.standing_cluster(asked.place, _cluster(asked)).seat
    if "DbName" in params and not rules.is_user(params["DbName"]):
        raise faults.wrong(f"Invalid database name: {params['DbName']}")
    expires = store.clock() + duration(params.get("DurationSeconds", DEFAULT_S))
    grant = grant_of(asked.caller, params.get("DbName"), expires_at=expires)
    return {
        "DbUser": grant.login,
        "DbPassword": store.vault.hand_out(seat, grant),
        "Expiration": expires,
        "NextRefreshTime": expires,
    }


def duration(seconds: int) -> timedelta:
    """How long a password is to be good for.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise faults.wrong(
            f"Invalid duration: {seconds}. It must be between {SHORTEST_S} and {LONGEST_S} "
            "seconds."
        )
    return lifetime(seconds)


def hold_names(user: str, database: str | None, groups: tuple[str, ...]) -> None:
    """Return when Redshift could have a user, a database and groups called so.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if not rules.is_user(user):
        raise faults.wrong(f"Invalid database user name: {user}")
    if database is not None and not rules.is_user(database):
        raise faults.wrong(f"Invalid database name: {database}")
    for group in groups:
        if not rules.is_group(group):
            raise faults.wrong(f"Invalid database group name: {group}")


def _cluster(asked: Asked) -> str:
    if "ClusterIdentifier" not in asked.params:
        raise faults.clash("ClusterIdentifier or CustomDomainName is needed.")
    return str(asked.params["ClusterIdentifier"])


def _arn(asked: Asked, kind: str, name: str) -> str:
    cluster = asked.params.get("ClusterIdentifier", "*")
    return asked.place.arn("redshift", f"{kind}:{cluster}/{name}")


def _context(asked: Asked) -> dict[str, str | tuple[str, ...]]:
    known = {"redshift:DbName": "DbName", "redshift:DurationSeconds": "DurationSeconds"}
    said = {key: asked.params.get(name) for key, name in known.items()}
    return {key: str(value) for key, value in said.items() if value is not None}
