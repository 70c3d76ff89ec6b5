"""What moto would let pass and AWS does not, for the services that `offered` names.

A key that is disabled or about to be deleted does nothing, and waits between 7 and 30 days
(KMS Developer Guide, "Key states of AWS KMS keys", "Deleting AWS KMS keys").  Log groups are
kept for the numbers of days AWS has (PutRetentionPolicy), and sealed with keys that let Logs in
("Encrypt log data in CloudWatch Logs using KMS").  Passwords come from the operating
system, not from a generator made for tests.
"""

import json
import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.vpcs import VPCEndPoint
from moto.kms.models import kms_backends

from studiogate.errors import PolicyError
from studiogate.local.call import ApiAnswer, ApiCall, ApiError
from studiogate.local.front.models import params_of, written
from studiogate.local.front.protocols import sent_as
from studiogate.local.kept.named import kms
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.language import Kind, parse
from studiogate.policy.request import Principal, Request

_EVEN_IF_DISABLED = frozenset(
    {
        "CancelKeyDeletion",
        "CreateKey",
        "DeleteAlias",
        "DescribeKey",
        "DisableKey",
        "EnableKey",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "ListKeyPolicies",
        "ListResourceTags",
        "PutKeyPolicy",
        "ScheduleKeyDeletion",
        "TagResource",
        "UntagResource",
        "UpdateKeyDescription",
        "CreateAlias",
        "UpdateAlias",
    }
)
_EVEN_IF_PENDING = frozenset(
    {
        "CancelKeyDeletion",
        "DeleteAlias",
        "DescribeKey",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "ListKeyPolicies",
        "ListResourceTags",
        "PutKeyPolicy",
    }
)
_DAYS = range(7, 31)
_LONGEST_PASSWORD = 4096
_IMAGE_GB = 8
_KEPT_DAYS = frozenset(
    {
        *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827),
        *(2192, 2557, 2922, 3288, 3653),
    }
)


def hold(call: ApiCall) -> None:
    """Return if AWS would do what `call` asks for.

    Raises:
        ApiError: in AWS's words.
    """
    if call.service == "kms":
        _hold_key(call)
    elif call.operation == "CreateLogGroup" and call.params.get("kmsKeyId"):
        _hold_key_of_logs(call)
    elif call.operation == "PutRetentionPolicy" and call.service == "logs":
        days = call.params.get("retentionInDays")
        if days not in _KEPT_DAYS:
            raise ApiError(
                "InvalidParameterException",
                f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to "
                "satisfy constraint: Member must satisfy enum value set: "
                f"{sorted(_KEPT_DAYS)}",
            )
    elif call.service == "secretsmanager" and "ResourcePolicy" in call.params:
        _readable(call.params["ResourcePolicy"], "MalformedPolicyDocumentException")


def _hold_key(call: ApiCall) -> None:
    if "Policy" in call.params:
        _readable(call.params["Policy"], "MalformedPolicyDocumentException")
    for unheard in ("GrantTokens", "CustomKeyStoreId", "DryRun"):
        if call.params.get(unheard):
            raise ApiError(
                "UnsupportedOperationException",
                f"{unheard} is not offered by this emulation.",
                status=501,
            )
    for needed in kms(call):
        if ":key/" in needed.resource:
            _hold_state(call, needed.resource)
    if call.operation == "ScheduleKeyDeletion":
        days = call.params.get("PendingWindowInDays", 30)
        if not isinstance(days, int) or days not in _DAYS:
            raise ApiError(
                "ValidationException", f"PendingWindowInDays is between 7 and 30, not {days}."
            )


def _hold_state(call: ApiCall, arn: str) -> None:
    keys = kms_backends[call.account][call.region].keys
    key = keys.get(arn.rpartition("/")[2])
    if key is None:
        raise ApiError("NotFoundException", f"Key '{arn}' does not exist")
    if key.key_state == "PendingDeletion" and call.operation not in _EVEN_IF_PENDING:
        raise ApiError("KMSInvalidStateException", f"{arn} is pending deletion.")
    if key.key_state == "Disabled" and call.operation not in _EVEN_IF_DISABLED:
        raise ApiError("DisabledException", f"{arn} is disabled.")


