"""Builds: started, read, listed, stopped."""

from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall, ApiError, Caller
from studiogate.local.codebuild.projects import invalid, known, page, plain, refusals
from studiogate.local.codebuild.store import IN_PROGRESS, STOPPED, Build, Project
from studiogate.local.codebuild.world import Backend

STARTS = frozenset(
    {
        *("projectName", "sourceVersion", "sourceTypeOverride", "sourceLocationOverride"),
        *("buildspecOverride", "environmentVariablesOverride", "timeoutInMinutesOverride"),
        *("queuedTimeoutInMinutesOverride", "privilegedModeOverride", "logsConfigOverride"),
        *("computeTypeOverride", "imageOverride", "idempotencyToken"),
    }
)
_ACTIVE = 20
"""Builds at once of an account; AWS's quota is by compute type, and begins lower."""

_OVERRIDES = {
    "sourceTypeOverride": ("source", "type"),
    "sourceLocationOverride": ("source", "location"),
    "buildspecOverride": ("source", "buildspec"),
    "privilegedModeOverride": ("environment", "privilegedMode"),
    "computeTypeOverride": ("environment", "computeType"),
    "imageOverride": ("environment", "image"),
}
_WHOLE = {
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "queuedTimeoutInMinutesOverride": "queuedTimeoutInMinutes",
    "logsConfigOverride": "logsConfig",
}
Answer = Mapping[str, Any]


def start_build(backend: Backend, call: ApiCall) -> Answer:
    """A build that runs from now on; the same one again for the same token."""
    project = known(backend, call, call.params["projectName"])
    if (again := _begun(backend, call, project)) is not None:
        return {"build": again.shown()}
    settings = _overridden(project.settings, call.params)
    for why in refusals(settings):
        raise invalid(why)
    backend.hold_role(project, settings["serviceRole"])
    _hold_limit(backend, project)
    project.builds += 1
    build = Build(
        project=project,
        uid=backend.uid(),
        number=project.builds,
        settings=settings,
        initiator=_initiator(call.caller),
        began=backend.projects.clock(),
        source_version=call.params.get("sourceVersion"),
        asked=dict(call.params),
    )
    backend.projects.keep_build(build)
    backend.runs.begin(build)
    return {"build": build.shown()}


def _begun(backend: Backend, call: ApiCall, project: Project) -> Build | None:
    """The build that the token of this call has begun (kept for as long as builds are)."""
    token = call.params.get("idempotencyToken")
    mine = backend.projects.builds_of(call.account, call.region, project.name)
    for one in mine if token else ():
        if one.asked.get("idempotencyToken") == token:
            if one.asked != call.params:
                raise invalid("The idempotency token was used with other parameters.")
            return one
    return None


def _overridden(settings: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    found = {**settings, "source": dict(settings["source"])}
    found["environment"] = dict(settings["environment"])
    for name, (whole, member) in _OVERRIDES.items():
        if name in asked:
            found[whole][member] = asked[name]
    for name, whole in _WHOLE.items():
        if name in asked:
            found[whole] = asked[name]
    own = {one["name"]: one for one in found["environment"].get("environmentVariables") or ()}
    new = {one["name"]: one for one in asked.get("environmentVariablesOverride") or ()}
    found["environment"]["environmentVariables"] = list({**own, **new}.values())
    return found


def _hold_limit(backend: Backend, project: Project) -> None:
    mine = backend.projects.builds_of(project.account, project.region, project.name)
    active = sum(one.status == IN_PROGRESS for one in mine)
    most = project.settings.get("concurrentBuildLimit", _ACTIVE)
    if active >= most:
        raise ApiError(
            "AccountLimitExceededException",
            f"Cannot have more than {most} active builds for the project",
        )


def _initiator(caller: Caller | None) -> str:
    if caller is None:
        return ""
    return caller.name if caller.kind != "assumed-role" else caller.arn.partition("role/")[2]


def batch_get_builds(backend: Backend, call: ApiCall) -> Answer:
    """The builds of these ids, and the ids there is none of."""
    found, missing = [], []
    for build_id in call.params["ids"]:
        one = _build(backend, call, build_id)
        if one is None:
            missing.append(build_id)
        else:
            found.append(one.shown())
    return {"builds": found, "buildsNotFound": missing}


def list_builds_for_project(backend: Backend, call: ApiCall) -> Answer:
    """Ids of the builds of a project, the newest first unless asked otherwise."""
    project = known(backend, call, call.params["projectName"])
    ids = [
        one.id for one in backend.projects.builds_of(call.account, call.region, project.name)
    ]
    if call.params.get("sortOrder", "DESCENDING") == "DESCENDING":
        ids.reverse()
    return page("ids", ids, call)


def stop_build(backend: Backend, call: ApiCall) -> Answer:
    """End a build; one that has ended stays as it is."""
    build = _build(backend, call, call.params["id"])
    if build is None:
        raise ApiError("ResourceNotFoundException", f"Build not found: {call.params['id']}")
    if build.status == IN_PROGRESS:
        build.status = STOPPED
        backend.runs.stop(build)
    return {"build": build.shown()}


def _build(backend: Backend, call: ApiCall, said: str) -> Build | None:
    return backend.projects.build(call.account, call.region, plain_id(said))


def plain_id(said: str) -> str:
    """The id of a build that is said by its id or by its ARN."""
    return said.rpartition(":build/")[2]


def project_of(said: str) -> str:
    """The name of the project whose build `said` names."""
    return plain(plain_id(said).partition(":")[0])
