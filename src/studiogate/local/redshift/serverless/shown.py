"""Namespaces and workgroups, as the API shows them."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.redshift.standing.things import Namespace, Workgroup
from studiogate.local.redshift.standing.warehouses import Warehouses


def rows(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as Serverless lists them."""
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]


def namespace(one: Namespace) -> dict[str, Any]:
    """A namespace."""
    secret = {"adminPasswordSecretArn": one.secret} if one.secret else {}
    return {
        **one.settings,
        **secret,
        "namespaceArn": one.arn,
        "namespaceId": one.id,
        "namespaceName": one.name,
        "adminUsername": one.master,
        "dbName": one.database,
        "creationDate": one.created,
        "status": "AVAILABLE",
    }


def workgroup(store: Warehouses, one: Workgroup, call: ApiCall) -> dict[str, Any]:
    """A workgroup; without an endpoint before it is available."""
    found = store.address(one, call)
    endpoint = {"endpoint": {"address": found[0], "port": found[1]}} if found else {}
    return {
        **one.settings,
        **endpoint,
        "workgroupArn": one.arn,
        "workgroupId": one.id,
        "workgroupName": one.name,
        "namespaceName": one.namespace.name,
        "baseCapacity": one.base,
        "port": one.port,
        "securityGroupIds": list(one.groups),
        "subnetIds": list(one.subnets),
        "publiclyAccessible": one.public,
        "creationDate": one.created,
        "status": one.status,
    }
