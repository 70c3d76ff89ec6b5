"""RStudio in a domain: what it needs, the one app AWS starts with it, and who may use it.

Sources: SageMaker Developer Guide, "Create a SageMaker AI domain with RStudio using the AWS
CLI", "Add RStudio support to an existing domain", "Shut down and restart RStudio"; API
reference, UpdateDomain.  AWS publishes hardly a text of the refusals; the others here say the
guide's reason.

An account without a licence is not refused: AWS takes the call, and the domain fails when its
server does not start.  The reason it gives is that of public logs of such runs, which break off
after "exist".
"""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.sagemaker.backend import Backend
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.model import (
    DEFAULT_APP,
    DOMAIN_SHARED,
    LIVE,
    RSESSION,
    RSTUDIO,
    App,
    Domain,
    Owner,
    Profile,
    Status,
)
from studiogate.local.sagemaker.store import Store, in_use

SETTINGS = "RStudioServerProDomainSettings"
_UPDATE = "RStudioServerProDomainSettingsForUpdate"
_ACCESS = "RStudioServerProAppSettings"
_UNLICENSED = (
    "ResourceNotFoundError: No available licenses were found. Validate that a license for "
    "RStudio Workbench exists in AWS License Manager."
)


def has_rstudio(domain: Domain) -> bool:
    """Whether Posit Workbench runs in the domain."""
    return SETTINGS in domain.settings


def admitted(domain: Domain, profile: Profile) -> bool:
    """Whether `profile` may use RStudio: enabled, unless it or the domain says otherwise.

    Source: "Add RStudio support to an existing domain", step 5.
    """
    return has_rstudio(domain) and _access(profile.settings, domain.user_settings) == "ENABLED"


def refuse_unmanaged(rest: Mapping[str, Any], access: str) -> None:
    """Return if a domain with these settings can have RStudio.

    Raises:
        ApiError: ValidationException: security groups that AWS may not manage.
    """
    if access == "VpcOnly" and rest.get("AppSecurityGroupManagement") != "Service":
        raise invalid(
            "AppSecurityGroupManagement must be set to Service for a Domain with "
            f"AppNetworkAccessType VpcOnly and {SETTINGS}."
        )


def changed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """`DomainSettingsForUpdate` under the names that a domain shows them by."""
    return {SETTINGS if name == _UPDATE else name: one for name, one in settings.items()}


def refuse_busy(store: Store, domain: Domain) -> None:
    """Return if RStudio can be added to a domain, or be told otherwise: nothing may run in it.

    Source: hashicorp/terraform-provider-aws, issue 31912, which has AWS's words.

    Raises:
        ApiError: ValidationException.
    """
    if any(store.live_apps(domain.id)):
        raise invalid(
            f"Unable to update Domain [{domain.arn}] with InService App. Delete all InService "
            f"apps in the domain including shared Apps for [{DOMAIN_SHARED}] User Profile, and "
            "try again."
        )


def add(backend: Backend, domain: Domain) -> None:
    """Give a domain the one RStudioServerPro app that all of it shares, and start it.

    Where that does not start for want of a licence, the domain fails with it (S6-03).
    """
    store = backend.store
    store.shared[domain.id] = Profile(
        domain.place, *store.birth(), domain_id=domain.id, name=DOMAIN_SHARED, settings={}
    )
    app = App(
        domain.place,
        *store.birth(),
        domain_id=domain.id,
        owner=Owner("user-profile", DOMAIN_SHARED),
        type=RSTUDIO,
        name=DEFAULT_APP,
        rest={},
    )
    store.apps[app.key] = app
    start(backend, app)
    if app.progress is Status.FAILED:
        fail(domain, Status.FAILED)


def start(backend: Backend, app: App) -> None:
    """Begin to start an app; a server that has no licence fails at once."""
    if app.type == RSTUDIO and not backend.licences(app.place):
        app.progress, app.failure = Status.FAILED, _UNLICENSED
    else:
        backend.apps.start(app)


def fail(domain: Domain, ended: Status) -> None:
    """Have the domain's creation or change end as `ended`: its server has no licence."""
    rest = f"app/{domain.id}/{DOMAIN_SHARED}/{RSTUDIO}/{DEFAULT_APP}"
    server = domain.place.arn("sagemaker", rest)
    domain.failed = ended
    domain.failure = (
        f"ConfigurationError: Domain-level App [{server}] failed to start: [{_UNLICENSED}]"
    )


def shut_out(store: Store, domain: Domain) -> None:
    """Take RStudio from every profile that was there before the domain had it."""
    for profile in store.profiles.values():
        if profile.domain_id == domain.id:
            own = {**(profile.settings.get(_ACCESS) or {}), "AccessStatus": "DISABLED"}
            profile.settings = {**profile.settings, _ACCESS: own}


def refuse_shutting_out(domain: Domain, profile: Profile, settings: Mapping[str, Any]) -> None:
    """Return unless `settings` would take RStudio from who has it: AWS only ever gives it.

    Raises:
        ApiError: ValidationException.
    """
    wanted = _access({**profile.settings, **settings}, domain.user_settings)
    if admitted(domain, profile) and wanted == "DISABLED":
        raise invalid(f"AccessStatus of UserProfile [{profile.name}] can only become ENABLED.")


def refuse_app(store: Store, domain: Domain, owner: Owner, kind: str) -> None:
    """Return if an app of RStudio may be made: the server's, or a person's session.

    Raises:
        ApiError: ValidationException.
    """
    if kind == RSTUDIO:
        if owner.name != DOMAIN_SHARED:
            raise invalid(f"An app of type {RSTUDIO} is made for {DOMAIN_SHARED} only.")
        return
    profile = store.profiles.get((domain.id, owner.name))
    if owner.kind != "user-profile" or profile is None:
        raise invalid(f"An app of type {RSESSION} is made for a user profile only.")
    if not admitted(domain, profile):
        raise invalid(f"UserProfile [{domain.id}/{owner.name}] has no access to RStudio.")
    if not any(app.type == RSTUDIO for app in store.live_apps(domain.id)):
        raise invalid(f"Domain [{domain.id}] has no {RSTUDIO} app in service.")


def refuse_ending(store: Store, app: App) -> None:
    """Return unless `app` is the server of sessions that live: those end first (S6-02).

    Raises:
        ApiError: ResourceInUse.
    """
    if app.type == RSTUDIO and (live := _sessions(store, app.domain_id)):
        raise in_use(f"Unable to delete App [{app.arn}]: sessions run in " + ", ".join(live))


def _sessions(store: Store, domain_id: str) -> list[str]:
    running = LIVE | {Status.DELETING}
    return [
        app.arn
        for app in store.apps_of(domain_id)
        if app.type == RSESSION and app.progress in running
    ]


def _access(own: Mapping[str, Any], general: Mapping[str, Any]) -> str:
    for settings in (own, general):
        status = (settings.get(_ACCESS) or {}).get("AccessStatus")
        if status:
            return str(status)
    return "ENABLED"


def refuse_reserved(name: str) -> None:
    """Return unless `name` is the profile that AWS keeps for itself.

    Raises:
        ApiError: ResourceInUse.
    """
    if name.casefold() == DOMAIN_SHARED:
        raise _reserved(name)


def _reserved(name: str) -> ApiError:
    return in_use(f"UserProfile name [{name}] is reserved.")
