"""A loopback HTTP server that misbehaves on request, and counts what reaches it."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from studiogate.aws.wire.limits import LARGEST_ANSWER_BYTES
from tests.kit.waiting import PATIENCE_S


class RudeServer:
    """Answers by the path asked for: `/echo` well, the others in the ways servers fail.

    `connections` counts accepted connections, `requests` and `bodies` list what arrived
    whole.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.requests: list[str] = []
        self.bodies: list[str] = []
        self.hangs_up_on_kept = False
        """Close, unanswered, a connection that asks a second time."""

        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        """Whole answers by path, before any other behaviour."""

        self._tls = tls
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()

    @property
    def url(self) -> str:
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in list(self._open):
            _shut(connection)
        for thread in list(self._threads):
            thread.join(PATIENCE_S)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                served = 0
                while (request := _request(stream.readline, stream.read)) is not None:
                    self.requests.append(request["target"])
                    self.bodies.append(request["body"])
                    if served and self.hangs_up_on_kept:
                        return
                    served += 1
                    if not self._answer(connection, request):
                        return
        except OSError:
            return
        finally:
            self._open.discard(connection)
            _shut(connection)

    def _answer(self, connection: socket.socket, request: dict[str, str]) -> bool:
        """Whether the connection stays open after the answer."""
        path = request["target"].partition("?")[0]
        if path in self.answers:
            _respond(connection, *self.answers[path])
            return True
        behaviour: Callable[[socket.socket, dict[str, str]], bool] = getattr(
            self, f"_{path.removeprefix('/')}"
        )
        return behaviour(connection, request)

    def _echo(self, connection: socket.socket, request: dict[str, str]) -> bool:
        _respond(connection, 200, {"X-Shown": "yes"}, json.dumps(request).encode())
        return True

    def _once(self, connection: socket.socket, _: dict[str, str]) -> bool:
        _respond(connection, 200, {}, b"then gone")
        return False

    def _redirect(self, connection: socket.socket, _: dict[str, str]) -> bool:
        _respond(connection, 302, {"Location": "/echo", "Set-Cookie": "a=b"}, b"")
        return True

    def _cookies(self, connection: socket.socket, _: dict[str, str]) -> bool:
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a=SECRET; Path=/\r\n"
            b"set-cookie: b=2, c; Secure\r\n\r\n"
        )
        return True

    def _chunked(self, connection: socket.socket, _: dict[str, str]) -> bool:
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
        )
        return True

    def _slow(self, _: socket.socket, __: dict[str, str]) -> bool:
        self._over.wait(20)
        return False

    def _drip(self, connection: socket.socket, _: dict[str, str]) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not self._over.wait(0.02):
            connection.sendall(b".")
        return False

    def _reset(self, connection: socket.socket, _: dict[str, str]) -> bool:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def _silence(self, _: socket.socket, __: dict[str, str]) -> bool:
        return False

    def _garbage(self, connection: socket.socket, _: dict[str, str]) -> bool:
        connection.sendall(b"\x00\xff not HTTP at all\r\n\r\n")
        return False

    def _cut(self, connection: socket.socket, _: dict[str, str]) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        return False

    def _huge(self, connection: socket.socket, _: dict[str, str]) -> bool:
        _respond(connection, 200, {}, b"x" * (LARGEST_ANSWER_BYTES + 1))
        return True

    def _flood(self, connection: socket.socket, _: dict[str, str]) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not self._over.is_set():
            connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        return False


def _request(
    readline: Callable[[], bytes], read: Callable[[int], bytes]
) -> dict[str, str] | None:
    """One request as text; `None` at the end of the connection."""
    line = readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    seen = {"method": line[0], "target": line[1]}
    while header := readline().decode("latin-1").strip():
        name, _, value = header.partition(":")
        seen[name.lower()] = value.strip()
    seen["body"] = read(int(seen.get("content-length", "0"))).decode("latin-1")
    return seen


def _respond(
    connection: socket.socket, status: int, headers: dict[str, str], body: bytes
) -> None:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        connection.close()
