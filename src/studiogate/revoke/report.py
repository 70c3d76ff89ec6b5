"""What a run did and saw, and the one word that may be said of it.

The word is made here and nowhere else, from what was seen and not from what was tried.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from studiogate.audit.revocation import Revocation, Verdict, Vital
from studiogate.revoke.sightings import Canary
from studiogate.revoke.step import ENDS_SESSIONS, Step

KEPT_OUT = frozenset({"revoked", "unknown-person"})
"""What the gateway says to somebody it does not let in, whoever they show to vouch for them."""

_NO_LIFE = frozenset({Vital.REFUSED, Vital.ABSENT})


@dataclass(slots=True)
class Report:
    """One run of `revoke` or `restore`; it is filled as the run goes on."""

    action: Literal["revoke", "restore"]
    person: str
    at: datetime
    by: str = ""
    steps: list[Step] = field(default_factory=list)
    canaries: list[Canary] = field(default_factory=list)
    """Those begun before the Denies, with all that was seen of them."""

    missing: dict[str, str] = field(default_factory=dict)
    """Lines of business where none could be begun in time, and why."""

    fresh: list[Canary] = field(default_factory=list)
    """Those tried after the Denies, with all that was seen of them."""

    unheard: dict[str, str] = field(default_factory=dict)
    """Lines of business where none could be tried, and why."""

    decision: str | None = None
    """What the gateway itself says to the person, after the cut."""

    silences: list[str] = field(default_factory=list)
    """Why the gateway's word is missing."""

    homes: frozenset[str] | None = None
    """Lines of business where a session of theirs is expected; `None`: everywhere."""

    spared: frozenset[str] = frozenset()
    """Lines of business where the person's profile is somebody else's: nobody looks in."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    """Account id of each line of business, as it was cut."""

    notes: list[str] = field(default_factory=list)
    apps: list[str] = field(default_factory=list)
    """Apps that were ended."""

    @property
    def faults(self) -> list[Step]:
        """What was not done."""
        return [step for step in self.steps if step.state == "failed"]

    @property
    def answering(self) -> list[Canary]:
        """What answered when it was last looked at, after the Denies."""
        looked = [*(one for one in self.canaries if one.seen), *self.fresh]
        return [one for one in looked if one.now is Vital.ALIVE]

    @property
    def verdict(self) -> Verdict:
        """What may be said of the person now."""
        if self.answering:
            return Verdict.ANSWERS
        if self.faults:
            return Verdict.INCOMPLETE
        if self.action == "restore":
            return Verdict.RESTORED
        return Verdict.UNPROVED if self.doubts else Verdict.DEAD

    @property
    def doubts(self) -> list[str]:
        """Why nobody may say that they are dead; empty when everything was seen."""
        return list(
            dict.fromkeys(
                [
                    *self.silences,
                    *self._about_the_gateway(),
                    *self._about_sessions(),
                    *self._about_openings(),
                    *self._about_lobs(),
                ]
            )
        )

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
        before = {one.place: one for one in self.canaries}
        after = {one.place: one for one in self.fresh}
        for place in before | after:
            first, last = before.get(place), after.get(place)
            told = first if last is None or (first is not None and first.lived) else last
            yield {
                "lob": place[0],
                "domain": place[1],
                "profile": place[2],
                "before": first.state if first else None,
                "session": first.now if first else None,
                "opening": last.now if last else None,
                "why": told.why if told else "",
                "dead_after_s": first.dead_after_s if first and first.lived else None,
            }

    def hangs_on_openings(self, one: Canary) -> bool:
        """Whether `one`, refused after the Denies, is all that is known of its place.

        So it is where no session was had before.  Where a person does not belong that will do,
        once it is refused as often in a row as a session has to be; where they do, it will not.
        """
        bare = one.now is Vital.REFUSED and self._before(one) is None
        return bare and not self._is_home(one.lob)

    def _about_the_gateway(self) -> Iterator[str]:
        """Whether it keeps the person out itself, and looked where the Denies are."""
        if self.decision is None and not self.silences:
            yield "nobody tried a new opening"
        elif self.decision is not None and self.decision not in KEPT_OUT:
            yield f"the gateway would say {self.decision!r} to a new opening"
        for one in (*self.canaries, *self.fresh):
            cut = self.accounts.get(one.lob)
            if one.account is not None and cut is not None and one.account != cut:
                yield (
                    f"{one.lob}: {cut} was cut, but the directory leads to {one.account}; "
                    "they differ until the landscape is applied"
                )

    def _about_sessions(self) -> Iterator[str]:
        """The sessions begun before the Denies."""
        tried = {one.place for one in self.fresh}
        for one in self.canaries:
            if one.lived and one.dead_after_s is None:
                yield f"{_named(one)}: a living session was not seen refused: {one.why}"
            elif self._is_dim(one):
                yield f"{_named(one)}: {one.why}"
            if self.fresh and one.place not in tried and one.lob not in self.unheard:
                yield f"{_named(one)}: no new opening was tried"

    def _about_openings(self) -> Iterator[str]:
        """The openings tried after the Denies."""
        for one in self.fresh:
            doubt = None if self._is_bare(one.lob) else self._doubt_about(one)
            if doubt is not None:
                yield f"{_named(one)}: {doubt}"

    def _doubt_about(self, one: Canary) -> str | None:
        if one.now not in _NO_LIFE:
            return f"a new opening was not seen refused: {one.why}"
        if one.now is Vital.ABSENT or self._before(one) is not None:
            return None
        if self._is_home(one.lob):
            return "no session was had before the Denies, so none was seen to end: run it again"
        if one.dead_after_s is None:
            return "no session was had before the Denies, and openings were refused too seldom"
        return None

    def _about_lobs(self) -> Iterator[str]:
        """Lines of business where nothing was seen at all."""
        if self.decision is None:
            return
        looked = self.spared | {one.lob for one in self.fresh}
        for step in self.steps:
            ended = step.what.startswith(ENDS_SESSIONS) and step.state == "done"
            if ended and step.where in self.unheard:
                yield f"{step.where}: no new opening was tried: {self.unheard[step.where]}"
            elif ended and step.where not in looked:
                yield f"{step.where}: no domain could be looked into"

    def _is_dim(self, one: Canary) -> bool:
        """Whether what was seen of `one` before the Denies leaves something open.

        Silence from where they do not belong does not: the openings tried later say more.
        """
        if one.lived or one.state in _NO_LIFE or self._is_bare(one.lob):
            return False
        return one.state is not Vital.UNREACHABLE or self._is_home(one.lob)

    def _before(self, one: Canary) -> Canary | None:
        """What was seen in the place of `one` before the Denies."""
        for other in self.canaries:
            if other.place == one.place and other.state is not Vital.UNREACHABLE:
                return other
        return None

    def _is_home(self, lob: str) -> bool:
        return self.homes is None or lob in self.homes

    def _is_bare(self, lob: str) -> bool:
        """Whether `lob` has no role that makes URLs, so that nobody has a session there."""
        return any(
            step.where == lob
            and step.what.startswith(ENDS_SESSIONS)
            and step.state == "nothing"
            for step in self.steps
        )


def _named(one: Canary) -> str:
    return "/".join(part for part in one.place if part)
