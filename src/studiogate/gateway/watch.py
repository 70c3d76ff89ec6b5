"""The record of an opening: one line, whichever way it ends, before the answer leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from studiogate.audit.record import Opening, Outcome
from studiogate.errors import Refusal
from studiogate.gateway import reasons
from studiogate.gateway.ports import Counts, Grant, Identity, Ports, Source

_LONGEST = 128


@dataclass(slots=True)
class Line:
    """What is known so far about the opening under way; the handler adds what it learns."""

    identity: Identity | None = None
    domain: str | None = None
    lob: str | None = None
    account: str | None = None
    grant: Grant | None = None
    asked_by: str | None = None
    ended: BaseException | None = None


@asynccontextmanager
async def watched(
    request: Request,
    *,
    domain: str | None = None,
    asked_by: str | None = None,
    only_refusals: bool = False,
) -> AsyncIterator[Line]:
    """Record what the block decides, and count it.

    A canary, `asked_by` an administrator in the person's name, is recorded and not counted: it
    is nobody's visit.  With `only_refusals` a yes is no opening, so it is not recorded here.

    The record is written when the block ends, so before the answer leaves.  If it cannot be
    written the person gets an error instead of a URL: an unrecorded opening is worse than a
    closed door.

    Raises:
        RecordError: the line could not be written; whatever was decided must not happen.
    """
    ports: Ports = request.app.state.ports
    line = Line(domain=domain, asked_by=asked_by)
    began = ports.clock()
    try:
        yield line
    except BaseException as error:
        line.ended = error
        raise
    finally:
        if line.ended is not None or not only_refusals:
            opening = _opening(line, request, ports, began)
            await ports.ledger.write(opening)
            if asked_by is None:
                _counted(request).opening(opening)


def _opening(line: Line, request: Request, ports: Ports, began: datetime) -> Opening:
    outcome, reason = _end(line.ended)
    identity, grant = line.identity, line.grant
    request_id: str = request.state.request_id
    source: Source = request.state.source
    return Opening(
        at=began,
        outcome=outcome,
        reason=reason,
        request_id=request_id,
        source_ip=source.ip,
        network=(grant.network or None) if grant else None,
        person=printable(identity.person) if identity else None,
        idp=(identity.idp or None) if identity else None,
        lob=printable(line.lob) if line.lob else None,
        account=line.account,
        domain=printable(line.domain) if line.domain else None,
        domain_id=grant.domain_id if grant else None,
        profile=grant.profile if grant else None,
        way=identity.way if identity else None,
        asked_by=printable(line.asked_by) if line.asked_by else None,
        incident=request_id if outcome is Outcome.FAILED else None,
        took_ms=round((ports.clock() - began).total_seconds() * 1000),
    )


def _counted(request: Request) -> Counts:
    metrics: Counts = request.app.state.metrics
    return metrics


def _end(error: BaseException | None) -> tuple[Outcome, str]:
    if error is None:
        return Outcome.OPENED, "ok"
    outcome = Outcome.REFUSED if isinstance(error, Refusal) else Outcome.FAILED
    return outcome, reasons.recorded(error)


def printable(text: str) -> str:
    """`text` as the record keeps what others sent: printable ASCII, at most 128 characters."""
    kept = text[:_LONGEST]
    if kept.isascii() and kept.isprintable():
        return kept
    return "".join(c if " " <= c <= "~" else "?" for c in kept)
