"""Which permissions an operation needs, and on what: a table per service.

From the Service Authorization Reference.  Exact for DynamoDB (`tables`), for KMS, CloudWatch,
Logs, EFS and Secrets Manager (`named`), and for the entities of IAM; for
EC2 the ARNs of every id an operation names; for user pools the pool.  Where an operation names
nothing we can place (`List…`, `Describe…`, all of Organizations) the resource is `*`, which
only a policy about `*` matches: narrower than AWS for an Allow on one ARN; a Deny on one ARN
is missed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

from studiogate.local.call import ApiCall, ApiError, Needed
from studiogate.local.front.tagging import request_tags
from studiogate.local.kept import named, tables


def _iam(call: ApiCall) -> Sequence[Needed]:
    if call.operation == "CreateUser" and "PermissionsBoundary" in call.params:
        # moto would forget it, and the user could do more than on AWS.
        raise ApiError(
            "InvalidInput", "A boundary on a user is not offered by this emulation.", status=501
        )
    context: dict[str, str | tuple[str, ...]] = dict(request_tags(call))
    if "PolicyArn" in call.params:
        context["iam:PolicyARN"] = str(call.params["PolicyArn"])
    if "PermissionsBoundary" in call.params:
        context["iam:PermissionsBoundary"] = str(call.params["PermissionsBoundary"])
    return (Needed(f"iam:{call.operation}", _iam_resource(call), context),)


# The parameter that names the resource, in the order that decides when there are two:
# AddUserToGroup is about the group, AddRoleToInstanceProfile about the profile.
_ENTITIES = (
    ("InstanceProfileName", "instance-profile", "instance_profiles"),
    ("GroupName", "group", "groups"),
    ("RoleName", "role", "roles"),
    ("UserName", "user", "users"),
)

_OWN_USER = frozenset(
    {
        "ChangePassword",
        "CreateAccessKey",
        "DeleteAccessKey",
        "GetUser",
        "ListAccessKeys",
        "ListMFADevices",
        "ListSigningCertificates",
        "UpdateAccessKey",
        "UploadSigningCertificate",
    }
)
"""Operations that are about the caller's own user when they name none."""


def _iam_resource(call: ApiCall) -> str:
    stem = f"arn:aws:iam::{call.account}:"
    for param, kind, store in _ENTITIES:
        if param in call.params:
            name = str(call.params[param])
            return f"{stem}{kind}{_iam_path(call, store, name)}{name}"
    if call.operation in _OWN_USER:
        if call.caller is None or call.caller.kind != "user":
            raise ApiError(
                "ValidationError",
                "Must specify userName when calling with non-User credentials",
            )
        return call.caller.arn
    if "PolicyArn" in call.params:
        return str(call.params["PolicyArn"])
    if "PolicyName" in call.params:
        return f"{stem}policy{call.params.get('Path', '/')}{call.params['PolicyName']}"
    return "*"


def _iam_path(call: ApiCall, store: str, name: str) -> str:
    """The path of an entity that exists, or of one that is about to be made."""
    entities = vars(iam_backends[call.account]["aws"])[store]
    for entity in list(entities.values()):
        if entity.name == name:
            return str(entity.path)
    return str(call.params.get("Path", "/"))


# Prefixes of the ids an EC2 operation can name, and the resource type in their ARN.
_EC2_TYPES: Mapping[str, str] = {
    "acl": "network-acl",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment",
    "tgw-rtb": "transit-gateway-route-table",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
_EC2_ID = re.compile(r"([a-z]+(?:-[a-z]+)?)-[0-9a-f]{8,17}\Z")


def _ec2(call: ApiCall) -> Sequence[Needed]:
    action = f"ec2:{call.operation}"
    if call.operation.startswith("Describe"):
        return (Needed(action, "*"),)
    stem = f"arn:aws:ec2:{call.region}:{call.account}:"
    found = {
        f"{stem}{_EC2_TYPES[match[1]]}/{text}"
        for text in _texts(call.params)
        if (match := _EC2_ID.match(text)) and match[1] in _EC2_TYPES
    }
    return tuple(Needed(action, arn) for arn in sorted(found) or ["*"])


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, Sequence):
        for value in node:
            yield from _texts(value)


def _organizations(call: ApiCall) -> Sequence[Needed]:
    """Every operation is on `*`; members may only ask which organisation they are in."""
    if call.operation != "DescribeOrganization":
        members = organizations_backends.master_accounts
        if call.account in members:
            raise ApiError(
                "AccessDeniedException", "You don't have permissions to access this resource."
            )
    return (Needed(f"organizations:{call.operation}", "*", request_tags(call)),)


def _cognito(call: ApiCall) -> Sequence[Needed]:
    pool = call.params.get("UserPoolId")
    resource = f"arn:aws:cognito-idp:{call.region}:{call.account}:userpool/{pool}"
    resource = str(call.params.get("ResourceArn", resource if pool else "*"))
    return (Needed(f"cognito-idp:{call.operation}", resource),)


NEEDED: Mapping[str, Callable[[ApiCall], Sequence[Needed]]] = {
    "cognito-idp": _cognito,
    "dynamodb": tables.needed,
    "ec2": _ec2,
    "iam": _iam,
    "organizations": _organizations,
    **named.NEEDED,
}
