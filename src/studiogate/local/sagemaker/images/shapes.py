"""The input of each operation on images, versions and app image configurations, as rules.

Facts of the SageMaker service model (botocore, 2017-07-24).
"""

from collections.abc import Mapping

from studiogate.local.sagemaker.alphabets import (
    IMAGE_NAME,
    IMAGE_VERSION,
    NAME,
    ORDER,
    PAGE,
    ROLE,
    TAGS,
)
from studiogate.local.sagemaker.checks import (
    Fields,
    Flag,
    Items,
    Moment,
    Number,
    Rule,
    Table,
    Text,
)

_VERSIONED = r"[a-zA-Z]+ ?[0-9]+\.[0-9]+(\.[0-9]+)?"
_ALIAS = Text(r"(?!^[.-])^([a-zA-Z0-9-_.]+)", 1, 128)
_NAMED: Mapping[str, Rule] = {"ImageName": IMAGE_NAME}
_WHICH: Mapping[str, Rule] = {**_NAMED, "Version": IMAGE_VERSION, "Alias": _ALIAS}
_SAID: Mapping[str, Rule] = {
    "Description": Text(least=1, most=512),
    "DisplayName": Text(r"\S(.*\S)?", 1, 128),
    "RoleArn": ROLE,
}
_ABOUT: Mapping[str, Rule] = {
    "VendorGuidance": Text(words=("NOT_PROVIDED", "STABLE", "TO_BE_ARCHIVED", "ARCHIVED")),
    "JobType": Text(words=("TRAINING", "INFERENCE", "NOTEBOOK_KERNEL")),
    "MLFramework": Text(_VERSIONED, 1, 128),
    "ProgrammingLang": Text(_VERSIONED, 1, 128),
    "Processor": Text(words=("CPU", "GPU")),
    "Horovod": Flag(),
    "ReleaseNotes": Text(least=1, most=255),
}
_CAPITAL_SORTED: Mapping[str, Rule] = {
    **PAGE,
    "CreationTimeAfter": Moment(),
    "CreationTimeBefore": Moment(),
    "LastModifiedTimeAfter": Moment(),
    "LastModifiedTimeBefore": Moment(),
    "SortOrder": Text(words=("ASCENDING", "DESCENDING")),
}

_FILE_SYSTEM = Fields(
    {
        "MountPath": Text(r"\/.*", most=1024),
        "DefaultUid": Number(0, 65535),
        "DefaultGid": Number(0, 65535),
    }
)
_NOT_BLANK = r"(?!\s*$).+"
_CONTAINER = Fields(
    {
        "ContainerArguments": Items(Text(_NOT_BLANK, most=64), most=50),
        "ContainerEntrypoint": Items(Text(_NOT_BLANK, most=256), most=1),
        "ContainerEnvironmentVariables": Table(
            Text(_NOT_BLANK, most=256), Text(most=256), most=25
        ),
    }
)
_LONG = Text(most=1024)
_KERNEL = Fields({"Name": _LONG, "DisplayName": _LONG}, ("Name",))
_APP_CONFIG = Fields({"FileSystemConfig": _FILE_SYSTEM, "ContainerConfig": _CONTAINER})
_CONFIG: Mapping[str, Rule] = {
    "AppImageConfigName": NAME,
    "KernelGatewayImageConfig": Fields(
        {"KernelSpecs": Items(_KERNEL, least=1, most=5), "FileSystemConfig": _FILE_SYSTEM},
        ("KernelSpecs",),
    ),
    "JupyterLabAppImageConfig": _APP_CONFIG,
    "CodeEditorAppImageConfig": _APP_CONFIG,
}
_ONE_CONFIG = Fields({"AppImageConfigName": NAME}, ("AppImageConfigName",))
_ONE_IMAGE = Fields(_NAMED, ("ImageName",))
_ONE_VERSION = Fields(_WHICH, ("ImageName",))

IMAGE_SHAPES: Mapping[str, Fields] = {
    "CreateImage": Fields({**_NAMED, **_SAID, "Tags": TAGS}, ("ImageName", "RoleArn")),
    "DescribeImage": _ONE_IMAGE,
    "ListImages": Fields(
        {
            **_CAPITAL_SORTED,
            "NameContains": Text(r"[a-zA-Z0-9\-.]+", most=63),
            "SortBy": Text(words=("CREATION_TIME", "LAST_MODIFIED_TIME", "IMAGE_NAME")),
        }
    ),
    "UpdateImage": Fields(
        {
            **_NAMED,
            **_SAID,
            "DeleteProperties": Items(Text(r"(^DisplayName$)|(^Description$)", 1, 11), most=2),
        },
        ("ImageName",),
    ),
    "DeleteImage": _ONE_IMAGE,
    "CreateImageVersion": Fields(
        {
            **_NAMED,
            **_ABOUT,
            "BaseImage": Text(least=1, most=255),
            "ClientToken": Text(r"[a-zA-Z0-9-]+", 1, 36),
            "Aliases": Items(_ALIAS),
        },
        ("BaseImage", "ClientToken", "ImageName"),
    ),
    "DescribeImageVersion": _ONE_VERSION,
    "ListImageVersions": Fields(
        {
            **_NAMED,
            **_CAPITAL_SORTED,
            "SortBy": Text(words=("CREATION_TIME", "LAST_MODIFIED_TIME", "VERSION")),
        },
        ("ImageName",),
    ),
    "UpdateImageVersion": Fields(
        {
            **_WHICH,
            **_ABOUT,
            "AliasesToAdd": Items(_ALIAS),
            "AliasesToDelete": Items(_ALIAS),
        },
        ("ImageName",),
    ),
    "DeleteImageVersion": _ONE_VERSION,
    "ListAliases": Fields({**_WHICH, **PAGE}, ("ImageName",)),
    "CreateAppImageConfig": Fields({**_CONFIG, "Tags": TAGS}, ("AppImageConfigName",)),
    "DescribeAppImageConfig": _ONE_CONFIG,
    "ListAppImageConfigs": Fields(
        {
            **PAGE,
            "NameContains": NAME,
            "SortBy": Text(words=("CreationTime", "LastModifiedTime", "Name")),
            "SortOrder": ORDER,
            "CreationTimeAfter": Moment(),
            "CreationTimeBefore": Moment(),
            "ModifiedTimeAfter": Moment(),
            "ModifiedTimeBefore": Moment(),
        }
    ),
    "UpdateAppImageConfig": Fields(_CONFIG, ("AppImageConfigName",)),
    "DeleteAppImageConfig": _ONE_CONFIG,
}
