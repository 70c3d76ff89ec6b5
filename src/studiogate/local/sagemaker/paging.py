"""Lists in pages: `MaxResults` is an upper bound, `NextToken` says where to go on.

The token names the last thing shown, not a position, so that things that come and go between
two pages make nobody else appear twice or never.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from studiogate.local.sagemaker.checks import invalid

_PAGE = 10
"""Things in a page when the caller does not say (SageMaker API reference)."""

_T = TypeVar("_T")
_Key = tuple[str, str]


def page(
    things: Iterable[_T],
    params: Mapping[str, Any],
    *,
    key: Callable[[_T], _Key],
    size: int = _PAGE,
    newest_first: bool = False,
) -> tuple[list[_T], dict[str, str]]:
    """The page that `params` ask for, and the `NextToken` to add to the answer, if any.

    `key` orders the things: when, then an id that no other thing has; backwards where that is
    asked for, or where nothing is and `newest_first`.

    Raises:
        ApiError: ValidationException for a token that is not one of ours.
    """
    order = params.get("SortOrder") or ("Descending" if newest_first else "Ascending")
    backwards = order.casefold() == "descending"
    rows = sorted(((key(thing), thing) for thing in things), key=_first, reverse=backwards)
    if token := params.get("NextToken"):
        last = _read(token)
        rows = [row for row in rows if (row[0] < last if backwards else row[0] > last)]
    most = int(params.get("MaxResults") or size)
    shown, left = rows[:most], rows[most:]
    return [thing for _, thing in shown], {"NextToken": _write(shown[-1][0])} if left else {}


def _first(row: tuple[_Key, object]) -> _Key:
    return row[0]


def _write(key: _Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _read(token: str) -> _Key:
    try:
        read = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, RecursionError):  # broken base64, UTF-8 or JSON, or JSON without end
        read = None
    match read:
        case [str(when), str(name)]:
            return when, name
        case _:
            raise invalid("Invalid NextToken")
