"""Where the browser takes a code to: a program that listens on this same computer.

Only the two loopback addresses are known, as literals: a name could be led elsewhere (RFC 8252
§7.3, §8.3).  PKCE with S256 is not a choice, because another program on the computer may see
the code, and must not be able to use it (RFC 8252 §8.1, RFC 7636).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from studiogate.errors import Malformed

METHOD = "S256"
PARAMETERS = ("redirect_uri", "state", "code_challenge", "code_challenge_method")

_URI = re.compile(
    r"http://(?:127\.0\.0\.1|\[::1\]):(?P<port>[1-9][0-9]{3,4})(?:/[A-Za-z0-9._~-]{0,64})?\Z"
)
_STATE = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Loopback:
    """One request of a command line, as the browser brings it."""

    redirect_uri: str
    state: str = field(repr=False)
    challenge: str

    @property
    def origin(self) -> str:
        """The address alone, without a path."""
        return "/".join(self.redirect_uri.split("/")[:3])

    @property
    def fields(self) -> dict[str, str]:
        """The parameters again, for the form that answers."""
        values = (self.redirect_uri, self.state, self.challenge, METHOD)
        return dict(zip(PARAMETERS, values, strict=True))

    def led_back(self, issuer: str, **said: str) -> str:
        """Where the browser goes with what is `said`, and who says it (RFC 9207)."""
        query = urlencode({**said, "state": self.state, "iss": issuer})
        return f"{self.redirect_uri}?{query}"


def loopback_of(said: Mapping[str, str]) -> Loopback:
    """The request that the parameters `said` make.

    Raises:
        Malformed: they make none; nobody is sent anywhere.
    """
    uri = _URI.match(said.get("redirect_uri", ""))
    state = _STATE.match(said.get("state", ""))
    challenge = _CHALLENGE.match(said.get("code_challenge", ""))
    is_s256 = said.get("code_challenge_method") == METHOD
    if not (uri and state and challenge and is_s256) or int(uri["port"]) > _LAST_PORT:
        raise Malformed(
            "this is not how the command line asks to sign in",
            remedy="Close this page and run `studiogate open` again.",
            reason="program-request",
        )
    return Loopback(uri.group(), state.group(), challenge.group())
