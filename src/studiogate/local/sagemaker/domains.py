"""The operations on domains, with the preconditions AWS documents for each."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall, ApiError, Place
from studiogate.local.sagemaker import rstudio
from studiogate.local.sagemaker.attached import refuse_unknown
from studiogate.local.sagemaker.backend import Backend, Operation, tags_of
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.images.attaching import refuse_unknown_images
from studiogate.local.sagemaker.model import Domain, Status
from studiogate.local.sagemaker.paging import page
from studiogate.local.sagemaker.store import Store, in_use

_KEPT = (
    "SubnetIds",
    "VpcId",
    "KmsKeyId",
    "HomeEfsFileSystemKmsKeyId",
    "AppSecurityGroupManagement",
    "HomeEfsFileSystemCreation",
    "TagPropagation",
    "DefaultSpaceSettings",
)
_HOME = "HomeEfsFileSystemId"
_BUSY = frozenset({Status.PENDING, Status.IN_SERVICE, Status.DELETING})
"""Apps that hold back a change of the network (API reference, UpdateDomain)."""

_CHANGEABLE = frozenset({Status.IN_SERVICE, Status.UPDATE_FAILED})


async def create_domain(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """A new domain, pending; its id is the one the permission was asked for."""
    asked, store, place = call.params, backend.store, call.place
    name = asked["DomainName"]
    taken = [d for d in store.domains.values() if d.place == place and d.name == name]
    if taken:
        raise in_use(f"Domain [{name}] already exists.")
    access = asked.get("AppNetworkAccessType", "PublicInternetOnly")
    _complete(asked, access)
    _refuse_settings(store, place, asked)
    settings = dict(asked.get("DomainSettings") or {})
    if rstudio.SETTINGS in settings:
        rstudio.refuse_unmanaged(asked, access)
    domain = Domain(
        place,
        *store.birth(),
        tags=tags_of(call),
        id=store.new_domain_id(place, name),
        name=name,
        auth_mode=asked["AuthMode"],
        network_access=access,
        user_settings=asked["DefaultUserSettings"],
        settings=settings,
        rest={key: asked[key] for key in _KEPT if asked.get(key) is not None},
    )
    store.add_domain(domain)
    if asked.get("HomeEfsFileSystemCreation") != "Disabled":
        try:
            domain.rest[_HOME] = await backend.homes.make(domain)
        except ApiError:
            del store.domains[domain.id]
            raise
    if rstudio.has_rstudio(domain):
        rstudio.add(backend, domain)
    return {"DomainArn": domain.arn, "DomainId": domain.id, "Url": _url(backend, domain)}


def _refuse_settings(store: Store, place: Place, asked: Mapping[str, Any]) -> None:
    """Refuse settings that name a script or an image that is not there, or not for that app."""
    for member in ("DefaultUserSettings", "DefaultSpaceSettings"):
        refuse_unknown(store, place, asked.get(member))
        refuse_unknown_images(store, place, asked.get(member), of_domain=True)


def _complete(asked: Mapping[str, Any], access: str) -> None:
    """Refuse a domain that lacks what AWS needs to run an app in it."""
    if not asked.get("VpcId") or not asked.get("SubnetIds"):
        raise invalid("VpcId and SubnetIds are required.")
    settings = asked["DefaultUserSettings"]
    if not settings.get("ExecutionRole"):
        raise invalid("DefaultUserSettings.ExecutionRole is required.")
    if access == "VpcOnly" and not settings.get("SecurityGroups"):
        raise invalid(
            "DefaultUserSettings.SecurityGroups is required for AppNetworkAccessType VpcOnly."
        )


async def describe_domain(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Everything there is to say about a domain."""
    domain = backend.store.domain(call.place, call.params["DomainId"])
    failed = domain.status(backend.clock()) in {Status.FAILED, Status.UPDATE_FAILED}
    return {
        **_summary(backend, domain),
        **({"FailureReason": domain.failure} if failed else {}),
        "AuthMode": domain.auth_mode,
        "AppNetworkAccessType": domain.network_access,
        "DefaultUserSettings": domain.user_settings,
        "DomainSettings": domain.settings,
        **domain.rest,
    }


