"""Deployments: what an API was at one time, kept to be served."""

from copy import deepcopy

from studiogate.local.call import ApiCall
from studiogate.local.rest_apis import patching
from studiogate.local.rest_apis.patching import text
from studiogate.local.rest_apis.stages import add_stage
from studiogate.local.rest_apis.store import Api, RestApis, Thing, known, new_id, wrong

DEPLOYS = frozenset(
    {"restApiId", "stageName", "stageDescription", "description", "variables", "tracingEnabled"}
)


def create_deployment(store: RestApis, call: ApiCall) -> Thing:
    """What the API is now, kept; with a stage's name, served there."""
    api, asked = store.get(call), call.params
    _complete(api)
    made: Thing = {
        "id": new_id(6),
        "createdDate": store.clock(),
        **({"description": asked["description"]} if "description" in asked else {}),
        # Served as it was, whatever becomes of the API.
        "snapshot": _snapshot(api),
    }
    api.deployments[made["id"]] = made
    name = asked.get("stageName")
    if name and name in api.stages:
        api.stages[name] |= {"deploymentId": made["id"], "lastUpdatedDate": store.clock()}
    elif name:
        said = {n: asked[n] for n in ("variables", "tracingEnabled") if n in asked}
        add_stage(store, api, {"stageName": name, "deploymentId": made["id"], **said})
    return _shown(made)


def _complete(api: Api) -> None:
    """Refuse to deploy what API Gateway would not."""
    if api.private and api.policy is None:
        raise wrong("Private REST API doesn't have a resource policy attached to it")
    methods = [one for two in api.resources.values() for one in two["resourceMethods"].values()]
    if not methods:
        raise wrong("The REST API doesn't contain any methods")
    if any("methodIntegration" not in one for one in methods):
        raise wrong("No integration defined for method")


def _snapshot(api: Api) -> Thing:
    return deepcopy(
        {
            "methods": {one["path"]: one["resourceMethods"] for one in api.resources.values()},
            "authorizers": api.authorizers,
            "responses": api.responses,
        }
    )


def served(api: Api, stage: str) -> Thing:
    """What `stage` serves: methods by path, authorizers by id, responses by kind."""
    found: Thing = api.deployments[api.stages[stage]["deploymentId"]]["snapshot"]
    return found


def _shown(deployment: Thing) -> Thing:
    return {name: value for name, value in deployment.items() if name != "snapshot"}


def get_deployment(store: RestApis, call: ApiCall) -> Thing:
    """One deployment."""
    return _shown(_deployment(store, call))


def _deployment(store: RestApis, call: ApiCall) -> Thing:
    found = store.get(call).deployments
    return known(found, call.params["deploymentId"], "Invalid Deployment identifier specified")


def get_deployments(store: RestApis, call: ApiCall) -> Thing:
    """Every deployment."""
    return {"items": [_shown(one) for one in store.get(call).deployments.values()]}


def update_deployment(store: RestApis, call: ApiCall) -> Thing:
    """A deployment said otherwise; what is served stays."""
    found = _deployment(store, call)
    patching.patch(found, call, {"description": text("description")})
    return _shown(found)


def delete_deployment(store: RestApis, call: ApiCall) -> Thing:
    """A deployment gone; not one that a stage serves."""
    api, name = store.get(call), call.params["deploymentId"]
    _deployment(store, call)
    if any(stage["deploymentId"] == name for stage in api.stages.values()):
        raise wrong("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[name]
    return {}
