"""The groups a token says somebody is in.

A token without the claim says nothing, and then nothing is narrowed.  That is why a provider
that *cannot* say (it has more groups than fit, and points elsewhere in place of them) is
refused and not taken for one that says nothing: what would have narrowed must not be lost.
Whoever runs the provider has it send only the groups that are assigned to this application.

Sources: Microsoft identity platform, "Groups overage claim" (`_claim_names`, `hasgroups`);
OpenID Connect Core §5.6.2; Cognito developer guide, "Understanding the access token".
"""

from collections.abc import Mapping
from typing import Any

from studiogate.gateway.signin.why import Why, refused

MOST_GROUPS = 1_000
LONGEST_GROUP = 512
"""Characters; a distinguished name of a directory fits."""

_OVERAGE_OF = "groups"
"""The claim that Entra's `hasgroups` stands for."""


def told(claims: Mapping[str, Any], claim: str) -> frozenset[str] | None:
    """The groups listed in `claim`; `None`: the token says nothing about groups.

    Raises:
        NotSignedIn: they are more than can be told, or no list of texts.
    """
    if claim not in claims:
        if _is_elsewhere(claims, claim):
            raise refused(Why.TOKEN_GROUPS_UNTOLD)
        return None
    listed = claims[claim]
    if not isinstance(listed, list) or not all(map(_is_group, listed)):
        raise refused(Why.TOKEN_GROUPS)
    if len(listed) > MOST_GROUPS:
        raise refused(Why.TOKEN_GROUPS_UNTOLD)
    return frozenset(listed)


def _is_elsewhere(claims: Mapping[str, Any], claim: str) -> bool:
    """Whether the provider says that there are groups, and that it does not list them."""
    names = claims.get("_claim_names", {})
    if not isinstance(names, dict):
        raise refused(Why.TOKEN_GROUPS)
    # As a text it is the same word: some of its tokens say "true".
    has = claims.get("hasgroups") in (True, "true") and claim == _OVERAGE_OF
    return has or claim in names


def _is_group(one: object) -> bool:
    return isinstance(one, str) and 1 <= len(one) <= LONGEST_GROUP
