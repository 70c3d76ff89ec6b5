"""Which permissions the operations on clusters need, and on what.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon
Redshift".  ARNs follow from the call alone, so that who may not is told so before anybody is
told what is there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from studiogate.local.call import Needed, Place
from studiogate.local.kept.named import key_arn
from studiogate.local.redshift.standing.desk import Asked
from studiogate.local.redshift.standing.warehouses import Warehouses

On = Callable[[Warehouses, Asked], Iterable[Needed]]
REDSHIFT = "redshift.amazonaws.com"


def tagging(asked: Asked, arn: str) -> Iterator[Needed]:
    """Tags that a thing is made with need the permission to tag it, too."""
    if asked.tags:
        yield asked.needed(arn, action="redshift:CreateTags")


def everywhere(_: Warehouses, asked: Asked) -> Iterable[Needed]:
    """An operation that AWS ties to no resource."""
    return (asked.needed("*"),)


def on_cluster(store: Warehouses, asked: Asked) -> Iterable[Needed]:
    """The cluster that is named; every one where none is."""
    name = asked.params.get("ClusterIdentifier")
    found = store.clusters.get((asked.place, str(name)))
    arn = asked.place.arn("redshift", f"cluster:{name or '*'}")
    return (asked.needed(arn, found.tags if found else None),)


def on_group(kind: str, parameter: str) -> On:
    """The subnet or parameter group that `parameter` names."""

    def on(store: Warehouses, asked: Asked) -> Iterable[Needed]:
        name = str(asked.params.get(parameter, "*")).lower()
        arn = asked.place.arn("redshift", f"{kind}:{name}")
        key = (asked.place, name)
        found = store.subnet_groups.get(key) or store.parameter_groups.get(key)
        own = asked.needed(arn, found.tags if found and found.arn == arn else None)
        return (own, *tagging(asked, arn))

    return on


def on_new_cluster(store: Warehouses, asked: Asked) -> Iterator[Needed]:
    """The cluster; roles that are handed over; a key; the secret Redshift is to look after."""
    yield from on_cluster(store, asked)
    name = asked.params["ClusterIdentifier"]
    yield from tagging(asked, asked.place.arn("redshift", f"cluster:{name}"))
    for role in asked.params.get("IamRoles") or ():
        yield Needed("iam:PassRole", str(role), {"iam:PassedToService": REDSHIFT})
    for parameter in ("KmsKeyId", "MasterPasswordSecretKmsKeyId"):
        if key := asked.params.get(parameter):
            arn = key_arn(asked.call, str(key))
            yield from (Needed(f"kms:{one}", arn) for one in ("DescribeKey", "CreateGrant"))
    if asked.params.get("ManageMasterPassword"):
        secret = asked.place.arn("secretsmanager", f"secret:redshift!{name}-*")
        yield from (
            Needed(f"secretsmanager:{one}", secret) for one in ("CreateSecret", "TagResource")
        )


def on_endpoint(_: Warehouses, asked: Asked) -> Iterable[Needed]:
    """The cluster of an endpoint, in the account that has it.

    That account says by an authorization of Redshift's, not by a policy, whom it lets: so the
    policies that are asked are the caller's, as for a cluster of their own.
    """
    owner = asked.params.get("ResourceOwner", asked.call.account)
    name = asked.params.get("ClusterIdentifier", "*")
    arn = Place(owner, asked.call.region).arn("redshift", f"cluster:{name}")
    return (replace(asked.needed(arn), owner=asked.call.account),)


def on_snapshot(_: Warehouses, asked: Asked) -> Iterable[Needed]:
    """The snapshot that is named."""
    params = asked.params
    cluster = params.get("SnapshotClusterIdentifier") or params.get("ClusterIdentifier") or "*"
    name = params.get("SnapshotIdentifier", "*")
    return (asked.needed(asked.place.arn("redshift", f"snapshot:{cluster}/{name}")),)


def on_restoring(_: Warehouses, asked: Asked) -> Iterable[Needed]:
    """The cluster that comes back, and the snapshot it comes from."""
    cluster, place = asked.params["ClusterIdentifier"], asked.place
    name = asked.params["SnapshotIdentifier"]
    return (
        asked.needed(place.arn("redshift", f"cluster:{cluster}")),
        asked.needed(place.arn("redshift", f"snapshot:{cluster}/{name}")),
    )


def on_resource(_: Warehouses, asked: Asked) -> Iterable[Needed]:
    """What an ARN in the call names."""
    return (asked.needed(str(asked.params.get("ResourceName", "*"))),)
