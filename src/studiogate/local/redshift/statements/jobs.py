"""Statements that were handed over to run: how far each is, whose it is, and what it gave.

Source: Redshift Data API Reference.  Results are kept for a day; the owner of a statement is
the session that ran it, `aws:userid` (F-61).
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from studiogate.local.call import Place
from studiogate.local.redshift.parts import Grant, Result, Seat

KEPT_FOR = timedelta(hours=24)
RUNNING = frozenset({"SUBMITTED", "PICKED", "STARTED"})
_PART = re.compile(r"(?P<id>[^:]+)(?::(?P<number>[0-9]+))?\Z")


@dataclass(slots=True)
class Part:
    """One SQL statement of a job."""

    sql: str
    created: datetime
    updated: datetime
    status: str = "SUBMITTED"
    error: str | None = None
    result: Result | None = None
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """Rows it gave, or changed."""
        if self.result is None:
            return -1
        return len(self.result.rows) if self.result.columns else self.result.affected

    @property
    def size(self) -> int:
        """Bytes of its result, about."""
        if self.result is None:
            return -1
        return sum(len(str(value)) for row in self.result.rows for value in row)

    @property
    def has_result(self) -> bool:
        """Whether there are columns to show, if without a row."""
        return self.result is not None and bool(self.result.columns)


@dataclass(slots=True, kw_only=True)
class Job:
    """What one call handed over."""

    id: str
    place: Place
    owner: str
    """`aws:userid` of the session that handed it over."""

    where: Mapping[str, str]
    """The members of an answer that say which warehouse, database and user."""

    seat: Seat
    grant: Grant | None
    """`None` where the password of a secret is wrong."""

    database: str
    name: str | None
    parameters: Mapping[str, str] = field(default_factory=dict)
    parts: list[Part]
    batch: bool
    created: datetime
    task: asyncio.Task[None] | None = None

    @property
    def role(self) -> str:
        """The part of its owner that all sessions of a role share."""
        return self.owner.partition(":")[0]

    @property
    def status(self) -> str:
        """Of the first that has not ended, or that ended badly; of the last otherwise."""
        states = [part.status for part in self.parts]
        for wanted in ("ABORTED", "STARTED", "PICKED", "SUBMITTED", "FAILED"):
            if wanted in states:
                return "STARTED" if wanted == "SUBMITTED" and "FINISHED" in states else wanted
        return states[-1]

    @property
    def updated(self) -> datetime:
        """When anything of it changed last."""
        return max(part.updated for part in self.parts)

    @property
    def error(self) -> str | None:
        """Why it failed."""
        return next((part.error for part in self.parts if part.error), None)

    def shown(self) -> dict[str, Any]:
        """The members by which several answers show it."""
        given = [{"name": name, "value": value} for name, value in self.parameters.items()]
        return {
            "Id": self.id,
            "Status": self.status,
            "CreatedAt": self.created,
            "UpdatedAt": self.updated,
            "ResultFormat": "JSON",
            **({"SecretArn": self.where["SecretArn"]} if "SecretArn" in self.where else {}),
            **({"QueryParameters": given} if given else {}),
        }


class Jobs:
    """Every statement of the organisation; one event loop uses it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._jobs: dict[str, Job] = {}
        self._tokens: dict[tuple[Place, str, str], str] = {}

    def add(self, job: Job, token: str | None) -> None:
        """Keep a job; `token` finds it again for its owner."""
        self._jobs[job.id] = job
        if token:
            self._tokens[job.place, job.owner, token] = job.id

    def again(self, place: Place, owner: str, token: str | None) -> Job | None:
        """What the owner handed over with the same token."""
        found = self._tokens.get((place, owner, token or ""))
        return self.find(place, found) if found else None

    def find(self, place: Place, name: str) -> Job | None:
        """A job of that account, by its id or that of a part of it; not one of yesterday."""
        found = _PART.match(name)
        job = self._jobs.get(found["id"]) if found else None
        if job is None or job.place != place or not self._kept(job):
            return None
        number = int(found["number"] or 1) if found else 1
        return job if 1 <= number <= len(job.parts) else None

    def of(self, place: Place) -> Iterator[Job]:
        """The jobs of an account, the newest first."""
        self._jobs = {name: job for name, job in self._jobs.items() if self._kept(job)}
        for job in sorted(self._jobs.values(), key=lambda one: one.created, reverse=True):
            if job.place == place:
                yield job

    async def close(self) -> None:
        """Give up what runs."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _kept(self, job: Job) -> bool:
        return self.clock() < job.created + KEPT_FOR


def part_of(job: Job, name: str) -> Part:
    """The part that an id means: the first where it has no number."""
    found = _PART.match(name)
    return job.parts[int(found["number"] or 1) - 1 if found else 0]
