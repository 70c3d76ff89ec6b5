"""How long it takes to render, and to validate, what a thousand lines of business are built of.

Each in a process of its own that has read the landscape already.  `text` composes every
stack and makes the text of every file; `files` writes them as well, in memory where there is a
file system for it.  Beside them plain troposphere: the templates of each lob drawn anew by the
same functions, and written by troposphere itself.  Before that is measured, those of one lob
are compared with what we render.  For a thousand lobs `to_yaml` would take minutes.

Validating gives cfn-lint each shape once, and checks what every stack is told.

    python -m benchmarks.render
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from studiogate import names
from studiogate.foundation.checked import problems
from studiogate.foundation.composed import composed
from studiogate.foundation.render import files
from studiogate.foundation.templates import access, asked, joined, people, studio, vpc
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from tests.kit.large import large

WHOSE = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
LOBS = (1, 10, 100, 1_000)
PEOPLE = 10
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
WORDS = (
    "Sts", "SagemakerApi", "Studio", "ExecuteApi",
    "SagemakerRuntime", "EcrApi", "EcrDkr", "Logs", "Kms",
)  # fmt: skip
"""Of the names that a lob's VPC asks the hub for."""

NOTHING_MORE: Mapping[str, Any] = {
    "warehouses": 0, "by_endpoint": False, "scripts": (), "rstudio": (),
}  # fmt: skip
"""What the domain of such a lob has beside itself."""

Work = Callable[[Landscape], None]


def _text(landscape: Landscape) -> None:
    assert sum(len(text) for _, text in files(composed(landscape)))


def _files(landscape: Landscape) -> None:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as out:
        for path, text in files(composed(landscape)):
            there = Path(out, path)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text(text, encoding="utf-8")


def _validating(landscape: Landscape) -> None:
    stacks = composed(landscape).stacks
    assert problems(stacks) == ()
    shapes = {one.template.shape: one.template.text for one in stacks}
    with TemporaryDirectory() as out:
        for shape, text in shapes.items():
            Path(out, f"{shape}.yaml").write_text(text, encoding="utf-8")
        lint = str(Path(sys.executable).with_name("cfn-lint"))
        command = [lint, "-r", "eu-west-1", "--", *map(str, sorted(Path(out).iterdir()))]
        subprocess.run(command, check=True)  # noqa: S603 - our own environment's


def _told(landscape: Landscape) -> None:
    assert problems(composed(landscape).stacks) == ()


def _to_json(landscape: Landscape) -> None:
    assert sum(len(one.to_json()) for one in _drawn(landscape))


def _to_yaml(landscape: Landscape) -> None:
    assert sum(len(one.to_yaml()) for one in _drawn(landscape))


def _drawn(landscape: Landscape) -> Iterator[Any]:
    """Every lob's templates as troposphere has them, nothing of one taken over to the next."""
    for room in (access, asked, joined, people, studio, vpc):
        # What would make them ours leaves them as they are, in this process.
        vars(room)["made"] = lambda _shape, drawn: drawn
    profiles: dict[str, list[str]] = {name: [] for name in landscape.lobs}
    for name, person in landscape.people.items():
        if person.lob:
            profiles[person.lob].append(landscape.profile_of(name) or name)
    for domain, one in landscape.domains.items():
        yield from _of_one(names.camel(domain), profiles[one.lob])


def _of_one(word: str, profiles: Sequence[str]) -> tuple[Any, ...]:
    return (
        vpc.vpc.__wrapped__(2, "transit-gateway", egress=False),
        joined.joined.__wrapped__(2, "transit-gateway", cidrs=1, spreads_to=1),
        studio.drawn.__wrapped__((word,), egress=(False,), **NOTHING_MORE),
        access.access.__wrapped__((1,), reads=False),
        people.drawn(profiles),
        asked.asked.__wrapped__(WORDS),
    )


def _compare() -> None:
    """Stop where troposphere draws anything else for a lob than we render for it."""
    landscape = read(large(1, people=PEOPLE))
    account = landscape.accounts["lob-0"]
    ours = [
        yaml.safe_load(one.template.text)["Resources"]
        for one in composed(landscape).stacks
        if one.key.account == account or one.key.name == "studiogate-joined-lob-0"
    ]
    drawn = [one.to_dict()["Resources"] for one in _drawn(landscape)]
    assert len(ours) == len(drawn)
    assert all(one in drawn for one in ours)


@dataclass(frozen=True)
class Kind:
    """One thing that is measured."""

    work: Work
    lobs: Sequence[int] = LOBS
    times: int = 3
    """How often it is measured; the least counts, for other work on the machine adds to it."""

    wanted: str = ""
    """Of a thousand lobs."""


KINDS = {
    "text": Kind(_text, wanted="2.5 s, aim 0.5 s"),
    "files": Kind(_files),
    "troposphere, to_json": Kind(_to_json),
    "troposphere, to_yaml": Kind(_to_yaml, lobs=LOBS[:-1], times=1),
    "checking what stacks are told": Kind(_told),
    "validating": Kind(_validating, times=1, wanted="10 s"),
}


@dataclass(frozen=True, order=True)
class Figures:
    """What one process took: seconds of processor time and of wall time, and mebibytes."""

    processor: float
    wall: float
    before: float
    peak: float

    def __str__(self) -> str:
        times = f"{self.processor:10.3f} s{self.wall:10.3f} s"
        return f"{times}{self.before:9.0f} MiB{self.peak:7.0f} MiB"


def measure(what: str, lobs: int) -> Figures:
    """The figures of one thing, done in this process for the first time."""
    if what.startswith("troposphere"):
        _compare()
    landscape = read(large(lobs, people=PEOPLE))
    before, began, wall = _peak(), _processor(), time.perf_counter()
    KINDS[what].work(landscape)
    return Figures(_processor() - began, time.perf_counter() - wall, before, _peak())


def _processor() -> float:
    """Seconds of processor time of this process, and of those it started."""
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, WHOSE))


def _peak() -> float:
    """Mebibytes this process, or one it started, has held at most."""
    unit = 1 if sys.platform == "darwin" else 1_024
    return max(resource.getrusage(one).ru_maxrss for one in WHOSE) * unit / 2**20


def main() -> None:
    """Print a line for each number of lobs and each way."""
    heads = f"{'processor':>12}{'wall':>12}{'before':>13}{'peak':>11}   wanted"
    print(f"{'':32}{'lobs':>6}{heads}")
    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        for what, kind in KINDS.items():
            for lobs in kind.lobs:
                least = min(pool.map(measure, [what] * kind.times, [lobs] * kind.times))
                wanted = kind.wanted if lobs == LOBS[-1] else ""
                print(f"{what:32}{lobs:6,}{least}   {wanted}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
