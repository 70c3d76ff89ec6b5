"""A process that asks: raw HTTP/1.1 over kept connections, so that it costs next to nothing."""

import asyncio
import time
from dataclasses import dataclass

import uvloop


@dataclass(frozen=True, slots=True)
class Question:
    """One request, and the status its answer must have."""

    port: int
    text: bytes
    status: int


def asked(
    port: int, line: str, headers: dict[str, str], *, status: int, body: str = ""
) -> Question:
    """The question `line`, as `GET /open/forecasting`."""
    all_headers = {"host": f"127.0.0.1:{port}"} | headers
    if body:
        all_headers["content-length"] = str(len(body))
    lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in all_headers.items())]
    return Question(port, ("\r\n".join(lines) + f"\r\n\r\n{body}").encode(), status)


def ask(question: Question, *, times: int, at_once: int) -> list[float]:
    """Milliseconds each of `times` answers took, over `at_once` connections."""

    async def all_of_them() -> list[float]:
        share = times // at_once
        taken = await asyncio.gather(*(_one_line(question, share) for _ in range(at_once)))
        return [ms for of_one in taken for ms in of_one]

    return uvloop.run(all_of_them())


async def _one_line(question: Question, times: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", question.port)
    expected = f"HTTP/1.1 {question.status} ".encode()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        writer.write(question.text)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(expected):
            raise RuntimeError(f"expected {question.status}, got {head[:80]!r}")
        await reader.readexactly(_length(head))
        taken.append((time.perf_counter() - began) * 1000)
    writer.close()
    return taken


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
