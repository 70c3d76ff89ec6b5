"""What a call needs to be allowed: actions, exact ARNs, and SageMaker's own condition keys.

Source: service authorization reference, "Actions, resources, and condition keys for Amazon
SageMaker AI"; what calls about images need is in `images.needed`.  Tagging on creation needs
`sagemaker:AddTags` as well, and handing Studio a role needs `iam:PassRole` on that role.  List
operations have no resource, so they are asked on `*`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from studiogate.local.call import ApiCall, Needed, Place
from studiogate.local.sagemaker.backend import tags_of
from studiogate.local.sagemaker.images.needed import image_keys, image_resources
from studiogate.local.sagemaker.model import Profile, Space
from studiogate.local.sagemaker.running import owner_asked
from studiogate.local.sagemaker.store import Store

_Context = Mapping[str, str | tuple[str, ...]]


def permissions(store: Store, call: ApiCall) -> tuple[Needed, ...]:
    """Every permission a call with checked input needs, the main one first."""
    return tuple(_needed(store, call))


def _needed(store: Store, call: ApiCall) -> Iterator[Needed]:
    resource, *others = image_resources(store, call) or (_resource(store, call),)
    context = {**_resource_tags(store, call.place, resource), **_keys(store, call)}
    for arn in (resource, *others):
        yield Needed(f"sagemaker:{call.operation}", arn, context)
    if call.operation.startswith("Create") and tags_of(call):
        yield Needed("sagemaker:AddTags", resource, context)
    for role in _roles(call.params):
        yield Needed("iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"})


def _resource(store: Store, call: ApiCall) -> str:
    """The exact ARN; `*` for lists, which AWS does not tie to a resource."""
    if "ResourceArn" in call.params:
        return str(call.params["ResourceArn"])
    if call.operation.startswith("List"):
        return "*"
    return call.place.arn("sagemaker", _which(store, call))


def _which(store: Store, call: ApiCall) -> str:
    """How the ARN ends of what a call is about."""
    operation, asked = call.operation, call.params
    if operation == "CreateDomain":
        return f"domain/{store.new_domain_id(call.place, asked['DomainName'])}"
    if "StudioLifecycleConfigName" in asked:
        return f"studio-lifecycle-config/{asked['StudioLifecycleConfigName']}"
    domain_id = asked["DomainId"]
    if operation.endswith("App"):
        return (
            f"app/{domain_id}/{owner_asked(asked).name}/{asked['AppType']}/{asked['AppName']}"
        )
    if operation.endswith("Space"):
        return f"space/{domain_id}/{asked['SpaceName']}"
    if "UserProfileName" in asked:
        return f"user-profile/{domain_id}/{asked['UserProfileName']}"
    return f"domain/{domain_id}"


def _resource_tags(store: Store, place: Place, arn: str) -> _Context:
    """The tags of what is there, under both names AWS gives them."""
    thing = store.by_arn(place, arn)
    tags = thing.tags if thing else {}
    return {
        f"{prefix}:ResourceTag/{key}": value
        for key, value in tags.items()
        for prefix in ("aws", "sagemaker")
    }


def _keys(store: Store, call: ApiCall) -> _Context:
    """Keys that come with the request: its tags, and what kind of thing it makes or touches."""
    asked = call.params
    keys: dict[str, str | tuple[str, ...]] = {}
    tags = tags_of(call)
    keys |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    if tag_keys := tuple(tags) or tuple(asked.get("TagKeys") or ()):
        keys["aws:TagKeys"] = tag_keys
    if call.operation == "CreateDomain":
        keys["sagemaker:AuthMode"] = asked["AuthMode"]
        keys["sagemaker:AppNetworkAccessType"] = "PublicInternetOnly"
    if call.operation in {"CreateDomain", "UpdateDomain"} and asked.get("AppNetworkAccessType"):
        keys["sagemaker:AppNetworkAccessType"] = asked["AppNetworkAccessType"]
    return keys | image_keys(call) | _space_keys(store, call)


def _space_keys(store: Store, call: ApiCall) -> dict[str, str]:
    """Whose the space is and how it is shared, for the operations on spaces and their apps."""
    asked = call.params
    if not call.operation.endswith(("Space", "App")) or not asked.get("SpaceName"):
        return {}
    domain_id = asked["DomainId"]
    found = store.spaces.get((domain_id, asked["SpaceName"]))
    if call.operation == "CreateSpace":
        owner = (asked.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
        sharing = (asked.get("SpaceSharingSettings") or {}).get("SharingType")
    else:
        owner, sharing = _ownership(found if found and found.place == call.place else None)
    keys = {}
    if owner:
        keys["sagemaker:OwnerUserProfileArn"] = call.place.arn(
            "sagemaker", f"user-profile/{domain_id}/{owner}"
        )
    if sharing:
        keys["sagemaker:SpaceSharingType"] = sharing
    return keys


def _ownership(space: Space | None) -> tuple[str | None, str | None]:
    return (space.owner_profile, space.sharing) if space else (None, None)


def _roles(asked: Mapping[str, Any]) -> Iterator[str]:
    """Roles the call hands to SageMaker."""
    for member in ("DefaultUserSettings", "UserSettings", "DefaultSpaceSettings"):
        role = (asked.get(member) or {}).get("ExecutionRole")
        if role:
            yield str(role)
    for member in ("DomainSettings", "DomainSettingsForUpdate"):
        for settings in (asked.get(member) or {}).values():
            if isinstance(settings, Mapping) and settings.get("DomainExecutionRoleArn"):
                yield str(settings["DomainExecutionRoleArn"])
    if "ImageName" in asked and asked.get("RoleArn"):
        yield str(asked["RoleArn"])


def use_needed(profile: Profile) -> Needed:
    """What every request and frame of a Studio session needs: the permission to presign.

    Source: API reference, CreatePresignedDomainUrl: "enforced for every HTTP request and
    WebSocket frame".
    """
    context = {
        f"{prefix}:ResourceTag/{key}": value
        for key, value in profile.tags.items()
        for prefix in ("aws", "sagemaker")
    }
    return Needed("sagemaker:CreatePresignedDomainUrl", profile.arn, context)
