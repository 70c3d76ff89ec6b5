"""States that follow time, and ids that nobody has."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

Clock = Callable[[], datetime]

SETTLES = timedelta(milliseconds=20)
"""How long a state such as `pending` lasts.  On AWS it is minutes; here it is long enough that
code which does not wait is caught, and short enough that code which does is not kept."""

_HEX = 17


@dataclass(frozen=True, slots=True)
class Course:
    """A state, and the one that it becomes by itself."""

    first: str
    then: str
    at: datetime

    def state(self, now: datetime) -> str:
        """The word for `now`."""
        return self.then if now >= self.at else self.first


class Pace:
    """Gives each change of state its time."""

    def __init__(self, clock: Clock, settles: timedelta = SETTLES) -> None:
        """Take the time from `clock`; what is on its way arrives after `settles`."""
        self.clock = clock
        self._settles = settles

    def now(self) -> datetime:
        """The time."""
        return self.clock()

    def course(self, first: str, then: str, *, after: timedelta | None = None) -> Course:
        """`first` from now on, and `then` once it has settled, or `after` that long."""
        return Course(first, then, self.clock() + (self._settles if after is None else after))

    def state(self, course: Course) -> str:
        """What `course` says now."""
        return course.state(self.clock())


def new_id(prefix: str) -> str:
    """An id nobody has: `prefix`, a hyphen, and seventeen hexadecimal digits."""
    return f"{prefix}-{secrets.token_hex(_HEX)[:_HEX]}"
