"""Values that a template names and never holds: `{{resolve:secretsmanager:…}}`.

CloudFormation looks them up when it makes or changes a resource, with the permissions of the
caller, and keeps and compares only the words of the template (User Guide, "Get values stored in
other services using dynamic references").
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud, Properties
from studiogate.local.cloudformation.words import invalid, not_offered

_REFERENCE = re.compile(r"\{\{resolve:([^{}]*)\}\}")
_OFFERED = "secretsmanager"
_PARTS_OF_AN_ARN = 7
_KEY, _STAGE, _VERSION = 1, 2, 3
"""Where in the rest of a reference the JSON key, the stage and the version are."""


def names_a_secret(value: Any) -> bool:
    """Whether a dynamic reference is anywhere in `value`."""
    if isinstance(value, Mapping):
        return any(names_a_secret(one) for one in value.values())
    if isinstance(value, list):
        return any(names_a_secret(one) for one in value)
    return isinstance(value, str) and _REFERENCE.search(value) is not None


async def filled(cloud: Cloud, properties: Properties) -> Properties:
    """`properties` with the values that dynamic references name.

    Raises:
        ApiError: a reference to another service, or a secret that is not there or not theirs.
    """
    if not names_a_secret(properties):
        return properties
    found: dict[str, Any] = await _filled(cloud, properties)
    return found


async def _filled(cloud: Cloud, node: Any) -> Any:
    if isinstance(node, Mapping):
        return {name: await _filled(cloud, value) for name, value in node.items()}
    if isinstance(node, list):
        return [await _filled(cloud, item) for item in node]
    if not isinstance(node, str):
        return node
    parts = []
    start = 0
    for found in _REFERENCE.finditer(node):
        parts += [node[start : found.start()], await _secret(cloud, found[1])]
        start = found.end()
    return "".join([*parts, node[start:]])


async def _secret(cloud: Cloud, reference: str) -> str:
    service, _, rest = reference.partition(":")
    if service != _OFFERED:
        raise not_offered(f"A dynamic reference to {service}")
    secret, more = _named(rest)
    asked = {"SecretId": secret}
    for member, place in (("VersionStage", _STAGE), ("VersionId", _VERSION)):
        if len(more) > place and more[place]:
            asked[member] = more[place]
    answer = await cloud.call(_OFFERED, "GetSecretValue", **asked)
    text = str(answer.get("SecretString", ""))
    return _member(text, more[_KEY]) if len(more) > _KEY and more[_KEY] else text


def _named(rest: str) -> tuple[str, list[str]]:
    """The secret's name or ARN, and what of it is asked for."""
    parts = rest.split(":")
    length = _PARTS_OF_AN_ARN if parts[0] == "arn" else 1
    secret, more = ":".join(parts[:length]), parts[length:]
    if not secret or (more and more[0] not in {"", "SecretString"}):
        raise invalid(f"Incorrect format is used in the following dynamic reference: {rest}")
    return secret, more


def _member(text: str, key: str) -> str:
    words = f"Could not find a value associated with JSONKey in SecretString: {key}"
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        # Not chained: the text of the secret would be in the traceback.
        refusal = ApiError("ValidationError", words)
    raise refusal
