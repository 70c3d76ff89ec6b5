"""What a function is told: read from a request, held to Lambda's limits, filled with defaults.

Limits and defaults from the Lambda Developer Guide ("Lambda quotas", "Lambda runtimes") and the
API Reference (CreateFunction).
"""

import base64
import io
import re
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.functions.store import Name, wrong
from studiogate.local.functions.world import World, hold_key, hold_network
from studiogate.local.kept.named import key_arn

RUNTIMES = frozenset(
    {
        *("dotnet8", "dotnet10", "java8.al2", "java11", "java17", "java21", "java25"),
        *("nodejs22.x", "nodejs24.x", "provided.al2", "provided.al2023"),
        *("python3.11", "python3.12", "python3.13", "python3.14", "ruby3.3", "ruby3.4"),
    }
)
"""Runtimes that functions can be made with, as of autumn 2026."""

_FAMILIES = ("dotnet", "go1", "java", "nodejs", "provided", "python", "ruby")
_LARGEST = 262_144_000
_LONGEST_ENVIRONMENT = 4096
_VARIABLE = re.compile(r"[a-zA-Z]([a-zA-Z0-9_])+\Z")
_RESERVED = re.compile(r"(AWS_|LAMBDA_|_HANDLER\Z|_X_AMZN_TRACE_ID\Z|TZ\Z)")
_ALLOWED_RESERVED = ("AWS_LAMBDA_", "AWS_STS_", "LAMBDA_", "AWS_XRAY_", "AWS_MAX_ATTEMPTS")

SETTINGS = frozenset(
    {
        *("DeadLetterConfig", "Description", "Environment", "EphemeralStorage", "Handler"),
        *("KMSKeyArn", "LoggingConfig", "MemorySize", "Role", "Runtime", "Timeout"),
        *("TracingConfig", "VpcConfig"),
    }
)
"""What can be said when a function is made, and changed later."""

_DEFAULTS: Mapping[str, Any] = {
    "Description": "",
    "EphemeralStorage": {"Size": 512},
    "MemorySize": 128,
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
}


def settled(
    world: World, call: ApiCall, at: Name, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The settings of a function as `call` wants them, over those of `before`.

    Raises:
        ApiError: InvalidParameterValueException, naming what cannot be.
    """
    asked = {name: call.params[name] for name in SETTINGS if name in call.params}
    found: dict[str, Any] = {**_DEFAULTS, **(before or {}), **asked}
    _hold_runtime(found)
    _hold_numbers(found)
    if "VpcConfig" in asked:
        vpc = hold_network(call, asked["VpcConfig"])
        lists = {name: asked["VpcConfig"].get(name, []) for name in _LISTS}
        found["VpcConfig"] = {**lists, "VpcId": vpc}
    if "Environment" in asked:
        _hold_environment(asked["Environment"].get("Variables") or {})
    if asked.get("KMSKeyArn"):
        found["KMSKeyArn"] = key_arn(call, asked["KMSKeyArn"])
        hold_key(call, found["KMSKeyArn"])
    if "Role" in asked or "VpcConfig" in asked:
        in_vpc = bool((found.get("VpcConfig") or {}).get("SubnetIds"))
        world.hold_role(call, found["Role"], in_vpc=in_vpc)
    log = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{at.name}"}
    found["LoggingConfig"] = {**log, **(found.get("LoggingConfig") or {})}
    return found


_LISTS = ("SubnetIds", "SecurityGroupIds")


def _hold_runtime(found: Mapping[str, Any]) -> None:
    runtime = found.get("Runtime")
    if not runtime or not found.get("Handler"):
        raise wrong("Runtime and Handler are mandatory parameters for functions of a zip.")
    if runtime in RUNTIMES:
        return
    if str(runtime).startswith(_FAMILIES):
        raise wrong(
            f"The runtime parameter of {runtime} is no longer supported for creating or "
            "updating AWS Lambda functions. We recommend you use a supported runtime while "
            "creating or updating functions."
        )
    raise wrong(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
        f"value set: [{', '.join(sorted(RUNTIMES))}] or be a valid ARN"
    )


def _hold_numbers(found: Mapping[str, Any]) -> None:
    for name, value, least, most in (
        ("timeout", found["Timeout"], 1, 900),
        ("memorySize", found["MemorySize"], 128, 10_240),
        ("ephemeralStorage", found["EphemeralStorage"]["Size"], 512, 10_240),
    ):
        if not least <= value <= most:
            raise wrong(
                f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy "
                f"constraint: Member must have value between {least} and {most}"
            )


def _hold_environment(variables: Mapping[str, str]) -> None:
    """Refuse variables that Lambda sets itself, and more of them than it keeps."""
    for name in variables:
        taken = _RESERVED.match(name) and not name.startswith(_ALLOWED_RESERVED)
        if taken or not _VARIABLE.match(name):
            raise wrong(
                "Lambda was unable to configure your environment variables because the "
                "environment variables you have provided contains reserved keys that are "
                f"currently not supported for modification. Reserved keys used in this "
                f"request: {name}"
            )
    size = sum(len(name.encode()) + len(text.encode()) for name, text in variables.items())
    if size > _LONGEST_ENVIRONMENT:
        raise wrong(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided exceeded the 4KB limit."
        )


def of_code(body: bytes) -> dict[str, Any]:
    """The hash and the size of a zip.

    Raises:
        ApiError: it is none, or too much comes out of it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            unzipped = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise wrong(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from exc
    if unzipped >= _LARGEST:
        raise wrong(f"Unzipped size must be smaller than {_LARGEST} bytes")
    digest = base64.b64encode(sha256(body).digest()).decode()
    return {"CodeSha256": digest, "CodeSize": len(body)}
