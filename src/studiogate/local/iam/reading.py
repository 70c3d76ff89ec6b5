"""Policy documents as they are stored, read once each.

A document that cannot be read exactly is not ignored: in its place stands a policy that denies
everything and says why in its name, so the refusal explains itself.
"""

from functools import lru_cache
from typing import Any

from studiogate.errors import PolicyError
from studiogate.policy.language import Kind, Policy, parse

_NAMES_PRINCIPALS = frozenset({Kind.TRUST, Kind.RESOURCE, Kind.ENDPOINT, Kind.RCP})


@lru_cache(maxsize=4096)
def read(text: str, *, kind: Kind, name: str) -> Policy:
    """The policy in `text`; one that denies everything where `text` cannot be read.

    Cached by the text itself: a changed document is another document.
    """
    try:
        return parse(text, kind=kind, name=name)
    except PolicyError as exc:
        return _closed(kind, f"{name} (cannot be read: {exc})")


def _closed(kind: Kind, name: str) -> Policy:
    statement: dict[str, Any] = {"Sid": "Unreadable", "Effect": "Deny", "Action": "*"}
    if kind is not Kind.TRUST:
        statement["Resource"] = "*"
    if kind in _NAMES_PRINCIPALS:
        statement["Principal"] = "*"
    return parse({"Version": "2012-10-17", "Statement": [statement]}, kind=kind, name=name)


EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""What an account's root may do by itself."""


@lru_cache(maxsize=1)
def everything() -> Policy:
    """The policy that allows all, for a layer that AWS does not ask."""
    return parse(EVERYTHING, kind=Kind.IDENTITY, name="root")