async def list_domains(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The domains of this place, a page at a time."""
    mine = [d for d in backend.store.domains.values() if d.place == call.place]
    shown, more = page(mine, call.params, key=lambda d: (d.created.isoformat(), d.id))
    return {"Domains": [_summary(backend, domain) for domain in shown], **more}


async def update_domain(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Change a domain; what running apps hold back is refused, naming them (S1-08, S1-09).

    A structure of settings that is given replaces the one that was there whole, with the lists
    in it; one that is not given stays (S6-24).  What fails leaves everything as it was.
    """
    asked, store = call.params, backend.store
    domain = store.domain(call.place, asked["DomainId"])
    if (status := domain.status(backend.clock())) not in _CHANGEABLE:
        raise in_use(f"Domain [{domain.id}] is {status}.")
    changes = rstudio.changed(asked.get("DomainSettingsForUpdate") or {})
    access = asked.get("AppNetworkAccessType")
    _refuse_busy(store, domain, changes, access)
    _refuse_settings(store, domain.place, asked)
    rest = domain.rest | {key: asked[key] for key in _KEPT if asked.get(key) is not None}
    adding = rstudio.SETTINGS in changes and not rstudio.has_rstudio(domain)
    if adding:
        rstudio.refuse_unmanaged(rest, domain.network_access)
        if not backend.licences(domain.place):
            rstudio.fail(domain, Status.UPDATE_FAILED)
            store.change(domain)
            return {"DomainArn": domain.arn}
    # Only now, so that a refused request changes nothing at all.
    domain.network_access = access or domain.network_access
    domain.settings = {**domain.settings, **changes}
    domain.user_settings = {**domain.user_settings, **(asked.get("DefaultUserSettings") or {})}
    domain.rest, domain.failed, domain.failure = rest, None, ""
    if adding:
        rstudio.shut_out(store, domain)
        rstudio.add(backend, domain)
    store.change(domain)
    return {"DomainArn": domain.arn}


def _refuse_busy(
    store: Store, domain: Domain, changes: Mapping[str, Any], access: str | None
) -> None:
    if "ExecutionRoleIdentityConfig" in changes:
        live = [app.arn for app in store.live_apps(domain.id)]
        _refuse_while(live, "ExecutionRoleIdentityConfig", "InService or Pending")
    if rstudio.SETTINGS in changes:
        rstudio.refuse_busy(store, domain)
    if access:
        busy = [app.arn for app in store.apps_of(domain.id) if app.progress in _BUSY]
        _refuse_while(busy, "AppNetworkAccessType", "InService, Pending, or Deleting")


def _refuse_while(apps: list[str], setting: str, states: str) -> None:
    if apps:
        raise invalid(
            f"{setting} can only be modified if there are no apps in the {states} state: "
            + ", ".join(apps)
        )


async def delete_domain(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Remove a domain that nothing is left in; people's homes stay unless it is said."""
    store = backend.store
    domain = store.domain(call.place, call.params["DomainId"])
    for what, shelf in (("UserProfile", store.profiles), ("Space", store.spaces)):
        if any(owner == domain.id for owner, _ in shelf):
            raise in_use(f"Unable to delete Domain [{domain.id}]: it still has a {what}.")
    if store.holding_apps(domain.id):
        raise in_use(f"Unable to delete Domain [{domain.id}]: it still has an App.")
    store.bury_apps(domain.id)
    del store.domains[domain.id]
    store.shared.pop(domain.id, None)
    kept = (call.params.get("RetentionPolicy") or {}).get("HomeEfsFileSystem", "Retain")
    if kept == "Delete" and _HOME in domain.rest:
        await backend.homes.end(domain, domain.rest[_HOME])
    return {}


def _summary(backend: Backend, domain: Domain) -> dict[str, Any]:
    return {
        "DomainArn": domain.arn,
        "DomainId": domain.id,
        "DomainName": domain.name,
        "Status": domain.status(backend.clock()),
        "CreationTime": domain.created,
        "LastModifiedTime": domain.modified,
        "Url": _url(backend, domain),
    }


def _url(backend: Backend, domain: Domain) -> str:
    return backend.studio_url(domain.id, domain.place.region)


OPERATIONS: Mapping[str, Operation] = {
    "CreateDomain": create_domain,
    "DescribeDomain": describe_domain,
    "ListDomains": list_domains,
    "UpdateDomain": update_domain,
    "DeleteDomain": delete_domain,
}
