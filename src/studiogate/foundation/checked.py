"""What CloudFormation would refuse of stacks, found without AWS, however many there are.

What a template builds is for cfn-lint to judge, once for each shape.  Here is what is left, and
differs from stack to stack: what each is told.  Limits are those of the CloudFormation User
Guide, "Understand CloudFormation quotas": 1 MB of text, 500 resources, 200 parameters, 200
outputs, 4,096 bytes in a value.  Rules of values are those of its "Parameters syntax": a
pattern and the allowed values hold for all of a text, and for each item of a
`CommaDelimitedList`, without the spaces around it.  Names of stacks are those of `CreateStack`
in the API Reference.

A value that AWS gives later is held against nothing but the outputs of the stack it comes from.
Circles, and stacks that need what is nowhere, are `in_order`'s to refuse.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import yaml

from studiogate.foundation.quotas import (
    OUTPUTS,
    PARAMETER_BYTES,
    PARAMETERS,
    RESOURCES,
    TEMPLATE_BYTES,
)
from studiogate.foundation.stacks import Output, Stack, StackKey, Template, Value

_NAME = re.compile("[A-Za-z][A-Za-z0-9-]{0,127}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_LISTS = frozenset({"CommaDelimitedList", "List<Number>"})
_NUMBERS = frozenset({"Number", "List<Number>"})
_TYPES = frozenset({"String", *_LISTS, *_NUMBERS})
"""Types whose values can be judged without asking an account."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that CloudFormation would refuse; it never holds the value."""

    stack: StackKey
    """For a fault of a template, the first stack that has it."""

    what: str
    parameter: str | None = None

    def __str__(self) -> str:
        """As `222222222222/studiogate-access: OpensFrom1 does not match its pattern`."""
        subject = f"{self.parameter} " if self.parameter else ""
        return f"{self.stack}: {subject}{self.what}"


def problems(stacks: Iterable[Stack]) -> tuple[Fault, ...]:
    """Everything that CloudFormation would refuse of `stacks`, in their order.

    Each template is read once, however many stacks have it.
    """
    kept = tuple(stacks)
    read: dict[Template, _Read] = {}
    gives = {one.key: one.template.outputs for one in kept}
    met: set[StackKey] = set()
    found: list[Fault] = []
    for stack in kept:
        template = stack.template
        if template not in read:
            read[template] = _read(template)
            found += (Fault(stack.key, what) for what in read[template].faults)
        if stack.key in met:
            found.append(Fault(stack.key, "is there twice"))
        met.add(stack.key)
        found += _of_stack(stack, read[template], gives)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Parameter:
    """What a template says of one parameter."""

    kind: str
    pattern: re.Pattern[str] | None
    allowed: frozenset[str] | None
    length: tuple[float, float]
    size: tuple[float, float]

    def complaint(self, value: Value) -> str | None:
        """What is wrong with `value`, without it; `None` for nothing that is known now."""
        parts = value if isinstance(value, tuple) else (value,)
        texts = [one for one in parts if isinstance(one, str)]
        joined = ",".join(texts)
        if len(joined.encode()) > PARAMETER_BYTES:
            return f"is longer than {PARAMETER_BYTES:,} bytes"
        if isinstance(value, tuple) and joined.count(",") >= max(len(texts), 1):
            return "has an item with a comma in it"
        if self.kind in _LISTS:
            known = bool(texts) or not parts
            items = [one.strip() for one in joined.split(",")] if known else []
        else:
            items = [joined] if len(texts) == len(parts) else []
        return next((said for one in items if (said := self._of_item(one))), None)

    def _of_item(self, item: str) -> str | None:
        if self.allowed is not None and item not in self.allowed:
            return "is none of the allowed values"
        if self.pattern is not None and not self.pattern.fullmatch(item):
            return "does not match its pattern"
        if self.kind in _NUMBERS:
            return self._of_number(item)
        if not self.length[0] <= len(item) <= self.length[1]:
            return "is shorter or longer than it may be"
        return None

    def _of_number(self, item: str) -> str | None:
        if not _NUMBER.fullmatch(item):
            return "is no number"
        if not self.size[0] <= float(item) <= self.size[1]:
            return "is smaller or larger than it may be"
        return None


