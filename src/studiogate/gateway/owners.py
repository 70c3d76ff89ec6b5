"""Whose a profile is: whoever opened it first, and nobody who is called the same later.

Names are given out again.  Somebody leaves, and a year later somebody else is entered under the
same sign-in name, or given the same profile, and would find the home directory, the notebooks
and the database user of a stranger.  So the first opening writes down two facts for good: which
subject of the provider came under a sign-in name, and which sign-in name opened a profile.
Whoever does not fit them is refused until an administrator releases the name
(`studiogate people release`), which takes the fact away.

Whose a *name* is, is asked of every request, in the one question that reads the person's row
(`Directory.standing`): from the moment somebody else has a released name, whoever had it before
is out.  Whose a *profile* is, the row itself says; so here a yes may be remembered.

A provider's own id of a person (`sub`, the persistent NameID) is never given out again (OpenID
Connect Core 1.0, section 8; SAML 2.0 Core, section 8.3.7); a name may be.  Ids of two providers
cannot be compared, so each provider's word is remembered by itself.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from studiogate.errors import NotAllowed
from studiogate.foundation.marks import Mark, Marked
from studiogate.foundation.owners import FOR_GOOD, of_person, of_profile
from studiogate.gateway.ports import Clock, Identity, Marks
from studiogate.gateway.remember import Remembered
from studiogate.gateway.whom import Whom, platform

KEEPS: Final = timedelta(hours=1)
"""How long a yes is remembered; that it holds no more, the row says, or `told_apart`."""

_HOLDS = 10_000


class Owners:
    """Knows whose sign-in names and profiles are; the first who comes is the owner."""

    def __init__(self, marks: Marks, clock: Clock, *, contact: str | None = None) -> None:
        self._marks = marks
        self._clock = clock
        self._whom = platform(contact)
        self._known: Remembered[tuple[str, ...], None] = Remembered(clock, holds=_HOLDS)

    async def hold(self, identity: Identity, lob: str, profile: str) -> None:
        """Return if `profile` of `lob` is `identity`'s, or becomes theirs, being nobody's yet.

        Only a yes is remembered, so a released name can be taken at once.

        Raises:
            NotAllowed: the name or the profile is somebody's who was here before.
            AwsError: the marks could not be read or made, so nobody knows.
        """
        subject = _known_by(identity)
        facts = {
            of_person(identity.idp, identity.person): subject,
            of_profile(lob, profile): identity.person,
        }
        key = (identity.idp, identity.person, subject, lob, profile.casefold())

        async def asked() -> tuple[None, datetime]:
            await self._hold(facts, profile)
            return None, self._clock() + KEEPS

        await self._known.get(key, asked)

    async def _hold(self, facts: dict[Mark, str], profile: str) -> None:
        """Compare all that is there before anything is made: who is refused leaves no trace."""
        there = await self._marks.found(*facts)
        for mark, value in facts.items():
            self._same(there.get(mark), value, profile)
        for mark, value in facts.items():
            if mark not in there:
                found = await self._marks.claim(mark, until=FOR_GOOD, value=value)
                self._same(found, value, profile)

    def _same(self, found: Marked | None, value: str, profile: str) -> None:
        if found is None or found.value == value:
            return
        raise NotAllowed(
            f"the Studio profile {profile!r} belongs to somebody who was here before",
            remedy=f"Ask {self._whom}: if it is yours now, they release it with `studiogate "
            "people release`.",
            reason="not-the-owner",
            recorded="namesake",
            contact=self._whom.contact,
        )


def told_apart(identity: Identity, found: Marked | None, whom: Whom) -> None:
    """Return unless `found`, the mark of the sign-in name, is of another than `identity`.

    Raises:
        NotAllowed: the name is somebody's who came under it first, and `whom` can release it.
    """
    if found is None or found.value == _known_by(identity):
        return
    raise NotAllowed(
        "your sign-in name belongs to somebody who was here before",
        remedy=f"Ask {whom}: if it is yours now, they release it with `studiogate people "
        "release`.",
        reason="not-the-owner",
        recorded="namesake",
        contact=whom.contact,
    )


def _known_by(identity: Identity) -> str:
    """What a mark keeps of whom it is about: a digest of what their provider calls them."""
    return sha256(identity.subject.encode()).hexdigest()
