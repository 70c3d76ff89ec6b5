"""What of the Serverless API is offered: each operation, what it needs, and what it looks at.

Permissions are on ids, which only those learn who may see the thing: an ARN of a workgroup
cannot be guessed from its name.  Source: Service Authorization Reference, "Actions, resources,
and condition keys for Amazon Redshift Serverless".
"""

from collections.abc import Iterable, Iterator, Mapping

from studiogate.local.call import Needed
from studiogate.local.kept.named import key_arn
from studiogate.local.redshift.serverless import namespaces, shown, snapshots, workgroups
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Doing, Result, words
from studiogate.local.redshift.standing.things import Namespace, Workgroup
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

_MOST_TAGS = 50
_SERVICE = "redshift-serverless"


def _everywhere(_: Warehouses, asked: Asked) -> Iterable[Needed]:
    return (asked.needed("*"),)


def _on_workgroup(store: Warehouses, asked: Asked) -> Iterable[Needed]:
    name = str(asked.params.get("workgroupName", ""))
    found = store.workgroups.get((asked.place, name))
    if found is None or asked.call.operation == "CreateWorkgroup":
        return (asked.needed(asked.place.arn(_SERVICE, "workgroup/*")),)
    return (asked.needed(found.arn, found.tags),)


def _on_namespace(store: Warehouses, asked: Asked) -> Iterator[Needed]:
    """The namespace; roles that are handed over; the secret Redshift is to look after."""
    params, place = asked.params, asked.place
    found = store.namespaces.get((place, str(params.get("namespaceName"))))
    new = found is None or asked.call.operation == "CreateNamespace"
    yield asked.needed(
        place.arn(_SERVICE, f"namespace/{'*' if new or found is None else found.id}"),
        found.tags if found and not new else None,
    )
    for role in params.get("iamRoles") or ():
        context = {"iam:PassedToService": "redshift-serverless.amazonaws.com"}
        yield Needed("iam:PassRole", str(role), context)
    for name in ("kmsKeyId", "adminPasswordSecretKmsKeyId"):
        if key := params.get(name):
            arn = key_arn(asked.call, str(key))
            yield from (Needed(f"kms:{one}", arn) for one in ("DescribeKey", "CreateGrant"))
    if params.get("manageAdminPassword"):
        secret = place.arn("secretsmanager", f"secret:redshift!{params['namespaceName']}-*")
        yield from (
            Needed(f"secretsmanager:{one}", secret) for one in ("CreateSecret", "TagResource")
        )


def _on_snapshot(_: Warehouses, asked: Asked) -> Iterable[Needed]:
    return (asked.needed(asked.place.arn(_SERVICE, "snapshot/*")),)


def _on_resource(_: Warehouses, asked: Asked) -> Iterable[Needed]:
    return (asked.needed(str(asked.params["resourceArn"])),)


def _thing(store: Warehouses, asked: Asked) -> Namespace | Workgroup:
    arn, place = asked.params["resourceArn"], asked.place
    every: list[Namespace | Workgroup] = [
        *of_place(store.namespaces, place),
        *of_place(store.workgroups, place),
    ]
    for one in every:
        if one.arn == arn:
            return one
    raise faults.no_resource(f"Resource {arn} not found.")


async def _tag(store: Warehouses, asked: Asked) -> Result:
    one = _thing(store, asked)
    merged = {**one.tags, **asked.tags}
    if len(merged) > _MOST_TAGS:
        raise faults.invalid(f"At most {_MOST_TAGS} tags.")
    one.tags = merged
    return {}


async def _untag(store: Warehouses, asked: Asked) -> Result:
    one, gone = _thing(store, asked), set(asked.params["tagKeys"])
    one.tags = {key: value for key, value in one.tags.items() if key not in gone}
    return {}


async def _tags(store: Warehouses, asked: Asked) -> Result:
    return {"tags": shown.rows(_thing(store, asked).tags)}


_PAGED = words("maxResults nextToken")
_NAMESPACE, _WORKGROUP = words("namespaceName"), words("workgroupName")
_ADMINISTRATOR = words(
    "adminPasswordSecretKmsKeyId adminUserPassword adminUsername manageAdminPassword"
)
_COMPUTING = (
    _WORKGROUP
    | frozenset(workgroups.KEPT)
    | words("baseCapacity port publiclyAccessible securityGroupIds subnetIds")
)

OPERATIONS: Mapping[str, Doing[Warehouses]] = {
    "CreateNamespace": Doing(
        namespaces.create,
        _on_namespace,
        _NAMESPACE | _ADMINISTRATOR | frozenset(namespaces.KEPT) | words("dbName tags"),
    ),
    "GetNamespace": Doing(namespaces.get, _on_namespace, _NAMESPACE),
    "ListNamespaces": Doing(namespaces.list_all, _everywhere, _PAGED),
    "UpdateNamespace": Doing(
        namespaces.update,
        _on_namespace,
        _NAMESPACE | _ADMINISTRATOR | frozenset(namespaces.KEPT) - words("kmsKeyId"),
    ),
    "DeleteNamespace": Doing(
        namespaces.delete,
        _on_namespace,
        _NAMESPACE | words("finalSnapshotName finalSnapshotRetentionPeriod"),
    ),
    "GetSnapshot": Doing(snapshots.get, _on_snapshot, words("snapshotName")),
    "ListSnapshots": Doing(snapshots.list_all, _on_snapshot, _PAGED | words("namespaceName")),
    "DeleteSnapshot": Doing(snapshots.delete, _on_snapshot, words("snapshotName")),
    "CreateWorkgroup": Doing(
        workgroups.create, _on_workgroup, _COMPUTING | words("namespaceName tags")
    ),
    "GetWorkgroup": Doing(workgroups.get, _on_workgroup, _WORKGROUP),
    "ListWorkgroups": Doing(workgroups.list_all, _everywhere, _PAGED),
    "UpdateWorkgroup": Doing(workgroups.update, _on_workgroup, _COMPUTING),
    "DeleteWorkgroup": Doing(workgroups.delete, _on_workgroup, _WORKGROUP),
    "GetCredentials": Doing(
        workgroups.get_credentials, _on_workgroup, _WORKGROUP | words("dbName durationSeconds")
    ),
    "TagResource": Doing(_tag, _on_resource, words("resourceArn tags")),
    "UntagResource": Doing(_untag, _on_resource, words("resourceArn tagKeys")),
    "ListTagsForResource": Doing(_tags, _on_resource, words("resourceArn")),
}
