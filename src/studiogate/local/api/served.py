"""What a stage of the API serves: which method answers a path, and what is asked before.

As API Gateway chooses: the resource that is most particular, part by part from the left (a
word, then a variable, then a greedy one), and then its method; another resource is not tried.
Source: API Gateway Developer Guide, "Set up REST API methods", "Set up a proxy integration".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Thing = Mapping[str, Any]

_WORD, _VARIABLE, _GREEDY = range(3)


@dataclass(frozen=True, slots=True)
class Method:
    """What answers a request."""

    resource: str
    """Its path as it was declared, as `/open/{domain}`."""

    parameters: Mapping[str, str]
    """Variable parts of the path, decoded."""

    authorizer: Thing | None
    """Who is asked first; `None` where anybody may."""


@dataclass(frozen=True, slots=True)
class Served:
    """One deployment of the API, named as API Gateway's answers name things."""

    methods: Mapping[str, Mapping[str, Thing]]
    """Methods by path and verb."""

    authorizers: Mapping[str, Thing]
    responses: Mapping[str, Thing]
    """What it says itself, by kind of refusal."""

    def method(self, verb: str, path: str) -> Method | None:
        """What answers `verb` on `path`, spelt as it was sent; `None` where nothing does."""
        found = min(self._resources(path), default=None)
        if found is None:
            return None
        _, resource, parameters = found
        methods = self.methods[resource]
        method = methods.get(verb, methods.get("ANY"))
        if method is None:
            return None
        who = method.get("authorizerId")
        plain = {name: unquote(value) for name, value in parameters}
        return Method(resource, plain, self.authorizers[who] if who else None)

    def _resources(self, path: str) -> Iterator[tuple[list[int], str, list[tuple[str, str]]]]:
        parts = path.split("/")[1:]
        for resource in self.methods:
            read = _read(resource.split("/")[1:], parts)
            if read is not None:
                ranks, parameters = read
                yield ranks, resource, parameters


def _read(
    declared: Sequence[str], sent: Sequence[str]
) -> tuple[list[int], list[tuple[str, str]]] | None:
    """How particular each declared part is, and what variable ones stand for, if all match."""
    ranks: list[int] = []
    parameters: list[tuple[str, str]] = []
    for number, part in enumerate(declared):
        here = sent[number] if number < len(sent) else ""
        if part.endswith("+}") and here:
            rest = "/".join(sent[number:])
            return [*ranks, _GREEDY], [*parameters, (part[1:-2], rest)]
        if part.startswith("{") and not part.endswith("+}") and here:
            ranks.append(_VARIABLE)
            parameters.append((part[1:-1], here))
        elif part == here:
            ranks.append(_WORD)
        else:
            return None
    return (ranks, parameters) if len(sent) == len(declared) else None
