"""How often something may be asked for: a token bucket per account, as AWS throttles."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from studiogate.local.call import ApiError


@dataclass(slots=True)
class Bucket:
    """`burst` calls at once, refilled with `per_s` a second, for each account."""

    clock: Callable[[], datetime]
    per_s: float
    burst: float
    _left: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def take(self, account: str) -> None:
        """Count one call of `account`.

        Raises:
            ApiError: ThrottlingException, in AWS's words; the call must not be answered.
        """
        now = self.clock()
        left, since = self._left.get(account, (self.burst, now))
        left = min(self.burst, left + (now - since).total_seconds() * self.per_s)
        if left < 1:
            self._left[account] = (left, now)
            raise ApiError("ThrottlingException", "Rate exceeded")
        self._left[account] = (left - 1, now)
