"""People whom an identity provider sends: the columns of their rows, and where they belong.

The rows are those of the people table; whoever writes one by SCIM and whoever deploys agree
here on which columns are whose.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from studiogate.foundation.directory import Item

SOURCE: Final = "SOURCE"
"""Where the row comes from; the landscape's own have no such column."""

SCIM: Final = "scim"
"""The source of a row that a provider sent."""

SCIM_ID: Final = "SCIM_ID"
"""The resource the row is of."""

SCIM_VERSION: Final = "SCIM_VERSION"
"""The version of that resource the row was made from: an older one never overwrites it."""

MEMBER_OF: Final = "MEMBER_OF"
"""The names of the groups the person is in at the provider, as a JSON list."""

DEACTIVATED_BY: Final = "DEACTIVATED_BY"
"""The providers that deactivated the person.  `REVOKED_BY` is for administrators alone, so that
no provider lifts what one of them set."""

PROFILE_MADE: Final = "PROFILE_MADE"
"""The profile that was made for the person, with its line of business: `lob-a/ada`.  It is in
`PROFILE` only while they belong there: elsewhere a profile of that name is somebody else's."""

NOT_MADE: Final = "-"
"""What `PROFILE` says until one was made: no profile can be called that, so that nobody is
taken for whoever has a profile called like their own sign-in name."""


def made(lob: str, profile: str) -> str:
    """What `PROFILE_MADE` says of `profile` in `lob`."""
    return f"{lob}/{profile}"


def profile_in(item: Item | None, lob: str | None) -> str:
    """The profile that the person whose row is `item` has in `lob`; `NOT_MADE`: none."""
    home, _, profile = (item or {}).get(PROFILE_MADE, {}).get("S", "").partition("/")
    return profile if profile and home == lob else NOT_MADE


def lob_of(groups: Iterable[str], lobs: Mapping[str, Iterable[str]]) -> str | None:
    """The one line of business that names one of `groups`; `None`: no one does, or several.

    `lobs` gives the groups that each names.  Who is in two has no home: which of them should
    decide is not for a guess.
    """
    mine = set(groups)
    found = [lob for lob, named in lobs.items() if not mine.isdisjoint(named)]
    return found[0] if len(found) == 1 else None


def is_provisioned(item: Item) -> bool:
    """Whether the row `item` was sent by a provider."""
    return item.get(SOURCE) == {"S": SCIM}


def member_of(item: Item) -> tuple[str, ...]:
    """The groups of the person whose row is `item`.

    Raises:
        ValueError: the column holds something else.
    """
    found = json.loads(item.get(MEMBER_OF, {}).get("S", "[]"))
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError(f"{MEMBER_OF} is not a list of texts")
    return tuple(found)
