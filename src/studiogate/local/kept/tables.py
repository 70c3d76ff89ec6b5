"""Which permissions a DynamoDB operation needs: table by table, item by item.

From the Service Authorization Reference, "Actions, resources, and condition keys for Amazon
DynamoDB", and "IAM policies for DynamoDB transactions" of its Developer Guide.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from studiogate.local.call import ApiCall, ApiError, Needed

# In a transaction each item needs the permission of the operation it stands for.
_IN_TRANSACTION: Mapping[str, str] = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
_EQUALS = re.compile(r"([#A-Za-z_][\w.-]*)\s*=\s*(:\w+)")


def needed(call: ApiCall) -> Sequence[Needed]:
    """The permissions of `call`, each with the leading keys it touches where they are known.

    Raises:
        ApiError: `ValidationException`, where the request does not say what it is about.
    """
    if "ResourcePolicy" in call.params:
        raise ApiError(
            "ValidationException",
            "A resource policy on a table is not offered by this emulation.",
            status=501,
        )
    try:
        if call.operation.startswith("Transact"):
            return tuple(_transaction(call))
        if "RequestItems" in call.params:
            return tuple(_batch(call))
        return _one_table(call)
    except (AttributeError, KeyError, TypeError, StopIteration, RuntimeError) as exc:
        raise ApiError(
            "ValidationException", "The request has not the shape it has to."
        ) from exc


def _one_table(call: ApiCall) -> Sequence[Needed]:
    params = call.params
    name = params.get("TableName") or params.get("ResourceArn") or params.get("TableArn")
    action = f"dynamodb:{call.operation}"
    if name is None:
        return (Needed(action, "*"),)
    arn = _arn(call, str(name))
    keys = _leading_keys(call, str(name), params)
    context = {"dynamodb:LeadingKeys": keys} if keys else {}
    if index := params.get("IndexName"):
        arn = f"{arn}/index/{index}"
    return (Needed(action, arn, context),)


def _arn(call: ApiCall, name: str) -> str:
    """The ARN of a table; a table may be named by its ARN, another account's too."""
    own = f"arn:aws:dynamodb:{call.region}:{call.account}:table/"
    if not name.startswith("arn:"):
        return own + name
    if f":{call.account}:" in name and not name.startswith(own):
        raise ApiError("ValidationException", "The table is in another Region than the call.")
    return name


def _transaction(call: ApiCall) -> Iterable[Needed]:
    for entry in call.params.get("TransactItems") or [{}]:
        if not isinstance(entry, Mapping) or len(entry) != 1:
            raise ApiError(
                "ValidationException", "Each item of a transaction is one operation."
            )
        ((kind, item),) = entry.items()
        if kind not in _IN_TRANSACTION:
            raise ApiError("ValidationException", f"{kind} is no operation of a transaction.")
        yield _item(call, f"dynamodb:{_IN_TRANSACTION[kind]}", str(item["TableName"]), item)


def _batch(call: ApiCall) -> Iterable[Needed]:
    action = f"dynamodb:{call.operation}"
    for name, asked in call.params["RequestItems"].items():
        if isinstance(asked, Mapping):
            items = [{"Key": key} for key in asked.get("Keys", ())]
        else:
            items = [next(iter(write.values())) for write in asked]
        for item in items:
            yield _item(call, action, name, item)


def _item(call: ApiCall, action: str, name: str, item: Mapping[str, Any]) -> Needed:
    keys = _leading_keys(call, name, item)
    return Needed(action, _arn(call, name), {"dynamodb:LeadingKeys": keys} if keys else {})


def _leading_keys(call: ApiCall, name: str, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """The partition keys `asked` names; none for a scan, as on AWS."""
    key = _partition_key(call, name, asked.get("IndexName"))
    if key is None:
        return ()
    item = asked.get("Key") or asked.get("Item")
    if isinstance(item, Mapping):
        return _text_of(item.get(key))
    if call.operation == "Query":
        return _queried(asked, key)
    return ()


def _partition_key(call: ApiCall, name: str, index: str | None) -> str | None:
    backend = dynamodb_backends[call.account][call.region]
    table = backend.tables.get(name.rpartition("/")[2])
    if table is None:
        return None
    schema = table.schema
    for known in (*table.global_indexes, *table.indexes):
        if known.name == index:
            schema = known.schema
    return next((str(k["AttributeName"]) for k in schema if k["KeyType"] == "HASH"), None)


def _queried(asked: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = asked.get("ExpressionAttributeNames") or {}
    values = asked.get("ExpressionAttributeValues") or {}
    for name, value in _EQUALS.findall(str(asked.get("KeyConditionExpression", ""))):
        if names.get(name, name) == key:
            return _text_of(values.get(value))
    raise ApiError("ValidationException", f"Query condition missed key schema element: {key}")


def _text_of(attribute: Any) -> tuple[str, ...]:
    if not isinstance(attribute, Mapping) or len(attribute) != 1:
        raise ApiError(
            "ValidationException", "The provided key element does not match the schema"
        )
    return (str(next(iter(attribute.values()))),)
