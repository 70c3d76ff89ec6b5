"""The marks that say whose a sign-in name and a Studio profile are.

The gateway makes them when somebody opens their Studio for the first time, and asks for them at
each opening; the command line takes them away when a name is to be given to somebody else.
"""

from datetime import UTC, datetime
from typing import Final

from studiogate.foundation.marks import Kind, Mark

FOR_GOOD: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when such a mark is there: no time ends it, only an administrator."""


def of_person(idp: str, person: str) -> Mark:
    """Which subject of `idp` came under the sign-in name `person` first."""
    return Mark(Kind.PERSON, (idp, person))


def of_profile(lob: str, profile: str) -> Mark:
    """Under which sign-in name `profile` of `lob` was opened first.

    Capitals do not count: `UserProfileName` is not case sensitive (SageMaker API reference,
    CreateUserProfile).
    """
    return Mark(Kind.PROFILE, (lob, profile.casefold()))
