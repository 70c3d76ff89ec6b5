"""What is built, as data: stacks, what each is told, and what it tells the others.

A template says how; a stack says where and with which parameters.  Templates of one shape are
one object, so a thousand lobs are a handful of templates and a thousand rows of parameters.
The order of building follows from who needs whose outputs, and from nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

MANAGEMENT = "management"
"""In place of an account id: the organisation's management account, whatever its id is."""

LONGEST_BODY = 51_200
"""Bytes of a template that is sent with the call (CloudFormation quotas); a larger one is put
into a bucket of its account first (decision 30)."""


@dataclass(frozen=True, slots=True, order=True)
class StackKey:
    """Which stack: unique in the organisation."""

    account: str
    """Account id, or `MANAGEMENT`."""

    name: str
    """As CloudFormation has it: letters, digits, hyphens, at most 128."""

    def __str__(self) -> str:
        """As `222222222222/studiogate-network-lob-a`."""
        return f"{self.account}/{self.name}"


@dataclass(frozen=True, slots=True)
class Output:
    """A value that another stack gives once it stands."""

    stack: StackKey
    name: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """A value that whoever deploys provides: where the bundle of the gateway was put."""

    name: str
    """`BundleKey` or `LibraryKey`."""


LIBRARY_KEY = Artifact("LibraryKey")
"""Where in the bucket of what is deployed the notebook library was put."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that AWS has in the stack's own account and Region: whoever deploys asks for it.

    One it could be written down for, but not in every partition, and AWS may choose another.
    """

    name: str
    """`S3PrefixListId`."""


S3_PREFIX_LIST = Fact("S3PrefixListId")
"""AWS's own list of the addresses of Amazon S3, as `com.amazonaws.REGION.s3` is called."""

Value = str | Output | Artifact | Fact | tuple["str | Output | Artifact | Fact", ...]
"""What a parameter is given; a tuple is a `CommaDelimitedList`."""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One CloudFormation template; compared by identity, for one shape is one object."""

    shape: str
    """A name that says what it builds, as `vpc-2-zones-transit-gateway`."""

    text: str = field(repr=False)
    """YAML, byte for byte what CloudFormation is given."""

    parameters: frozenset[str]
    outputs: frozenset[str]
    """Those it gives wherever it stands; one under a condition is no promise."""

    named_roles: bool
    """Whether CloudFormation wants `CAPABILITY_NAMED_IAM` for it."""


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack of one account."""

    key: StackKey
    template: Template
    parameters: Mapping[str, Value]
    after: tuple[StackKey, ...] = ()
    """Stacks it needs although it takes no value of theirs."""

    keeps: tuple[str, ...] = ()
    """Logical ids of resources that hold what cannot be made again: replacing one loses it."""

    @property
    def needs(self) -> frozenset[StackKey]:
        """The stacks that have to stand before this one."""
        found = {*self.after}
        for value in self.parameters.values():
            if isinstance(value, Output):
                found.add(value.stack)
            elif isinstance(value, tuple):
                found.update(part.stack for part in value if isinstance(part, Output))
        return frozenset(found)


def is_large(stack: Stack) -> bool:
    """Whether the template of `stack` is too large to be sent with the call."""
    return len(stack.template.text.encode()) > LONGEST_BODY


def in_order(stacks: Iterable[Stack]) -> tuple[tuple[Stack, ...], ...]:
    """The stacks in waves: those of one wave do not need each other; the input's order within.

    Raises:
        ValueError: two stacks of one key, one that needs what is not there, or a circle.
    """
    known: dict[StackKey, Stack] = {}
    for stack in stacks:
        if known.setdefault(stack.key, stack) is not stack:
            raise ValueError(f"{stack.key} is there twice")
    place = {key: number for number, key in enumerate(known)}
    sorter = TopologicalSorter({key: _known_needs(one, known) for key, one in known.items()})
    try:
        sorter.prepare()
    except CycleError as exc:
        circle = " → ".join(str(key) for key in exc.args[1])
        raise ValueError(f"stacks that need each other in a circle: {circle}") from exc
    waves = []
    while ready := sorter.get_ready():
        waves.append(tuple(known[key] for key in sorted(ready, key=place.__getitem__)))
        sorter.done(*ready)
    return tuple(waves)


def _known_needs(stack: Stack, known: Mapping[StackKey, Stack]) -> frozenset[StackKey]:
    needs = stack.needs
    if absent := [key for key in needs if key not in known]:
        raise ValueError(f"{stack.key} needs {min(absent)}, which is nowhere")
    return needs
