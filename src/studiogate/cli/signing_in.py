"""Signing the command line in: with the browser of this computer, or with any other.

The browser brings a code to a door of this process (RFC 8252), bound by PKCE to whoever began;
where there is no browser, a person types a code somewhere else and this process waits (RFC
8628).  Either way they sign in at the portal, by whatever provider is theirs; this process
sees no password and nothing of the provider.
"""

import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from studiogate.cli.browser import Shown, is_web, leading_to
from studiogate.cli.front_door import FrontDoor, Said, words
from studiogate.cli.listener import Listener, Reply
from studiogate.cli.present import note
from studiogate.cli.tokens import Kept
from studiogate.errors import NotAllowed, NotSignedIn, SettingsError, StudioGateError
from studiogate.gateway.program.letters import check, typed
from studiogate.gateway.program.pkce import challenge_of

PATIENCE_S = 600.0
"""Seconds somebody has to sign in: as long as a sign-in may take at the gateway."""

_BY_CODE = "authorization_code"
_BY_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_S = 5
"""Seconds more between questions after each `slow_down` (RFC 8628 §3.5)."""

_LONGEST_INTERVAL_S = 60
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*\Z")
"""RFC 6750 §2.1, `b64token`."""


@dataclass(frozen=True, slots=True)
class SigningIn:
    """How whoever runs this signs in at one gateway."""

    door: FrontDoor
    folder: Path
    """Where a page for the browser may be written."""

    clock: Callable[[], datetime]
    pause: Callable[[float], None] = time.sleep

    def with_browser(self) -> Kept:
        """The token, after they said yes in the browser of this computer.

        Raises:
            NotAllowed: they said no.
            NotSignedIn: what came back is not from this gateway, or came too late.
            Unreachable: the browser did not come, or the gateway did not answer.
        """
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        challenge = challenge_of(verifier)
        with Listener() as here:
            query = {
                "redirect_uri": here.address,
                "state": state,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
            note(
                f"Sign in at {self.door.address} in your browser.  "
                f"The page shows the letters {check(challenge)}."
            )
            coming = _Coming(state)
            with leading_to(f"{self.door.address}/cli?{urlencode(query)}", self.folder) as page:
                shown = Shown(page)
                here.expect(coming, within_s=PATIENCE_S, unless=shown.has_failed)
            code = self._code(coming.said)
            form = {"code": code, "code_verifier": verifier, "redirect_uri": here.address}
            return self._token(self.door.form("/api/token", {"grant_type": _BY_CODE} | form))

    def elsewhere(self) -> Kept:
        """The token, after they typed a code in any browser.

        Raises:
            NotAllowed: they said no.
            NotSignedIn: nobody typed it in time.
            Unreachable: the gateway did not answer.
        """
        begun = self.door.form("/api/device", {})
        asking = _asking(begun, self.door)
        note(f"Open {asking.there} in any browser, and type {asking.shown}.")
        form = {"grant_type": _BY_DEVICE, "device_code": asking.device_code}
        interval_s, ends = asking.interval_s, self.clock() + asking.lasts
        while self.clock() < ends:
            self.pause(interval_s)
            said = self.door.form("/api/token", form)
            match said.facts.get("error"):
                case "authorization_pending":
                    continue
                case "slow_down":
                    interval_s = min(interval_s + _SLOWER_S, _LONGEST_INTERVAL_S)
                case _:
                    return self._token(said)
        raise _unfinished("nobody typed the code in time")

    def _code(self, said: Mapping[str, str]) -> str:
        if said.get("iss") != self.door.address:
            raise _unfinished("what came back is not from this gateway")
        if said.get("error") == "access_denied":
            raise _denied()
        if "error" in said or not said.get("code"):
            raise _unfinished("the gateway gave no code")
        return said["code"]

    def _token(self, said: Said) -> Kept:
        """The token that was given.

        Raises:
            NotAllowed, NotSignedIn: there is none.
        """
        facts = said.facts
        if facts.get("error") == "access_denied":
            raise _denied()
        if said.status != HTTPStatus.OK:
            raise _unfinished(words(facts.get("error_description") or facts.get("error", "")))
        try:
            token, person = str(facts["access_token"]), words(facts["person"])
            ends = self.clock() + timedelta(seconds=int(facts["expires_in"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            token, person, ends = "", "", self.clock()
        if not _TOKEN.match(token):
            raise _unfinished("the gateway's answer holds no token")
        return Kept(person, token, ends)


class _Coming:
    """The request that the browser brings the code with: it has the state that was sent."""

    def __init__(self, state: str) -> None:
        self._state = state.encode("ascii")
        self.said: Mapping[str, str] = {}

    def __call__(self, target: str) -> Reply | None:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query)
        said = dict(pairs)
        is_ours = hmac.compare_digest(said.get("state", "").encode("utf-8"), self._state)
        if parts.path != "/" or len(said) != len(pairs) or not is_ours:
            return None
        self.said = said
        if "error" in said:
            return Reply("Nothing was allowed. You can close this window.")
        return Reply("You can close this window and go back to the terminal.")


@dataclass(frozen=True, slots=True)
class _Asking:
    device_code: str
    shown: str
    there: str
    lasts: timedelta
    interval_s: int


def _asking(begun: Said, door: FrontDoor) -> _Asking:
    """What the gateway said of a sign-in without a browser.

    Raises:
        SettingsError: it is not what a gateway says.
    """
    facts: Mapping[str, Any] = begun.facts
    try:
        found = _Asking(
            device_code=str(facts["device_code"]),
            shown=str(facts["user_code"]),
            there=str(facts["verification_uri"]),
            lasts=timedelta(seconds=min(int(facts["expires_in"]), PATIENCE_S)),
            interval_s=max(1, min(int(facts["interval"]), _LONGEST_INTERVAL_S)),
        )
        if typed(found.shown) and is_web(found.there) and found.device_code.isascii():
            return found
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    raise SettingsError(
        f"what answers at {door.address} does not sign a command line in",
        remedy="Give --gateway as people open the portal.",
    )


def _denied() -> StudioGateError:
    return NotAllowed(
        "the command line was not allowed to act for anybody",
        remedy="Run it again, and choose Allow on the page.",
        reason="access-denied",
    )


def _unfinished(why: str) -> StudioGateError:
    return NotSignedIn(
        f"the sign-in could not be finished: {why}",
        remedy="Run it again, and answer the page within its time.",
        reason="signin-unfinished",
    )
