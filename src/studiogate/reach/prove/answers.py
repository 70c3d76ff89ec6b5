"""What the prover answers: proved, open with a request that shows it, or undecided.

Undecided is an answer of its own and never stands for safe.
"""

from dataclasses import dataclass

from studiogate.policy.request import Request
from studiogate.reach.estate import Door


@dataclass(frozen=True, slots=True)
class Proved:
    """No request from outside is allowed."""

    cells: int
    """Classes of requests that were told apart; each stands for all of its kind."""

    vacuous: bool = False
    """Whether nothing was found that is allowed from inside: then the proof says little."""


@dataclass(frozen=True, slots=True)
class Open:
    """A request that is allowed; `policy.decide` was asked again about exactly this one."""

    request: Request
    arrival: str
    """`internet`, `endpoint`, `console` or `service`: see `arrivals`."""

    endpoint: Door | None
    """The door it came through, if it is one that was named."""

    by: tuple[str, ...]
    """The statements that allow it, layer by layer."""

    addresses: int | None
    """How many IPv4 addresses, everything else being the same, are let in; `None` where the
    request shows no IPv4 address."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither proved nor refuted."""

    cells: int
    """Classes of requests that were looked at before giving up."""

    why: str


Answer = Proved | Open | Undecided


class Unbounded(Exception):
    """The question distinguishes more than can be told apart; caught inside this room."""
