"""The operations on namespaces: databases and users, and their administrator.

A namespace has one workgroup at most, and keeps what it holds when that goes.  Source: Redshift
Serverless API Reference.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from studiogate.local.front.listing import page
from studiogate.local.redshift.serverless import shown, snapshots
from studiogate.local.redshift.standing import faults, rules
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.things import Namespace, Workgroup
from studiogate.local.redshift.standing.vault import master_password
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

PAGES = ("maxResults", "nextToken")
NAME = re.compile(r"[a-z0-9-]{3,64}\Z")
KEPT = ("defaultIamRoleArn", "iamRoles", "kmsKeyId", "logExports")
"""Settings that are kept and shown; nothing here acts on them."""


async def create(store: Warehouses, asked: Asked) -> Result:
    """A new namespace, available at once; its databases open with its workgroup."""
    params, place = asked.params, asked.place
    name, master = params["namespaceName"], params.get("adminUsername", "admin")
    if not NAME.match(name):
        raise faults.invalid(f"Invalid namespace name: {name}")
    if not rules.is_new_database(params.get("dbName", "dev")):
        raise faults.invalid(f"Invalid database name: {params['dbName']}")
    if not rules.is_master(master):
        raise faults.invalid(f"Invalid admin user name: {master}")
    password = _password(params)
    if (place, name) in store.namespaces:
        raise faults.conflict(f"Namespace {name} already exists.")
    made = Namespace(
        place=place,
        name=name,
        created=store.clock(),
        tags=asked.tags,
        id=str(uuid4()),
        database=params.get("dbName", "dev"),
        master=master,
        settings={key: params[key] for key in KEPT if key in params},
    )
    await _set_password(store, made, params, password)
    store.namespaces[place, name] = made
    return {"namespace": shown.namespace(made)}


def _password(params: Mapping[str, Any]) -> str | None:
    password = params.get("adminUserPassword")
    if params.get("manageAdminPassword"):
        if password is not None:
            raise faults.invalid(
                "adminUserPassword can't be specified when manageAdminPassword is true."
            )
        return master_password()
    if "adminPasswordSecretKmsKeyId" in params:
        raise faults.invalid("adminPasswordSecretKmsKeyId needs manageAdminPassword.")
    if password is not None:
        rules.hold_password("adminUserPassword", password, code="ValidationException")
    return password


async def _set_password(
    store: Warehouses, one: Namespace, params: Mapping[str, Any], password: str | None
) -> None:
    """Make it the administrator's; without one nobody signs in as administrator."""
    if password is None:
        return
    if one.secret is not None:
        await store.managed.end(one.place, one.secret)
        one.secret = None
    if params.get("manageAdminPassword"):
        key = params.get("adminPasswordSecretKmsKeyId")
        one.secret = await store.managed.make(
            one.place,
            f"redshift!{one.name}-{one.master}",
            (one.master, password),
            key=key,
            owner=one.arn,
        )
        one.settings |= {"adminPasswordSecretKmsKeyId": key} if key else {}
    workgroup = computing(store, one)
    store.vault.set_master(workgroup.seat if workgroup else one.waiting, password)


def computing(store: Warehouses, one: Namespace) -> Workgroup | None:
    """The workgroup of a namespace."""
    return next((w for w in store.workgroups.values() if w.namespace is one), None)


async def get(store: Warehouses, asked: Asked) -> Result:
    """One namespace."""
    found = store.namespace(asked.place, asked.params["namespaceName"])
    return {"namespace": shown.namespace(found)}


async def list_all(store: Warehouses, asked: Asked) -> Result:
    """The namespaces of the account, a page at a time."""
    mine = of_place(store.namespaces, asked.place)
    found, more = page(
        mine, asked.params, lambda one: one.name, words=PAGES, refusal="ValidationException"
    )
    return {"namespaces": [shown.namespace(one) for one in found], **more}


async def update(store: Warehouses, asked: Asked) -> Result:
    """Change settings, or the administrator's password."""
    params = asked.params
    found = store.namespace(asked.place, params["namespaceName"])
    if params.get("adminUsername", found.master) != found.master:
        raise faults.not_offered(asked.call, "Another adminUsername for a namespace")
    if not (found.secret and params.get("manageAdminPassword")):
        await _set_password(store, found, params, _password(params))
    found.settings |= {key: params[key] for key in KEPT if key in params}
    return {"namespace": shown.namespace(found)}


async def delete(store: Warehouses, asked: Asked) -> Result:
    """Delete a namespace without a workgroup, and what it held; or leave a last snapshot."""
    found = store.namespace(asked.place, asked.params["namespaceName"])
    if (workgroup := computing(store, found)) is not None:
        raise faults.conflict(
            f"Namespace {found.name} can't be deleted while it has workgroup {workgroup.name}."
        )
    name = asked.params.get("finalSnapshotName")
    if name is not None:
        await snapshots.keep(store, asked, found, name)
    elif "finalSnapshotRetentionPeriod" in asked.params:
        raise faults.invalid("finalSnapshotRetentionPeriod needs finalSnapshotName.")
    elif found.held is not None:
        await store.database.drop(found.held)
    del store.namespaces[found.place, found.name]
    if found.secret is not None:
        await store.managed.end(found.place, found.secret)
    store.vault.forget(found.waiting)
    return {"namespace": {**shown.namespace(found), "status": "DELETING"}}
