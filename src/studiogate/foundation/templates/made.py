"""From troposphere's template to ours: the text, and what a stack must know of it."""

from typing import Any

import yaml
from troposphere import Template as Troposphere

from studiogate.foundation.stacks import Template

_NAMED = ("AWS::IAM::",)

_PARTS = (
    "AWSTemplateFormatVersion",
    "Description",
    "Parameters",
    "Conditions",
    "Resources",
    "Outputs",
)
"""In the order in which a reader wants them."""


class Drawn(Troposphere):  # type: ignore[misc]  # troposphere has no types
    """A template in the making, which takes whatever it is given.

    troposphere stops at the first parameter, output or resource too many with a `ValueError`
    that names nothing; `quotas` says what is too much, of which stack, and what to do.
    """

    def add_output(self, output: Any) -> Any:
        """The output, which is put into the template."""
        return self._update(self.outputs, output)

    def add_parameter(self, parameter: Any) -> Any:
        """The parameter, which is put into the template."""
        return self._update(self.parameters, parameter)

    def add_resource(self, resource: Any) -> Any:
        """The resource, which is put into the template."""
        return self._update(self.resources, resource)


def made(shape: str, drawn: Troposphere) -> Template:
    """The template called `shape`, as CloudFormation takes it; equal input, equal bytes."""
    given: dict[str, Any] = drawn.to_dict()
    body = {part: given[part] for part in _PARTS if part in given}
    resources = body["Resources"].values()
    return Template(
        shape=shape,
        text=yaml.dump(body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120),
        parameters=frozenset(body.get("Parameters", ())),
        outputs=frozenset(
            name for name, one in body.get("Outputs", {}).items() if "Condition" not in one
        ),
        named_roles=any(one["Type"].startswith(_NAMED) for one in resources),
    )


class _NoAliases:
    """Writes the same thing again where it is there twice: CloudFormation has no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


# PyYAML's writer in C gives the same bytes in a fifth of the time; not every build has it.
_Dumper = type("_Dumper", (_NoAliases, getattr(yaml, "CSafeDumper", yaml.SafeDumper)), {})


def _written(dumper: Any, text: str) -> Any:
    # To one reader of YAML an account id such as 086807596024 is a text, to another a number.
    style = "'" if text.isdigit() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _written)  # type: ignore[attr-defined]  # made just above
