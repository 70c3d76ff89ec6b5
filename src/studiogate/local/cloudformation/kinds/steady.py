"""Waiting until a resource is ready, or gone: looking again, with longer and longer pauses."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kinds.asking import State

STEADY_WITHIN_S = 120.0
"""Seconds a resource has to become ready, or to go; the slowest here is an app's last word."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.005, 0.5


async def patience(within_s: float) -> AsyncIterator[None]:
    """Turns of looking, with longer and longer pauses, until the time is up."""
    loop = asyncio.get_running_loop()
    ends, pause = loop.time() + within_s, _FIRST_PAUSE_S
    while loop.time() < ends:
        yield
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def ready(state: State, shown: Any, name: str) -> bool:
    """Whether it is ready; not yet, while it is on its way.

    Raises:
        ApiError: it is on no way there.
    """
    now = str(state.at(shown))
    if now in state.ready:
        return True
    if now in state.waiting:
        return False
    raise stopped(state, shown, name)


def stopped(state: State, shown: Any, name: str) -> ApiError:
    """The refusal for one that ended in another state, with AWS's reason."""
    why = f"{name} is {state.at(shown)}. {state.why(shown) or ''}"
    return ApiError("GeneralServiceException", why.strip())


def unsteady(name: str, physical_id: str) -> ApiError:
    """The refusal for one that takes too long."""
    return ApiError("NotStabilized", f"{name} {physical_id} did not stabilize in time.")
