"""The input of each operation the emulated Studio offers, as a table of rules.

Patterns, lengths, ranges and words are facts of the SageMaker service model (botocore,
2017-07-24).  An operation that is not in this table is not offered.
"""

from collections.abc import Mapping

from studiogate.local.sagemaker.checks import Fields, Flag, Items, Moment, Number, Rule, Text

NAME_PATTERN = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
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

_NAME = Text(NAME_PATTERN, most=63)
_DOMAIN_ID = Text(r"d-(-*[a-z0-9]){1,61}", most=63)
_SWITCH = Text(words=("Enabled", "Disabled"))
_CAPITAL_SWITCH = Text(words=("ENABLED", "DISABLED"))
_KEY_ID = Text(r"[a-zA-Z0-9:/_-]*", most=2048)
_ROLE = Text(r"arn:aws[a-z\-]*:iam::[0-9]{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+", 20, 2048)
_GROUP = Text(r"[-0-9a-zA-Z]+", most=32)
_SUBNETS = Items(_GROUP, least=1, most=16)
_LANDING = Text(most=1023)
_ARN = Text(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+", most=256)
_TAG_KEY = Text(r"[\w \u00a0.:/=+\-@]*", 1, 128)
_TAG = Fields(
    {"Key": _TAG_KEY, "Value": Text(r"[\w \u00a0.:/=+\-@]*", most=256)}, ("Key", "Value")
)
_TAGS = Items(_TAG, most=50)

_LIFECYCLE_TYPES = ("JupyterServer", "KernelGateway", "CodeEditor", "JupyterLab")
_LIFECYCLE_ARN = Text(
    r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:studio-lifecycle-config/.*|None)",
    most=256,
)
_RESOURCE_SPEC = Fields({"LifecycleConfigArn": _LIFECYCLE_ARN})
_SPACE_APP_SETTINGS = Fields({"DefaultResourceSpec": _RESOURCE_SPEC})
_CLASSIC_SETTINGS = Fields(
    {"DefaultResourceSpec": _RESOURCE_SPEC, "LifecycleConfigArns": Items(_LIFECYCLE_ARN)}
)
_APP_SETTINGS = Fields(
    {**_CLASSIC_SETTINGS.members, "BuiltInLifecycleConfigArn": _LIFECYCLE_ARN}
)
_OF_CLASSIC: Mapping[str, Rule] = {
    "JupyterServerAppSettings": _CLASSIC_SETTINGS,
    "KernelGatewayAppSettings": _CLASSIC_SETTINGS,
}
_OF_LAB: Mapping[str, Rule] = {**_OF_CLASSIC, "JupyterLabAppSettings": _APP_SETTINGS}

_USER_SETTINGS = Fields(
    {
        "ExecutionRole": _ROLE,
        "SecurityGroups": Items(_GROUP, most=5),
        "DefaultLandingUri": _LANDING,
        "StudioWebPortal": _CAPITAL_SWITCH,
        "AutoMountHomeEFS": Text(words=("Enabled", "Disabled", "DefaultAsDomain")),
        **_OF_LAB,
        "CodeEditorAppSettings": _APP_SETTINGS,
    }
)
_SPACE_DEFAULTS = Fields(
    {"ExecutionRole": _ROLE, "SecurityGroups": Items(_GROUP, most=5), **_OF_LAB}
)
_DOMAIN_SETTINGS = Fields(
    {
        "SecurityGroupIds": Items(_GROUP, most=3),
        "ExecutionRoleIdentityConfig": Text(words=("USER_PROFILE_NAME", "DISABLED")),
        "IpAddressType": Text(words=("ipv4", "dualstack")),
    }
)
_DOMAIN_CHOICES: Mapping[str, Rule] = {
    "DefaultUserSettings": _USER_SETTINGS,
    "DefaultSpaceSettings": _SPACE_DEFAULTS,
    "SubnetIds": _SUBNETS,
    "VpcId": _GROUP,
    "AppNetworkAccessType": Text(words=("PublicInternetOnly", "VpcOnly")),
    "AppSecurityGroupManagement": Text(words=("Service", "Customer")),
    "HomeEfsFileSystemCreation": _SWITCH,
    "TagPropagation": _CAPITAL_SWITCH,
}
_SPACE_SETTINGS = Fields(
    {
        "AppType": Text(words=APP_TYPES),
        "RemoteAccess": _CAPITAL_SWITCH,
        **_OF_CLASSIC,
        "CodeEditorAppSettings": _SPACE_APP_SETTINGS,
        "JupyterLabAppSettings": _SPACE_APP_SETTINGS,
    }
)

_DOMAIN: Mapping[str, Rule] = {"DomainId": _DOMAIN_ID}
_PROFILE: Mapping[str, Rule] = {**_DOMAIN, "UserProfileName": _NAME}
_SPACE: Mapping[str, Rule] = {**_DOMAIN, "SpaceName": _NAME}
_APP: Mapping[str, Rule] = {
    **_PROFILE,
    "SpaceName": _NAME,
    "AppType": Text(words=APP_TYPES),
    "AppName": _NAME,
}
_LIFECYCLE: Mapping[str, Rule] = {"StudioLifecycleConfigName": _NAME}
_APP_REQUIRED = ("DomainId", "AppType", "AppName")
_PAGE: Mapping[str, Rule] = {"NextToken": Text(most=8192), "MaxResults": Number(1, 100)}
_SORTED: Mapping[str, Rule] = {
    **_PAGE,
    "SortOrder": Text(words=("Ascending", "Descending")),
    "SortBy": Text(words=("CreationTime", "LastModifiedTime")),
    "DomainIdEquals": _DOMAIN_ID,
}

