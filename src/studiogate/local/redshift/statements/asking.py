"""As whom a statement is to run, where, and what that needs.

With a secret, with the name of a database user, or as whoever calls: each needs the permission
that a connection in that way would need, beside the one to run statements there.  Sources:
Redshift Data API Reference, ExecuteStatement; Management Guide, "Authorizing access to the
Amazon Redshift Data API" and "Joining database groups when connecting to a cluster".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from studiogate.local.call import ApiError, Needed
from studiogate.local.redshift.parts import Grant
from studiogate.local.redshift.standing import faults, rules
from studiogate.local.redshift.standing.desk import Asked
from studiogate.local.redshift.standing.identity import (
    GROUPS_TAG,
    ROLES_TAG,
    grant_of,
    tagged_with,
)
from studiogate.local.redshift.standing.things import Cluster, Workgroup
from studiogate.local.redshift.standing.warehouses import Warehouses
from studiogate.local.redshift.statements.jobs import Jobs

OWNER_KEY = "redshift-data:statement-owner-iam-userid"


@dataclass(frozen=True, slots=True)
class DataApi:
    """What the operations of the Data API work with."""

    warehouses: Warehouses
    jobs: Jobs


def on_target(api: DataApi, asked: Asked) -> Iterator[Needed]:
    """The cluster or workgroup, and the sign-in there."""
    params, place = asked.params, asked.place
    database = params.get("ConnectedDatabase", params.get("Database", "*"))
    if "WorkgroupName" in params:
        arn = _workgroup_arn(api, asked)
        yield asked.needed(arn)
        if "SecretArn" not in params:
            yield _forwarded("redshift-serverless:GetCredentials", arn)
    else:
        cluster = params.get("ClusterIdentifier", "*")
        yield asked.needed(place.arn("redshift", f"cluster:{cluster}"))
        if "SecretArn" not in params:
            yield from _on_sign_in(asked, str(cluster), str(database))
    if "SecretArn" in params:
        yield _forwarded("secretsmanager:GetSecretValue", secret_arn(asked))


def _on_sign_in(asked: Asked, cluster: str, database: str) -> Iterator[Needed]:
    place, context = asked.place, {"redshift:DbName": database}
    named = place.arn("redshift", f"dbname:{cluster}/{database}")
    if "DbUser" not in asked.params:
        yield _forwarded("redshift:GetClusterCredentialsWithIAM", named, context)
        return
    user = str(asked.params["DbUser"])
    context = {**context, "redshift:DbUser": user}
    arn = place.arn("redshift", f"dbuser:{cluster}/{user}")
    yield _forwarded("redshift:GetClusterCredentials", arn, context)
    yield _forwarded("redshift:GetClusterCredentials", named, context)
    for group in tagged_with(asked.caller, GROUPS_TAG):
        joined = place.arn("redshift", f"dbgroup:{cluster}/{group}")
        yield _forwarded("redshift:JoinGroup", joined)


def _forwarded(action: str, arn: str, context: Mapping[str, str] | None = None) -> Needed:
    """What the Data API asks of another service for the caller, by no endpoint of theirs."""
    return Needed(action, arn, {**(context or {}), "aws:ViaAWSService": "true"})


def _workgroup_arn(api: DataApi, asked: Asked) -> str:
    try:
        return api.warehouses.workgroup(asked.place, str(asked.params["WorkgroupName"])).arn
    except ApiError:
        return asked.place.arn("redshift-serverless", "workgroup/*")


def secret_arn(asked: Asked) -> str:
    """The ARN of the secret that a call names, by name or ARN; one of the caller's account.

    Raises:
        ApiError: ValidationException: it is another account's.
    """
    given, own = str(asked.params["SecretArn"]), asked.place.arn("secretsmanager", "secret:")
    if not given.startswith("arn:"):
        return f"{own}{given}"
    if not given.startswith(own):
        raise faults.invalid("The secret must be in the account and Region of the call.")
    return given


def on_statement(api: DataApi, asked: Asked) -> Iterator[Needed]:
    """A statement, which has no ARN but an owner; no key where there is no such statement."""
    job = api.jobs.find(asked.place, asked.params["Id"])
    action = f"redshift-data:{asked.call.operation}"
    yield Needed(action, "*", {OWNER_KEY: job.owner} if job else {})


def on_list(api: DataApi, asked: Asked) -> Iterator[Needed]:
    """One's own statements; and, of whoever else's the list would show, theirs.

    AWS does not say what the key holds for a list of a whole role's statements.  Here the list
    needs the permission on every owner in it: whoever may see only their own asks with
    `RoleLevel` false.
    """
    own = asked.caller.user_id
    owners = {own} | {
        job.owner for job in api.jobs.of(asked.place) if _shares(job.owner, asked)
    }
    for owner in sorted(owners):
        yield Needed("redshift-data:ListStatements", "*", {OWNER_KEY: owner})


def _shares(owner: str, asked: Asked) -> bool:
    own = asked.caller.user_id
    if asked.params.get("RoleLevel", True):
        return owner.partition(":")[0] == own.partition(":")[0]
    return owner == own


def listed(owner: str, asked: Asked) -> bool:
    """Whether a list is to show what `owner` ran."""
    return _shares(owner, asked)


def target(api: DataApi, asked: Asked) -> Cluster | Workgroup:
    """The one warehouse a call is about, which has to be up.

    Raises:
        ApiError: ValidationException.
    """
    params, place = asked.params, asked.place
    if ("WorkgroupName" in params) == ("ClusterIdentifier" in params):
        raise faults.invalid("Exactly one of ClusterIdentifier and WorkgroupName is needed.")
    found: Cluster | Workgroup | None
    if "ClusterIdentifier" in params:
        found = api.warehouses.clusters.get((place, params["ClusterIdentifier"]))
    else:
        try:
            found = api.warehouses.workgroup(place, params["WorkgroupName"])
        except ApiError:
            found = None
    if found is None:
        raise faults.invalid("Redshift endpoint doesn't exist in this region.")
    if found.status.lower() != "available":
        raise faults.invalid(f"The warehouse is not available: it is {found.status}.")
    return found


async def login(api: DataApi, asked: Asked, at: Cluster | Workgroup) -> Grant | None:
    """As whom to run there; `None` where the password of a secret is wrong.

    Raises:
        ApiError: ValidationException: a name that cannot be, or ways that exclude one another.
    """
    params, database = asked.params, database_asked(asked)
    user = params.get("DbUser")
    if "SecretArn" in params:
        if user is not None:
            raise faults.invalid("SecretArn and DbUser can't both be specified.")
        name, password = await api.warehouses.managed.read(asked.place, params["SecretArn"])
        return api.warehouses.vault.of(at.seat, name, password)
    if isinstance(at, Workgroup):
        if user is not None:
            raise faults.invalid("DbUser can't be specified with WorkgroupName.")
        return grant_of(asked.caller, database, tagged_with(asked.caller, ROLES_TAG))
    if user is None:
        return grant_of(asked.caller, database)
    if not rules.is_user(user):
        raise faults.invalid(f"Invalid database user name: {user}")
    return Grant(
        login=f"IAM:{user}",
        user=user,
        groups=tagged_with(asked.caller, GROUPS_TAG),
        database=database,
        caller=asked.caller.arn,
        source_identity=asked.caller.source_identity,
    )


def database_asked(asked: Asked) -> str:
    """The database to connect to.

    Raises:
        ApiError: ValidationException: none is named, or it is no name.
    """
    found = asked.params.get("ConnectedDatabase", asked.params.get("Database"))
    if found is None or not rules.is_user(found):
        raise faults.invalid("Database is needed, and must be a name of one.")
    return str(found)
