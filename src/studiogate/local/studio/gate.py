"""May this session do this now?  Asked for every request and every WebSocket frame.

The creator of the URL is frozen, its policies are live, and the network is the one this
connection really comes from (API reference, CreatePresignedDomainUrl; S2-20, S2-39).
"""

from collections.abc import Callable
from typing import Protocol

from studiogate.local.call import Arrival, Caller, Needed
from studiogate.local.sagemaker.model import Domain, Profile, Space
from studiogate.local.sagemaker.permissions import use_needed
from studiogate.local.sagemaker.store import Store
from studiogate.local.sagemaker.tickets import Ticket
from studiogate.local.studio.sessions import Session, Sessions

INSUFFICIENT = "Auth token containing insufficient permissions"
"""What AWS shows where the policies say no (S2-39), word for word."""

INVALID = "Invalid or Expired Auth Token"
"""What AWS shows for a late, used or unknown URL (S2-40), word for word."""


class Said(Protocol):
    """The part of a policy decision the front needs; `studiogate.policy` makes the whole."""

    @property
    def allowed(self) -> bool:
        """Whether every layer of policies says yes."""
        ...


GuardCheck = Callable[[Caller, Needed, Arrival, str], Said]
"""Caller, permission, arrival, region to a decision; asked per frame, so it must be quick."""


class Gate:
    """Joins the state, the sessions and the policies into one question."""

    def __init__(self, store: Store, sessions: Sessions, guard_check: GuardCheck) -> None:
        """Ask `guard_check` about every use."""
        self._store = store
        self._sessions = sessions
        self._guard_check = guard_check

    def refusal(self, session: Session, arrival: Arrival) -> str | None:
        """AWS's words for why not; `None` when the session may go on."""
        if not self._sessions.live(session):
            return INVALID
        return self.refusal_of(session.ticket, arrival)

    def refusal_of(self, ticket: Ticket, arrival: Arrival) -> str | None:
        """The same for a ticket, whose own expiry the caller has looked at."""
        found = self.subject(ticket)
        if found is None:
            return INVALID
        _, profile, _ = found
        said = self._guard_check(
            ticket.caller, use_needed(profile), arrival, ticket.place.region
        )
        return None if said.allowed else INSUFFICIENT

    def subject(self, ticket: Ticket) -> tuple[Domain, Profile, Profile | Space] | None:
        """The domain, the profile, and whose app it is; `None` once any of them is gone."""
        domain = self._store.domains.get(ticket.domain_id)
        profile = self._store.profiles.get((ticket.domain_id, ticket.profile))
        if domain is None or profile is None or domain.place != ticket.place:
            return None
        if ticket.space is None:
            return domain, profile, profile
        space = self._store.spaces.get((ticket.domain_id, ticket.space))
        if space is None or not space.admits(profile.name):
            return None
        return domain, profile, space
