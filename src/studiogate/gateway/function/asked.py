"""One request to an ASGI application, answered without an event loop."""

from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Scope

from studiogate.aws.wire.blocking import drive
from studiogate.gateway.function.event import Raw


@dataclass(slots=True)
class Answer:
    """What the application has said so far."""

    status: int | None = None
    headers: Raw = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    def hear(self, message: Message) -> None:
        """Take down one message of the application's."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def answer(app: ASGIApp, scope: Scope, body: bytes) -> Answer:
    """What `app` answers to the request of `scope`; blocks until it has.

    Raises:
        RuntimeError: something in it waits for an event loop, or it answers nothing.
    """
    unread = [{"type": "http.request", "body": body, "more_body": False}]
    heard = Answer()

    async def receive() -> Message:
        return unread.pop() if unread else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        heard.hear(message)

    async def ask() -> None:
        await app(scope, receive, send)

    drive(ask())
    if heard.status is None:
        raise RuntimeError("the application answered nothing")
    return heard
