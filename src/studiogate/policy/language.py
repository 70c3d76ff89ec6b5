"""The language of IAM documents: what a policy is, and how one is read.

Reading is strict: whatever would have to be guessed is refused with its place and the fix,
because a guess widens access.  Everything is compiled here, once, so that a decision only asks.
Source: IAM User Guide, "IAM JSON policy reference".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from studiogate.policy.conditions import Condition, conditions
from studiogate.policy.elements import (
    Element,
    action_match,
    actions,
    all_but,
    always,
    resources,
)
from studiogate.policy.place import Place, document_of, entries, members
from studiogate.policy.principals import Grip, Principals, principals
from studiogate.policy.request import Principal, Request

Document = Mapping[str, Any]
"""A policy document as JSON has it."""

Test = Callable[[Request], bool]
Elements = Mapping[str, tuple[Any, Place]]
"""Value and place of each element of a statement, by name."""

VARIABLES_SINCE = "2012-10-17"
OLDEST = "2008-10-17"
"""The version of a document that names none; it has no policy variables."""

_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
    "Resource", "NotResource", "Condition",
)  # fmt: skip
_SID = re.compile(r"[A-Za-z0-9]*\Z")


class Kind(StrEnum):
    """Where a policy is attached: it decides which elements it may and must have."""

    IDENTITY = "identity"
    TRUST = "trust"
    SESSION = "session"
    SCP = "scp"
    RCP = "rcp"
    ENDPOINT = "endpoint"
    RESOURCE = "resource"
    BOUNDARY = "boundary"


_NAMES_PRINCIPALS = {Kind.TRUST, Kind.RCP, Kind.ENDPOINT, Kind.RESOURCE}
_FREE_SIDS = {Kind.ENDPOINT, Kind.RESOURCE}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy; of each pair of elements one is `None`."""

    index: int
    """Position in the document, counted from 0."""

    sid: str | None
    effect: Literal["Allow", "Deny"]
    principals: Principals | None
    not_principals: Principals | None
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    concerns: Test = field(repr=False, compare=False)
    """Whether a request is about what this is about; conditions are left aside."""

    applies: Test = field(repr=False, compare=False)
    """Whether it concerns a request and every condition holds."""

    def about(self, action: str) -> bool:
        """Whether the action elements mean `action`.  Compiled anew: not for deciding."""
        match = action_match(self.actions or self.not_actions or ())
        return match(action.lower()) is (self.actions is not None)

    def grip(self, who: Principal) -> Grip:
        """How firmly this names `who`; `DIRECT` where the kind of policy names nobody."""
        return Grip.DIRECT if self.principals is None else self.principals.grip(who)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy document, read exactly."""

    name: str
    kind: Kind
    version: str
    statements: tuple[Statement, ...]
    denies: tuple[Statement, ...] = field(init=False, repr=False, compare=False)
    allows: tuple[Statement, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, effect in (("denies", "Deny"), ("allows", "Allow")):
            object.__setattr__(
                self, name, tuple(one for one in self.statements if one.effect == effect)
            )


def parse(document: Document | str, *, kind: Kind, name: str = "") -> Policy:
    """The policy in `document`, JSON text or what JSON text gives; `name` is for answers.

    Raises:
        PolicyError: naming the JSON path of what is wrong, and the fix.
    """
    found = document_of(document)
    place = Place()
    for key, _, there in members(found, place):
        if key not in {"Version", "Id", "Statement"}:
            known = ("Version", "Id", "Statement")
            raise there.among(key, known, what="an element of a policy")
    version = _version(found.get("Version", OLDEST), place.key("Version"))
    if "Statement" not in found:
        raise place.error("there is no Statement", remedy="Add at least one.")
    rows = entries(found["Statement"], place.key("Statement"))
    reader = _Reader(kind, variables=version == VARIABLES_SINCE)
    statements = tuple(reader.statement(row, there, i) for i, (row, there) in enumerate(rows))
    _distinct(statements, [there for _, there in rows])
    return Policy(name, kind, version, statements)


def _version(value: object, place: Place) -> str:
    if not isinstance(value, str) or value not in {VARIABLES_SINCE, OLDEST}:
        raise place.error(
            f"{value!r} is no version of the policy language",
            remedy=f"Write {VARIABLES_SINCE}.",
        )
    return value


def _distinct(statements: tuple[Statement, ...], places: list[Place]) -> None:
    seen: set[str] = set()
    for statement, place in zip(statements, places, strict=True):
        if statement.sid and statement.sid in seen:
            raise place.key("Sid").error(
                f"{statement.sid!r} is there twice", remedy="Give every statement its own Sid."
            )
        seen.add(statement.sid or "")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the statements of one document."""

    kind: Kind
    variables: bool = field(kw_only=True)

    def statement(self, row: object, place: Place, index: int) -> Statement:
        """The statement in `row`."""
        found = {name: (value, there) for name, value, there in members(row, place)}
        for name, (_, there) in found.items():
            if name not in _ELEMENTS:
                raise there.among(name, _ELEMENTS, what="an element of a statement")
        effect = _effect(found, place)
        who = self._who(found, place, effect)
        what, what_not = self._what(found, place)
        on, on_not = self._on(found, place, effect)
        named = who if "Principal" in found else None
        unnamed = who if "NotPrincipal" in found else None
        elements = [one.test for one in (what, what_not, on, on_not) if one]
        concerns = _every([*elements, _whom(named, unnamed)])
        tests = conditions(*found.get("Condition", ({}, place)), variables=self.variables)
        statement = Statement(
            index=index,
            sid=self._sid(found),
            effect=effect,
            principals=named,
            not_principals=unnamed,
            actions=_texts(what),
            not_actions=_texts(what_not),
            resources=_texts(on),
            not_resources=_texts(on_not),
            conditions=tests,
            concerns=concerns,
            applies=_every([concerns, *(test.holds for test in tests)]),
        )
        _RULES.get(self.kind, _no_rule)(statement, place)
        return statement

    def _sid(self, found: Elements) -> str | None:
        if "Sid" not in found:
            return None
        sid, place = found["Sid"]
        if not isinstance(sid, str) or not (self.kind in _FREE_SIDS or _SID.match(sid)):
            raise place.error(f"{sid!r} is not a Sid", remedy="Use letters and digits only.")
        return sid

    def _who(self, found: Elements, place: Place, effect: str) -> Principals | None:
        wants = self.kind in _NAMES_PRINCIPALS
        name = _either(found, place, "Principal", needed=wants, allowed=wants)
        if name is None:
            return None
        value, there = found[name]
        if name == "NotPrincipal" and effect == "Allow":
            raise there.error(
                "NotPrincipal with Allow would let in everybody else", remedy="Use Principal."
            )
        return principals(value, there)

    def _what(self, found: Elements, place: Place) -> tuple[Element | None, Element | None]:
        name = _either(found, place, "Action", needed=True, allowed=True)
        value, there = found[name or "Action"]
        if name == "Action":
            return actions(value, there, negated=False), None
        return None, actions(value, there, negated=True)

    def _on(
        self, found: Elements, place: Place, effect: str
    ) -> tuple[Element | None, Element | None]:
        wants = self.kind is not Kind.TRUST
        name = _either(found, place, "Resource", needed=wants, allowed=wants)
        if name is None:
            return None, None
        value, there = found[name]
        if name == "Resource":
            return resources(value, there, variables=self.variables), None
        allow = effect == "Allow"
        return None, all_but(value, there, variables=self.variables, allow=allow)


