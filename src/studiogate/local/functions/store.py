"""Every function of the emulated organisation, account by account and Region by Region.

Nothing here runs: a function is its configuration and the hash of its code.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiCall, ApiError

LATEST = "$LATEST"
_NAMED = re.compile(
    r"(?:(?:arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):)?(?P<account>[0-9]{12}):function:)?"
    r"(?P<name>[a-zA-Z0-9_-]{1,140})(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]{1,128}))?\Z"
)


@dataclass(frozen=True, slots=True)
class Name:
    """Which function a call means, and which version or alias of it."""

    account: str
    region: str
    name: str
    qualifier: str | None = None

    @property
    def arn(self) -> str:
        """ARN of the function, without a version."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"

    @property
    def qualified(self) -> str:
        """ARN of what is meant."""
        return f"{self.arn}:{self.qualifier}" if self.qualifier else self.arn


@dataclass(slots=True)
class Function:
    """One function."""

    at: Name
    configuration: dict[str, Any]
    """Of `$LATEST`, named as answers name it; no code in it."""

    tags: dict[str, str] = field(default_factory=dict)
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    statements: dict[str | None, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Qualifier, then statement id, to the statement of the policy."""

    concurrency: int | None = None

    def of(self, qualifier: str | None) -> dict[str, Any]:
        """The configuration of a version, or of what an alias stands for.

        Raises:
            ApiError: ResourceNotFoundException.
        """
        if qualifier in {None, LATEST}:
            return self.configuration
        alias = self.aliases.get(str(qualifier))
        version = alias["FunctionVersion"] if alias else str(qualifier)
        found = self.configuration if version == LATEST else self.versions.get(version)
        if found is None:
            raise absent(f"Function not found: {self.at.arn}:{qualifier}")
        return found


class Functions:
    """The state behind the Lambda API; one event loop uses it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._functions: dict[tuple[str, str, str], Function] = {}

    def get(self, at: Name) -> Function:
        """The function.

        Raises:
            ApiError: ResourceNotFoundException.
        """
        found = self.find(at)
        if found is None:
            raise absent(f"Function not found: {at.qualified}")
        return found

    def find(self, at: Name) -> Function | None:
        """The function; `None` where there is none."""
        return self._functions.get((at.account, at.region, at.name))

    def of(self, account: str, region: str) -> list[Function]:
        """The functions of an account in a Region, by name."""
        mine = [one for key, one in self._functions.items() if key[:2] == (account, region)]
        return sorted(mine, key=lambda one: one.at.name)

    def add(self, function: Function) -> None:
        """Keep a new function."""
        at = function.at
        self._functions[at.account, at.region, at.name] = function

    def remove(self, function: Function) -> None:
        """Forget a function, with its versions and its policy."""
        at = function.at
        del self._functions[at.account, at.region, at.name]


def named(call: ApiCall, text: str | None = None) -> Name:
    """Which function `call` means: by its name, by part of its ARN, or by all of it.

    Raises:
        ApiError: it is no name, or it names two versions.
    """
    said = text if text is not None else str(call.params.get("FunctionName", ""))
    found = _NAMED.match(said)
    if found is None:
        raise ApiError(
            "ValidationException",
            f"1 validation error detected: Value '{said}' at 'functionName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern of function names",
        )
    qualifier = call.params.get("Qualifier")
    if qualifier and found["qualifier"] and qualifier != found["qualifier"]:
        raise ApiError(
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified "
            "qualifier.",
        )
    region = found["region"] or call.region
    if region != call.region:
        raise absent(f"Function not found: {said}")
    return Name(
        found["account"] or call.account,
        region,
        found["name"],
        qualifier or found["qualifier"],
    )


def absent(message: str) -> ApiError:
    """AWS's error for what is not there."""
    return ApiError("ResourceNotFoundException", message, status=404)


def wrong(message: str) -> ApiError:
    """AWS's error for a parameter that cannot be."""
    return ApiError("InvalidParameterValueException", message)


def conflict(message: str) -> ApiError:
    """AWS's error for what is there already."""
    return ApiError("ResourceConflictException", message, status=409)


Answer = Mapping[str, Any]
