"""The operations on spaces: private to one profile, or shared by a domain."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.attached import refuse_unknown
from studiogate.local.sagemaker.backend import Backend, Operation, tags_of
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.images.attaching import refuse_unknown_images
from studiogate.local.sagemaker.members import members
from studiogate.local.sagemaker.model import Space, Status
from studiogate.local.sagemaker.store import in_use


async def create_space(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A new space; with an owner it needs a sharing type, and the other way round."""
    asked, store, place = call.params, backend.store, call.place
    domain = store.domain(place, asked["DomainId"])
    owner = (asked.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
    sharing = (asked.get("SpaceSharingSettings") or {}).get("SharingType")
    if (owner is None) != (sharing is None):
        raise invalid("OwnershipSettings and SpaceSharingSettings must be given together.")
    if owner is not None:
        store.profile(place, domain.id, owner)
    name = asked["SpaceName"]
    known = {there.casefold() for at, there in store.spaces if at == domain.id}
    if name.casefold() in known:
        raise in_use(f"Space [{domain.id}/{name}] already exists.")
    refuse_unknown(store, place, asked.get("SpaceSettings"))
    refuse_unknown_images(store, place, asked.get("SpaceSettings"))
    kept = ("SpaceSettings", "SpaceDisplayName")
    space = Space(
        place,
        *store.birth(),
        tags=tags_of(call),
        domain_id=domain.id,
        name=name,
        owner_profile=owner,
        sharing=sharing,
        rest={key: asked[key] for key in kept if asked.get(key) is not None},
    )
    store.spaces[domain.id, name] = space
    return {"SpaceArn": space.arn}


async def describe_space(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Everything there is to say about a space."""
    space = _asked(backend, call)
    answer = {**_summary(backend, space), "SpaceArn": space.arn, **space.rest}
    if space.owner_profile is not None:
        answer["OwnershipSettings"] = {"OwnerUserProfileName": space.owner_profile}
        answer["SpaceSharingSettings"] = {"SharingType": space.sharing}
    return answer


async def list_spaces(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The spaces of this place, or of one domain, a page at a time."""
    shown, more = members(
        backend.store.spaces.values(), call, part=call.params.get("SpaceNameContains", "")
    )
    return {"Spaces": [_row(backend, space) for space in shown], **more}


async def update_space(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Change a space; a structure of settings that is given replaces that one whole.

    Its type of app stays as it is (API reference, UpdateSpace).  AWS documents nothing that a
    running app would hold back here; a volume of another size, which it may not get, is not
    part of this emulation.
    """
    asked, space, store = call.params, _asked(backend, call), backend.store
    if (status := space.status(backend.clock())) is not Status.IN_SERVICE:
        raise in_use(f"Space [{space.domain_id}/{space.name}] is {status}.")
    before = space.rest.get("SpaceSettings") or {}
    settings = asked.get("SpaceSettings") or {}
    if settings.get("AppType", before.get("AppType")) != before.get("AppType"):
        raise invalid("AppType of a Space cannot be changed.")
    refuse_unknown(store, space.place, settings)
    refuse_unknown_images(store, space.place, settings)
    changes = {"SpaceSettings": {**before, **settings}} if settings else {}
    if asked.get("SpaceDisplayName") is not None:
        changes["SpaceDisplayName"] = asked["SpaceDisplayName"]
    space.rest = {**space.rest, **changes}
    store.change(space)
    return {"SpaceArn": space.arn}


async def delete_space(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Remove a space that has no app."""
    space, store = _asked(backend, call), backend.store
    if store.holding_apps(space.domain_id, space.owner):
        shown = f"{space.domain_id}/{space.name}"
        raise in_use(f"Unable to delete Space [{shown}]: it still has an App.")
    store.bury_apps(space.domain_id, space.owner)
    del store.spaces[space.domain_id, space.name]
    backend.apps.forget(space.domain_id, space.owner)
    return {}


def _asked(backend: Backend, call: ApiCall) -> Space:
    asked = call.params
    return backend.store.space(call.place, asked["DomainId"], asked["SpaceName"])


def _summary(backend: Backend, space: Space) -> dict[str, Any]:
    return {
        "DomainId": space.domain_id,
        "SpaceName": space.name,
        "Status": space.status(backend.clock()),
        "CreationTime": space.created,
        "LastModifiedTime": space.modified,
    }


def _row(backend: Backend, space: Space) -> dict[str, Any]:
    """A space in a list, where AWS calls the same settings summaries."""
    row = _summary(backend, space)
    if space.owner_profile is not None:
        row["OwnershipSettingsSummary"] = {"OwnerUserProfileName": space.owner_profile}
        row["SpaceSharingSettingsSummary"] = {"SharingType": space.sharing}
    return row


OPERATIONS: Mapping[str, Operation] = {
    "CreateSpace": create_space,
    "DescribeSpace": describe_space,
    "ListSpaces": list_spaces,
    "UpdateSpace": update_space,
    "DeleteSpace": delete_space,
}
