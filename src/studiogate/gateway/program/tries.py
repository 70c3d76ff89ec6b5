"""How often a code may be typed, and asked for: so many times in ten minutes, and no more.

A code has 34 bits and lives for ten minutes.  Whoever guesses one could only sign somebody
else's command line in as themselves (RFC 8628 §5.1); they are kept from trying all the same.
Each try takes a place before the code is looked at, so that many at once are many tries; the
places are marks, because instances of a function share nothing else.  Per person and not per
session: a new session is to be had in a moment.  Asking for a code takes no sign-in, so it is
counted by address alone; whoever shares the address signs in with a browser meanwhile.
"""

from datetime import timedelta

from studiogate.errors import NotAllowed
from studiogate.gateway.ports import Clock, Identity, Kind, Mark, Marks

WITHIN = timedelta(minutes=10)
OF_A_PERSON = 10
FROM_AN_ADDRESS = 40
"""More than of a person: no one person can keep the others behind an address from typing."""

BEGUN_AT_AN_ADDRESS = 50


class Tries:
    """Counts tries, for every instance."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def one_more(self, identity: Identity, source_ip: str, marks: Marks) -> None:
        """Return if `identity` may try once more from `source_ip`, which is then counted.

        Raises:
            NotAllowed: they have tried too often.
            AwsError: that is not known.
        """
        mine = _places(OF_A_PERSON, "person", identity.idp, identity.subject)
        here = _places(FROM_AN_ADDRESS, "address", source_ip)
        taken = await marks.found(*mine, *here)
        for places in (mine, here):
            if not await self._took_one([one for one in places if one not in taken], marks):
                raise NotAllowed(
                    "too many codes were tried",
                    remedy="Wait ten minutes, then run `studiogate open` again for a new code.",
                    reason="too-many-codes",
                )

    async def one_more_code(self, source_ip: str, marks: Marks) -> None:
        """Return if one more code may be asked for from `source_ip`, which is then counted.

        Raises:
            NotAllowed: too many were.
            AwsError: that is not known.
        """
        places = _places(BEGUN_AT_AN_ADDRESS, "begun", source_ip)
        taken = await marks.found(*places)
        if not await self._took_one([one for one in places if one not in taken], marks):
            raise NotAllowed(
                "too many codes were asked for from your address",
                remedy="Wait ten minutes, or sign in with a browser on this computer.",
                reason="too-many-codes",
            )

    async def _took_one(self, free: list[Mark], marks: Marks) -> bool:
        until = self._clock() + WITHIN
        for place in free:
            if await marks.claim(place, until=until) is None:
                return True
        return False


def _places(number: int, *of: str) -> list[Mark]:
    return [Mark(Kind.CODE, ("try", *of, str(place))) for place in range(number)]