def _texts(element: Element | None) -> tuple[str, ...] | None:
    return None if element is None else element.texts


def _effect(found: Elements, place: Place) -> Literal["Allow", "Deny"]:
    value, there = found.get("Effect", (None, place))
    match value:
        case "Allow":
            return "Allow"
        case "Deny":
            return "Deny"
        case None:
            raise there.error("there is no Effect", remedy="Write Allow or Deny.")
        case _:
            raise there.error(f"{value!r} is no effect", remedy="Write Allow or Deny.")


def _either(
    found: Elements, place: Place, name: str, *, needed: bool, allowed: bool
) -> str | None:
    """Which of `name` and its `Not…` twin is there."""
    here = [one for one in (name, f"Not{name}") if one in found]
    if len(here) > 1:
        raise place.key(here[1]).error(f"{name} is there as well", remedy="Keep one of them.")
    if here and not allowed:
        raise place.key(here[0]).error(
            "this kind of policy takes no such element", remedy="Drop it."
        )
    if needed and not here:
        raise place.error(f"there is no {name}", remedy=f"Add {name}.")
    return here[0] if here else None


def _whom(principals: Principals | None, not_principals: Principals | None) -> Test:
    if principals is not None:
        who = principals
        return always if who.everyone else (lambda request: who.grip(request.principal) > 0)
    if not_principals is not None:
        spared = not_principals
        return lambda request: not spared.spares(request.principal)
    return always


def _every(tests: list[Test]) -> Test:
    """The test that all of `tests` pass, in order."""
    asked = tuple(test for test in tests if test is not always)
    match asked:
        case ():
            return always
        case (only,):
            return only
        case (first, second):
            return lambda request: first(request) and second(request)
        case (first, second, third):
            return lambda request: first(request) and second(request) and third(request)
        case _:
            return lambda request: all(test(request) for test in asked)


def _no_rule(_statement: Statement, _place: Place) -> None:
    """Hold nothing more against a statement of a kind without rules of its own."""


def _trust_rule(statement: Statement, place: Place) -> None:
    said = statement.actions or statement.not_actions or ()
    if not all(action.lower().startswith("sts:") for action in said):
        raise place.error(
            "a trust policy speaks of STS actions only", remedy="Write sts:AssumeRole or so."
        )


def _rcp_rule(statement: Statement, place: Place) -> None:
    """Hold a resource control policy to AWS's: Deny, for everybody, of something named.

    The one Allow is `RCPFullAWSAccess`, which AWS attaches itself.
    Source: Organizations User Guide, "RCP syntax".
    """
    if statement.principals is None or not statement.principals.everyone:
        raise place.error("an RCP is for everybody", remedy='Write "Principal": "*".')
    if statement.actions is None:
        raise place.error("an RCP takes no NotAction", remedy="Write Action.")
    full = statement.actions == ("*",)
    if statement.effect == "Deny" and full:
        raise place.key("Action").error("an RCP names its actions", remedy="Write s3:* or so.")
    if statement.effect == "Allow" and (not full or statement.conditions):
        raise place.key("Effect").error("an RCP of ours can only deny", remedy="Write Deny.")


_RULES: Mapping[Kind, Callable[[Statement, Place], None]] = {
    Kind.TRUST: _trust_rule,
    Kind.RCP: _rcp_rule,
}
