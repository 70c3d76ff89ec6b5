"""Which permissions KMS, CloudWatch, Logs, EFS and Secrets Manager ask for, and on what.

From the Service Authorization Reference.  A key, an alarm, a log group, a file system and a
secret are asked about by their exact ARN, whatever name, alias or id the request gives.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends

from studiogate.local.call import ApiCall, ApiError, Needed
from studiogate.local.front.tagging import request_tags

_KEY_ID = re.compile(r"(mrk-)?[0-9a-f-]{32,36}\Z")
_KEY_ID_BYTES = 36
_ABOUT_NO_KEY = frozenset({"GenerateRandom", "ListAliases", "ListKeys"})


def _own(call: ApiCall, service: str, rest: str) -> str:
    return f"arn:aws:{service}:{call.region}:{call.account}:{rest}"


def kms(call: ApiCall) -> Sequence[Needed]:
    """The key, and for operations on aliases the alias as well.

    Keys of other accounts are not offered: they look absent.
    """
    action, params = f"kms:{call.operation}", call.params
    tags = dict(request_tags(call, key="TagKey", value="TagValue"))
    tags |= {"kms:CallerAccount": call.account, **_encryption_context(params)}
    if call.operation == "CreateKey":
        tagging = (Needed("kms:TagResource", "*", tags),) if "Tags" in params else ()
        return (Needed(action, "*", tags), *tagging)
    if call.operation in _ABOUT_NO_KEY and "KeyId" not in params:
        return (Needed(action, "*"),)
    alias = str(params.get("AliasName", ""))
    if not alias:
        key = params.get("KeyId") or _sealed_with(params)
        return (Needed(action, key_arn(call, str(key)), tags),)
    about = [_own(call, "kms", alias)]
    if call.operation in {"DeleteAlias", "UpdateAlias"} and (old := _aliased(call, alias)):
        about.append(_own(call, "kms", f"key/{old}"))
    if "TargetKeyId" in params:
        about.append(key_arn(call, str(params["TargetKeyId"])))
    return tuple(Needed(action, arn) for arn in dict.fromkeys(about))


def _encryption_context(params: Mapping[str, Any]) -> dict[str, str]:
    said = params.get("EncryptionContext")
    pairs = said.items() if isinstance(said, Mapping) else ()
    return {f"kms:EncryptionContext:{name}": str(value) for name, value in pairs}


def key_arn(call: ApiCall, name: str) -> str:
    """The ARN of the key that an id, an ARN or an alias names.

    Raises:
        ApiError: `NotFoundException`, for an alias of no key and for another account's key.
    """
    if name.startswith("arn:"):
        if not name.startswith(_own(call, "kms", "")):
            raise ApiError("NotFoundException", f"Invalid arn {name}")
        name = name.split(":", 5)[5].removeprefix("key/")
    if name.startswith("alias/"):
        found = _aliased(call, name)
        if found is None:
            arn = _own(call, "kms", name)
            raise ApiError("NotFoundException", f"Alias {arn} is not found.")
        name = found
    if not _KEY_ID.match(name):
        raise ApiError("NotFoundException", f"Invalid keyId '{name}'")
    return _own(call, "kms", f"key/{name}")


def _aliased(call: ApiCall, alias: str) -> str | None:
    keys = kms_backends[call.account][call.region].keys
    return next((key.id for key in list(keys.values()) if alias in key.aliases), None)


def _sealed_with(params: Mapping[str, Any]) -> str:
    """The key a ciphertext says it was made with; moto writes its id in front."""
    try:
        blob = base64.b64decode(params["CiphertextBlob"], validate=True)
        return blob[:_KEY_ID_BYTES].decode("ascii")
    except (KeyError, ValueError, TypeError) as exc:
        raise ApiError("InvalidCiphertextException", "") from exc


_ABOUT_ALL_GROUPS = frozenset({"DescribeLogGroups"})


def logs(call: ApiCall) -> Sequence[Needed]:
    """The log group; a stream where one is named."""
    action, params = f"logs:{call.operation}", call.params
    tags = request_tags(call)
    arn = params.get("resourceArn") or params.get("logGroupIdentifier")
    if isinstance(arn, str) and arn.startswith("arn:"):
        return (Needed(action, arn, tags),)
    name = params.get("logGroupName")
    if name is None:
        all_groups = call.operation in _ABOUT_ALL_GROUPS
        about = _own(call, "logs", "log-group::log-stream:") if all_groups else "*"
        return (Needed(action, about, tags),)
    group = _own(call, "logs", f"log-group:{name}")
    stream = params.get("logStreamName")
    needed = Needed(
        action, f"{group}:log-stream:{stream}" if stream is not None else f"{group}:*", tags
    )
    if call.operation == "CreateLogGroup" and tags:
        return (needed, Needed("logs:TagResource", group, tags))
    return (needed,)


def monitoring(call: ApiCall) -> Sequence[Needed]:
    """Each alarm that is named; metrics have no ARN."""
    action, params = f"cloudwatch:{call.operation}", call.params
    tags = request_tags(call)
    if "ResourceARN" in params:
        return (Needed(action, str(params["ResourceARN"]), tags),)
    named = params.get("AlarmNames") or [params[k] for k in ("AlarmName",) if k in params]
    if not isinstance(named, list):
        raise ApiError("ValidationError", "AlarmNames is a list.")
    if named:
        return tuple(
            Needed(action, _own(call, "cloudwatch", f"alarm:{name}"), tags) for name in named
        )
    about = _own(call, "cloudwatch", "alarm:*") if "Alarm" in call.operation else "*"
    return (Needed(action, about),)


def elasticfilesystem(call: ApiCall) -> Sequence[Needed]:
    """The file system; `file-system/*` for one that is only about to be made.

    A mount target is a network interface, so the permission to make one is asked for as well
    (EFS User Guide, "Creating and managing mount targets").
    """
    action, params = f"elasticfilesystem:{call.operation}", call.params
    tags = request_tags(call)
    name = str(params.get("FileSystemId") or params.get("ResourceId") or "*")
    own = _own(call, "elasticfilesystem", f"file-system/{name}")
    needed = [Needed(action, name if name.startswith("arn:") else own, tags)]
    if "MountTargetId" in params and "FileSystemId" not in params:
        needed = [Needed(action, _own(call, "elasticfilesystem", "file-system/*"))]
    if call.operation == "CreateFileSystem" and tags:
        needed.append(Needed("elasticfilesystem:TagResource", own, tags))
    also = {
        "CreateMountTarget": ("DescribeSubnets", "CreateNetworkInterface"),
        "DeleteMountTarget": ("DeleteNetworkInterface",),
    }
    needed += [Needed(f"ec2:{one}", "*") for one in also.get(call.operation, ())]
    return tuple(needed)


_ABOUT_NO_SECRET = frozenset({"BatchGetSecretValue", "GetRandomPassword", "ListSecrets"})


def secretsmanager(call: ApiCall) -> Sequence[Needed]:
    """The secret by its whole ARN, with the letters AWS puts behind its name."""
    action, params = f"secretsmanager:{call.operation}", call.params
    tags = dict(request_tags(call))
    if call.operation in _ABOUT_NO_SECRET:
        return (Needed(action, "*"),)
    if call.operation == "CreateSecret":
        arn = _own(call, "secretsmanager", f"secret:{params.get('Name', '')}-??????")
        also = (Needed("secretsmanager:TagResource", arn, tags),) if tags else ()
        return (
            Needed(action, arn, tags | {"secretsmanager:Name": str(params.get("Name"))}),
            *also,
        )
    return (Needed(action, _secret_arn(call, str(params.get("SecretId", ""))), tags),)


def _secret_arn(call: ApiCall, name: str) -> str:
    secrets = secretsmanager_backends[call.account][call.region].secrets
    found = next(
        (one.arn for one in list(secrets.values()) if name in {one.name, one.arn}), None
    )
    if found is not None:
        return str(found)
    if name.startswith("arn:"):
        return name
    return _own(call, "secretsmanager", f"secret:{name}")


NEEDED: Mapping[str, Callable[[ApiCall], Sequence[Needed]]] = {
    "elasticfilesystem": elasticfilesystem,
    "kms": kms,
    "logs": logs,
    "monitoring": monitoring,
    "secretsmanager": secretsmanager,
}
