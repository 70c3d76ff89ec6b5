"""How a stack that stands differs from the one that is wanted, told from their texts alone.

For what CloudFormation cannot be asked about yet, because a parameter waits for another stack,
and for stacks that are new.  Pure.  Whether a changed property makes a resource anew is not in
a template, so that such a change is `PERHAPS` a replacement.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from studiogate.deploy.plan import Act, Replaced, ResourceChange

_MASKED = "****"
"""What CloudFormation shows in place of a parameter with `NoEcho`."""

# PyYAML's reader in C takes a tenth of the time; not every build has it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
_APART = frozenset({"Type", "Properties"})


def same_text(there: str | None, wanted: str) -> bool:
    """Whether two templates are the same; a text that cannot be compared is not."""
    if there is None:
        return False
    return there == wanted or _parsed(there) == _parsed(wanted)


def same_parameters(there: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether two sets of parameters are the same; one that is masked is not."""
    return there == wanted and _MASKED not in there.values()


def added(wanted: str) -> tuple[ResourceChange, ...]:
    """Every resource of a template that is new."""
    return tuple(
        ResourceChange(name, one["Type"], Act.ADD)
        for name, one in _resources(_parsed(wanted)).items()
    )


def changed(
    there: str | None, wanted: str, parameters: Iterable[str]
) -> tuple[ResourceChange, ...]:
    """What differs between two templates; `parameters` are those whose values differ or may."""
    before, after = _resources(_parsed(there or "")), _resources(_parsed(wanted))
    told = frozenset(parameters)
    return tuple(
        found
        for name in {**after, **before}
        if (found := _resource(name, before.get(name), after.get(name), told)) is not None
    )


def unsure_outputs(wanted: str, anew: Iterable[str]) -> frozenset[str]:
    """The outputs of a template that tell of a resource that is made anew."""
    resources = frozenset(anew)
    template = _parsed(wanted)
    told = template.get("Outputs", {}) if isinstance(template, Mapping) else {}
    return frozenset(name for name, one in told.items() if resources.intersection(_named(one)))


def _resource(
    name: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    told: frozenset[str],
) -> ResourceChange | None:
    if after is None or before is None:
        one = after or before or {}
        act = Act.REMOVE if after is None else Act.ADD
        return ResourceChange(name, one["Type"], act)
    if before["Type"] != after["Type"]:
        return ResourceChange(name, after["Type"], Act.MODIFY, Replaced.YES, ("Type",))
    what = tuple(dict.fromkeys((*_differing(before, after), *_told(after, told))))
    if not what:
        return None
    return ResourceChange(name, after["Type"], Act.MODIFY, Replaced.PERHAPS, what)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for old, new in (
        (before.get("Properties", {}), after.get("Properties", {})),
        (_beside(before), _beside(after)),
    ):
        yield from (name for name in {**old, **new} if old.get(name) != new.get(name))


def _beside(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in _APART}


def _told(resource: Mapping[str, Any], parameters: frozenset[str]) -> Iterator[str]:
    """The properties in which one of `parameters` is named."""
    for name, value in resource.get("Properties", {}).items():
        if parameters.intersection(_named(value)):
            yield name


def _named(value: Any) -> Iterator[str]:
    """Everything a value refers to."""
    if isinstance(value, Mapping):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        if "Fn::Sub" in value:
            yield from _SUBSTITUTED.findall(str(value["Fn::Sub"]))
        if "Fn::GetAtt" in value:
            yield _attributed(value["Fn::GetAtt"])
        for one in value.values():
            yield from _named(one)
    elif isinstance(value, list):
        for one in value:
            yield from _named(one)


def _attributed(value: Any) -> str:
    """The resource of an `Fn::GetAtt`, in either of its forms."""
    return str(value[0]) if isinstance(value, list) else str(value).partition(".")[0]


def _parsed(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, whichever
    except yaml.YAMLError:
        return text


def _resources(template: Any) -> Mapping[str, Any]:
    """The resources of a template; none of one that nobody can read."""
    if not isinstance(template, Mapping):
        return {}
    found: Mapping[str, Any] = template.get("Resources", {})
    return found
