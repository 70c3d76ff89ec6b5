"""What the apps of one domain run when they start: a lifecycle configuration, attached.

One never changes, so its name holds a digest of the script and what the library's key says of
its content: where either is another, CloudFormation makes a new one, has the domain take it,
and takes the old one away.  One that an app in service was started with stays until then.
"""

from typing import Any

from troposphere import Base64, GetAtt, Join, Select, Split, Template, sagemaker

from studiogate.foundation.notebook_library import named, script
from studiogate.foundation.symbols import intrinsic, symbol
from studiogate.foundation.templates.studio_parameters import told


def script_of(warehouses: dict[str, Any]) -> str:
    """The script that lists `warehouses`, with symbols for what the template is told."""
    return script(
        bucket=symbol("LibraryBucket"),
        key=symbol("LibraryKey"),
        region=symbol("AWS::Region"),
        warehouses=warehouses,
    )


def starting(template: Template, n: int, text: str) -> dict[str, Any]:
    """Put the configuration of domain `n`, which runs `text`, into `template`.

    What is returned attaches it: settings of the domain's users.
    """
    told(template, "LibraryBucket")
    key = told(template, "LibraryKey")
    content = Select(0, Split(".", Select(1, Split("/", key))))
    made = template.add_resource(
        sagemaker.StudioLifecycleConfig(
            f"Starting{n}",
            StudioLifecycleConfigName=Join("-", [f"studiogate-{n}", named(text), content]),
            StudioLifecycleConfigAppType="JupyterLab",
            StudioLifecycleConfigContent=Base64(intrinsic(text)),
        )
    )
    arn = GetAtt(made, "StudioLifecycleConfigArn")
    return {
        "JupyterLabAppSettings": sagemaker.JupyterLabAppSettings(
            DefaultResourceSpec=sagemaker.ResourceSpec(LifecycleConfigArn=arn),
            LifecycleConfigArns=[arn],
        )
    }