@dataclass(frozen=True, slots=True)
class _Read:
    """What a template's text says, as far as stacks have to do with it."""

    parameters: Mapping[str, _Parameter]
    wanted: frozenset[str]
    """Parameters that every stack has to give."""

    faults: tuple[str, ...]
    readable: bool = True


def _of_stack(
    stack: Stack, read: _Read, gives: Mapping[StackKey, frozenset[str]]
) -> Iterator[Fault]:
    key, told = stack.key, stack.parameters
    if not _NAME.fullmatch(key.name):
        yield Fault(key, "is no name a stack can have")
    if not read.readable:
        return
    for name in sorted(read.wanted - told.keys()):
        yield Fault(key, "is not given", name)
    for name, value in told.items():
        declared = read.parameters.get(name)
        if declared is None:
            yield Fault(key, "is given, and not in the template", name)
        elif complaint := declared.complaint(value):
            yield Fault(key, complaint, name)
        for what in _not_given(value, gives):
            yield Fault(key, what, name)


def _not_given(value: Value, gives: Mapping[StackKey, frozenset[str]]) -> Iterator[str]:
    for part in value if isinstance(value, tuple) else (value,):
        if isinstance(part, Output):
            known = gives.get(part.stack)
            if known is None:
                yield f"is an output of {part.stack}, which is nowhere"
            elif part.name not in known:
                yield f"is {part.name} of {part.stack}, which does not give it"


# PyYAML's reader in C takes a tenth of the time; not every build has it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read(template: Template) -> _Read:
    try:
        body = yaml.load(template.text, Loader=_Loader)  # noqa: S506 - a safe loader, whichever
        return _understood(template, body)
    except (yaml.YAMLError, AttributeError, LookupError, TypeError, ValueError):
        said = "has a template whose text is no template"
        return _Read({}, frozenset(), (said,), readable=False)


def _understood(template: Template, body: Mapping[str, Any]) -> _Read:
    declared = body.get("Parameters", {})
    parameters: dict[str, _Parameter] = {}
    faults = [*_of_template(template, body)]
    for name, said in declared.items():
        what, parameters[name] = None, _parameter(said)
        if said["Type"] not in _TYPES:
            what = "is of a type that is not checked here"
        elif "Default" in said:
            what = parameters[name].complaint(_text(said["Default"]))
        if what:
            faults.append(f"has a template whose parameter {name} {what}")
    wanted = frozenset(name for name, said in declared.items() if "Default" not in said)
    return _Read(parameters, wanted, tuple(faults))


def _of_template(template: Template, body: Mapping[str, Any]) -> Iterator[str]:
    size = len(template.text.encode())
    if size > TEMPLATE_BYTES:
        yield f"has a template of {size:,} bytes; {TEMPLATE_BYTES:,} are taken"
    known = {"Parameters": template.parameters, "Outputs": template.outputs}
    most = {"Resources": RESOURCES, "Parameters": PARAMETERS, "Outputs": OUTPUTS}
    for section, limit in most.items():
        names = body.get(section, {}).keys()
        if len(names) > limit:
            yield f"has a template with {len(names)} {section.lower()}; {limit} are taken"
        promised = {one for one in names if "Condition" not in (body[section][one] or ())}
        if section in known and promised != known[section]:
            yield f"has a template that is said to have other {section.lower()}"


def _parameter(said: Mapping[str, Any]) -> _Parameter:
    """Raises ValueError for a pattern or a bound that is none."""
    allowed = said.get("AllowedValues")
    try:
        # AWS's expressions are Java's, whose letters and digits are those of ASCII.
        pattern = (
            re.compile(said["AllowedPattern"], re.ASCII) if "AllowedPattern" in said else None
        )
    except re.error as exc:
        raise ValueError("a pattern that is none") from exc
    return _Parameter(
        kind=said["Type"],
        pattern=pattern,
        allowed=None if allowed is None else frozenset(map(_text, allowed)),
        length=_bounds(said, "MinLength", "MaxLength"),
        size=_bounds(said, "MinValue", "MaxValue"),
    )


def _bounds(said: Mapping[str, Any], least: str, most: str) -> tuple[float, float]:
    return float(said.get(least, -inf)), float(said.get(most, inf))


def _text(value: Any) -> str:
    """A scalar of YAML as CloudFormation takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
