"""Whether an event loop runs: in a server one does, in a Lambda function none.

The handlers are the same in both.  What a server does beside the others, a function, which
serves one request at a time, does in its turn.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def runs() -> bool:
    """Whether there is an event loop; behind a transport that blocks there is none."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def aside(work: Callable[[], _T]) -> _T:
    """What `work` gives, computed away from the loop where one runs."""
    return await asyncio.to_thread(work) if runs() else work()
