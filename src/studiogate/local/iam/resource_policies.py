"""Policies that hang on resources other than roles, found by the ARN a permission is about.

Keys and secrets are kept by moto and read here; whoever keeps buckets and functions brings a
function of its own.  A key's policy is more than a resource policy: it alone can let anybody
use the key, the account's administrators included (KMS Developer Guide, "Key policies in AWS
KMS"), which is the rule of a role's trust policy.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends

from studiogate.local.iam.reading import read
from studiogate.policy.language import Kind, Policy

ResourcePolicy = Callable[[str], Policy | None]
"""From an ARN to the policy of what it names; `None` where there is none."""

_PARTS = len(("arn", "partition", "service", "region", "account", "name"))


def of_key(arn: str) -> Policy | None:
    """The policy of a KMS key; it must always allow, as a trust policy must."""
    backend, name = _backend(kms_backends, arn)
    key = None if backend is None else backend.keys.get(name.removeprefix("key/"))
    if key is None:
        return None
    return replace(read(key.policy, kind=Kind.RESOURCE, name=f"key {key.id}"), kind=Kind.TRUST)


def of_secret(arn: str) -> Policy | None:
    """The policy of a secret."""
    backend, _ = _backend(secretsmanager_backends, arn)
    secrets = [] if backend is None else list(backend.secrets.values())
    found = next((one for one in secrets if one.arn == arn), None)
    text = getattr(found, "policy", None)
    return read(text, kind=Kind.RESOURCE, name=str(found.name)) if found and text else None


KEPT_BY_MOTO: Mapping[str, ResourcePolicy] = {"kms": of_key, "secretsmanager": of_secret}
"""By the prefix of the actions."""


def _backend(backends: Any, arn: str) -> tuple[Any | None, str]:
    """The backend of the account and Region in `arn`, never made for asking; and the name."""
    parts = arn.split(":", _PARTS - 1)
    if len(parts) != _PARTS:
        return None, ""
    region, account, name = parts[3:]
    found = backends.get(account)
    return (found[region] if found is not None and region in found else None), name
