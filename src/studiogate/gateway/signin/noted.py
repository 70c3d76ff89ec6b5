"""The record of a sign-in: one line, whichever way it ends, before the answer leaves.

As an opening that cannot be recorded is none, a sign-in that cannot be recorded is none: the
session cookie is made inside the block, and does not leave if the line is not kept.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from studiogate.audit.signing_in import Deed, Result, SigningIn
from studiogate.errors import Refusal
from studiogate.gateway import reasons
from studiogate.gateway.ports import Counts, Ports, Source
from studiogate.gateway.watch import printable


@dataclass(slots=True)
class Note:
    """What is known so far; the handler adds what it learns."""

    deed: Deed
    way: str
    idp: str | None = None
    person: str | None = None
    about: str | None = None
    ended: BaseException | None = None


@asynccontextmanager
async def noted(
    request: Request, way: str, *, deed: Deed = Deed.SIGN_IN, idp: str | None = None
) -> AsyncIterator[Note]:
    """Record how the block ends, and count it.

    Raises:
        RecordError: the line could not be written; whatever was decided must not happen.
    """
    ports: Ports = request.app.state.ports
    note = Note(deed, way, idp)
    began = ports.clock()
    try:
        yield note
    except BaseException as error:
        note.ended = error
        raise
    finally:
        record = _record(note, request, ports, began)
        await ports.ledger.write(record)
        counts: Counts = request.app.state.metrics
        counts.signing_in(record)


def _record(note: Note, request: Request, ports: Ports, began: datetime) -> SigningIn:
    outcome, reason = _end(note.ended)
    request_id: str = request.state.request_id
    source: Source = request.state.source
    return SigningIn(
        at=began,
        deed=note.deed,
        outcome=outcome,
        reason=reason,
        request_id=request_id,
        source_ip=source.ip,
        way=note.way,
        idp=note.idp,
        person=printable(note.person) if note.person else None,
        about=printable(note.about) if note.about else None,
        incident=request_id if outcome is Result.FAILED else None,
        took_ms=round((ports.clock() - began).total_seconds() * 1000),
    )


def _end(error: BaseException | None) -> tuple[Result, str]:
    if error is None:
        return Result.DONE, "ok"
    outcome = Result.REFUSED if isinstance(error, Refusal) else Result.FAILED
    return outcome, reasons.recorded(error)
