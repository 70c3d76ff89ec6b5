"""Projects: made, read, changed, deleted, and what of their settings is offered here.

Builds here run on this machine and not in a build image, so what would need one (a VPC, an
image of one's own, file systems, artifacts) is refused by its name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studiogate import names
from studiogate.local.call import ApiCall, ApiError
from studiogate.local.codebuild.store import Project, project_arn
from studiogate.local.codebuild.world import Backend

SETTINGS = frozenset(
    {
        *("name", "description", "source", "artifacts", "cache", "environment", "serviceRole"),
        *("timeoutInMinutes", "queuedTimeoutInMinutes", "encryptionKey", "tags", "logsConfig"),
        *("concurrentBuildLimit", "badgeEnabled"),
    }
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,149}\Z")
_SIZES = frozenset(
    f"BUILD_GENERAL1_{size}" for size in ("SMALL", "MEDIUM", "LARGE", "XLARGE", "2XLARGE")
)
_PAGE = 100
Answer = Mapping[str, Any]


def create_project(backend: Backend, call: ApiCall) -> Answer:
    """A new project."""
    name = call.params["name"]
    if not _NAME.match(name):
        raise invalid(f"Invalid project name: {name}")
    if backend.projects.find(call.account, call.region, name) is not None:
        arn = project_arn(call.region, call.account, name)
        raise ApiError("ResourceAlreadyExistsException", f"Project already exists: {arn}")
    now = backend.projects.clock()
    made = Project(call.account, call.region, name, {}, created=now, modified=now)
    made.settings = _settled(backend, made, call.params)
    backend.projects.keep(made)
    return {"project": made.shown()}


def update_project(backend: Backend, call: ApiCall) -> Answer:
    """Other settings; what is not said stays."""
    found = known(backend, call, call.params["name"])
    found.settings = _settled(backend, found, {**found.settings, **call.params})
    found.modified = backend.projects.clock()
    return {"project": found.shown()}


def delete_project(backend: Backend, call: ApiCall) -> Answer:
    """Forget a project; one that is not there is deleted already."""
    found = backend.projects.find(call.account, call.region, plain(call.params["name"]))
    if found is not None:
        backend.projects.drop(found)
    return {}


def batch_get_projects(backend: Backend, call: ApiCall) -> Answer:
    """The projects of these names, and the names there is none of."""
    found, missing = [], []
    for name in call.params["names"]:
        one = backend.projects.find(call.account, call.region, plain(name))
        if one is None:
            missing.append(name)
        else:
            found.append(one.shown())
    return {"projects": found, "projectsNotFound": missing}


def list_projects(backend: Backend, call: ApiCall) -> Answer:
    """Names of projects, a hundred at a time."""
    mine = [one.name for one in backend.projects.of(call.account, call.region)]
    if call.params.get("sortOrder") == "DESCENDING":
        mine.reverse()
    return page("projects", mine, call)


def page(key: str, everything: Sequence[str], call: ApiCall) -> Answer:
    """One page of a list; its token is where the next begins."""
    token = str(call.params.get("nextToken", "0"))
    if not token.isascii() or not token.isdigit():
        raise invalid("Invalid next token")
    start = int(token)
    found: dict[str, Any] = {key: list(everything[start : start + _PAGE])}
    if start + _PAGE < len(everything):
        found["nextToken"] = str(start + _PAGE)
    return found


def known(backend: Backend, call: ApiCall, name: str) -> Project:
    """The project of that name or ARN.

    Raises:
        ApiError: ResourceNotFoundException.
    """
    found = backend.projects.find(call.account, call.region, plain(name))
    if found is None:
        arn = project_arn(call.region, call.account, name)
        raise ApiError("ResourceNotFoundException", f"Project cannot be found: {arn}")
    return found


def plain(name: str) -> str:
    """The name of a project that is said by its name or by its ARN."""
    return name.rpartition(":project/")[2]


def _settled(backend: Backend, project: Project, said: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a project, with AWS's defaults."""
    for why in refusals(said):
        raise invalid(why)
    backend.hold_role(project, said["serviceRole"])
    region, account = project.region, project.account
    key = f"arn:{names.partition(region)}:kms:{region}:{account}:alias/aws/s3"
    return {
        "timeoutInMinutes": 60,
        "queuedTimeoutInMinutes": 480,
        "encryptionKey": key,
        "cache": {"type": "NO_CACHE"},
        **{name: said[name] for name in SETTINGS - {"badgeEnabled", "name"} if name in said},
    }


def refusals(said: Mapping[str, Any]) -> Iterator[str]:
    """Everything in settings that nothing here does."""
    yield from _about_source(said["source"])
    yield from _about_environment(said["environment"])
    for name, wanted in (("artifacts", "NO_ARTIFACTS"), ("cache", "NO_CACHE")):
        if (found := (said.get(name) or {}).get("type", wanted)) != wanted:
            yield f"The {name} type {found} is not offered by this emulation."
    if said.get("badgeEnabled"):
        yield "badgeEnabled is not offered by this emulation."
    logs = said.get("logsConfig") or {}
    if (logs.get("s3Logs") or {}).get("status") == "ENABLED":
        yield "logsConfig.s3Logs is not offered by this emulation."


def _about_environment(environment: Mapping[str, Any]) -> Iterator[str]:
    kind, size = environment["type"], environment["computeType"]
    if kind != "LINUX_CONTAINER":
        yield f"The environment type {kind} is not offered by this emulation."
    if size not in _SIZES:
        yield f"The compute type {size} is not offered by this emulation."
    if not environment["image"].startswith("aws/codebuild/"):
        yield f"The build image {environment['image']} is not offered: builds run here."
    unheard = environment.keys() - {
        *("type", "computeType", "image", "privilegedMode", "environmentVariables"),
        "imagePullCredentialsType",
    }
    yield from (f"environment.{one} is not offered by this emulation." for one in unheard)
    for one in environment.get("environmentVariables") or ():
        if one.get("type", "PLAINTEXT") != "PLAINTEXT":
            yield f"Variables of the type {one['type']} are not offered by this emulation."


def _about_source(source: Mapping[str, Any]) -> Iterator[str]:
    kind, location = source["type"], source.get("location", "")
    if kind not in {"S3", "NO_SOURCE"}:
        yield f"The source type {kind} is not offered by this emulation."
    if kind == "NO_SOURCE" and not source.get("buildspec"):
        yield (
            "Invalid project source: if source type is NO_SOURCE, a buildspec must be "
            "provided inline."
        )
    if kind == "S3" and "/" not in location:
        yield f"Invalid project source: location must be a valid S3 source: {location}"
    if kind == "S3" and location.endswith("/"):
        yield "Folders as a source are not offered by this emulation: name a .zip."
    unheard = source.keys() - {"type", "location", "buildspec", "insecureSsl"}
    yield from (f"source.{one} is not offered by this emulation." for one in sorted(unheard))


def invalid(message: str) -> ApiError:
    """AWS's error for what a request should not say."""
    return ApiError("InvalidInputException", message)
