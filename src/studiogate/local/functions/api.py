"""The emulated Lambda control plane, as a table: what each operation needs, takes and does.

`Invoke` is not in it: nothing here could run a function as Lambda does, so it is refused.  From
the Service Authorization Reference, "Actions, resources, and condition keys for AWS Lambda".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studiogate.local.call import ApiCall, Needed
from studiogate.local.front.modelled import ModelledService, Operation
from studiogate.local.front.tagging import request_tags
from studiogate.local.functions import callers, operations, versions
from studiogate.local.functions.backend import Backend
from studiogate.local.functions.configuration import SETTINGS
from studiogate.local.functions.store import Functions, named
from studiogate.local.functions.world import LAMBDA, World
from studiogate.local.kept.named import key_arn

_CODE = frozenset({"ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion"})
_LOOKS_AT_THE_NETWORK = ("DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs")
_WHOM = frozenset({"FunctionName"})
_WHICH = _WHOM | {"Qualifier"}
_PAGED = frozenset({"MaxItems"})


def _on_function(_: Backend, call: ApiCall) -> Sequence[Needed]:
    return (Needed(f"lambda:{call.operation}", named(call).qualified),)


def _on_tags(_: Backend, call: ApiCall) -> Sequence[Needed]:
    arn = named(call, call.params["Resource"]).arn
    return (Needed(f"lambda:{call.operation}", arn, request_tags(call)),)


def _on_all(_: Backend, call: ApiCall) -> Sequence[Needed]:
    return (Needed(f"lambda:{call.operation}", "*"),)


def _on_permission(_: Backend, call: ApiCall) -> Sequence[Needed]:
    context = {"lambda:Principal": str(call.params["Principal"])}
    return (Needed("lambda:AddPermission", named(call).qualified, context),)


def _on_making(backend: Backend, call: ApiCall) -> Sequence[Needed]:
    code = backend.world.needed_for_code(call, call.params["Code"])
    return (*_on_settings(backend, call), *code)


def _on_code(backend: Backend, call: ApiCall) -> Sequence[Needed]:
    code = backend.world.needed_for_code(call, call.params)
    return (*_on_function(backend, call), *code)


def _on_settings(_: Backend, call: ApiCall) -> Sequence[Needed]:
    return tuple(_settings(call))


def _settings(call: ApiCall) -> Iterator[Needed]:
    """The function; the role that is handed over; the network and the key it is given."""
    asked = call.params
    network: Mapping[str, Any] = asked.get("VpcConfig") or {}
    context = dict(request_tags(call))
    for name in ("SubnetIds", "SecurityGroupIds"):
        if network.get(name):
            context[f"lambda:{name}"] = tuple(network[name])
    yield Needed(f"lambda:{call.operation}", named(call).arn, context)
    if call.operation == "CreateFunction" and asked.get("Tags"):
        yield Needed("lambda:TagResource", named(call).arn, request_tags(call))
    if "Role" in asked:
        yield Needed("iam:PassRole", asked["Role"], {"iam:PassedToService": LAMBDA})
    if network.get("SubnetIds"):
        yield from (Needed(f"ec2:{one}", "*") for one in _LOOKS_AT_THE_NETWORK)
    if asked.get("KMSKeyArn"):
        key = key_arn(call, asked["KMSKeyArn"])
        sealed = {
            "kms:CallerAccount": call.account,
            "kms:EncryptionContext:aws:lambda:FunctionArn": named(call).arn,
        }
        yield from (Needed(f"kms:{one}", key, sealed) for one in ("Encrypt", "CreateGrant"))


OPERATIONS: Mapping[str, Operation[Backend]] = {
    "CreateFunction": Operation(
        _on_making,
        operations.create_function,
        SETTINGS
        | {"FunctionName", "Code", "Publish", "PackageType", "Tags", "Layers", "Architectures"},
    ),
    "GetFunction": Operation(_on_function, operations.get_function, _WHICH),
    "GetFunctionConfiguration": Operation(_on_function, operations.get_configuration, _WHICH),
    "ListFunctions": Operation(_on_all, operations.list_functions, _PAGED),
    "UpdateFunctionCode": Operation(
        _on_code,
        operations.update_code,
        _WHOM | _CODE | {"Publish", "DryRun", "RevisionId", "Architectures"},
    ),
    "UpdateFunctionConfiguration": Operation(
        _on_settings,
        operations.update_configuration,
        SETTINGS | _WHOM | {"RevisionId", "Layers"},
    ),
    "DeleteFunction": Operation(_on_function, operations.delete_function, _WHICH),
    "PublishVersion": Operation(
        _on_function, versions.publish_version, _WHOM | {"CodeSha256", "Description"}
    ),
    "ListVersionsByFunction": Operation(_on_function, versions.list_versions, _WHOM | _PAGED),
    "CreateAlias": Operation(
        _on_function,
        versions.create_alias,
        _WHOM | {"Name", "FunctionVersion", "Description", "RoutingConfig"},
    ),
    "UpdateAlias": Operation(
        _on_function,
        versions.update_alias,
        _WHOM | {"Name", "FunctionVersion", "Description", "RoutingConfig"},
    ),
    "GetAlias": Operation(_on_function, versions.get_alias, _WHOM | {"Name"}),
    "ListAliases": Operation(_on_function, versions.list_aliases, _WHOM | _PAGED),
    "DeleteAlias": Operation(_on_function, versions.delete_alias, _WHOM | {"Name"}),
    "PutFunctionConcurrency": Operation(
        _on_function, operations.put_concurrency, _WHOM | {"ReservedConcurrentExecutions"}
    ),
    "GetFunctionConcurrency": Operation(_on_function, operations.get_concurrency, _WHOM),
    "DeleteFunctionConcurrency": Operation(_on_function, operations.delete_concurrency, _WHOM),
    "AddPermission": Operation(
        _on_permission,
        callers.add_permission,
        _WHICH
        | {
            *("StatementId", "Action", "Principal", "SourceArn", "SourceAccount"),
            "PrincipalOrgID",
        },
    ),
    "RemovePermission": Operation(
        _on_function, callers.remove_permission, _WHICH | {"StatementId"}
    ),
    "GetPolicy": Operation(_on_function, callers.get_policy, _WHICH),
    "TagResource": Operation(_on_tags, operations.tag, frozenset({"Resource", "Tags"})),
    "UntagResource": Operation(_on_tags, operations.untag, frozenset({"Resource", "TagKeys"})),
    "ListTags": Operation(_on_tags, operations.list_tags, frozenset({"Resource"})),
}


def lambda_service(functions: Functions, world: World) -> ModelledService[Backend]:
    """The emulated Lambda over `functions`."""
    return ModelledService(
        "lambda",
        Backend(functions, world),
        OPERATIONS,
        unknown="InvalidParameterValueException",
    )
