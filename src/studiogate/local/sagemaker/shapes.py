"""The input of each operation the emulated Studio offers, as a table of rules.

Patterns, lengths, ranges and words are facts of the SageMaker service model (botocore,
2017-07-24).  An operation that is not in this table is not offered.
"""

from collections.abc import Mapping

from studiogate.local.sagemaker.alphabets import (
    CAPITAL_SWITCH,
    NAME,
    ORDER,
    PAGE,
    TAG_KEY,
    TAGS,
    TOKEN,
)
from studiogate.local.sagemaker.checks import Fields, Flag, Items, Moment, Number, Rule, Text
from studiogate.local.sagemaker.images.shapes import IMAGE_SHAPES
from studiogate.local.sagemaker.settings_shapes import (
    APP_TYPES,
    DOMAIN_CHANGES,
    DOMAIN_SETTINGS,
    GROUP,
    LANDING,
    RESOURCE_SPEC,
    SPACE_DEFAULTS,
    SPACE_SETTINGS,
    USER_SETTINGS,
)

_DOMAIN_ID = Text(r"d-(-*[a-z0-9]){1,61}", most=63)
_SWITCH = Text(words=("Enabled", "Disabled"))
_KEY_ID = Text(r"[a-zA-Z0-9:/_-]*", most=2048)
_SUBNETS = Items(GROUP, least=1, most=16)
_ARN = Text(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+", most=256)
_DISPLAY_NAME = Text(r"(?!\s*$).+", most=64)
_LIFECYCLE_TYPES = ("JupyterServer", "KernelGateway", "CodeEditor", "JupyterLab")

_DOMAIN_CHOICES: Mapping[str, Rule] = {
    "DefaultUserSettings": USER_SETTINGS,
    "DefaultSpaceSettings": SPACE_DEFAULTS,
    "SubnetIds": _SUBNETS,
    "VpcId": GROUP,
    "AppNetworkAccessType": Text(words=("PublicInternetOnly", "VpcOnly")),
    "AppSecurityGroupManagement": Text(words=("Service", "Customer")),
    "HomeEfsFileSystemCreation": _SWITCH,
    "TagPropagation": CAPITAL_SWITCH,
}
_DOMAIN: Mapping[str, Rule] = {"DomainId": _DOMAIN_ID}
_PROFILE: Mapping[str, Rule] = {**_DOMAIN, "UserProfileName": NAME}
_SPACE: Mapping[str, Rule] = {**_DOMAIN, "SpaceName": NAME}
_APP: Mapping[str, Rule] = {
    **_PROFILE,
    "SpaceName": NAME,
    "AppType": Text(words=APP_TYPES),
    "AppName": NAME,
}
_LIFECYCLE: Mapping[str, Rule] = {"StudioLifecycleConfigName": NAME}
_APP_REQUIRED = ("DomainId", "AppType", "AppName")
_SORTED: Mapping[str, Rule] = {
    **PAGE,
    "SortOrder": ORDER,
    "SortBy": Text(words=("CreationTime", "LastModifiedTime")),
    "DomainIdEquals": _DOMAIN_ID,
}

SHAPES: Mapping[str, Fields] = {
    "CreateDomain": Fields(
        {
            **_DOMAIN_CHOICES,
            "DomainName": NAME,
            "AuthMode": Text(words=("SSO", "IAM")),
            "DomainSettings": DOMAIN_SETTINGS,
            "Tags": TAGS,
            "KmsKeyId": _KEY_ID,
            "HomeEfsFileSystemKmsKeyId": _KEY_ID,
        },
        ("DomainName", "AuthMode", "DefaultUserSettings"),
    ),
    "DescribeDomain": Fields(_DOMAIN, ("DomainId",)),
    "ListDomains": Fields(PAGE),
    "UpdateDomain": Fields(
        {**_DOMAIN, **_DOMAIN_CHOICES, "DomainSettingsForUpdate": DOMAIN_CHANGES},
        ("DomainId",),
    ),
    "DeleteDomain": Fields(
        {
            **_DOMAIN,
            "RetentionPolicy": Fields({"HomeEfsFileSystem": Text(words=("Retain", "Delete"))}),
        },
        ("DomainId",),
    ),
    "CreateUserProfile": Fields(
        {
            **_PROFILE,
            "UserSettings": USER_SETTINGS,
            "Tags": TAGS,
            "SingleSignOnUserIdentifier": Text("UserName"),
            "SingleSignOnUserValue": Text(most=256),
        },
        ("DomainId", "UserProfileName"),
    ),
    "DescribeUserProfile": Fields(_PROFILE, ("DomainId", "UserProfileName")),
    "ListUserProfiles": Fields({**_SORTED, "UserProfileNameContains": NAME}),
    "UpdateUserProfile": Fields(
        {**_PROFILE, "UserSettings": USER_SETTINGS}, ("DomainId", "UserProfileName")
    ),
    "DeleteUserProfile": Fields(_PROFILE, ("DomainId", "UserProfileName")),
    "CreateSpace": Fields(
        {
            **_SPACE,
            "Tags": TAGS,
            "SpaceSettings": SPACE_SETTINGS,
            "OwnershipSettings": Fields(
                {"OwnerUserProfileName": NAME}, ("OwnerUserProfileName",)
            ),
            "SpaceSharingSettings": Fields(
                {"SharingType": Text(words=("Private", "Shared"))}, ("SharingType",)
            ),
            "SpaceDisplayName": _DISPLAY_NAME,
        },
        ("DomainId", "SpaceName"),
    ),
    "UpdateSpace": Fields(
        {**_SPACE, "SpaceSettings": SPACE_SETTINGS, "SpaceDisplayName": _DISPLAY_NAME},
        ("DomainId", "SpaceName"),
    ),
    "DescribeSpace": Fields(_SPACE, ("DomainId", "SpaceName")),
    "ListSpaces": Fields({**_SORTED, "SpaceNameContains": NAME}),
    "DeleteSpace": Fields(_SPACE, ("DomainId", "SpaceName")),
    "CreateApp": Fields(
        {**_APP, "Tags": TAGS, "ResourceSpec": RESOURCE_SPEC, "RecoveryMode": Flag()},
        _APP_REQUIRED,
    ),
    "DescribeApp": Fields(_APP, _APP_REQUIRED),
    "ListApps": Fields(
        {
            **_SORTED,
            "SortBy": Text(words=("CreationTime",)),
            "UserProfileNameEquals": NAME,
            "SpaceNameEquals": NAME,
        }
    ),
    "DeleteApp": Fields(_APP, _APP_REQUIRED),
    "CreateStudioLifecycleConfig": Fields(
        {
            **_LIFECYCLE,
            "StudioLifecycleConfigContent": Text(r"[\S\s]+", 1, 16384),
            "StudioLifecycleConfigAppType": Text(words=_LIFECYCLE_TYPES),
            "Tags": TAGS,
        },
        (
            "StudioLifecycleConfigName",
            "StudioLifecycleConfigContent",
            "StudioLifecycleConfigAppType",
        ),
    ),
    "DescribeStudioLifecycleConfig": Fields(_LIFECYCLE, ("StudioLifecycleConfigName",)),
    "ListStudioLifecycleConfigs": Fields(
        {
            **PAGE,
            "SortOrder": ORDER,
            "SortBy": Text(words=("CreationTime", "LastModifiedTime", "Name")),
            "NameContains": NAME,
            "AppTypeEquals": Text(words=_LIFECYCLE_TYPES),
            "CreationTimeAfter": Moment(),
            "CreationTimeBefore": Moment(),
            "ModifiedTimeAfter": Moment(),
            "ModifiedTimeBefore": Moment(),
        }
    ),
    "DeleteStudioLifecycleConfig": Fields(_LIFECYCLE, ("StudioLifecycleConfigName",)),
    "AddTags": Fields({"ResourceArn": _ARN, "Tags": TAGS}, ("ResourceArn", "Tags")),
    "ListTags": Fields(
        {"ResourceArn": _ARN, "NextToken": TOKEN, "MaxResults": Number(50)},
        ("ResourceArn",),
    ),
    "DeleteTags": Fields(
        {"ResourceArn": _ARN, "TagKeys": Items(TAG_KEY, least=1, most=50)},
        ("ResourceArn", "TagKeys"),
    ),
    "CreatePresignedDomainUrl": Fields(
        {
            **_PROFILE,
            "SpaceName": NAME,
            "LandingUri": LANDING,
            "ExpiresInSeconds": Number(5, 300),
            "SessionExpirationDurationInSeconds": Number(1800, 43200),
        },
        ("DomainId", "UserProfileName"),
    ),
    **IMAGE_SHAPES,
}
