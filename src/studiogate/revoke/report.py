"""What a run did and saw, and the one word that may be said of it.

The word is made here and nowhere else, from what was seen and not from what was tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from studiogate.audit.revocation import Revocation, Verdict, Vital
from studiogate.errors import AwsError
from studiogate.revoke.sightings import Canary

KEPT_OUT = frozenset({"revoked", "unknown-person"})
"""What the gateway says to somebody it does not let in, whoever they show to vouch for them."""

ENDS_SESSIONS = "end sessions"
"""How the step begins that cuts off whoever came in through the gateway."""

_NO_LIFE = frozenset({Vital.REFUSED, Vital.ABSENT})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was to be done."""

    where: str
    """The line of business, or `directory`."""

    what: str
    state: Literal["done", "nothing", "failed"]
    """`nothing`: there was nothing to do it to."""

    said: str = ""
    """What AWS, or we, had against it."""

    remedy: str = ""
    by_aws: bool = False
    """Whether it was AWS that refused, or did not answer."""

    def line(self) -> dict[str, Any]:
        """The step as the record keeps it."""
        facts = {"where": self.where, "what": self.what, "state": self.state, "said": self.said}
        return {name: value for name, value in facts.items() if value}


def failed(where: str, what: str, error: AwsError) -> Step:
    """The step that ended in `error`."""
    return Step(where, what, "failed", str(error), error.remedy, by_aws=True)


@dataclass(slots=True)
class Report:
    """One run of `revoke` or `restore`; it is filled as the run goes on."""

    action: Literal["revoke", "restore"]
    person: str
    at: datetime
    by: str = ""
    steps: list[Step] = field(default_factory=list)
    canaries: list[Canary] = field(default_factory=list)
    """Those begun before the cut, with all that was seen of them."""

    fresh: list[Canary] = field(default_factory=list)
    """Those tried after it."""

    decision: str | None = None
    """What the gateway itself says to the person, after the cut."""

    silences: list[str] = field(default_factory=list)
    """Why the gateway's word is missing."""

    spared: frozenset[str] = frozenset()
    """Lines of business where the person's profile is somebody else's: nobody looks in."""

    notes: list[str] = field(default_factory=list)
    apps: list[str] = field(default_factory=list)
    """Apps that were ended."""

    @property
    def faults(self) -> list[Step]:
        """What was not done."""
        return [step for step in self.steps if step.state == "failed"]

    @property
    def verdict(self) -> Verdict:
        """What may be said of the person now."""
        if any(canary.now is Vital.ALIVE for canary in (*self.canaries, *self.fresh)):
            return Verdict.ANSWERS
        if self.faults:
            return Verdict.INCOMPLETE
        if self.action == "restore":
            return Verdict.RESTORED
        return Verdict.UNPROVED if self.doubts else Verdict.DEAD

    @property
    def doubts(self) -> list[str]:
        """Why nobody may say that they are dead; empty when everything was seen."""
        return [*self.silences, *self._doubts()]

    @property
    def dead_after_s(self) -> float | None:
        """Seconds until the last of their sessions was dead; `None` where none lived."""
        ends = [one.dead_after_s for one in self.canaries if one.dead_after_s is not None]
        return max(ends) if ends and self.verdict is Verdict.DEAD else None

    def revocation(self) -> Revocation:
        """The run as the administrators' record keeps it."""
        return Revocation(
            at=self.at,
            action=self.action,
            person=self.person,
            by=self.by,
            verdict=self.verdict,
            dead_after_s=self.dead_after_s,
            steps=tuple(step.line() for step in self.steps),
            domains=tuple(self.domains()),
        )

    def domains(self) -> Iterator[dict[str, Any]]:
        """What was seen in each domain: before, at the end, and how long it took."""
        after = {_key(one): one for one in self.fresh}
        for one in self.canaries:
            last = after.get(_key(one))
            yield {
                "lob": one.lob,
                "domain": one.domain,
                "profile": one.profile,
                "before": one.state,
                "session": one.now,
                "opening": last.state if last else None,
                "why": one.why if one.lived or last is None else last.why,
                "dead_after_s": one.dead_after_s,
            }

    def _doubts(self) -> Iterator[str]:
        yield from self._about_sessions()
        for one in filter(self._is_dim, self.fresh):
            yield f"{_place(one)}: a new opening was not seen refused: {one.why}"
        if self.decision is None:
            return
        if self.decision not in KEPT_OUT:
            yield f"the gateway would say {self.decision!r} to a new opening"
        looked = self.spared | {one.lob for one in self.fresh}
        for step in self.steps:
            ended = step.what.startswith(ENDS_SESSIONS) and step.state == "done"
            if ended and step.where not in looked:
                yield f"{step.where}: no domain could be looked into"

    def _about_sessions(self) -> Iterator[str]:
        for one in self.canaries:
            if one.lived and one.dead_after_s is None:
                yield f"{_place(one)}: a living session was not seen refused: {one.why}"
            elif self._is_dim(one) and not one.lived:
                yield f"{_place(one)}: {one.why}"

    def _is_dim(self, one: Canary) -> bool:
        """Whether what was seen of `one` when it was begun leaves something open."""
        return one.state not in _NO_LIFE and not self._bare(one.lob)

    def _bare(self, lob: str) -> bool:
        """Whether `lob` has no role that makes URLs, so that nobody has a session there."""
        return any(
            step.where == lob
            and step.what.startswith(ENDS_SESSIONS)
            and step.state == "nothing"
            for step in self.steps
        )


def _key(one: Canary) -> tuple[str, str | None, str | None]:
    return one.lob, one.domain, one.profile


def _place(one: Canary) -> str:
    return "/".join(part for part in (one.lob, one.domain, one.profile) if part)
