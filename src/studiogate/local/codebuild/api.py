"""The emulated CodeBuild as a table: what each operation needs, takes and does.

From the Service Authorization Reference, "Actions, resources, and condition keys for AWS
CodeBuild": everything about a build is asked of its project.
"""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from studiogate.local.call import ApiAnswer, ApiCall, Needed
from studiogate.local.codebuild import builds, projects
from studiogate.local.codebuild.runs.running import Runner
from studiogate.local.codebuild.store import CODEBUILD, Projects, project_arn
from studiogate.local.codebuild.world import Backend
from studiogate.local.front.modelled import ModelledService, Operation
from studiogate.local.front.tagging import request_tags
from studiogate.local.iam.vending import Vending


def _on(backend: Backend, call: ApiCall, name: str) -> Needed:
    tags = dict(request_tags(call, key="key", value="value"))
    found = backend.projects.find(call.account, call.region, projects.plain(name))
    if found is not None:
        tags |= {f"aws:ResourceTag/{key}": value for key, value in found.tags.items()}
    arn = project_arn(call.region, call.account, name)
    return Needed(f"codebuild:{call.operation}", arn, tags)


def _on_settings(backend: Backend, call: ApiCall) -> Sequence[Needed]:
    needed = [_on(backend, call, call.params["name"])]
    if "serviceRole" in call.params:
        context = {"iam:PassedToService": CODEBUILD}
        needed.append(Needed("iam:PassRole", call.params["serviceRole"], context))
    return tuple(needed)


def _on_named(backend: Backend, call: ApiCall) -> Sequence[Needed]:
    return (_on(backend, call, call.params.get("projectName") or call.params["name"]),)


def _on_names(backend: Backend, call: ApiCall) -> Sequence[Needed]:
    return tuple(_on(backend, call, name) for name in call.params["names"])


def _on_all(_: Backend, call: ApiCall) -> Sequence[Needed]:
    return (Needed(f"codebuild:{call.operation}", "*"),)


def _on_builds(backend: Backend, call: ApiCall) -> Sequence[Needed]:
    ids = call.params.get("ids") or [call.params["id"]]
    mine = dict.fromkeys(builds.project_of(one) for one in ids)
    return tuple(_on(backend, call, name) for name in mine)


_WHICH, _PAGED = frozenset({"name"}), frozenset({"nextToken", "sortOrder", "sortBy"})

OPERATIONS: Mapping[str, Operation[Backend]] = {
    "CreateProject": Operation(_on_settings, projects.create_project, projects.SETTINGS),
    "UpdateProject": Operation(_on_settings, projects.update_project, projects.SETTINGS),
    "DeleteProject": Operation(_on_named, projects.delete_project, _WHICH),
    "BatchGetProjects": Operation(_on_names, projects.batch_get_projects, frozenset({"names"})),
    "ListProjects": Operation(_on_all, projects.list_projects, _PAGED),
    "StartBuild": Operation(_on_named, builds.start_build, builds.STARTS),
    "BatchGetBuilds": Operation(_on_builds, builds.batch_get_builds, frozenset({"ids"})),
    "ListBuildsForProject": Operation(
        _on_named, builds.list_builds_for_project, _PAGED | {"projectName"}
    ),
    "StopBuild": Operation(_on_builds, builds.stop_build, frozenset({"id"})),
}


class CodeBuildService:
    """`codebuild`, whose builds go on after its answers.  Implements `local.call.Service`."""

    def __init__(self, projects: Projects, runner: Runner, vending: Vending) -> None:
        backend = Backend(projects, runner, vending, lambda: str(uuid4()))
        self._table = ModelledService(
            "codebuild", backend, OPERATIONS, unknown="InvalidInputException"
        )
        self._runner = runner

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions `call` needs.

        Raises:
            ApiError: the operation, or a parameter, is not offered here.
        """
        return self._table.needed(call)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        return await self._table.answer(call)

    async def close(self) -> None:
        """End every build that runs, with all its processes."""
        await self._runner.close()
