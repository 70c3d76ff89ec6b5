"""Signing in where there is no browser: the device authorization grant (RFC 8628).

Everything instances of the gateway must know of one another is marks, each made once and never
changed: what was asked, what was answered, that it was used, and that it was asked about a
moment ago.  So no two of them can both answer, and nothing is read and written back.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from studiogate.errors import Busy
from studiogate.gateway.ports import Clock, Kind, Mark, Marked, Marks
from studiogate.gateway.program.allowance import LARGEST, Allowance, allowance_of
from studiogate.gateway.program.letters import new_code
from studiogate.gateway.signin.cookie import BadSeal, Sealer
from studiogate.gateway.signin.why import Why

LASTS = timedelta(minutes=10)
INTERVAL = timedelta(seconds=5)
"""How often the command line may ask whether it was allowed."""

_EARLY = timedelta(seconds=1)
"""How much earlier an answer may leave than it arrived; marks last whole seconds."""

_DEVICE, _ANSWER = "device", "device-answer"
_DENIED = "denied"
_ID_BYTES = 16
_TRIES = 3


class Waits(StrEnum):
    """Not yet; the value is the error code that says so (RFC 8628 §3.5)."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"


@dataclass(frozen=True, slots=True)
class Begun:
    """What the command line is told: one code to ask with, one to show."""

    device_code: str = field(repr=False)
    user_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command line that waits to be allowed."""

    user_code: str = field(repr=False)
    source_ip: str
    """Where it asked from."""

    at: datetime
    until: datetime


class Devices:
    """Begins, answers and ends sign-ins of command lines without a browser."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._sealer = sealer
        self._clock = clock

    async def begun(self, source_ip: str, marks: Marks) -> Begun:
        """A new one, asked for from `source_ip`.

        Raises:
            AwsError: it could not be kept.
        """
        until = self._clock() + LASTS
        for _ in range(_TRIES):
            code = new_code()
            if await marks.claim(_mark("asked", code), until=until, value=source_ip) is None:
                break
        else:
            raise Busy(
                "every code that was tried is in use",
                remedy="Try again.",
                action="device",
                code="NoCode",
            )
        facts = {"u": code, "d": secrets.token_urlsafe(_ID_BYTES), "t": until.timestamp()}
        return Begun(self._sealer.sealed(_DEVICE, facts), code)

    async def waiting(self, user_code: str, marks: Marks) -> Waiting | None:
        """Who waits under `user_code`; `None`: nobody, or they were answered.

        Raises:
            AwsError: that is not known.
        """
        asked, answer = _mark("asked", user_code), _mark("answer", user_code)
        found = await marks.found(asked, answer)
        if asked not in found or answer in found:
            return None
        there = found[asked]
        return Waiting(user_code, there.value, there.at, there.until)

    async def answered(
        self, waiting: Waiting, allowance: Allowance | None, marks: Marks
    ) -> bool:
        """Answer whoever is `waiting`, with `None` for no; whether this was the first answer.

        Raises:
            AwsError: that is not known.
        """
        value = (
            _DENIED if allowance is None else self._sealer.sealed(_ANSWER, allowance.facts())
        )
        mark = _mark("answer", waiting.user_code)
        return await marks.claim(mark, until=waiting.until, value=value) is None

    async def polled(self, device_code: str, marks: Marks) -> Allowance | Waits | Why:
        """What the command line hears that shows `device_code`: a yes, to wait, or why not.

        Raises:
            AwsError: that is not known.
        """
        try:
            facts = self._sealer.opened(_DEVICE, device_code)
        except BadSeal:
            return Why.DEVICE_UNKNOWN
        now, user_code = self._clock(), facts["u"]
        if now >= datetime.fromtimestamp(facts["t"], UTC):
            return Why.DEVICE_OVER
        paced = Mark(Kind.CODE, ("device-asked-about", facts["d"]))
        if await marks.claim(paced, until=now + INTERVAL - _EARLY):
            return Waits.SLOW_DOWN
        answer = _mark("answer", user_code)
        found = (await marks.found(answer)).get(answer)
        return Waits.PENDING if found is None else self._told(found)

    async def used_up(self, allowance: Allowance, marks: Marks) -> bool:
        """Use up the one token of `allowance`; whether nobody had done so before.

        Raises:
            AwsError: that is not known.
        """
        until = self._clock() + 2 * LASTS
        mark = Mark(Kind.CODE, ("device-token", allowance.sid))
        return await marks.claim(mark, until=until) is None

    def _told(self, answer: Marked) -> Allowance | Why:
        if answer.value == _DENIED:
            return Why.DEVICE_DENIED
        try:
            return allowance_of(self._sealer.opened(_ANSWER, answer.value, largest=LARGEST))
        except BadSeal:
            return Why.DEVICE_UNKNOWN


def _mark(what: str, user_code: str) -> Mark:
    return Mark(Kind.CODE, ("device", what, user_code))
