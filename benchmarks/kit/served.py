"""The process that is measured: the gateway itself, or what no gateway can go below.

`python -m benchmarks.kit.served WHAT PORT`, where WHAT is

    gateway  as `studiogate` serves it: every check, the decision, the record on disk
    floor    a token verified and one call to AWS signed and made, in Starlette; no directory,
             no decision, no record, no headers, no metrics
    bare     a fixed redirect, in Starlette

Imports only what is served, because what is imported is measured too.  For each line on its
standard input it writes one of JSON: processor seconds and peak MiB so far.
"""

import json
import os
import resource
import sys
import threading
import time
from pathlib import Path

_STATUS = Path("/proc/self/status")


def gateway(port: int) -> None:
    from studiogate.gateway.server import serve  # noqa: PLC0415 - only what is served
    from studiogate.gateway.settings import Settings  # noqa: PLC0415 - only what is served

    serve(Settings.from_environment(os.environ), port=port)


def floor(port: int) -> None:
    from benchmarks.kit import bare_server, floors  # noqa: PLC0415 - only what is served

    bare_server.serve(floors.one_call(os.environ), port)


def bare(port: int) -> None:
    from benchmarks.kit import bare_server  # noqa: PLC0415 - only what is served

    bare_server.serve(bare_server.redirecting(), port)


def _tell() -> None:
    for _ in sys.stdin:
        print(json.dumps([time.process_time(), _peak_mib()]), flush=True)


def _peak_mib() -> float:
    """Peak memory of this program; Linux's `ru_maxrss` also has that of whoever started it."""
    if _STATUS.exists():
        found = [line for line in _STATUS.read_text().splitlines() if "VmHWM" in line]
        return int(found[0].split()[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    threading.Thread(target=_tell, daemon=True).start()
    {"gateway": gateway, "floor": floor, "bare": bare}[sys.argv[1]](int(sys.argv[2]))
