"""Policy documents as AWS hands them out, read exactly or taken for the worst they may be.

A proof must not rest on a guess.  A document that cannot be read may allow everything, and its
Denies may deny nothing: so in its place stands one that allows everything, and `unread` names
it.  Where a document only denies in practice (a guardrail, an endpoint's policy), that is the
same as if it were not there.
"""

import json
import threading
from collections.abc import Mapping
from typing import Any

from studiogate.errors import PolicyError
from studiogate.policy.language import Kind, Policy, parse
from studiogate.reach.estate import Unread

_NAMES_PRINCIPALS = frozenset({Kind.TRUST, Kind.RESOURCE, Kind.ENDPOINT, Kind.RCP})


class Documents:
    """Reads documents, each text once, and remembers those that could not be read.

    Accounts are read side by side, so it is shared between threads.
    """

    def __init__(self) -> None:
        self._read: dict[tuple[str, Kind, str], tuple[Policy, PolicyError | None]] = {}
        self._unread: dict[tuple[str, str], Unread] = {}
        self._writing = threading.Lock()

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Every document that was there and could not be read, by where it is."""
        return tuple(sorted(self._unread.values(), key=lambda one: (one.where, one.what)))

    def policy(
        self, document: str | Mapping[str, Any], kind: Kind, name: str, where: str
    ) -> Policy:
        """The policy in `document`; `where` says whose it is, should it not be readable."""
        text = document if isinstance(document, str) else json.dumps(document, sort_keys=True)
        key = (text, kind, name)
        if key not in self._read:
            self._read[key] = _exactly(document, kind, name)
        policy, error = self._read[key]
        if error is not None:
            self._note(Unread(f"{name} on {where}", str(error), error.remedy))
        return policy

    def missing(self, kind: Kind, name: str, where: str) -> Policy:
        """What stands for a document that is attached and that AWS did not hand out."""
        self._note(
            Unread(
                f"{name} on {where}",
                "AWS names it and does not hand it out",
                "Read again: it was changed meanwhile.  If it stays so, ask AWS.",
            )
        )
        return worst(kind, name)

    def _note(self, unread: Unread) -> None:
        with self._writing:
            self._unread.setdefault((unread.where, unread.what), unread)


def worst(kind: Kind, name: str) -> Policy:
    """A policy of `kind` that allows everything, which anything unread may do."""
    statement: dict[str, Any] = {"Sid": "Unread", "Effect": "Allow", "Action": "*"}
    if kind is Kind.TRUST:
        statement["Action"] = "sts:*"
    else:
        statement["Resource"] = "*"
    if kind in _NAMES_PRINCIPALS:
        statement["Principal"] = "*"
    return parse({"Version": "2012-10-17", "Statement": [statement]}, kind=kind, name=name)


def _exactly(
    document: str | Mapping[str, Any], kind: Kind, name: str
) -> tuple[Policy, PolicyError | None]:
    try:
        return parse(document, kind=kind, name=name), None
    except PolicyError as error:
        return worst(kind, f"{name} (unread)"), error
