"""A transport that answers from a list, and keeps what it was asked to send."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from studiogate.aws.wire.call import NoAnswer, WireAnswer, WireRequest

Said = WireAnswer | NoAnswer | Callable[[WireRequest], WireAnswer]


class ScriptedTransport:
    """Gives one of `script` for each request, in order; a `NoAnswer` in it is raised."""

    def __init__(self, script: Iterable[Said] = ()) -> None:
        self.script = list(script)
        self.sent: list[WireRequest] = []

    async def send(self, request: WireRequest) -> WireAnswer:
        self.sent.append(request)
        said = self.script.pop(0)
        if isinstance(said, NoAnswer):
            raise said
        return said(request) if callable(said) else said

    async def close(self) -> None:
        """Nothing is open."""


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2030, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, spell: timedelta) -> None:
        self.now += spell
