"""Tags, in the forms the services have for them.

CloudFormation marks what it makes with tags that begin with `aws:`.  The services take such
tags from it alone and refuse them from anybody else; here everything is asked for as anybody
asks, so these marks are left out.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.asking import Ask, Into, Of, Reader, Step, Turn, at

Tags = Mapping[str, str]
Form = Callable[[Tags], Any]


def pairs(tags: Tags) -> list[dict[str, str]]:
    """`[{"Key": …, "Value": …}]`, as most services have it."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def key_pairs(tags: Tags) -> list[dict[str, str]]:
    """`[{"TagKey": …, "TagValue": …}]`, as KMS has it."""
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def table(tags: Tags) -> dict[str, str]:
    """`{key: value}`."""
    return dict(tags)


def own(value: Any) -> dict[str, str]:
    """The tags of a property, a list of pairs or an object, without CloudFormation's marks."""
    rows = value.items() if isinstance(value, Mapping) else _rows(value or [])
    return {str(key): str(one) for key, one in rows if not str(key).startswith("aws:")}


def _rows(value: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Any, Any]]:
    return ((row["Key"], row["Value"]) for row in value)


def tagged(form: Form, parameter: str = "Tags") -> Into:
    """Tags given at creation, as `parameter`."""
    return lambda value: {parameter: form(tags)} if (tags := own(value)) else {}


def born_with(kind: str) -> Into:
    """Tags of an EC2 resource of type `kind`, given at creation."""

    def into(value: Any) -> Mapping[str, Any]:
        tags = own(value)
        if not tags:
            return {}
        return {"TagSpecifications": [{"ResourceType": kind, "Tags": pairs(tags)}]}

    return into


def tagging(
    put: str,
    remove: str,
    *,
    who: Mapping[str, Of],
    form: Form = pairs,
    names: tuple[str, str] = ("Tags", "TagKeys"),
    about: str = "Tags",
    first: bool = False,
) -> Step:
    """The step that sets tags with `put` and takes tags away with `remove`."""

    def asks(turn: Turn) -> Iterable[Ask]:
        wanted, before = own(turn.wanted.get(about)), own(turn.before.get(about))
        whom = {name: of(turn) for name, of in who.items()}
        gone = sorted(before.keys() - wanted.keys())
        new = {key: value for key, value in wanted.items() if before.get(key) != value}
        if gone:
            yield Ask(remove, {**whom, names[1]: gone})
        if new:
            yield Ask(put, {**whom, names[0]: form(new)})

    return Step(frozenset({about}), asks, first)


def ec2_tagging(of: Of, *, first: bool = False) -> Step:
    """The step that changes the tags of the EC2 resource whose id is `of`."""

    def asks(turn: Turn) -> Iterable[Ask]:
        wanted, before = own(turn.wanted.get("Tags")), own(turn.before.get("Tags"))
        gone = {key: before[key] for key in sorted(before.keys() - wanted.keys())}
        new = {key: value for key, value in wanted.items() if before.get(key) != value}
        if gone:
            yield Ask("DeleteTags", {"Resources": [of(turn)], "Tags": pairs(gone)})
        if new:
            yield Ask("CreateTags", {"Resources": [of(turn)], "Tags": pairs(new)})

    return Step(frozenset({"Tags"}), asks, first)


def read_pairs(path: str = "Tags") -> Reader:
    """The tags at `path` of an answer, as a template has them."""
    return lambda answer: pairs(own(at(path)(answer)))
