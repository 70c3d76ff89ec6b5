"""The operations on apps: JupyterLab, Code Editor and RStudio; others are refused by name."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.attached import refuse_unknown_spec
from studiogate.local.sagemaker.backend import Backend, Operation, tags_of
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.images.launching import settle_image
from studiogate.local.sagemaker.model import (
    CODE_EDITOR,
    DEFAULT_APP,
    DOMAIN_SHARED,
    JUPYTERLAB,
    RSESSION,
    RSTUDIO,
    App,
    Domain,
    Owner,
    Status,
)
from studiogate.local.sagemaker.paging import page
from studiogate.local.sagemaker.rstudio import refuse_app, refuse_ending, start
from studiogate.local.sagemaker.store import Store, absent, in_use

_OFFERED = (JUPYTERLAB, CODE_EDITOR, RSTUDIO, RSESSION)


def owner_asked(params: Mapping[str, Any]) -> Owner:
    """Whose app a call is about.

    Raises:
        ApiError: ValidationException unless exactly one of profile and space is given.
    """
    profile, space = params.get("UserProfileName"), params.get("SpaceName")
    if (profile is None) == (space is None):
        raise invalid("Exactly one of UserProfileName and SpaceName must be set.")
    return Owner("user-profile", profile) if profile else Owner("space", str(space))


async def create_app(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Begin to start an app; it is pending until it answers.

    The image it runs is settled here: the app keeps it, whatever settings say later.
    """
    asked, store, place = call.params, backend.store, call.place
    owner, kind = owner_asked(asked), asked["AppType"]
    domain = store.domain(place, asked["DomainId"])
    whose = store.owner(place, domain.id, owner)
    _refuse_type(store, domain, owner, asked)
    refuse_unknown_spec(store, place, kind, asked.get("ResourceSpec"))
    app = App(
        place,
        *store.birth(),
        tags=tags_of(call),
        domain_id=domain.id,
        owner=owner,
        type=kind,
        name=asked["AppName"],
        rest={k: asked[k] for k in ("ResourceSpec", "RecoveryMode") if k in asked},
    )
    there = store.apps.get(app.key)
    if there is not None and there.progress is not Status.DELETED:
        raise in_use(f"App [{app.arn}] already exists.")
    settle_image(store, domain, whose, app)
    store.apps[app.key] = app
    start(backend, app)
    return {"AppArn": app.arn}


def _refuse_type(store: Store, domain: Domain, owner: Owner, asked: Mapping[str, Any]) -> None:
    kind = asked["AppType"]
    if kind not in _OFFERED:
        raise invalid(f"AppType {kind} is not offered by this emulation.")
    if asked["AppName"] != DEFAULT_APP:
        raise invalid(f"AppName of a {kind} app must be {DEFAULT_APP}.")
    if kind in {RSTUDIO, RSESSION}:
        refuse_app(store, domain, owner, kind)
    elif owner.name == DOMAIN_SHARED and owner.kind == "user-profile":
        raise invalid(f"UserProfile [{DOMAIN_SHARED}] has no app of type {kind}.")


async def describe_app(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """Everything there is to say about an app, with why it failed."""
    app = _asked(backend, call)
    answer = {**_summary(app), "AppArn": app.arn, **app.rest}
    return answer | ({"FailureReason": app.failure} if app.failure else {})


async def list_apps(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """The apps of this place, of a domain, a profile or a space, a page at a time."""
    asked, place = call.params, call.place
    profile, space = asked.get("UserProfileNameEquals"), asked.get("SpaceNameEquals")
    if profile and space:
        raise invalid("At most one of UserProfileNameEquals and SpaceNameEquals can be set.")
    mine = [
        app
        for app in backend.store.apps.values()
        if app.place == place
        and asked.get("DomainIdEquals") in {None, app.domain_id}
        and (not profile or app.owner == Owner("user-profile", profile))
        and (not space or app.owner == Owner("space", space))
    ]
    shown, more = page(
        mine, asked, key=lambda a: (a.created.isoformat(), f"{a.owner.kind}/{a.arn}")
    )
    return {"Apps": [_summary(app) for app in shown], **more}


async def delete_app(backend: Backend, call: ApiCall) -> Mapping[str, Any]:
    """End an app; it stays listed as deleted, as AWS keeps it for a day."""
    app = _asked(backend, call)
    if app.progress is Status.DELETED:
        raise absent("App", app.arn)
    refuse_ending(backend.store, app)
    app.progress = Status.DELETING
    await backend.apps.stop(app)
    app.progress = Status.DELETED
    return {}


def _asked(backend: Backend, call: ApiCall) -> App:
    asked, place = call.params, call.place
    owner = owner_asked(asked)
    backend.store.owner(place, asked["DomainId"], owner)
    key = (asked["DomainId"], owner, asked["AppType"], asked["AppName"])
    app = backend.store.apps.get(key)
    if app is None:
        resource = f"{asked['DomainId']}/{owner.name}/{asked['AppType']}/{asked['AppName']}"
        raise absent("App", resource)
    return app


def _summary(app: App) -> dict[str, Any]:
    by_space = app.owner.kind == "space"
    spec = app.rest.get("ResourceSpec")
    return ({"ResourceSpec": spec} if spec else {}) | {
        "DomainId": app.domain_id,
        "SpaceName" if by_space else "UserProfileName": app.owner.name,
        "AppType": app.type,
        "AppName": app.name,
        "Status": app.progress,
        "CreationTime": app.created,
    }


OPERATIONS: Mapping[str, Operation] = {
    "CreateApp": create_app,
    "DescribeApp": describe_app,
    "ListApps": list_apps,
    "DeleteApp": delete_app,
}