def _hold_key_of_logs(call: ApiCall) -> None:
    """Refuse a key whose policy does not let CloudWatch Logs seal this group with it."""
    said, name = str(call.params["kmsKeyId"]), call.params.get("logGroupName")
    group = f"arn:aws:logs:{call.region}:{call.account}:log-group:{name}"
    key = kms_backends[call.account][call.region].keys.get(said.rpartition("/")[2])
    service = f"logs.{call.region}.amazonaws.com"
    asked = Request(
        "kms:GenerateDataKey",
        said,
        Principal("service", service, ""),
        {
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": service,
            "aws:SourceAccount": call.account,
            "aws:SourceArn": group,
            "kms:EncryptionContext:aws:logs:arn": group,
        },
    )
    if key is not None and key.key_state == "Enabled" and said == key.arn:
        policy = parse(key.policy, kind=Kind.RESOURCE, name="the key's policy")
        if verdict([policy], asked).effect is Effect.ALLOWED:
            return
    raise ApiError(
        "InvalidParameterException",
        "The specified KMS key does not exist or is not allowed to be used with LogGroup "
        f"'{group}'",
    )


def plain(call: ApiCall) -> ApiCall:
    """`call` as moto understands it: keys by id, and of EC2 what it would not understand."""
    if call.service == "ec2" and (say := _ANEW.get(call.operation)) is not None:
        return _anew(call, say)
    name = call.params.get("KeyId")
    if call.service != "kms" or not isinstance(name, str) or ":key/" not in name:
        return call
    return replace(call, params={**call.params, "KeyId": name.rpartition("/")[2]})


def _anew(call: ApiCall, say: Callable[[ApiCall, dict[str, Any]], None]) -> ApiCall:
    """`call` written anew, with its parameters as `say` leaves them."""
    asked = params_of(call)
    say(call, asked)
    return sent_as(written("ec2", call.operation, asked), call)


def _size(_: ApiCall, asked: dict[str, Any]) -> None:
    """A disk of which nobody says the size is as large as the image's; moto has no images."""
    for one in asked.get("BlockDeviceMappings", ()):
        disk = one.get("Ebs")
        if disk is not None and not disk.keys() & {"SnapshotId", "VolumeSize"}:
            disk["VolumeSize"] = _IMAGE_GB


def _open_again(call: ApiCall, asked: dict[str, Any]) -> None:
    """A policy that is reset lets everything pass; a private name may be given, or taken."""
    if asked.pop("ResetPolicy", False):
        if "PolicyDocument" in asked:
            raise ApiError(
                "InvalidParameter", "PolicyDocument and ResetPolicy cannot be given together."
            )
        asked["PolicyDocument"] = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    there = ec2_backends[call.account][call.region].vpc_end_points.get(asked["VpcEndpointId"])
    if there is not None and "PrivateDnsEnabled" in asked:
        there.private_dns_enabled = asked["PrivateDnsEnabled"]


_ANEW: Mapping[str, Callable[[ApiCall, dict[str, Any]], None]] = {
    "ModifyVpcEndpoint": _open_again,
    "RunInstances": _size,
}


def _readable(text: object, code: str) -> None:
    """Refuse a policy document that our evaluator, and so nobody, could decide by."""
    try:
        parse(str(text), kind=Kind.RESOURCE, name="the policy")
    except PolicyError as exc:
        raise ApiError(code, f"The policy cannot be read: {exc}") from exc


_EXCLUDABLE: Mapping[str, str] = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


def _random_password(call: ApiCall) -> ApiAnswer:
    """A password as GetRandomPassword makes them: 32 characters, every kind at least once."""
    asked = call.params
    length = asked.get("PasswordLength", 32)
    left_out = set(str(asked.get("ExcludeCharacters", "")))
    kinds = [
        kept
        for flag, letters in _EXCLUDABLE.items()
        if not asked.get(flag) and (kept := "".join(c for c in letters if c not in left_out))
    ]
    if asked.get("IncludeSpace") and " " not in left_out:
        kinds.append(" ")
    every = asked.get("RequireEachIncludedType", True)
    if (
        not kinds
        or not isinstance(length, int)
        or not len(kinds) <= length <= _LONGEST_PASSWORD
    ):
        raise ApiError(
            "InvalidParameterException", "No password of this length has all these characters."
        )
    body = {"RandomPassword": _drawn(kinds, length, every=bool(every))}
    return ApiAnswer(
        200, json.dumps(body).encode(), {"content-type": "application/x-amz-json-1.1"}
    )


def _drawn(kinds: Sequence[str], length: int, *, every: bool) -> str:
    letters = [secrets.choice(kind) for kind in kinds] if every else []
    letters += [secrets.choice("".join(kinds)) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


ANSWERS: Mapping[tuple[str, str], Callable[[ApiCall], ApiAnswer]] = {
    ("secretsmanager", "GetRandomPassword"): _random_password,
}
"""Operations answered here and not by moto."""
