"""Weaknesses of what is granted or denied: more than was meant, or less."""

from collections.abc import Iterator

from studiogate.policy.documents import FRONT_DOORS, PRESIGN
from studiogate.policy.images import LAYERS, LOGIN, MANIFEST, PUSH
from studiogate.policy.language import Kind, Policy, Statement
from studiogate.policy.match import is_wild
from studiogate.policy.warehouses import ON_STATEMENT
from studiogate.policy.weak.look import (
    Finding,
    any_kind,
    means,
    named,
    on_keys,
    patterns,
    place_of,
    spelled,
)

_HELD = frozenset({Kind.IDENTITY, Kind.SESSION})
"""Policies that grant to somebody; a wall may name everything."""

_OF_WHOM = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"})
_OWNER = "redshift-data:statement-owner-iam-userid"


def any_role(policy: Policy) -> Iterator[Finding]:
    """`sts:AssumeRole` on a wildcard: whoever has a role of that name takes the caller in."""
    if policy.kind not in _HELD | {Kind.ENDPOINT}:
        return
    for statement in policy.allows:
        if means(statement, "sts:AssumeRole"):
            found = patterns(policy, statement.resources or ("*",))
            open_ = [one for one in found if _any_role(statement, one)]
            if open_:
                what = f"sts:AssumeRole on {', '.join(open_)} is any such role, of anybody"
                yield place_of(statement), what


def _any_role(statement: Statement, pattern: str) -> bool:
    account, role = named(pattern, "iam")
    return is_wild(role) or (is_wild(account) and not [*on_keys(statement, _OF_WHOM)])


def any_profile(policy: Policy) -> Iterator[Finding]:
    """Presigning for any profile of a domain: whoever may, enters as anybody."""
    for statement in policy.allows if policy.kind in _HELD else ():
        open_ = any_kind(policy, statement, "sagemaker", "user-profile")
        if open_ and means(statement, PRESIGN) and not _by_tag(statement):
            yield place_of(statement), f"{PRESIGN} is allowed for any profile"


def _by_tag(statement: Statement) -> bool:
    """Whether a tag of the profile must be the caller's."""
    return any(
        "resourcetag/" in one.key.lower()
        and not spelled(one).negated
        and all("${" in value for value in one.values)
        for one in statement.conditions
    )


def any_group(policy: Policy) -> Iterator[Finding]:
    """Joining any database group: the caller chooses the groups, so any privilege."""
    for statement in policy.allows if policy.kind in _HELD else ():
        open_ = any_kind(policy, statement, "redshift", "dbgroup", ":")
        if open_ and means(statement, "redshift:JoinGroup"):
            yield place_of(statement), "redshift:JoinGroup is allowed for any group"


def anybodys_statements(policy: Policy) -> Iterator[Finding]:
    """The Data API without the statement's owner: people read and cancel each other's."""
    for statement in policy.allows if policy.kind in _HELD else ():
        owned = any(not spelled(one).negated for one in on_keys(statement, [_OWNER]))
        acts = [action for action in ON_STATEMENT if means(statement, action)]
        if acts and not owned:
            what = f"{', '.join(acts)} on whosever statement it is"
            yield place_of(statement), what


def half_a_registry(policy: Policy) -> Iterator[Finding]:
    """ECR's pushes without its login, or its manifests without their layers: neither works."""
    held = policy.allows if policy.kind in _HELD else ()
    pushes = [one for one in held if any(means(one, action) for action in PUSH)]
    moves = pushes or [one for one in held if means(one, LAYERS)]
    if moves and not any(_on_everything(one) for one in held if one.about(LOGIN)):
        yield place_of(moves[0]), f"without {LOGIN} on `*` nobody logs in to the registry"
    pulls = [one for one in held if means(one, MANIFEST)] if pushes else []
    if pulls and not any(one.about(LAYERS) for one in held):
        yield place_of(pulls[0]), f"{MANIFEST} without {LAYERS} pulls nothing"


def _on_everything(statement: Statement) -> bool:
    """Whether it is about requests that have no resource."""
    return statement.not_resources is not None or "*" in (statement.resources or ("*",))


def one_door_of_many(policy: Policy) -> Iterator[Finding]:
    """A Deny of presigning that leaves the other front doors open."""
    presigning = [one for one in policy.denies if means(one, PRESIGN)]
    closed = {action for action in FRONT_DOORS for one in policy.denies if one.about(action)}
    left = [action for action in FRONT_DOORS if action not in closed]
    if presigning and left:
        yield place_of(presigning[0]), f"these doors stay open: {', '.join(left)}"
