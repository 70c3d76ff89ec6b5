"""AWS's words for a no: authentication that failed, and permissions that are missing.

The texts follow "Troubleshoot access denied error messages" and "Troubleshooting Signature
Version 4 signing" of the IAM User Guide; codes differ by protocol, as they do on AWS.
"""

from collections.abc import Mapping
from enum import Enum, auto

from studiogate.local.call import ApiCall, ApiError, Caller, Needed
from studiogate.local.front.protocols import WIRES, Protocol
from studiogate.policy.evaluate import Decision


class Fault(Enum):
    """Why a request could not be authenticated."""

    MISSING = auto()
    INCOMPLETE = auto()
    UNKNOWN_KEY = auto()
    MISMATCH = auto()
    EXPIRED = auto()


class Unauthenticated(Exception):
    """We cannot say who signed the request; `message` is AWS's."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message


_CODES: Mapping[tuple[Protocol, Fault], tuple[str, int]] = {
    (Protocol.JSON, Fault.MISSING): ("MissingAuthenticationTokenException", 400),
    (Protocol.JSON, Fault.INCOMPLETE): ("IncompleteSignatureException", 400),
    (Protocol.JSON, Fault.UNKNOWN_KEY): ("UnrecognizedClientException", 400),
    (Protocol.JSON, Fault.MISMATCH): ("InvalidSignatureException", 400),
    (Protocol.JSON, Fault.EXPIRED): ("ExpiredTokenException", 400),
    (Protocol.QUERY, Fault.MISSING): ("MissingAuthenticationToken", 403),
    (Protocol.QUERY, Fault.INCOMPLETE): ("IncompleteSignature", 400),
    (Protocol.QUERY, Fault.UNKNOWN_KEY): ("InvalidClientTokenId", 403),
    (Protocol.QUERY, Fault.MISMATCH): ("SignatureDoesNotMatch", 403),
    (Protocol.QUERY, Fault.EXPIRED): ("ExpiredToken", 403),
    (Protocol.REST_JSON, Fault.MISSING): ("MissingAuthenticationTokenException", 403),
    (Protocol.REST_JSON, Fault.INCOMPLETE): ("IncompleteSignatureException", 403),
    (Protocol.REST_JSON, Fault.UNKNOWN_KEY): ("UnrecognizedClientException", 403),
    (Protocol.REST_JSON, Fault.MISMATCH): ("InvalidSignatureException", 403),
    (Protocol.REST_JSON, Fault.EXPIRED): ("ExpiredTokenException", 403),
    (Protocol.REST_XML, Fault.MISSING): ("MissingAuthenticationToken", 403),
    (Protocol.REST_XML, Fault.INCOMPLETE): ("IncompleteSignature", 400),
    (Protocol.REST_XML, Fault.UNKNOWN_KEY): ("InvalidClientTokenId", 403),
    (Protocol.REST_XML, Fault.MISMATCH): ("SignatureDoesNotMatch", 403),
    (Protocol.REST_XML, Fault.EXPIRED): ("ExpiredToken", 403),
    (Protocol.S3, Fault.MISSING): ("AccessDenied", 403),
    (Protocol.S3, Fault.INCOMPLETE): ("AuthorizationHeaderMalformed", 400),
    (Protocol.S3, Fault.UNKNOWN_KEY): ("InvalidAccessKeyId", 403),
    (Protocol.S3, Fault.MISMATCH): ("SignatureDoesNotMatch", 403),
    (Protocol.S3, Fault.EXPIRED): ("ExpiredToken", 400),
    # EC2 tells nobody which part was wrong.
    (Protocol.EC2, Fault.MISSING): ("AuthFailure", 401),
    (Protocol.EC2, Fault.INCOMPLETE): ("AuthFailure", 401),
    (Protocol.EC2, Fault.UNKNOWN_KEY): ("AuthFailure", 401),
    (Protocol.EC2, Fault.MISMATCH): ("AuthFailure", 401),
    (Protocol.EC2, Fault.EXPIRED): ("RequestExpired", 400),
}

_DENIED: Mapping[Protocol, tuple[str, int]] = {
    Protocol.JSON: ("AccessDeniedException", 400),
    Protocol.QUERY: ("AccessDenied", 403),
    Protocol.EC2: ("UnauthorizedOperation", 403),
    Protocol.REST_JSON: ("AccessDeniedException", 403),
    Protocol.REST_XML: ("AccessDenied", 403),
    Protocol.S3: ("AccessDenied", 403),
}

# Layer of the decision -> what AWS calls its policies: in a silence, and with an explicit deny.
_LAYERS: Mapping[str, tuple[str, str]] = {
    "identity": ("no identity-based policy", "an identity-based policy"),
    "session": ("no session policy", "a session policy"),
    "boundary": ("no permissions boundary", "a permissions boundary"),
    "scp": ("no service control policy", "a service control policy"),
    "rcp": ("no resource control policy", "a resource control policy"),
    "endpoint": ("no VPC endpoint policy", "a VPC endpoint policy"),
    "resource": ("no resource-based policy", "a resource-based policy"),
    "trust": ("no role trust policy", "the role trust policy"),
}


def unauthenticated(protocol: Protocol, reason: Unauthenticated) -> ApiError:
    """The error for a request nobody can be named for."""
    code, status = _CODES[protocol, reason.fault]
    message = reason.message
    if protocol is Protocol.EC2 and code == "AuthFailure":
        message = "AWS was not able to validate the provided access credentials"
    return ApiError(code, message, status=status)


def denied(
    protocol: Protocol, caller: Caller | None, needed: Needed, decision: Decision
) -> ApiError:
    """The error for a permission that is missing, with the layer that decided."""
    who = caller.arn if caller else "anonymous"
    message = f"User: {who} is not authorized to perform: {needed.action}"
    if needed.resource != "*" or protocol is not Protocol.EC2:
        quote = '"' if protocol is Protocol.S3 else ""
        message += f" on resource: {quote}{needed.resource}{quote}"
    code, status = _DENIED[protocol]
    if protocol is Protocol.EC2:
        message = f"You are not authorized to perform this operation. {message}"
    return ApiError(code, message + _because(needed.action, decision), status=status)


def _because(action: str, decision: Decision) -> str:
    names = _LAYERS.get(decision.layer)
    if names is None:
        return ""
    silent, explicit = names
    if decision.explicit:
        return f" with an explicit deny in {explicit}"
    return f" because {silent} allows the {action} action"


def not_offered(call: ApiCall) -> ApiError:
    """The refusal of an operation nobody here can do."""
    json_like = WIRES[call.service].protocol in {Protocol.JSON, Protocol.REST_JSON}
    code = "UnknownOperationException" if json_like else "InvalidAction"
    return ApiError(
        code,
        f"The operation {call.operation} of {call.service} is not offered by this emulation.",
        status=501,
    )
