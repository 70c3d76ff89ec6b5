"""What the commands cost at a thousand lines of business, domains and networks; 10,000 people.

Each in a process of its own that starts with the text of the landscape: reading it, laying out
its world, and then the question.  Memory is the most that process has held.

    python -m benchmarks.scale
"""

import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from studiogate.landscape.read import read
from studiogate.reach.answer import answer
from studiogate.reach.flip import flip
from studiogate.reach.picture.page import section
from studiogate.reach.plain import plain
from studiogate.reach.table import table
from studiogate.reach.verify.report import report
from studiogate.reach.world import World, world
from tests.kit.large import large

LOBS = 1_000


def _nothing(_known: World) -> None:
    """Ask nothing."""


def _table(known: World) -> None:
    plain(table(known))


def _picture(known: World) -> None:
    section(table(known))


def _why(known: World) -> None:
    found = answer(known, "person-7", "domain-8", "site-0")
    assert flip(known, found) is not None


def _verify(known: World) -> None:
    assert report(known).ok


QUESTIONS: dict[str, Callable[[World], None]] = {
    "check": _nothing,
    "reach --json": _table,
    "the page of the portal": _picture,
    "why, and its smallest change": _why,
    "verify": _verify,
}


def measure(what: str) -> str:
    """One line."""
    began = time.process_time()
    landscape = read(large(LOBS))
    known = time.process_time()
    there = world(landscape)
    laid_out = time.process_time()
    QUESTIONS[what](there)
    done = time.process_time()
    unit = 1 if sys.platform == "darwin" else 1_024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    times = (known - began, laid_out - known, done - laid_out)
    return f"{what:32}" + "".join(f"{one:10.2f} s" for one in times) + f"{peak:10.0f} MiB"


def main() -> None:
    """Print a line for each question."""
    print(f"{'':32}{'reading':>12}{'its world':>12}{'question':>12}{'peak':>14}")
    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        for row in pool.map(measure, QUESTIONS):
            print(row)


if __name__ == "__main__":
    main()
