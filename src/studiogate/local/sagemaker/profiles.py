"""The operations on user profiles."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.attached import refuse_unknown
from studiogate.local.sagemaker.backend import Backend, Operation, tags_of
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.images.attaching import refuse_unknown_images
from studiogate.local.sagemaker.members import members
from studiogate.local.sagemaker.model import Profile, Status
from studiogate.local.sagemaker.rstudio import refuse_reserved, refuse_shutting_out
from studiogate.local.sagemaker.store import in_use


async def create_user_profile(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A new profile; one name per domain, whatever its case."""
    asked, store, place = call.params, backend.store, call.place
    domain = store.domain(place, asked["DomainId"])
    if domain.status(backend.clock()) is not Status.IN_SERVICE:
        raise invalid(f"Domain [{domain.id}] is not InService.")
    if domain.auth_mode == "IAM" and (
        asked.get("SingleSignOnUserIdentifier") or asked.get("SingleSignOnUserValue")
    ):
        raise invalid("SingleSignOnUser fields are only for a Domain with AuthMode SSO.")
    name = asked["UserProfileName"]
    refuse_reserved(name)
    known = {there.casefold() for owner, there in store.profiles if owner == domain.id}
    if name.casefold() in known:
        raise in_use(f"UserProfile [{domain.id}/{name}] already exists.")
    refuse_unknown(store, place, asked.get("UserSettings"))
    refuse_unknown_images(store, place, asked.get("UserSettings"))
    profile = Profile(
        place,
        *store.birth(),
        tags=tags_of(call),
        domain_id=domain.id,
        name=name,
        settings=asked.get("UserSettings") or {},
    )
    store.profiles[domain.id, name] = profile
    return {"UserProfileArn": profile.arn}


async def describe_user_profile(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Everything there is to say about a profile."""
    profile = _asked(backend, call)
    return {
        **_summary(backend, profile),
        "UserProfileArn": profile.arn,
        "UserSettings": profile.settings,
    }


async def list_user_profiles(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The profiles of this place, or of one domain, a page at a time."""
    shown, more = members(
        backend.store.profiles.values(),
        call,
        part=call.params.get("UserProfileNameContains", ""),
    )
    return {"UserProfiles": [_summary(backend, profile) for profile in shown], **more}


async def update_user_profile(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Change a profile's settings; a structure that is given replaces that one whole."""
    profile, store = _asked(backend, call), backend.store
    settings = call.params.get("UserSettings") or {}
    refuse_unknown(store, profile.place, settings)
    refuse_unknown_images(store, profile.place, settings)
    refuse_shutting_out(store.domain(profile.place, profile.domain_id), profile, settings)
    profile.settings = {**profile.settings, **settings}
    store.change(profile)
    return {"UserProfileArn": profile.arn}


async def delete_user_profile(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Remove a profile that has no app and owns no space; its files go out of reach."""
    profile, store = _asked(backend, call), backend.store
    shown = f"{profile.domain_id}/{profile.name}"
    if store.holding_apps(profile.domain_id, profile.owner):
        raise in_use(f"Unable to delete UserProfile [{shown}]: it still has an App.")
    for space in store.spaces.values():
        if (space.domain_id, space.owner_profile) == (profile.domain_id, profile.name):
            raise in_use(f"Unable to delete UserProfile [{shown}]: it still owns a Space.")
    store.bury_apps(profile.domain_id, profile.owner)
    del store.profiles[profile.domain_id, profile.name]
    backend.apps.forget(profile.domain_id, profile.owner)
    return {}


def _asked(backend: Backend, call: ApiCall) -> Profile:
    asked = call.params
    return backend.store.profile(call.place, asked["DomainId"], asked["UserProfileName"])


def _summary(backend: Backend, profile: Profile) -> dict[str, Any]:
    return {
        "DomainId": profile.domain_id,
        "UserProfileName": profile.name,
        "Status": profile.status(backend.clock()),
        "CreationTime": profile.created,
        "LastModifiedTime": profile.modified,
    }


OPERATIONS: Mapping[str, Operation] = {
    "CreateUserProfile": create_user_profile,
    "DescribeUserProfile": describe_user_profile,
    "ListUserProfiles": list_user_profiles,
    "UpdateUserProfile": update_user_profile,
    "DeleteUserProfile": delete_user_profile,
}
