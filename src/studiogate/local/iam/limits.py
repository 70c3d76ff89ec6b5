"""Parameters held against their constraints, with the sentences AWS answers.

Ranges and patterns are those of the STS service model; the sentences those of its
`ValidationError`.
"""

import re
from dataclasses import dataclass
from typing import Any

from studiogate.local.call import ApiError


@dataclass(frozen=True, slots=True)
class Text:
    """How long a text may be, and of what."""

    shortest: int
    longest: int
    pattern: str

    def complaints(self, where: str, value: str) -> list[str]:
        """Every constraint `value` breaks, as AWS says it."""
        found = []
        if re.fullmatch(self.pattern, value) is None:
            found.append(f"Member must satisfy regular expression pattern: {self.pattern}")
        if len(value) < self.shortest:
            found.append(f"Member must have length greater than or equal to {self.shortest}")
        if len(value) > self.longest:
            found.append(f"Member must have length less than or equal to {self.longest}")
        return [_sentence(value, where, one) for one in found]


# The patterns are AWS's own, and `\w` means ASCII there.
SESSION_NAME = Text(2, 64, r"[a-zA-Z0-9_+=,.@-]*")
SOURCE_IDENTITY = Text(2, 64, r"[a-zA-Z0-9_+=,.@-]*")
EXTERNAL_ID = Text(2, 1224, r"[a-zA-Z0-9_+=,.@:\/-]*")
ROLE_ARN = Text(20, 2048, "[\u0009\u000a\u000d\u0020-\u007e\u0085\u00a0-\ud7ff]+")
TAG_KEY = Text(1, 128, r"[\w\s.:/=+\-@]+")
TAG_VALUE = Text(0, 256, r"[\w\s.:/=+\-@]*")
POLICY = Text(1, 2048, "[\u0009\u000a\u000d\u0020-\u00ff]+")


class Parameters:
    """Reads one call's parameters, and collects what is wrong with them."""

    def __init__(self, params: Any) -> None:
        self._params = params
        self._found: list[str] = []

    def text(self, name: str, limit: Text, *, needed: bool = False) -> str | None:
        """The parameter `name`; `None` where it is not given."""
        value = self._params.get(name)
        where = name[0].lower() + name[1:]
        if value is None:
            if needed:
                self._found.append(
                    f"Value null at '{where}' failed to satisfy constraint: "
                    "Member must not be null"
                )
            return None
        if not isinstance(value, str):
            raise ApiError("ValidationError", f"{name} is not a text.")
        self._found += limit.complaints(where, value)
        return value

    def seconds(self, name: str, least: int, most: int) -> int | None:
        """The parameter `name` as a number of seconds."""
        value = self._params.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or re.fullmatch("-?[0-9]{1,9}", value) is None:
            raise ApiError("MalformedInput", f"{name} is not a number.")
        where = name[0].lower() + name[1:]
        number = int(value)
        if number < least:
            self._complain(where, value, f"greater than or equal to {least}")
        if number > most:
            self._complain(where, value, f"less than or equal to {most}")
        return number

    def items(self, name: str, most: int) -> list[Any]:
        """The list `name`; empty where it is not given."""
        value = self._params.get(name) or []
        if not isinstance(value, list):
            raise ApiError("ValidationError", f"{name} is not a list.")
        if len(value) > most:
            where = name[0].lower() + name[1:]
            self._complain_about(where, f"Member must have length less than or equal to {most}")
        return value

    def hold(self, where: str, value: str, limit: Text) -> None:
        """Hold a value inside a list against `limit`."""
        self._found += limit.complaints(where, value)

    def done(self) -> None:
        """Raise AWS's one error about everything that was wrong, if anything was.

        Raises:
            ApiError: `ValidationError`.
        """
        if self._found:
            count = len(self._found)
            plural = "" if count == 1 else "s"
            raise ApiError(
                "ValidationError",
                f"{count} validation error{plural} detected: {'; '.join(self._found)}",
            )

    def _complain(self, where: str, value: str, bound: str) -> None:
        self._found.append(_sentence(value, where, f"Member must have value {bound}"))

    def _complain_about(self, where: str, constraint: str) -> None:
        self._found.append(f"Value at '{where}' failed to satisfy constraint: {constraint}")


def _sentence(value: str, where: str, constraint: str) -> str:
    return f"Value '{value}' at '{where}' failed to satisfy constraint: {constraint}"
