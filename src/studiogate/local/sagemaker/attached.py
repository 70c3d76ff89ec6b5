"""Which start scripts an app has: what settings name, who sets them, and what is refused.

The built-in script runs before the default one (SageMaker Developer Guide, "Lifecycle
configurations within Amazon SageMaker Studio").  The default is the app's own ResourceSpec's,
else its owner's, else the domain's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from studiogate.local.call import Place
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.model import App, Domain, Lifecycle, Profile, Space
from studiogate.local.sagemaker.store import Store

_APPS = ("JupyterServer", "KernelGateway", "CodeEditor", "JupyterLab")
_NONE = "None"
"""What AWS takes, in place of an ARN, for no script at all."""

Settings = Mapping[str, Any]


def named(settings: Settings | None) -> Iterator[tuple[str, str]]:
    """Every script that `settings` name, as the type of app it is for and its ARN."""
    for app_type in _APPS:
        own = (settings or {}).get(f"{app_type}AppSettings") or {}
        listed = own.get("LifecycleConfigArns") or ()
        for arn in (_default(own), own.get("BuiltInLifecycleConfigArn"), *listed):
            if arn and arn != _NONE:
                yield app_type, str(arn)


def refuse_unknown(store: Store, place: Place, settings: Settings | None) -> None:
    """Return if every script that `settings` name is there, and for that type of app.

    Raises:
        ApiError: ValidationException.
    """
    for app_type, arn in named(settings):
        _refuse_unless_for(store, place, app_type, arn)


def refuse_unknown_spec(
    store: Store, place: Place, app_type: str, spec: Settings | None
) -> None:
    """Return if the script that the ResourceSpec of an app names is there, and for its type.

    Raises:
        ApiError: ValidationException.
    """
    arn = (spec or {}).get("LifecycleConfigArn")
    if arn and arn != _NONE:
        _refuse_unless_for(store, place, app_type, str(arn))


def scripts(store: Store, domain: Domain, owner: Profile | Space, app: App) -> list[Lifecycle]:
    """The scripts that `app` starts with, in order."""
    layers = list(layers_of(store, domain, owner, f"{app.type}AppSettings"))
    own = (app.rest.get("ResourceSpec") or {}).get("LifecycleConfigArn")
    default = own or _first(_default(one) for one in layers)
    built_in = _first(one.get("BuiltInLifecycleConfigArn") for one in layers)
    wanted = [arn for arn in (built_in, default) if arn and arn != _NONE]
    found = (store.by_arn(app.place, arn) for arn in wanted)
    return [one for one in found if isinstance(one, Lifecycle)]


def layers_of(
    store: Store, domain: Domain, owner: Profile | Space, member: str
) -> Iterator[Settings]:
    """The settings that apps of `owner` have in `member`, the nearest first.

    `member` is as `JupyterLabAppSettings`.  A private space has its owner's settings and the
    domain's for people; a shared one the domain's for spaces.
    """
    shared = isinstance(owner, Space) and owner.sharing != "Private"
    found = [domain.rest.get("DefaultSpaceSettings") if shared else domain.user_settings]
    if isinstance(owner, Profile):
        found.insert(0, owner.settings)
    else:
        private = store.profiles.get((domain.id, owner.owner_profile or ""))
        if private is not None and not shared:
            found.insert(0, private.settings)
        found.insert(0, owner.rest.get("SpaceSettings"))
    for settings in found:
        yield (settings or {}).get(member) or {}


def _default(settings: Settings) -> str | None:
    return (settings.get("DefaultResourceSpec") or {}).get("LifecycleConfigArn")


def _first(arns: Iterator[str | None]) -> str | None:
    return next((arn for arn in arns if arn), None)


def _refuse_unless_for(store: Store, place: Place, app_type: str, arn: str) -> None:
    there = store.by_arn(place, arn)
    if not isinstance(there, Lifecycle):
        raise invalid(f"StudioLifecycleConfig [{arn}] does not exist.")
    if there.app_type != app_type:
        raise invalid(
            f"StudioLifecycleConfig [{arn}] is for the app type {there.app_type}, "
            f"not {app_type}."
        )
