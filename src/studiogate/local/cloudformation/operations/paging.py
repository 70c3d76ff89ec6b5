"""Lists in pages: `NextToken` names the last thing shown, so that new ones shift nothing."""

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

from studiogate.local.cloudformation.words import invalid

PAGE = 100
"""Things in one answer; CloudFormation lets nobody choose, except for drifts."""

_T = TypeVar("_T")


def page(
    things: Sequence[_T],
    token: str | None,
    *,
    key: Callable[[_T], str],
    size: int = PAGE,
) -> tuple[list[_T], dict[str, str]]:
    """One page of `things`, and the `NextToken` to add to the answer, if there are more.

    Raises:
        ApiError: ValidationError: the token is none of ours, or what it names is gone.
    """
    start = 0
    if token:
        last = _read(token)
        places = (number for number, one in enumerate(things) if key(one) == last)
        found = next(places, None)
        if found is None:
            raise invalid("NextToken is not valid.")
        start = found + 1
    shown = list(things[start : start + size])
    more = start + size < len(things)
    return shown, {"NextToken": _write(key(shown[-1]))} if more else {}


def _write(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _read(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError as exc:
        raise invalid("NextToken is not valid.") from exc
