"""The gateway, asked by an administrator: canaries, and what becomes of them.

The token goes to the gateway and nowhere else: over TLS, except to this machine itself, and no
redirect is followed.  Whatever does not end in an answer that can be believed is `NoWord`:
without the gateway's word everything can be cut, and nothing can be proved.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from studiogate import __version__, names
from studiogate.audit.revocation import Vital
from studiogate.aws.wire.blocking import drive
from studiogate.aws.wire.call import NoAnswer, Transport, WireRequest
from studiogate.errors import SettingsError
from studiogate.revoke.sightings import Canary

LOBS_AT_ONCE = 20
"""Lines of business the gateway takes in one request."""


class NoWord(Exception):
    """The gateway has not said what it was asked; why, in words that hold no secret."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the gateway says of a person."""

    asked_by: str
    """Whom it takes the asker for."""

    decision: str
    """What it would say to the person: `ok`, or the reason why not."""

    canaries: list[Canary]


@dataclass(frozen=True, slots=True)
class GatewayApi:
    """The two calls that prove a revocation; blocks, and belongs to one thread."""

    origin: str
    token: str = field(repr=False)
    transport: Transport

    def canaries(self, person: str, lobs: Sequence[str], profiles: Sequence[str]) -> Told:
        """A canary of `person` in every domain of `lobs` where they have a profile.

        Raises:
            NoWord: the gateway refused, or did not answer as it should.
        """
        path = f"/api/people/{quote(person, safe='')}/canaries"
        answers = [
            self._ask(path, {"lobs": lobs[start : start + LOBS_AT_ONCE], "profiles": profiles})
            for start in range(0, max(len(lobs), 1), LOBS_AT_ONCE)
        ]
        try:
            return Told(
                asked_by=str(answers[-1]["asked_by"]),
                decision=str(answers[-1]["decision"]),
                canaries=[_canary(one) for answer in answers for one in answer["canaries"]],
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise NoWord(f"the gateway's answer is not one about canaries: {exc!r}") from exc

    def look(self, canary: Canary) -> tuple[Vital, str]:
        """How `canary` is now.

        Raises:
            NoWord: the gateway refused, or did not answer as it should.
        """
        answer = self._ask("/api/canary", {"sealed": canary.sealed})
        try:
            return Vital(answer["state"]), str(answer["why"])
        except (KeyError, ValueError) as exc:
            raise NoWord("the gateway's answer is not one about a canary") from exc

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            "accept": "application/json",
            "user-agent": f"studiogate/{__version__}",
        }
        asked = WireRequest(
            "POST", self.origin + path, headers, json.dumps(body).encode("ascii")
        )
        try:
            answer = drive(self.transport.send(asked))
        except NoAnswer as silent:
            raise NoWord(f"the gateway does not answer: {silent}") from silent
        said = _object(answer.body)
        if answer.status != HTTPStatus.OK or said is None:
            why = str((said or {}).get("detail", "")) or "nothing that can be read"
            raise NoWord(f"the gateway answered {answer.status}: {why}")
        return said


def gateway_api(url: str, token: str, transport: Transport) -> GatewayApi:
    """The gateway at `url`, asked with `token`.

    Raises:
        SettingsError: a token may not be sent there, or cannot be one; says so without it.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    here = host == "localhost" or names.is_loopback_address(host)
    rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if not host or rest or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise SettingsError(
            "the gateway's address is no place to send a token to",
            remedy="Give --gateway as https://NAME, as people open the portal; http is for "
            "this machine only.",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(
            "STUDIOGATE_TOKEN does not hold a token",
            remedy="Put an administrator's access token in it, as the provider gave it.",
        )
    return GatewayApi(f"{parts.scheme}://{parts.netloc}", token, transport)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _canary(said: dict[str, Any]) -> Canary:
    return Canary(
        lob=str(said["lob"]),
        domain=said.get("domain"),
        profile=said.get("profile"),
        state=Vital(said["state"]),
        why=str(said["why"]),
        sealed=said.get("sealed"),
    )
