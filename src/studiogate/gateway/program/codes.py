"""The code a browser brings to the command line: for a minute, once, for one verifier.

Nothing is kept until it is used: the code is the allowance itself, sealed.  A code that comes
a second time, with the right verifier, ends the token it was exchanged for (RFC 6749 §4.1.2):
two programs have it, and one of them should not.
"""

from datetime import UTC, datetime, timedelta

from studiogate.gateway.ports import Clock, Kind, Mark, Marks
from studiogate.gateway.program.allowance import LARGEST, Allowance, allowance_of
from studiogate.gateway.program.loopback import Loopback
from studiogate.gateway.program.pkce import proves
from studiogate.gateway.signin.cookie import BadSeal, Sealer
from studiogate.gateway.signin.why import Why, unfinished

LASTS = timedelta(seconds=60)
_PURPOSE = "program-code"


class Codes:
    """Gives codes, and takes each back once."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._sealer = sealer
        self._clock = clock

    def given(self, allowance: Allowance, asked: Loopback) -> str:
        """The code that lets whoever `asked` have a token for `allowance`."""
        bound = {
            "r": asked.redirect_uri,
            "c": asked.challenge,
            "t": (self._clock() + LASTS).timestamp(),
        }
        return self._sealer.sealed(_PURPOSE, allowance.facts() | bound)

    def opened(self, code: str, *, verifier: str, redirect_uri: str) -> Allowance:
        """What `code` allows; it is not used up by this.

        Raises:
            NotSignedIn: it is not ours, or over, or was not given to whoever shows it.
        """
        try:
            facts = self._sealer.opened(_PURPOSE, code, largest=LARGEST)
            allowance = allowance_of(facts)
        except BadSeal:
            raise unfinished(Why.CODE_SEAL) from None
        if self._clock() >= datetime.fromtimestamp(facts["t"], UTC):
            raise unfinished(Why.CODE_OVER)
        if redirect_uri != facts["r"]:
            raise unfinished(Why.CODE_REDIRECT)
        if not proves(verifier, facts["c"]):
            raise unfinished(Why.CODE_VERIFIER)
        return allowance

    async def used_up(self, allowance: Allowance, marks: Marks) -> None:
        """Use up the code of `allowance`, for every instance.

        Raises:
            NotSignedIn: it was used before; what was given for it has ended.
            AwsError: whether it was used before is not known.
        """
        # Longer than any code lasts, so that none outlives its mark.
        until = self._clock() + 2 * LASTS
        if await marks.claim(Mark(Kind.CODE, ("loopback", allowance.sid)), until=until):
            ended = Mark(Kind.SESSION, (allowance.sid,))
            await marks.make(ended, until=allowance.identity.until)
            raise unfinished(Why.CODE_USED)
