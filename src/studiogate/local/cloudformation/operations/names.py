"""Names, ids and tokens in requests: their alphabets, and requests that are sent again."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from studiogate.local.cloudformation import words
from studiogate.local.cloudformation.engine import Ask, Engine
from studiogate.local.cloudformation.model import Stack

_NAME = r"[a-zA-Z][-a-zA-Z0-9]*"
_ARN = r"arn:[-a-zA-Z0-9:/._+]*"
_SENT_ONCE = r"[a-zA-Z0-9][-a-zA-Z0-9]*"
_LONGEST, _LONGEST_ARN = 128, 1_600

# Member → pattern and length, from the service model.
_RULES: Mapping[str, tuple[str, int]] = {
    "ClientRequestToken": (_SENT_ONCE, _LONGEST),
    "ClientToken": (_SENT_ONCE, _LONGEST),
    "StackName": (f"{_NAME}|{_ARN}", _LONGEST_ARN),
    "ChangeSetName": (f"{_NAME}|{_ARN}", _LONGEST_ARN),
}


def check_names(params: Mapping[str, Any]) -> None:
    """Return when names and tokens are of their alphabets.

    Raises:
        ApiError: ValidationError, in the words of AWS's own validation.
    """
    for member, (pattern, longest) in _RULES.items():
        value = params.get(member)
        if value is None:
            continue
        if not re.fullmatch(pattern, value):
            raise words.constraint(
                member, f"satisfy regular expression pattern: {pattern}", value
            )
        most = longest if value.startswith("arn:") else _LONGEST
        if len(value) > most:
            raise words.constraint(member, f"have length less than or equal to {most}", value)


def plain_name(params: Mapping[str, Any], member: str) -> str:
    """The name of something to be made: never an ARN.

    Raises:
        ApiError: ValidationError.
    """
    value = str(params[member])
    if value.startswith("arn:"):
        raise words.constraint(member, f"satisfy regular expression pattern: {_NAME}", value)
    return value


def again(engine: Engine, ask: Ask, operation: str) -> Stack | None:
    """The stack of the same request, if it was sent before with the same token.

    Raises:
        ApiError: TokenAlreadyExistsException: the token was for something else.
    """
    token = _token(ask)
    if token is None:
        return None
    room = engine.store.room(ask.place)
    found = room.tokens.get((operation, token))
    if found is None:
        return None
    asked, stack_id = found
    if asked != _digest(ask):
        raise words.token_used(token)
    return room.stacks[stack_id]


def remember(engine: Engine, ask: Ask, operation: str, stack: Stack) -> None:
    """Note that `operation` was begun on `stack`, so that it is not begun twice."""
    stack.token = token = _token(ask)
    if token is not None:
        tokens = engine.store.room(ask.place).tokens
        tokens[operation, token] = _digest(ask), stack.id


def _token(ask: Ask) -> str | None:
    token = ask.params.get("ClientRequestToken") or ask.params.get("ClientToken")
    return None if token is None else str(token)


def _digest(ask: Ask) -> str:
    """What was asked, so that two requests can be compared and no value is kept."""
    text = json.dumps(dict(ask.params), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
