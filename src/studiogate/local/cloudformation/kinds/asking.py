"""What the table of a kind is written in: calls as values, made of a resource at one moment.

    by("DeleteVpc", VpcId=this)                  a call; `this` is the physical id
    made_by("CreateVpc", Tags=born_with("vpc"))  a call of all properties
    changing("UpdateSecret", "Description", …)   a step: what is asked when a property changes

Nothing here calls anything; `api_kind` does, in one place.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studiogate.local.cloudformation.kind import Properties

Reader = Callable[[Any], Any]
"""From an answer to what is wanted of it; `None` where it is not there."""

Into = Callable[[Any], Mapping[str, Any]]
"""From the value of a property to the parameters that say it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A resource at the moment something is asked about it."""

    account: str
    region: str
    wanted: Properties
    """As the template has it; at a deletion, as it was."""

    before: Properties = field(default_factory=dict)
    """What an update starts from; nothing at a creation."""

    id: str = ""
    """The physical id; empty before there is one."""

    attributes: Mapping[str, str | list[str]] = field(default_factory=dict)
    seen: Any = None
    """What the reading of a step found."""

    def changed(self, names: Iterable[str]) -> dict[str, Any]:
        """Of the properties `names` those that change; `None` for one that is dropped."""
        found = {}
        for name in names:
            if self.before.get(name) != self.wanted.get(name):
                found[name] = self.wanted.get(name)
        return found


Of = Callable[[Turn], Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """One API call, not made yet."""

    operation: str
    params: Mapping[str, Any] = field(repr=False)
    """Not shown: a secret may be among them."""

    service: str = ""
    """The kind's own where it is empty."""

    fine: frozenset[str] = frozenset()
    """Codes of refusals that say it is so already."""

    failure: Reader = lambda _: None
    """EC2 answers some refusals as a success: where `{"Code": …, "Message": …}` is then."""


Asking = Callable[[Turn], Ask]


@dataclass(frozen=True, slots=True)
class Step:
    """What is asked when some properties change."""

    about: frozenset[str]
    asks: Callable[[Turn], Iterable[Ask]]
    first: bool = False
    """Taken after the creation as well, where the template gives one of `about`."""

    reading: Asking | None = None
    """Asked before, for `Turn.seen`."""


@dataclass(frozen=True, slots=True)
class State:
    """Where an answer says how far a resource is."""

    at: Reader
    ready: frozenset[str]
    waiting: frozenset[str]
    over: frozenset[str] = frozenset()
    """Still shown, and ended."""

    why: Reader = lambda _: ""
    """The reason for any other state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One call that shows a resource, and what is read off its answer."""

    asks: Asking
    at: Reader = lambda answer: answer
    """Where the resource is in the answer; nothing there means it is gone."""

    pick: Callable[[Any, Turn], Any] = lambda shown, _: shown
    """Which of what stands `at` that place, where the answer has more than one."""

    gone: frozenset[str] = frozenset()
    """Codes of refusals that mean it is gone."""

    attributes: Mapping[str, Reader] = field(default_factory=dict)
    """By the name `Fn::GetAtt` has."""

    live: Mapping[str, Reader] = field(default_factory=dict)
    """Properties, as a template would have them."""

    state: State | None = None


def words(text: str) -> frozenset[str]:
    """The words of `text`, as a set."""
    return frozenset(text.split())


def this(turn: Turn) -> str:
    """The physical id."""
    return turn.id


def each(of: Of) -> Of:
    """`of` as a list of one."""
    return lambda turn: [of(turn)]


def prop(name: str) -> Of:
    """The property `name`; nothing where the template has none."""
    return lambda turn: turn.wanted.get(name)


def attribute(name: str) -> Of:
    """What `Fn::GetAtt` gives for `name`."""
    return lambda turn: turn.attributes.get(name)


def by(
    operation: str,
    *,
    service: str = "",
    fine: str = "",
    failure: Reader = lambda _: None,
    **params: Any,
) -> Asking:
    """The call of `operation`; its parameters are values, or functions of the turn.

    A parameter that comes out as `None` is left out.
    """

    def ask(turn: Turn) -> Ask:
        found = {name: one(turn) if callable(one) else one for name, one in params.items()}
        said = {name: one for name, one in found.items() if one is not None}
        return Ask(operation, said, service, words(fine), failure)

    return ask


def made_by(
    operation: str, *, apart: str = "", always: Mapping[str, Any] | None = None, **into: Into
) -> Asking:
    """The call of `operation` with every property of the template but those `apart`.

    A property is the parameter of its name, unless `into` says how it is written.
    """
    left_out = words(apart)

    def ask(turn: Turn) -> Ask:
        params: dict[str, Any] = dict(always or {})
        for name, value in turn.wanted.items():
            if name not in left_out:
                params |= into[name](value) if name in into else {name: value}
        return Ask(operation, params)

    return ask


def changing(
    operation: str,
    about: str,
    *,
    first: bool = False,
    into: Mapping[str, Into] | None = None,
    without: Mapping[str, Any] | None = None,
    **params: Any,
) -> Step:
    """The step that says every change of `about` in one call.

    `without` has the value a property goes back to when the template drops it; one that is not
    there keeps what it had, as with CloudFormation.
    """
    names, asked = words(about), by(operation, **params)

    def asks(turn: Turn) -> Iterable[Ask]:
        said: dict[str, Any] = {}
        for name, value in turn.changed(sorted(names)).items():
            given = (without or {}).get(name) if value is None else value
            if given is not None:
                said |= (into or {}).get(name, named(name))(given)
        return [Ask(operation, {**asked(turn).params, **said})] if said else []

    return Step(names, asks, first)


def ends(*asks: Asking) -> Callable[[Turn], Iterable[Ask]]:
    """The calls of a deletion, in this order."""
    return lambda turn: [ask(turn) for ask in asks]


def anew(about: str, *asks: Asking, first: bool = False) -> Step:
    """The step that makes all of `asks` when any of `about` changes."""
    return Step(words(about), lambda turn: [ask(turn) for ask in asks], first)


def named(parameter: str) -> Into:
    """A property whose parameter is called `parameter`."""
    return lambda value: {parameter: value}


def text(parameter: str) -> Into:
    """A policy or another document: an object in a template, JSON text in a call."""
    return lambda value: {parameter: json_text(value)}


def json_text(document: Any) -> str:
    """`document` as calls want it; text stays as it is."""
    return document if isinstance(document, str) else json.dumps(document)


def at(path: str) -> Reader:
    """What stands at `path` of an answer, as `Vpcs.0.CidrBlock`."""
    parts = path.split(".")

    def read(answer: Any) -> Any:
        for part in parts:
            answer = _inside(answer, part)
        return answer

    return read


def _inside(answer: Any, part: str) -> Any:
    if isinstance(answer, list):
        return answer[int(part)] if int(part) < len(answer) else None
    return answer.get(part) if isinstance(answer, Mapping) else None


def reads(names: str) -> dict[str, Reader]:
    """Readers of members that are called as the property or attribute is."""
    return {name: at(name) for name in words(names)}
