"""Starts a process that is measured, and reads what it cost."""

import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

Ask = Callable[..., list[float]]
"""`benchmarks.kit.client.ask`, in a process of its own."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one answer, in milliseconds."""

    p50: float
    p95: float
    cpu: float


class Served:
    """A process of `benchmarks.kit.served`."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self._process = process
        self.port = port

    def used(self) -> tuple[float, float]:
        """Processor seconds and peak MiB so far."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        cpu_s, peak_mib = json.loads(self._process.stdout.readline())
        return cpu_s, peak_mib

    def costs(self, answers: Callable[[], list[float]]) -> Cost:
        """What each of the answers cost that `answers` asks for, told its milliseconds."""
        before, _ = self.used()
        taken = answers()
        after, _ = self.used()
        p95 = statistics.quantiles(taken, n=20)[-1]
        return Cost(statistics.median(taken), p95, (after - before) * 1000 / len(taken))

    def answers(self) -> bool:
        """Whether it listens yet."""
        if self._process.poll() is not None:
            raise RuntimeError(f"it ended with {self._process.returncode} before it listened")
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.1).close()
        except OSError:
            return False
        return True


@contextmanager
def served(
    what: str, environ: Mapping[str, str], *, within_s: float = 20.0
) -> Iterator[Served]:
    """The process `what`, listening."""
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.kit.served", what, str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own module, and no shell
        command,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        one = Served(process, port)
        deadline = time.monotonic() + within_s
        while not one.answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{what} did not listen within {within_s} s")
            time.sleep(0.002)
        yield one
    finally:
        process.terminate()
        process.communicate()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
