"""How changes of lists of custom images are told: attached, detached, put back."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from studiogate.cli.present import note, printable, show, show_json
from studiogate.images.attached.changing import Change, Changed
from studiogate.images.attached.settings import Pair
from studiogate.images.attached.spots import FOR_SHARED
from studiogate.images.attaching import PROPAGATES_S

_NOTHING = "–"
_NEWEST = "newest"


def concluded(done: Sequence[Changed], remarks: Sequence[str], *, as_json: bool) -> None:
    """Show what was done; what there is to say beside it, on standard error."""
    show_json(document(done, remarks)) if as_json else show(table(done))
    for one in done:
        told = [f"{pair.image} was taken out by somebody else" for pair in one.taken]
        told += [f"{pair.image} was attached by somebody else" for pair in one.added]
        for what in told:
            note(printable(f"{one.change.spot}: meanwhile {what}; it is left as they want it."))
    for remark in remarks if not as_json else ():
        note(printable(remark))
    if any(one.written for one in done):
        note(f"Launchers show it within {PROPAGATES_S // 60} minutes; running apps stay.")


def document(done: Sequence[Changed], remarks: Sequence[str]) -> dict[str, Any]:
    """What was done, for a program."""
    return {"changes": [_row(one) for one in done], "remarks": list(remarks)}


def table(done: Sequence[Changed]) -> Table:
    """What was done, for people."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("lob", "domain", "profile", "image", "before", "now", "status"):
        shown.add_column(heading, overflow="fold")
    for one in done:
        change = one.change
        shown.add_row(
            change.spot.studio.lob,
            _domain(change),
            change.spot.profile or _NOTHING,
            change.image,
            _version(change.before),
            _version(change.after),
            _status(one),
        )
    return shown


def asked_about(change: Change) -> str:
    """A change, as somebody is asked whether they mean it."""
    return f"{change.spot}: {change.image} {_version(change.before)}"


def _row(one: Changed) -> dict[str, Any]:
    change = one.change
    return {
        "lob": change.spot.studio.lob,
        "account": change.spot.studio.account,
        "domain": change.spot.studio.domain,
        "profile": change.spot.profile,
        "shared": change.spot.member == FOR_SHARED,
        "image": change.image,
        "before": _number(change.before),
        "now": _number(change.after),
        "status": _status(one),
        "taken": [pair.image for pair in one.taken],
        "added": [pair.image for pair in one.added],
    }


def _domain(change: Change) -> str:
    """As `images list` has it."""
    domain = change.spot.studio.domain
    return f"{domain}, shared spaces" if change.spot.member == FOR_SHARED else domain


def _status(one: Changed) -> str:
    return "propagating" if one.written else "as it was"


def _version(pair: Pair | None) -> str:
    return _NOTHING if pair is None else str(_number(pair))


def _number(pair: Pair | None) -> int | str | None:
    if pair is None:
        return None
    return _NEWEST if pair.version is None else pair.version
