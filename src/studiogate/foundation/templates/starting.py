"""What the apps of domains run when they start: lifecycle configurations, attached.

One is for one type of app, so a script is in two: for JupyterLab, and for Code Editor, which
opens notebooks as well (S1-28).  One never changes, so its name holds a digest of the script
and what the library's key says of its content: where either is another, CloudFormation makes a
new one, has the domain take it, and takes the old one away.  One that an app in service was
started with stays until then.

Sources: SageMaker API reference, CreateStudioLifecycleConfig, JupyterLabAppSettings,
CodeEditorAppSettings and DefaultSpaceSettings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from troposphere import Base64, GetAtt, Join, Select, Split, Template, sagemaker

from studiogate.foundation.notebook_library import named, script
from studiogate.foundation.symbols import intrinsic, symbol
from studiogate.foundation.templates.studio_parameters import told


@dataclass(frozen=True, slots=True)
class Starts:
    """Settings of a domain by which its apps start with a script."""

    of_people: Mapping[str, Any]
    """In private spaces: JupyterLab and Code Editor."""

    of_spaces: Mapping[str, Any]
    """In shared spaces, which run JupyterLab alone, and take no settings of another app."""


NOTHING: Final = Starts({}, {})
"""Of a domain whose apps run nothing."""

_CALLED: Final = {
    "JupyterLab": ("Starting", "studiogate"),
    "CodeEditor": ("Editing", "studiogate-editor"),
}
"""By type of app: what the logical id begins with, and what the name does."""


def script_of(warehouses: dict[str, Any]) -> str:
    """The script that lists `warehouses`, with symbols for what the template is told."""
    return script(
        bucket=symbol("LibraryBucket"),
        key=symbol("LibraryKey"),
        region=symbol("AWS::Region"),
        warehouses=warehouses,
    )


def starting(template: Template, texts: Sequence[str]) -> list[Starts]:
    """Put configurations that run `texts`, one for each domain, into `template`.

    Domains of one script share its configurations, so that a lob of several domains has a
    template that a call carries.
    """
    made = {text: _starts(template, text) for text in dict.fromkeys(texts)}
    return [made[text] for text in texts]


def _starts(template: Template, text: str) -> Starts:
    lab = _attached(_configuration(template, "JupyterLab", text))
    editor = _attached(_configuration(template, "CodeEditor", text))
    of_lab = {"JupyterLabAppSettings": sagemaker.JupyterLabAppSettings(**lab)}
    of_editor = {"CodeEditorAppSettings": sagemaker.CodeEditorAppSettings(**editor)}
    return Starts({**of_lab, **of_editor}, of_lab)


def _configuration(template: Template, app: str, text: str) -> GetAtt:
    """The ARN of the configuration by which apps of the type `app` run `text`."""
    told(template, "LibraryBucket")
    key = told(template, "LibraryKey")
    content = Select(0, Split(".", Select(1, Split("/", key))))
    first, word = _CALLED[app]
    made = template.add_resource(
        sagemaker.StudioLifecycleConfig(
            f"{first}{named(text)}",
            StudioLifecycleConfigName=Join("-", [word, named(text), content]),
            StudioLifecycleConfigAppType=app,
            StudioLifecycleConfigContent=Base64(intrinsic(text)),
        )
    )
    return GetAtt(made, "StudioLifecycleConfigArn")


def _attached(arn: GetAtt) -> dict[str, Any]:
    """Offered, and run unless somebody chooses another."""
    return {
        "DefaultResourceSpec": sagemaker.ResourceSpec(LifecycleConfigArn=arn),
        "LifecycleConfigArns": [arn],
    }
