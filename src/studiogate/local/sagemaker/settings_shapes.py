"""The settings of domains, profiles and spaces, as rules: which apps, as whom, of which images.

Facts of the SageMaker service model (botocore, 2017-07-24).  Members that are not here are
kept as they are given.
"""

from collections.abc import Mapping

from studiogate.local.sagemaker.alphabets import (
    CAPITAL_SWITCH,
    IMAGE_ARN,
    IMAGE_NAME,
    IMAGE_VERSION,
    IMAGE_VERSION_ARN,
    NAME,
    ROLE,
)
from studiogate.local.sagemaker.checks import Fields, Items, Rule, Text

APP_TYPES = (
    "JupyterServer",
    "KernelGateway",
    "DetailedProfiler",
    "TensorBoard",
    "CodeEditor",
    "JupyterLab",
    "RStudioServerPro",
    "RSessionGateway",
    "Canvas",
)
GROUP = Text(r"[-0-9a-zA-Z]+", most=32)
LANDING = Text(most=1023)

_LIFECYCLE_ARN = Text(
    r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:studio-lifecycle-config/.*|None)",
    most=256,
)
_SEMVER = (
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
    r"(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
)
RESOURCE_SPEC = Fields(
    {
        "LifecycleConfigArn": _LIFECYCLE_ARN,
        "SageMakerImageArn": IMAGE_ARN,
        "SageMakerImageVersionArn": IMAGE_VERSION_ARN,
        "SageMakerImageVersionAlias": Text(
            rf"(^[0-9]+$)|(^[0-9]+.[0-9]+$)|(^{_SEMVER}$)", 1, 128
        ),
    }
)
_CUSTOM_IMAGES = Items(
    Fields(
        {
            "ImageName": IMAGE_NAME,
            "ImageVersionNumber": IMAGE_VERSION,
            "AppImageConfigName": NAME,
        },
        ("ImageName", "AppImageConfigName"),
    ),
    most=200,
)
_SPACE_APP_SETTINGS = Fields({"DefaultResourceSpec": RESOURCE_SPEC})
_R_SESSION_SETTINGS = Fields(
    {"DefaultResourceSpec": RESOURCE_SPEC, "CustomImages": _CUSTOM_IMAGES}
)
_SERVER_SETTINGS = Fields(
    {"DefaultResourceSpec": RESOURCE_SPEC, "LifecycleConfigArns": Items(_LIFECYCLE_ARN)}
)
_KERNEL_SETTINGS = Fields({**_SERVER_SETTINGS.members, "CustomImages": _CUSTOM_IMAGES})
_APP_SETTINGS = Fields(
    {**_KERNEL_SETTINGS.members, "BuiltInLifecycleConfigArn": _LIFECYCLE_ARN}
)
_OF_CLASSIC: Mapping[str, Rule] = {
    "JupyterServerAppSettings": _SERVER_SETTINGS,
    "KernelGatewayAppSettings": _KERNEL_SETTINGS,
}
_OF_LAB: Mapping[str, Rule] = {**_OF_CLASSIC, "JupyterLabAppSettings": _APP_SETTINGS}

USER_SETTINGS = Fields(
    {
        "ExecutionRole": ROLE,
        "SecurityGroups": Items(GROUP, most=5),
        "DefaultLandingUri": LANDING,
        "StudioWebPortal": CAPITAL_SWITCH,
        "AutoMountHomeEFS": Text(words=("Enabled", "Disabled", "DefaultAsDomain")),
        **_OF_LAB,
        "CodeEditorAppSettings": _APP_SETTINGS,
        "RSessionAppSettings": _R_SESSION_SETTINGS,
        "RStudioServerProAppSettings": Fields(
            {
                "AccessStatus": CAPITAL_SWITCH,
                "UserGroup": Text(words=("R_STUDIO_ADMIN", "R_STUDIO_USER")),
            }
        ),
    }
)
SPACE_DEFAULTS = Fields(
    {"ExecutionRole": ROLE, "SecurityGroups": Items(GROUP, most=5), **_OF_LAB}
)
SPACE_SETTINGS = Fields(
    {
        "AppType": Text(words=APP_TYPES),
        "RemoteAccess": CAPITAL_SWITCH,
        **_OF_CLASSIC,
        "CodeEditorAppSettings": _SPACE_APP_SETTINGS,
        "JupyterLabAppSettings": _SPACE_APP_SETTINGS,
    }
)

_RSTUDIO = Fields(
    {
        "DomainExecutionRoleArn": ROLE,
        "RStudioConnectUrl": Text(),
        "RStudioPackageManagerUrl": Text(),
        "DefaultResourceSpec": RESOURCE_SPEC,
    },
    ("DomainExecutionRoleArn",),
)
_DOMAIN_SETTINGS: Mapping[str, Rule] = {
    "SecurityGroupIds": Items(GROUP, most=3),
    "ExecutionRoleIdentityConfig": Text(words=("USER_PROFILE_NAME", "DISABLED")),
    "IpAddressType": Text(words=("ipv4", "dualstack")),
}
DOMAIN_SETTINGS = Fields({**_DOMAIN_SETTINGS, "RStudioServerProDomainSettings": _RSTUDIO})
DOMAIN_CHANGES = Fields(
    {**_DOMAIN_SETTINGS, "RStudioServerProDomainSettingsForUpdate": _RSTUDIO}
)
