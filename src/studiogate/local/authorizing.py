"""Authorizers of the private API, asked as API Gateway asks them: production code, unchanged.

The function that an authorizer names stands in the emulated Lambda; its variables are told to
the product's own handler, with the idp's address in the place of AWS's.  As in Lambda, one
instance answers one question at a time, in a thread of its own, because the handler blocks.
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from studiogate.aws.wire.blocking import BlockingTransport, drive
from studiogate.errors import SettingsError
from studiogate.foundation.templates.gateway import AUTHORIZER_HANDLER
from studiogate.gateway.function.authorizer import Unauthorized, authorizer
from studiogate.gateway.function.entry import Handler
from studiogate.local.api.admission import Event
from studiogate.local.api.refused import UNANSWERED, UNAUTHORIZED, UNUSABLE, Refused
from studiogate.local.functions.store import Function, Functions, Name
from studiogate.local.gateway import idps
from studiogate.local.listeners import Listeners

_log = logging.getLogger(__name__)

_CALLED = re.compile(
    r"arn:[a-z-]+:lambda:([a-z0-9-]+):([0-9]{12}):function:([^/:]+)/invocations\Z"
)
_MOST_KEPT = 1000
_KEPT_S = 300
"""How long a result is kept where an authorizer does not say."""

_WAIT_S = 10
"""Seconds that a function without a timeout of its own has."""

Said = Mapping[str, Any] | Refused


@dataclass(frozen=True, slots=True)
class _Instance:
    """The handler, and what it was made for: other code or variables are another one."""

    code: str
    variables: Mapping[str, str]
    handler: Handler
    transport: BlockingTransport


class Authorizers:
    """Asks authorizers, and keeps what they said as long as they say."""

    def __init__(
        self, functions: Functions, known: Listeners, clock: Callable[[], datetime]
    ) -> None:
        self._functions = functions
        self._known = known
        self._clock = clock
        self._kept: dict[tuple[str, ...], tuple[datetime, Said]] = {}
        self._instances: dict[Name, _Instance] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="authorizer")

    async def __call__(
        self, authorizer: Mapping[str, Any], identity: Sequence[str], event: Event
    ) -> Said:
        """What `authorizer` says about `event`, or said lately to the same `identity`."""
        lasts = timedelta(seconds=authorizer.get("authorizerResultTtlInSeconds", _KEPT_S))
        key, now = (str(authorizer["id"]), *identity), self._clock()
        kept = self._kept.get(key)
        if lasts and kept is not None and now < kept[0]:
            return kept[1]
        said = await self._asked(str(authorizer.get("authorizerUri")), event)
        if lasts and not isinstance(said, Refused):
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = (now + lasts, said)
        return said

    def close(self) -> None:
        """Ask nobody any more."""
        self._thread.shutdown(wait=True)
        for one in self._instances.values():
            drive(one.transport.close())

    async def _asked(self, uri: str, event: Event) -> Said:
        named = _CALLED.search(uri)
        where = Name(named[2], named[1], named[3]) if named else None
        function = self._functions.find(where) if where else None
        if where is None or function is None:
            return UNUSABLE
        try:
            instance = self._instance(where, function)
        except SettingsError as wrong:
            _log.error("the authorizer does not start: %s", wrong)
            return UNANSWERED
        if instance is None:
            return UNUSABLE
        loop = asyncio.get_running_loop()
        wait_s = function.configuration.get("Timeout", _WAIT_S)
        try:
            async with asyncio.timeout(wait_s):
                return await loop.run_in_executor(self._thread, instance.handler, event, None)
        except Unauthorized:
            return UNAUTHORIZED
        except Exception as failed:  # noqa: BLE001 - whatever a function dies of is one answer
            # By its kind alone: its text may quote what the function was told.
            _log.warning("the authorizer failed: %s", type(failed).__name__)
            return UNANSWERED

    def _instance(self, where: Name, function: Function) -> _Instance | None:
        """What answers for `function`; `None` where it is not the product's own authorizer.

        Raises:
            SettingsError: it is told wrong.
        """
        about = function.configuration
        if about.get("Handler") != AUTHORIZER_HANDLER:
            return None
        variables = dict(about.get("Environment", {}).get("Variables", {}))
        code, kept = str(about.get("CodeSha256")), self._instances.get(where)
        if kept is not None and (kept.code, kept.variables) == (code, variables):
            return kept
        reached = idps(variables.get("STUDIOGATE_IDPS", "{}"), self._known)
        told = variables | {"STUDIOGATE_IDPS": json.dumps(reached)}
        transport = BlockingTransport()
        handler = authorizer(told, clock=self._clock, transport=transport)
        made = self._instances[where] = _Instance(code, variables, handler, transport)
        if kept is not None:
            # After what it is asked at this moment.
            self._thread.submit(drive, kept.transport.close())
        return made
