"""The gateway, asked by an administrator: canaries, and what becomes of them.

The token goes to the gateway and nowhere else: over TLS, except to this machine itself, and no
redirect is followed.  Whatever does not end, in time, in an answer that can be believed is
`NoWord`: without the gateway's word everything can be cut, and nothing can be proved.  Who
answers may be anybody, so nothing it says is shown or kept but short, printable words.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlsplit

from studiogate import __version__, names
from studiogate.audit.revocation import Vital
from studiogate.aws.wire.blocking import drive
from studiogate.aws.wire.call import NoAnswer, Transport, WireAnswer, WireRequest
from studiogate.errors import SettingsError
from studiogate.revoke.in_time import asked_in_time
from studiogate.revoke.sightings import Canary

LOBS_AT_ONCE = 20
"""Lines of business the gateway takes in one request."""

REQUESTS_AT_ONCE = 4
"""Requests of one administrator that the gateway answers at the same time."""

LONGEST_WORDS = 300
"""Characters that are kept of anything the gateway says."""

_SHORTEST_SECRET = 12
_BELOW = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,39}){0,4}\Z")
_LATE = "the gateway did not answer in time"


class NoWord(Exception):
    """The gateway has not said what it was asked; why, in words that hold no secret.

    `final`: it will not say it either when it is asked again.
    """

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


@dataclass(frozen=True, slots=True)
class Look:
    """Where canaries are wanted: a line of business, and the profiles to try there."""

    lob: str
    profiles: tuple[str, ...]
    """Besides the one the directory knows, in the person's own line of business."""

    first: bool = False
    """Whether a session is expected there, so that it is asked about before the others."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the gateway says of a person."""

    asked_by: str
    """Whom it takes the asker for."""

    decision: str
    """What it would say to the person: `ok`, or the reason why not."""

    canaries: list[Canary]
    missing: Mapping[str, str] = field(default_factory=dict)
    """Lines of business about which it said nothing, and why."""