SHAPES: Mapping[str, Fields] = {
    "CreateDomain": Fields(
        {
            **_DOMAIN_CHOICES,
            "DomainName": _NAME,
            "AuthMode": Text(words=("SSO", "IAM")),
            "DomainSettings": _DOMAIN_SETTINGS,
            "Tags": _TAGS,
            "KmsKeyId": _KEY_ID,
            "HomeEfsFileSystemKmsKeyId": _KEY_ID,
        },
        ("DomainName", "AuthMode", "DefaultUserSettings"),
    ),
    "DescribeDomain": Fields(_DOMAIN, ("DomainId",)),
    "ListDomains": Fields(_PAGE),
    "UpdateDomain": Fields(
        {**_DOMAIN, **_DOMAIN_CHOICES, "DomainSettingsForUpdate": _DOMAIN_SETTINGS},
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
            "UserSettings": _USER_SETTINGS,
            "Tags": _TAGS,
            "SingleSignOnUserIdentifier": Text("UserName"),
            "SingleSignOnUserValue": Text(most=256),
        },
        ("DomainId", "UserProfileName"),
    ),
    "DescribeUserProfile": Fields(_PROFILE, ("DomainId", "UserProfileName")),
    "ListUserProfiles": Fields({**_SORTED, "UserProfileNameContains": _NAME}),
    "UpdateUserProfile": Fields(
        {**_PROFILE, "UserSettings": _USER_SETTINGS}, ("DomainId", "UserProfileName")
    ),
    "DeleteUserProfile": Fields(_PROFILE, ("DomainId", "UserProfileName")),
    "CreateSpace": Fields(
        {
            **_SPACE,
            "Tags": _TAGS,
            "SpaceSettings": _SPACE_SETTINGS,
            "OwnershipSettings": Fields(
                {"OwnerUserProfileName": _NAME}, ("OwnerUserProfileName",)
            ),
            "SpaceSharingSettings": Fields(
                {"SharingType": Text(words=("Private", "Shared"))}, ("SharingType",)
            ),
            "SpaceDisplayName": Text(r"(?!\s*$).+", most=64),
        },
        ("DomainId", "SpaceName"),
    ),
    "DescribeSpace": Fields(_SPACE, ("DomainId", "SpaceName")),
    "ListSpaces": Fields({**_SORTED, "SpaceNameContains": _NAME}),
    "DeleteSpace": Fields(_SPACE, ("DomainId", "SpaceName")),
    "CreateApp": Fields(
        {**_APP, "Tags": _TAGS, "ResourceSpec": _RESOURCE_SPEC, "RecoveryMode": Flag()},
        _APP_REQUIRED,
    ),
    "DescribeApp": Fields(_APP, _APP_REQUIRED),
    "ListApps": Fields(
        {
            **_SORTED,
            "SortBy": Text(words=("CreationTime",)),
            "UserProfileNameEquals": _NAME,
            "SpaceNameEquals": _NAME,
        }
    ),
    "DeleteApp": Fields(_APP, _APP_REQUIRED),
    "CreateStudioLifecycleConfig": Fields(
        {
            **_LIFECYCLE,
            "StudioLifecycleConfigContent": Text(r"[\S\s]+", 1, 16384),
            "StudioLifecycleConfigAppType": Text(words=_LIFECYCLE_TYPES),
            "Tags": _TAGS,
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
            **_PAGE,
            "SortOrder": Text(words=("Ascending", "Descending")),
            "SortBy": Text(words=("CreationTime", "LastModifiedTime", "Name")),
            "NameContains": _NAME,
            "AppTypeEquals": Text(words=_LIFECYCLE_TYPES),
            "CreationTimeAfter": Moment(),
            "CreationTimeBefore": Moment(),
            "ModifiedTimeAfter": Moment(),
            "ModifiedTimeBefore": Moment(),
        }
    ),
    "DeleteStudioLifecycleConfig": Fields(_LIFECYCLE, ("StudioLifecycleConfigName",)),
    "AddTags": Fields({"ResourceArn": _ARN, "Tags": _TAGS}, ("ResourceArn", "Tags")),
    "ListTags": Fields(
        {"ResourceArn": _ARN, "NextToken": Text(most=8192), "MaxResults": Number(50)},
        ("ResourceArn",),
    ),
    "DeleteTags": Fields(
        {"ResourceArn": _ARN, "TagKeys": Items(_TAG_KEY, least=1, most=50)},
        ("ResourceArn", "TagKeys"),
    ),
    "CreatePresignedDomainUrl": Fields(
        {
            **_PROFILE,
            "SpaceName": _NAME,
            "LandingUri": _LANDING,
            "ExpiresInSeconds": Number(5, 300),
            "SessionExpirationDurationInSeconds": Number(1800, 43200),
        },
        ("DomainId", "UserProfileName"),
    ),
}
