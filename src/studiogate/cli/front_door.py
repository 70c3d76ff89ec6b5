"""The gateway as the command line of a data scientist asks it.

A token goes to the one gateway it came from and nowhere else: over TLS, except to this machine
itself, and no redirect is followed.  Who answers may be anybody, so what it says is shown as
short, printable words, and never with a token in it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from studiogate import __version__, names
from studiogate.aws.wire.blocking import drive
from studiogate.aws.wire.call import NoAnswer, Transport, WireAnswer, WireRequest
from studiogate.errors import (
    AwsError,
    NotAllowed,
    NotSignedIn,
    NotThere,
    SettingsError,
    StudioGateError,
    Unreachable,
)

_LONGEST_WORDS = 300
_SHORTEST_SECRET = 12
_BELOW = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,39}){0,4}\Z")
_FORM = "application/x-www-form-urlencoded"
_OURS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Said:
    """What the gateway answered: its status, and one JSON object."""

    status: int
    facts: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """The gateway at one address."""

    address: str
    """Origin, and the stage where it is reached below one; no slash at the end."""

    carrier: Transport

    def get(self, path: str, token: str) -> Mapping[str, Any]:
        """What the gateway answers with; only ever a yes.

        Raises:
            NotSignedIn, NotAllowed, NotThere: it refused, in its own words.
            AwsError: it could not, or did not answer.
        """
        return self._granted(self._asked("GET", path, token), token)

    def post(self, path: str, token: str) -> Mapping[str, Any]:
        """As `get`, for what changes something."""
        return self._granted(self._asked("POST", path, token), token)

    def form(self, path: str, facts: Mapping[str, str]) -> Said:
        """What the gateway answers to a form, yes or no; nobody is signed in to send one.

        Raises:
            AwsError: it could not, or did not answer.
            NotAllowed: it refuses to be asked at all.
        """
        said = self._asked("POST", path, None, urlencode(facts).encode("ascii"))
        if said.status in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}:
            return said
        raise _refusal(said, "")

    def _granted(self, said: Said, token: str) -> Mapping[str, Any]:
        if said.status in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
            return said.facts
        raise _refusal(said, token)

    def _asked(self, method: str, path: str, token: str | None, body: bytes = b"") -> Said:
        headers = {"accept": "application/json", "user-agent": f"studiogate/{__version__}"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if body:
            headers["content-type"] = _FORM
        try:
            asked = WireRequest(method, self.address + path, headers, body)
            return self._read(drive(self.carrier.send(asked)))
        except NoAnswer as silent:
            raise Unreachable(
                f"the gateway at {self.address} does not answer: {silent}",
                remedy="Are you on the right network? It is reached from inside only: connect "
                "to the office or the VPN, and see whether the address opens in a browser.",
                action="studiogate:open",
            ) from silent

    def _read(self, answer: WireAnswer) -> Said:
        """The one object of the answer.

        Raises:
            SettingsError: there is none, so whoever answers is no gateway of ours.
        """
        try:
            facts = json.loads(answer.body) if answer.body else {}
        except (ValueError, RecursionError):
            facts = None
        if not isinstance(facts, dict):
            raise SettingsError(
                f"what answers at {self.address} is no studiogate gateway "
                f"(status {answer.status})",
                remedy="Give --gateway, or STUDIOGATE_GATEWAY, as people open the portal.",
            )
        return Said(answer.status, facts)


def address_of(url: str) -> str:
    """`url` as the gateway's address, spelt in one way.

    Raises:
        SettingsError: a token may not be sent there.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    below = parts.path.rstrip("/")
    rest = parts.query or parts.fragment or parts.username or not _BELOW.match(below)
    is_open = parts.scheme == "https" or (parts.scheme == "http" and is_here(host))
    if not host or rest or not is_open:
        raise SettingsError(
            "the gateway's address is no place to send a token to",
            remedy="Give --gateway as people open the portal, https://NAME or "
            "https://NAME/prod; http is for this machine only.",
        )
    named = f"[{host}]" if ":" in host else host
    at = "" if port in {None, _OURS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{named}{at}{below}"


def is_here(host: str) -> bool:
    """Whether `host` can only be this machine (RFC 6761 §6.3 for names)."""
    is_local_name = host == "localhost" or host.endswith(".localhost")
    return is_local_name or names.is_loopback_address(host)


def words(said: object, token: str = "") -> str:
    """`said` as it may be shown: text, short, printable, and nothing of the token."""
    text = said if isinstance(said, str) else json.dumps(said)
    for secret in (token, *token.split(".")):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "[the token]")
    kept = text[:_LONGEST_WORDS] + ("…" if len(text) > _LONGEST_WORDS else "")
    return "".join(one if one.isprintable() else "?" for one in kept)


def _refusal(said: Said, token: str) -> StudioGateError:
    """The error that `said` stands for, in the gateway's own words."""
    facts = said.facts
    detail = words(facts.get("detail") or f"the gateway answered {said.status}", token)
    detail = detail.removesuffix(".")
    remedy = words(facts.get("remedy") or "Try again, or ask the platform team.", token)
    reason = words(facts.get("reason") or "refused", token)
    kinds: Mapping[int, type[NotSignedIn | NotAllowed | NotThere]] = {
        HTTPStatus.UNAUTHORIZED: NotSignedIn,
        HTTPStatus.FORBIDDEN: NotAllowed,
        HTTPStatus.NOT_FOUND: NotThere,
    }
    if said.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return kinds.get(said.status, NotAllowed)(detail, remedy=remedy, reason=reason)
    return AwsError(detail, remedy=remedy, action="studiogate:open", code=reason)