@dataclass(frozen=True, slots=True)
class GatewayApi:
    """The two calls that prove a revocation; never waited for longer than is said."""

    address: str
    """Origin, and the stage where it is reached below one; no slash at the end."""

    token: str = field(repr=False)
    carrier: Callable[[float], Transport]
    """Makes a transport that waits so many seconds; each request has one of its own."""

    def canaries(self, person: str, looks: Sequence[Look], *, within_s: float) -> Told:
        """A canary of `person` in every domain of `looks` where they have a profile.

        Raises:
            NoWord: the gateway refused, or did not answer as it should, to every request.
        """
        batches = list(_batches(looks))
        futures = asked_in_time(
            [partial(self._told, person, one, within_s) for one in batches],
            within_s=within_s,
            at_once=REQUESTS_AT_ONCE,
        )
        heard: list[Told] = []
        silences: list[NoWord] = []
        missing: dict[str, str] = {}
        for batch, future in zip(batches, futures, strict=True):
            try:
                heard.append(_said_in_time(future))
            except NoWord as silent:
                silences.append(silent)
                missing |= dict.fromkeys((one.lob for one in batch), str(silent))
        if not heard:
            raise NoWord(str(silences[0]), final=all(one.final for one in silences))
        return Told(
            asked_by=heard[0].asked_by,
            decision=" / ".join(sorted({one.decision for one in heard})),
            canaries=[canary for one in heard for canary in one.canaries],
            missing=missing,
        )

    def look(self, canary: Canary, *, within_s: float) -> tuple[Vital, str]:
        """How `canary` is now.

        Raises:
            NoWord: the gateway refused, or did not answer as it should.
        """
        asked = partial(self._ask, "/api/canary", {"sealed": canary.sealed}, within_s)
        (future,) = asked_in_time([asked], within_s=within_s, at_once=1)
        answer = _said_in_time(future)
        try:
            return Vital(answer["state"]), self._words(answer["why"])
        except (KeyError, TypeError, ValueError):
            raise NoWord("the gateway's answer is not one about a canary") from None

    def _told(self, person: str, looks: Sequence[Look], within_s: float) -> Told:
        path = f"/api/people/{quote(person, safe='')}/canaries"
        lobs, profiles = [one.lob for one in looks], looks[0].profiles if looks else ()
        answer = self._ask(path, {"lobs": lobs, "profiles": profiles}, within_s)
        try:
            return Told(
                asked_by=self._words(answer["asked_by"]),
                decision=self._words(answer["decision"]),
                canaries=[self._canary(one) for one in answer["canaries"]],
            )
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            what = self._words(f"{type(exc).__name__}: {exc}")
            raise NoWord(
                f"the gateway's answer is not one about canaries: {what}", final=True
            ) from None

    def _ask(self, path: str, body: dict[str, Any], within_s: float) -> dict[str, Any]:
        headers = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            "accept": "application/json",
            "user-agent": f"studiogate/{__version__}",
        }
        asked = WireRequest(
            "POST", self.address + path, headers, json.dumps(body).encode("ascii")
        )
        transport = self.carrier(within_s)
        try:
            answer = drive(transport.send(asked))
        except NoAnswer as silent:
            raise NoWord(f"the gateway does not answer: {silent}") from silent
        finally:
            drive(transport.close())
        said = _object(answer.body)
        if answer.status != HTTPStatus.OK or said is None:
            why = self._words((said or {}).get("detail") or "nothing that can be read")
            raise NoWord(f"the gateway answered {answer.status}: {why}", final=_final(answer))
        return said

    def _canary(self, said: dict[str, Any]) -> Canary:
        return Canary(
            lob=self._words(said["lob"]),
            domain=self._perhaps(said.get("domain")),
            profile=self._perhaps(said.get("profile")),
            state=Vital(said["state"]),
            why=self._words(said["why"]),
            sealed=said.get("sealed"),
            account=self._perhaps(said.get("account")),
        )

    def _perhaps(self, said: Any) -> str | None:
        return None if said is None else self._words(said)

    def _words(self, said: Any) -> str:
        """`said` as it may be shown: text, short, printable, and nothing of the token."""
        text = said if isinstance(said, str) else json.dumps(said)
        for secret in (self.token, *self.token.split(".")):
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, "[the token]")
        kept = text[:LONGEST_WORDS] + ("…" if len(text) > LONGEST_WORDS else "")
        return "".join(one if one.isprintable() else "?" for one in kept)


def gateway_api(url: str, token: str, carrier: Callable[[float], Transport]) -> GatewayApi:
    """The gateway at `url`, asked with `token` over transports that `carrier` makes.

    Raises:
        SettingsError: a token may not be sent there, or cannot be one; says so without it.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    here = host == "localhost" or names.is_loopback_address(host)
    below = parts.path.rstrip("/")
    rest = parts.query or parts.fragment or parts.username or not _BELOW.match(below)
    if not host or rest or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise SettingsError(
            "the gateway's address is no place to send a token to",
            remedy="Give --gateway as people open the portal, https://NAME or "
            "https://NAME/prod; http is for this machine only.",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(
            "STUDIOGATE_TOKEN does not hold a token",
            remedy="Put an administrator's access token in it, as the provider gave it.",
        )
    return GatewayApi(f"{parts.scheme}://{parts.netloc}{below}", token, carrier)


def _batches(looks: Sequence[Look]) -> Iterator[list[Look]]:
    """`looks` as requests: where somebody is expected first, and each with one set of profiles.

    Without any the gateway is asked all the same, for what it would say to the person.
    """
    if not looks:
        yield []
    ordered = sorted(looks, key=lambda one: (not one.first, one.profiles))
    for _, found in groupby(ordered, key=lambda one: (one.first, one.profiles)):
        alike = list(found)
        for start in range(0, len(alike), LOBS_AT_ONCE):
            yield alike[start : start + LOBS_AT_ONCE]


def _said_in_time(future: Future[Any]) -> Any:
    """What `future` holds.

    Raises:
        NoWord: nothing, or not yet.
    """
    if future.cancelled() or not future.done():
        raise NoWord(_LATE)
    return future.result()


def _final(answer: WireAnswer) -> bool:
    """Whether `answer` refuses what was asked, so that asking again is in vain."""
    passing = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
    return (
        HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
        and answer.status not in passing
    )


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
