"""What the operations on functions work with, and what several of them do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.local.call import ApiCall, Needed
from studiogate.local.functions.store import LATEST, Answer, Function, Functions, named, wrong
from studiogate.local.functions.world import World


@dataclass(frozen=True, slots=True)
class Backend:
    """The functions, and the services they hang on."""

    functions: Functions
    world: World


def own(backend: Backend, call: ApiCall) -> Function:
    """The function a call changes; only `$LATEST` of it can be.

    Raises:
        ApiError: ResourceNotFoundException, InvalidParameterValueException.
    """
    at = named(call)
    found = backend.functions.get(at)
    if at.qualifier not in {None, LATEST}:
        raise wrong("This operation is permitted on the $LATEST version only.")
    return found


def shown(backend: Backend, call: ApiCall, configuration: Mapping[str, Any]) -> Answer:
    """`configuration` as the caller sees it: an environment under a key takes the key."""
    key = configuration.get("KMSKeyArn")
    if not key or "Environment" not in configuration:
        return configuration
    sealed = {"kms:EncryptionContext:aws:lambda:FunctionArn": named(call).arn}
    if backend.world.may(call, Needed("kms:Decrypt", key, sealed)):
        return configuration
    error = {
        "ErrorCode": "AccessDeniedException",
        "Message": "Lambda was unable to decrypt your environment variables because the KMS "
        "access was denied. Please check your KMS permissions.",
    }
    return {**configuration, "Environment": {"Error": error}}
