"""How long until a function answers: imports and the first opening, beside what cannot be less.

Each figure is a process of its own, started several times; the fastest counts, because
everything else is the machine's.  `import boto3` is what the published functions begin with.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.kit.function import environment, event
from tests.kit.gateway import serving
from tests.kit.gateway_world import World

TIMES = 9
PERSON = "user-lob-a"

BARE = "pass"
BOTO3 = "import boto3"
IMPORTS = "import studiogate.gateway.function.entry"
SERVER = "import studiogate.gateway.server"
AUTHORIZER = "import studiogate.gateway.function.authorizer"
OPENING = """
import json, os, sys
from datetime import UTC, datetime
from studiogate.gateway.function.entry import gateway
told = json.load(sys.stdin)
handler = gateway(told["environ"], clock=lambda: datetime.now(UTC))
answer = handler(told["event"], None)
assert answer["statusCode"] == 302, answer
"""


def main() -> None:
    """Measure and print."""
    world = World(lambda: datetime.now(UTC))  # noqa: TID251 - theirs is real
    with serving(world.app) as world.url:
        headers = {"Authorization": f"Bearer {world.token(PERSON)}"}
        told = {"environ": environment(world), "event": event(f"/{PERSON}", headers=headers)}
        shown = {
            "a bare interpreter": took(BARE),
            "import boto3": took(BOTO3),
            "the server, imported": took(SERVER),
            "the authorizer, imported": took(AUTHORIZER),
            "the gateway's function, imported": took(IMPORTS),
            "the gateway's function, to its first URL": took(OPENING, json.dumps(told)),
        }
    bare = shown["a bare interpreter"]
    print(f"{'':42} {'wall ms':>9} {'CPU ms':>9} {'CPU over bare':>14}")
    for what, one in shown.items():
        print(
            f"{what:42} {one.wall_ms:9.1f} {one.cpu_ms:9.1f} {one.cpu_ms - bare.cpu_ms:14.1f}"
        )


@dataclass(frozen=True, slots=True)
class Took:
    """The least of several runs, each measure by itself."""

    wall_ms: float
    cpu_ms: float


def took(code: str, told: str = "") -> Took:
    """What a process that runs `code` takes."""
    walls, cpus = [], []
    for _ in range(TIMES):
        began, spent = time.perf_counter(), _spent_s()
        subprocess.run([sys.executable, "-c", code], input=told, text=True, check=True)  # noqa: S603 - our own code
        walls.append(time.perf_counter() - began)
        cpus.append(_spent_s() - spent)
    return Took(min(walls) * 1000, min(cpus) * 1000)


def _spent_s() -> float:
    """CPU of all children so far, in seconds."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    main()
