"""The proof: canaries begun before the Denies, watched after them, and tried anew at the end.

Nothing here is waited for longer than the emergency allows: what the gateway does not say in
time is missing, and what is missing is said.
"""

from collections.abc import Sequence

from studiogate.audit.revocation import Vital
from studiogate.revoke.gateway_api import Look, NoWord, Told
from studiogate.revoke.plan import Plan
from studiogate.revoke.report import Report
from studiogate.revoke.sightings import Canary
from studiogate.revoke.world import World

POLL_S = 0.25
"""Seconds between two looks at the same session."""

_LOOK_S = 10.0
"""Seconds for one look: the gateway waits five for Studio."""

NO_GATEWAY = "no gateway was asked: give --gateway, and an administrator's STUDIOGATE_TOKEN"

_NOT_SETTLED = frozenset({Vital.ALIVE, Vital.UNREACHABLE})


class Watch:
    """Everything the gateway is asked in one run; seconds count from when this is made."""

    def __init__(self, plan: Plan, world: World, report: Report) -> None:
        self._plan = plan
        self._world = world
        self._report = report
        self._began = world.ticks()
        report.homes, report.spared, report.accounts = plan.homes, plan.spared, plan.accounts
        # Somebody else's Studio is not looked into, whoever is revoked.
        self._looks = [
            Look(lob, tuple(plan.profiles_in(lob)), first=lob in plan.homes)
            for lob in plan.lobs
            if lob not in plan.spared
        ]

    def begin(self) -> None:
        """Have a canary in every domain; those that take too long are missing."""
        try:
            told = self._told(self._looks, self._world.canaries_s)
        except NoWord as silent:
            self._miss(str(silent))
            self._report.missing = {one.lob: str(silent) for one in self._looks}
        else:
            self._report.by = told.asked_by
            self._report.canaries, self._report.missing = _sorted_out(told)

    def until_dead(self) -> None:
        """Look at every living canary until each was refused for good, or time is up.

        Asked for again, it has as much time again: the Denies took longer than the first.
        """
        ends_at = self._world.ticks() + self._world.within_s
        living = [one for one in self._report.canaries if one.lived]
        while any(one.dead_after_s is None for one in living):
            try:
                for one in living:
                    self._look(one)
            except NoWord as silent:
                self._miss(str(silent))
                return
            if self._world.ticks() >= ends_at:
                return
            self._world.pause(POLL_S)

    def try_openings(self) -> None:
        """Ask for new canaries until each is refused for good, or time is up.

        Asked at least once, whatever the time: it is the last thing that is done.
        """
        looks, silent = self._looks, None
        while True:
            try:
                told = self._told(looks, max(self._left_s(), self._world.openings_s))
            except NoWord as nothing:
                silent = nothing
            else:
                silent = None
                self._keep(told, looks)
                looks = self._open(looks)
            is_over = not looks if silent is None else silent.final
            if is_over or self._is_late():
                break
            self._world.pause(POLL_S)
        if silent is not None:
            self._miss(str(silent))

    def _told(self, looks: Sequence[Look], within_s: float) -> Told:
        if self._world.gateway is None:
            raise NoWord(NO_GATEWAY, final=True)
        return self._world.gateway.canaries(self._plan.person, looks, within_s=within_s)

    def _keep(self, told: Told, looks: Sequence[Look]) -> None:
        """What was said of `looks`, beside what was said of them before."""
        report, at_s = self._report, self._seconds()
        report.decision = told.decision
        known = {one.place: one for one in report.fresh}
        canaries, unheard = _sorted_out(told)
        for one in canaries:
            kept = known.setdefault(one.place, one)
            kept.note(at_s, one.state, one.why)
            kept.account = one.account
        report.fresh = list(known.values())
        asked = {one.lob for one in looks}
        left = {lob: why for lob, why in report.unheard.items() if lob not in asked}
        report.unheard = left | unheard

    def _open(self, looks: Sequence[Look]) -> list[Look]:
        """Those of `looks` about which the last word has not been said."""
        report = self._report
        waiting = {one.lob for one in report.fresh if self._is_open(one)} | set(report.unheard)
        return [one for one in looks if one.lob in waiting]

    def _is_open(self, one: Canary) -> bool:
        if one.now in _NOT_SETTLED:
            return True
        return one.dead_after_s is None and self._report.hangs_on_openings(one)

    def _look(self, one: Canary) -> None:
        """See how `one` is; what may be known a moment later is no reason to give up.

        Raises:
            NoWord: the gateway refuses to look.
        """
        if self._world.gateway is None:
            return
        try:
            state, why = self._world.gateway.look(one, within_s=_LOOK_S)
        except NoWord as silent:
            if silent.final:
                raise
            state, why = Vital.UNREACHABLE, str(silent)
        # The time after the answer: what is recorded is never earlier than what was seen.
        one.note(self._seconds(), state, why)

    def _miss(self, why: str) -> None:
        if why not in self._report.silences:
            self._report.silences.append(why)

    def _seconds(self) -> float:
        return self._world.ticks() - self._began

    def _left_s(self) -> float:
        return self._world.within_s - self._seconds()

    def _is_late(self) -> bool:
        return self._left_s() <= 0


def _sorted_out(told: Told) -> tuple[list[Canary], dict[str, str]]:
    """The canaries of places, and the lines of business of which no place is known, and why."""
    nowhere = [
        one for one in told.canaries if one.domain is None and one.state is Vital.UNREACHABLE
    ]
    places = [one for one in told.canaries if one not in nowhere]
    return places, {**told.missing, **{one.lob: one.why for one in nowhere}}
