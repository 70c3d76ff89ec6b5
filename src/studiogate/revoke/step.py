"""One thing that was to be done, and how it ended."""

from dataclasses import dataclass
from typing import Any, Literal

from studiogate.errors import AwsError, StudioGateError

ENDS_SESSIONS = "end sessions"
"""How the step begins that cuts off whoever came in through the gateway."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was to be done."""

    where: str
    """The line of business, or `directory`."""

    what: str
    state: Literal["done", "nothing", "failed"]
    """`nothing`: there was nothing to do it to."""

    said: str = ""
    """What AWS, or we, had against it."""

    remedy: str = ""
    by_aws: bool = False
    """Whether it was AWS that refused, or did not answer."""

    def line(self) -> dict[str, Any]:
        """The step as the record keeps it."""
        facts = {"where": self.where, "what": self.what, "state": self.state, "said": self.said}
        return {name: value for name, value in facts.items() if value}


def failed(where: str, what: str, error: StudioGateError) -> Step:
    """The step that ended in `error`."""
    by_aws = isinstance(error, AwsError)
    return Step(where, what, "failed", str(error), error.remedy, by_aws=by_aws)
