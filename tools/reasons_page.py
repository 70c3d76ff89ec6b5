"""The page of reason codes, read from the gateway's own refusals, so that it cannot drift.

A refusal is raised with its words beside it; those words are the page.  What the gateway turns
other errors into is asked of the gateway itself.
"""

from asyncio import CancelledError
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException

from studiogate import errors
from studiogate.errors import AwsError, Busy, NotAllowed, NotSignedIn, NotThere
from studiogate.gateway import present, reasons
from studiogate.gateway.signin import why
from tools.markdown import table
from tools.said import GAP, Call, calls, members

GATEWAY = Path(present.__file__).parent
_REFUSALS: Mapping[str, type[errors.Refusal]] = {
    one.__name__: one for one in (NotSignedIn, NotAllowed, NotThere)
}
_INCIDENT = GAP
_ANSWER = 4
"""How many texts an `Answer` has: status, reason, detail, remedy."""

_HEAD = """\
# Reasons

<!-- Made from the gateway by tools.reasons_page: `make docs` writes it anew. -->

Every answer of the gateway that is not a yes carries a `reason`: the code a program branches
on. `detail` and `remedy` are for people, and may be worded better one day; `reason` and the
status stay. “…” stands for what differs from case to case. Where `remedy` names somebody to
ask, `contact` has their address alone.

[Errors](../errors.md) says more about each family; [the interface](http.md) has the shape of
an answer.

## Refusals and what they say
"""

_FAILED = """\

## Failures

These are not the caller's fault, and are told in one sentence:

> {detail} {remedy}

The incident is a number; the log and the record have the details under it.
"""

_RECORDED = """\

## What only the record has

Some refusals say less than they know, because more would help an attacker. The record and the
log keep the exact code; the caller gets the reason beside it.
"""

_SIGN_IN = """\

## Why somebody is not signed in

The caller is told `not-signed-in` or, coming back from an identity provider,
`signin-unfinished`. The record of an opening and the log say which check said no:
"""

_PLAIN = """\

The others say it themselves: {codes}.
"""

_MEANINGS = {reasons.DEFECT: "Something we did not foresee; the log has its traceback."}

Row = tuple[int, str, str, str]
"""Status, reason, detail, remedy."""


def reference() -> str:
    """The page, in Markdown."""
    refused = sorted({*_refusals(), *_answers(), *_routing(), _row(_not_ready())})
    kept = sorted({(f"`{exact}`", f"`{reason}`") for exact, reason in _kept()})
    detail, remedy = _words()
    clear = [f"`{code}`" for code, meaning in _whys() if not meaning]
    return "".join(
        [
            f"{_HEAD}\n",
            table(("reason", "status", "detail", "remedy"), map(_cells, refused)),
            f"{_FAILED.format(detail=detail, remedy=remedy)}\n",
            table(("reason", "status", "meaning"), sorted(_failures())),
            f"{_RECORDED}\n",
            table(("in the record", "what the caller is told"), kept),
            f"{_SIGN_IN}\n",
            table(
                ("in the record", "meaning"),
                [(f"`{code}`", meaning) for code, meaning in _whys() if meaning],
            ),
            _PLAIN.format(codes=", ".join(clear)),
        ]
    )


def _cells(row: Row) -> tuple[str, ...]:
    status, reason, detail, remedy = row
    return f"`{reason}`", str(status), detail, remedy


def modules() -> list[Path]:
    """Every module that may refuse."""
    return sorted(GATEWAY.rglob("*.py"))


def _raised() -> Iterator[tuple[type[errors.Refusal], Call]]:
    for path in modules():
        for call in calls(path, frozenset(_REFUSALS)):
            yield _REFUSALS[call.of], call


def _refusals() -> Iterator[Row]:
    for kind, call in _raised():
        yield _row(
            kind(call.texts[0], remedy=call.named["remedy"], reason=call.named["reason"])
        )


def _row(error: Exception) -> Row:
    answer = present.answer_to(error, incident=_INCIDENT)
    return answer.status, answer.reason, answer.detail, answer.remedy


def _answers() -> Iterator[Row]:
    """What is answered without an error having been raised."""
    for path in modules():
        for call in calls(path, frozenset({"Answer"})):
            status, reason, detail, remedy, *_ = [*call.texts, *[GAP] * _ANSWER][:_ANSWER]
            if GAP not in {status, reason}:
                yield int(status), reason, detail, remedy


def _failures() -> Iterator[tuple[str, str, str]]:
    """What AWS, or we, could not, as the gateway answers each kind."""
    for kind in (*reasons._FAILURES, RuntimeError):  # noqa: SLF001 - the page is about this table
        if kind is CancelledError:  # nobody is there to be told
            continue
        status, reason, *_ = _row(_example(kind))
        yield f"`{reason}`", str(status), _MEANINGS.get(reason) or _first_sentence(kind)


def _example(kind: type[BaseException]) -> Exception:
    if issubclass(kind, AwsError):
        return kind(GAP, remedy=GAP, action=GAP)
    if issubclass(kind, errors.StudioGateError):
        return kind(GAP, remedy=GAP)
    return RuntimeError()


def _first_sentence(kind: type[BaseException]) -> str:
    first, _, _ = (kind.__doc__ or "").partition("\n")[0].partition(". ")
    return first.removesuffix(".") + "."


def _words() -> tuple[str, str]:
    """What the caller is told about every failure."""
    _, _, detail, remedy = _row(RuntimeError())
    return detail, remedy


def _not_ready() -> Exception:
    """The one failure that is told in full."""
    (call,) = calls(GATEWAY / "presign.py", frozenset({"Busy"}))
    return Busy(
        call.texts[0],
        remedy=call.named["remedy"],
        action=GAP,
        code=reasons.DOMAIN_NOT_READY,
    )


def _routing() -> Iterator[Row]:
    """What the router says by itself; a status it does not use is said like `bad-request`."""
    for status in (HTTPStatus.BAD_REQUEST, *present._HTTP):  # noqa: SLF001 - as above
        yield _row(HTTPException(status))


def _kept() -> Iterator[tuple[str, str]]:
    for _, call in _raised():
        exact, reason = call.named.get("recorded", GAP), call.named["reason"]
        if exact not in {GAP, reason}:
            yield exact, reason


def _whys() -> Iterator[tuple[str, str]]:
    source = Path(why.__file__).read_text(encoding="utf-8")
    for name, meaning in members(source, why.Why.__name__):
        yield why.Why[name].value, meaning
