"""One run at a time on a landscape: an object in the artifacts bucket, with a lease.

Whoever writes it first holds it, and writes it anew before the lease ends.  A run that died
stops doing so.  Taking over is a conditional write as well, so that two who both see an ended
lease do not both get it.
"""

import json
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from studiogate.deploy.keep.shelf import Shelf
from studiogate.errors import AwsError, Locked

OBJECT: Final = "lock.json"
LEASE_S: Final = 600.0
"""Longer than clocks may differ: AWS refuses to be asked by one that is 5 minutes wrong."""

_RENEWALS: Final = 10
"""How often it is renewed within one lease: a network may be away for a while."""

_LONG_AGO_S: Final = -86_400.0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds it."""

    by: str
    """Who signs, as AWS knows them."""

    place: str
    """The machine, for people."""

    word: str
    """Of this run and no other."""

    until: str = ""
    """ISO 8601, aware."""


class Lease:
    """The lock while it is held."""

    def __init__(self, shelf: Shelf, holder: Holder, etag: str) -> None:
        self._shelf = shelf
        self._holder = holder
        self._etag = etag
        self._lost = False
        self._over = threading.Event()
        self._writing = threading.Lock()

    def refuse_if_lost(self) -> None:
        """Return while it is held.

        Raises:
            Locked: somebody took it away.
        """
        if self._lost:
            raise Locked(
                "somebody else took over: the lock of this run was broken",
                remedy="See what they do, and run the command again when they are done.",
            )

    def renew(self) -> None:
        """Write it anew; when somebody else has, this run does not hold it any more.

        An AWS that does not answer is asked again at the next renewal.
        """
        with self._writing:
            if self._over.is_set() or self._lost:
                return
            try:
                etag = _written(self._shelf, self._holder, self._etag)
            except AwsError:
                return
            if etag is None:
                self._lost = True
            else:
                self._etag = etag

    def forget(self) -> None:
        """Hold it no more, and write nothing: the bucket it is in goes."""
        with self._writing:
            self._over.set()

    def release(self) -> None:
        """Let go of it; the next run need not wait for the lease.

        Raises:
            AwsError: S3 refused, or did not answer.
        """
        with self._writing:
            held = not self._over.is_set() and not self._lost
            self._over.set()
            if held:
                _written(self._shelf, self._holder, self._etag, lease_s=_LONG_AGO_S)

    def renewing(self) -> None:
        """Renew until it is let go of; what its thread does."""
        while not self._over.wait(LEASE_S / _RENEWALS):
            self.renew()


@contextmanager
def locked(
    shelf: Shelf, holder: Holder, *, left: Collection[str] = (), break_lock: bool = False
) -> Iterator[Lease]:
    """Hold the lock while the block runs.

    `left` are the words of runs that are known to have ended: what they held is taken over.

    Raises:
        Locked: somebody else holds it.
        AwsError: S3 refused, or did not answer.
    """
    lease = _taken(shelf, holder, left=left, break_lock=break_lock)
    thread = threading.Thread(target=lease.renewing, name="lease", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        lease.release()
        thread.join()


def _taken(shelf: Shelf, holder: Holder, *, left: Collection[str], break_lock: bool) -> Lease:
    there = shelf.read(OBJECT)
    if there is not None:
        held = _read(there.body)
        ours = held is not None and held.word in left
        free = held is None or ours or _ended(shelf, held)
        if held is not None and not free and not break_lock:
            raise _in_the_way(held)
    etag = _written(shelf, holder, None if there is None else there.etag)
    if etag is None:
        raise Locked(
            "another run took the lock a moment ago",
            remedy="Wait until it is done, and run the command again.",
        )
    return Lease(shelf, holder, etag)


def _written(
    shelf: Shelf, holder: Holder, etag: str | None, *, lease_s: float = LEASE_S
) -> str | None:
    until = shelf.world.clock() + timedelta(seconds=lease_s)
    said = json.dumps(asdict(holder) | {"until": until.isoformat()}).encode()
    if (written := shelf.write_if(OBJECT, said, etag=etag)) is not None:
        return written
    # A call that was made twice, because its first answer was lost, meets its own object.
    there = shelf.read(OBJECT)
    return there.etag if there is not None and there.body == said else None


def _read(body: bytes) -> Holder | None:
    """Who holds it; `None` for an object that no run has written."""
    try:
        return Holder(**json.loads(body))
    except (ValueError, TypeError):
        return None


def _ended(shelf: Shelf, held: Holder) -> bool:
    try:
        return datetime.fromisoformat(held.until) <= shelf.world.clock()
    except (ValueError, TypeError):
        return False


def _in_the_way(held: Holder) -> Locked:
    return Locked(
        f"{held.by} is at work on this landscape from {held.place}; "
        f"their claim holds until {held.until} unless it is renewed",
        remedy="Wait until they are done, or, if that run is gone, give --break-lock.",
    )
