"""What a stack's parameters come to, as far as the stacks before it have told.

Pure: outputs and artifacts in, texts out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from studiogate.foundation.stacks import Artifact, Fact, Output, Stack, StackKey, Value

Outputs = Mapping[StackKey, Mapping[str, str]]
"""What each stack that stands has told."""

_NAME: Final = "NameOfDomain"
_ID: Final = "DomainId"
_EFS: Final = "HomeEfsFileSystemId"


@dataclass(frozen=True, slots=True)
class Values:
    """The parameters of one stack."""

    known: Mapping[str, str]
    unknown: tuple[str, ...]
    """Names of those that wait for a stack that is not made yet, or for an artifact."""


def values(stack: Stack, outputs: Outputs, artifacts: Mapping[str, str]) -> Values:
    """The parameters of `stack`; one of which a part is not known is not known.

    `artifacts` are by name what whoever deploys provides, and the facts of the account.
    """
    known: dict[str, str] = {}
    unknown = []
    for name, value in stack.parameters.items():
        text = _text(value, outputs, artifacts)
        if text is None:
            unknown.append(name)
        else:
            known[name] = text
    return Values(known, tuple(unknown))


def _text(value: Value, outputs: Outputs, artifacts: Mapping[str, str]) -> str | None:
    if isinstance(value, tuple):
        parts = [_text(part, outputs, artifacts) for part in value]
        return (
            ",".join(part for part in parts if part is not None) if None not in parts else None
        )
    if isinstance(value, Output):
        return outputs.get(value.stack, {}).get(value.name)
    if isinstance(value, Artifact | Fact):
        return artifacts.get(value.name)
    return value


def domain_ids(stacks: Iterable[Stack], outputs: Outputs) -> dict[str, str]:
    """The AWS id of each domain that stands, by its name in the landscape.

    Whoever is told `NameOfDomainSales` tells `DomainIdSales`.
    """
    found = {}
    for stack in stacks:
        told = outputs.get(stack.key, {})
        for parameter, value in stack.parameters.items():
            which = parameter.removeprefix(_NAME)
            if parameter.startswith(_NAME) and isinstance(value, str) and _ID + which in told:
                found[value] = told[_ID + which]
    return found


def told_domains(told: Mapping[str, str]) -> dict[str, str]:
    """The ids of domains among the outputs of a stack, by what they are told under.

    Only of a stack that tells the file system of each as well: others tell ids they were told.
    """
    return {
        which: id_
        for name, id_ in told.items()
        if name.startswith(_ID) and _EFS + (which := name.removeprefix(_ID)) in told
    }


def told_homes(told: Mapping[str, str]) -> dict[str, str]:
    """The file systems with the home directories of each of those domains, by its id."""
    return {id_: told[_EFS + which] for which, id_ in told_domains(told).items()}
