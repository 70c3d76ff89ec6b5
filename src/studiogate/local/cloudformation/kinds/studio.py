"""Studio: domains, profiles, spaces, and the scripts that apps start with.

A domain with profiles, spaces or apps refuses to go, as SageMaker's does; its home file system
stays, which is what DeleteDomain does when nobody says otherwise.  Source: CloudFormation
Template Reference, "Amazon SageMaker AI"; SageMaker API Reference.
"""

from collections.abc import Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Look,
    State,
    at,
    attribute,
    by,
    changing,
    ends,
    made_by,
    prop,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import pairs, tagged, tagging

_GONE = words("ResourceNotFound")
_STATE = State(
    at=at("Status"),
    ready=words("InService"),
    waiting=words("Pending Updating"),
    over=words("Deleted"),
    why=at("FailureReason"),
)


def _tagging(arn: str) -> Any:
    return tagging("AddTags", "DeleteTags", who={"ResourceArn": attribute(arn)})


def _for_update(settings: Any) -> Mapping[str, Any]:
    """`DomainSettings` as UpdateDomain has them: it says which are for an update."""
    said = dict(settings)
    if (rstudio := said.pop("RStudioServerProDomainSettings", None)) is not None:
        said["RStudioServerProDomainSettingsForUpdate"] = rstudio
    return {"DomainSettingsForUpdate": said}


_CHANGEABLE = (
    "AppNetworkAccessType AppSecurityGroupManagement DefaultSpaceSettings DefaultUserSettings "
    "DomainSettings SubnetIds TagPropagation"
)

DOMAIN = ApiKind(
    name="AWS::SageMaker::Domain",
    service="sagemaker",
    properties=words(
        f"{_CHANGEABLE} AuthMode DomainName HomeEfsFileSystemCreation KmsKeyId Tags VpcId"
    ),
    required=words("AuthMode DefaultUserSettings DomainName"),
    replaced_by=words("AuthMode DomainName KmsKeyId VpcId"),
    fixed=words("HomeEfsFileSystemCreation"),
    make=made_by("CreateDomain", Tags=tagged(pairs)),
    id=lambda answer, _: str(answer["DomainArn"]).rpartition("/")[2],
    looks=(
        Look(
            asks=by("DescribeDomain", DomainId=this),
            gone=_GONE,
            attributes=reads(
                "DomainArn DomainId HomeEfsFileSystemId SecurityGroupIdForDomainBoundary "
                "SingleSignOnApplicationArn SingleSignOnManagedApplicationInstanceId Url"
            ),
            live=reads(
                "AppNetworkAccessType AuthMode DefaultSpaceSettings DefaultUserSettings "
                "DomainName DomainSettings KmsKeyId SubnetIds VpcId"
            ),
            state=_STATE,
        ),
    ),
    steps=(
        changing(
            "UpdateDomain",
            _CHANGEABLE,
            into={"DomainSettings": _for_update},
            DomainId=this,
        ),
        _tagging("DomainArn"),
    ),
    end=ends(by("DeleteDomain", DomainId=this)),
    gone=_GONE,
    lingers=True,
)

_PROFILE: Mapping[str, Any] = {
    "DomainId": prop("DomainId"),
    "UserProfileName": prop("UserProfileName"),
}

USER_PROFILE = ApiKind(
    name="AWS::SageMaker::UserProfile",
    service="sagemaker",
    properties=words(
        "DomainId SingleSignOnUserIdentifier SingleSignOnUserValue Tags UserProfileName "
        "UserSettings"
    ),
    required=words("DomainId UserProfileName"),
    replaced_by=words(
        "DomainId SingleSignOnUserIdentifier SingleSignOnUserValue UserProfileName"
    ),
    make=made_by("CreateUserProfile", Tags=tagged(pairs)),
    id=lambda _, turn: f"{turn.wanted['UserProfileName']}|{turn.wanted['DomainId']}",
    looks=(
        Look(
            asks=by("DescribeUserProfile", **_PROFILE),
            gone=_GONE,
            attributes=reads("UserProfileArn"),
            live=reads(
                "DomainId SingleSignOnUserIdentifier SingleSignOnUserValue UserProfileName "
                "UserSettings"
            ),
            state=_STATE,
        ),
    ),
    steps=(
        changing("UpdateUserProfile", "UserSettings", **_PROFILE),
        _tagging("UserProfileArn"),
    ),
    end=ends(by("DeleteUserProfile", **_PROFILE)),
    gone=_GONE,
    lingers=True,
)

_SPACE: Mapping[str, Any] = {"DomainId": prop("DomainId"), "SpaceName": prop("SpaceName")}

SPACE = ApiKind(
    name="AWS::SageMaker::Space",
    service="sagemaker",
    properties=words(
        "DomainId OwnershipSettings SpaceDisplayName SpaceName SpaceSettings "
        "SpaceSharingSettings Tags"
    ),
    required=words("DomainId SpaceName"),
    replaced_by=words("DomainId OwnershipSettings SpaceName SpaceSharingSettings"),
    make=made_by("CreateSpace", Tags=tagged(pairs)),
    id=lambda _, turn: f"{turn.wanted['DomainId']}|{turn.wanted['SpaceName']}",
    looks=(
        Look(
            asks=by("DescribeSpace", **_SPACE),
            gone=_GONE,
            attributes=reads("SpaceArn Url"),
            live=reads(
                "DomainId OwnershipSettings SpaceDisplayName SpaceName SpaceSettings "
                "SpaceSharingSettings"
            ),
            state=_STATE,
        ),
    ),
    steps=(
        changing("UpdateSpace", "SpaceDisplayName SpaceSettings", **_SPACE),
        _tagging("SpaceArn"),
    ),
    end=ends(by("DeleteSpace", **_SPACE)),
    gone=_GONE,
    lingers=True,
)

_LIFECYCLE: Mapping[str, Any] = {"StudioLifecycleConfigName": this}
_SCRIPT = "StudioLifecycleConfigAppType StudioLifecycleConfigContent StudioLifecycleConfigName"

LIFECYCLE = ApiKind(
    name="AWS::SageMaker::StudioLifecycleConfig",
    service="sagemaker",
    properties=words(f"{_SCRIPT} Tags"),
    required=words(_SCRIPT),
    replaced_by=words(f"{_SCRIPT} Tags"),
    make=made_by("CreateStudioLifecycleConfig", Tags=tagged(pairs)),
    id=lambda _, turn: str(turn.wanted["StudioLifecycleConfigName"]),
    looks=(
        Look(
            asks=by("DescribeStudioLifecycleConfig", **_LIFECYCLE),
            gone=_GONE,
            attributes=reads("StudioLifecycleConfigArn"),
            live=reads(_SCRIPT),
        ),
    ),
    end=ends(by("DeleteStudioLifecycleConfig", **_LIFECYCLE)),
    gone=_GONE,
)

KINDS = (DOMAIN, USER_PROFILE, SPACE, LIFECYCLE)
