"""The `Principal` element: whom a trust, resource, endpoint or resource control policy means.

How firmly it names somebody matters: naming an account only lets that account decide, while
naming a user or a session grants by itself.  Source: IAM User Guide, "AWS JSON policy elements:
Principal" and "Policy evaluation for requests within a single account".
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from studiogate.names import is_account
from studiogate.policy.match import is_wild
from studiogate.policy.place import Place, entries, members, text_of
from studiogate.policy.request import Principal

_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root\Z", re.ASCII)
_NAMED = re.compile(
    r"arn:[\w-]+:(?:iam::\d{12}:(?:user|role)|sts::\d{12}:(?:assumed-role|federated-user))"
    r"/[\w+=,.@/-]+\Z",
    re.ASCII,
)
_GONE = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,124}\Z", re.ASCII)
"""The unique id of a user or role, which AWS shows in a policy once that is deleted.  It is
nobody's: one of the same name made again gets another (IAM User Guide, "IAM identifiers")."""

_TYPES = ("AWS", "Service", "Federated")


class Grip(IntEnum):
    """How a `Principal` element names somebody, from not at all to by their own ARN."""

    NONE = 0
    ACCOUNT = 1
    """Only their account: the account's own policies decide."""

    ROLE = 2
    """Their role, or everybody: needs no identity policy, but boundary and session limit it.

    AWS is more generous to some sessions under `*` with `aws:PrincipalArn`; we are not.
    """

    DIRECT = 3
    """Their own ARN or name: grants within the account, whatever other policies leave out."""


@dataclass(frozen=True, slots=True)
class Principals:
    """A `Principal` or `NotPrincipal` element, read."""

    everyone: bool = False
    accounts: frozenset[str] = frozenset()
    arns: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()

    def grip(self, who: Principal) -> Grip:
        """How firmly this names `who`."""
        match who.kind:
            case "service" | "federated":
                names = self.services if who.kind == "service" else self.federated
                return Grip.DIRECT if who.arn in names else self._loose(who)
            case "anonymous" | "root":
                return self._loose(who)
            case "user" | "assumed-role":
                if who.arn in self.arns:
                    return Grip.DIRECT
                return Grip.ROLE if who.role_arn in self.arns else self._loose(who)

    def spares(self, who: Principal) -> bool:
        """Whether a Deny with this as its `NotPrincipal` leaves `who` alone.

        AWS wants the whole chain listed: the session, its role and the account; the user and
        the account.  A list that misses one of them denies.
        """
        if self.everyone:
            return True
        match who.kind:
            case "service":
                return who.arn in self.services
            case "federated":
                return who.arn in self.federated
            case "anonymous":
                return False
            case "root":
                return who.account in self.accounts
            case "user" | "assumed-role":
                chain = {who.arn, who.role_arn or who.arn}
                return who.account in self.accounts and chain <= self.arns

    def _loose(self, who: Principal) -> Grip:
        if self.everyone:
            return Grip.ROLE
        return Grip.ACCOUNT if who.account in self.accounts else Grip.NONE


def principals(element: object, place: Place) -> Principals:
    """The element read.

    Raises:
        PolicyError: a type or a form that AWS does not take; a wildcard inside a name.
    """
    if element == "*":
        return Principals(everyone=True)
    found: dict[str, set[str]] = {name: set() for name in _TYPES}
    rows = members(element, place)
    if not rows:
        raise place.error("nobody is named", remedy='Name somebody, or write "*".')
    for type_, names, there in rows:
        if type_ not in found:
            raise there.among(type_, _TYPES, what="a type of principal")
        for value, where in entries(names, there):
            name = text_of(value, where)
            _check(type_, name, where)
            found[type_].add(name)
    return _sorted(found)


def _sorted(found: dict[str, set[str]]) -> Principals:
    roots = {name: root[1] for name in found["AWS"] if (root := _ROOT.match(name))}
    gone = {name for name in found["AWS"] if _GONE.match(name)}
    accounts = {name for name in found["AWS"] if is_account(name)} | set(roots.values())
    return Principals(
        everyone="*" in found["AWS"],
        accounts=frozenset(accounts),
        arns=frozenset(found["AWS"] - accounts - set(roots) - {"*"}) - gone,
        services=frozenset(found["Service"]),
        federated=frozenset(found["Federated"]),
    )


def _check(type_: str, name: str, place: Place) -> None:
    if type_ != "AWS":
        if is_wild(name):
            raise place.error(f"{name!r} has a wildcard", remedy="Write the whole name.")
        return
    forms = (_ROOT, _NAMED, _GONE)
    if name == "*" or is_account(name) or any(form.match(name) for form in forms):
        return
    what = "has a wildcard inside" if is_wild(name) else "names no principal"
    raise place.error(
        f"{name!r} {what}",
        remedy="Write *, an account id, or the whole ARN of a user, role or session.",
    )
