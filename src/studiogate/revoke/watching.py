"""The proof: canaries begun before the cut, watched after it, and tried anew at the end."""

from studiogate.audit.revocation import Vital
from studiogate.revoke.gateway_api import NoWord, Told
from studiogate.revoke.plan import Plan
from studiogate.revoke.report import Report
from studiogate.revoke.sightings import Canary
from studiogate.revoke.world import World

POLL_S = 0.25
"""Seconds between two looks at the same session."""

NO_GATEWAY = "no gateway was asked: give --gateway, and an administrator's STUDIOGATE_TOKEN"


class Watch:
    """Everything the gateway is asked in one run."""

    def __init__(self, plan: Plan, world: World, report: Report) -> None:
        self._plan = plan
        self._world = world
        self._report = report
        self._began = world.ticks()
        # Somebody else's Studio is not looked into, whoever is revoked.
        self._lobs = [lob for lob in plan.lobs if not plan.taken[lob]]
        report.spared = frozenset(plan.lobs) - set(self._lobs)

    def begin(self) -> None:
        """Have a canary in every domain; from the end of this on the seconds count."""
        told = self._told()
        if told is not None:
            self._report.canaries = told.canaries
            self._report.by = told.asked_by
        self._began = self._world.ticks()

    def until_dead(self) -> None:
        """Look at every living canary until each was refused for good, or time is up."""
        living = [one for one in self._report.canaries if one.lived]
        while any(one.dead_after_s is None for one in living):
            try:
                for one in living:
                    self._look(one)
            except NoWord as silent:
                self._miss(str(silent))
                return
            if self._is_late():
                return
            self._world.pause(POLL_S)

    def try_openings(self) -> None:
        """Ask for new canaries until none lives, or time is up: each must be refused."""
        while (told := self._told()) is not None:
            self._report.fresh, self._report.decision = told.canaries, told.decision
            if self._is_late() or not any(one.lived for one in told.canaries):
                return
            self._world.pause(POLL_S)

    def _told(self) -> Told | None:
        if self._world.gateway is None:
            self._miss(NO_GATEWAY)
            return None
        plan = self._plan
        try:
            return self._world.gateway.canaries(plan.person, self._lobs, plan.profiles)
        except NoWord as silent:
            self._miss(str(silent))
            return None

    def _look(self, one: Canary) -> None:
        if self._world.gateway is None:
            return
        state, why = self._world.gateway.look(one)
        # The time after the answer: what is recorded is never earlier than what was seen.
        one.note(self._world.ticks() - self._began, state, why)

    def _miss(self, why: str) -> None:
        if why not in self._report.silences:
            self._report.silences.append(why)

    def _is_late(self) -> bool:
        return self._world.ticks() - self._began >= self._world.within_s


def still_answers(report: Report) -> list[Canary]:
    """What answered when it was last looked at."""
    return [one for one in (*report.canaries, *report.fresh) if one.now is Vital.ALIVE]
