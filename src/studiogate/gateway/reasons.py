"""The code of an error: one word a program may branch on, a metric counts, a record keeps."""

from asyncio import CancelledError

from studiogate.errors import (
    Absent,
    AwsError,
    Busy,
    Denied,
    Invalid,
    RecordError,
    Refusal,
    SettingsError,
    Unreachable,
)

DEFECT = "defect"
"""The code of everything outside the tree of errors."""

DOMAIN_NOT_READY = "DomainNotReady"
"""Our own code of a `Busy` that a person may be told about: the domain is being changed."""

_FAILURES: dict[type[BaseException], str] = {
    Denied: "aws-denied",
    Absent: "aws-absent",
    Invalid: "aws-invalid",
    Busy: "busy",
    Unreachable: "unreachable",
    AwsError: "aws-error",
    RecordError: "not-recorded",
    SettingsError: "misconfigured",
    CancelledError: "cancelled",
}


def shown(error: BaseException) -> str:
    """The code the person may see."""
    return error.reason if isinstance(error, Refusal) else _failure(error)


def recorded(error: BaseException) -> str:
    """The code the record keeps: exact, even where the person is told less."""
    return error.recorded if isinstance(error, Refusal) else _failure(error)


def _failure(error: BaseException) -> str:
    if isinstance(error, Busy) and error.code == DOMAIN_NOT_READY:
        return "domain-not-ready"
    found = (_FAILURES[kind] for kind in type(error).__mro__ if kind in _FAILURES)
    return next(found, DEFECT)
