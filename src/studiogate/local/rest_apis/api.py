"""The emulated API Gateway control plane, as a table.

Its permissions are HTTP methods on the paths of its own API (Service Authorization Reference,
"Actions, resources, and condition keys for Amazon API Gateway Management"); the path is the one
AWS's model gives for the parameters, not the one that was sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from studiogate.local.call import ApiCall, Needed
from studiogate.local.front.modelled import ModelledService, Operation
from studiogate.local.front.models import written
from studiogate.local.front.tagging import request_tags
from studiogate.local.rest_apis import apis, authorizers, deployments, paths, responses, stages
from studiogate.local.rest_apis.patching import patches
from studiogate.local.rest_apis.store import RestApis, Thing

_PASSED = ("authorizerCredentials", "credentials")


def _needed(_: RestApis, call: ApiCall) -> Sequence[Needed]:
    return tuple(_asked(call))


def _asked(call: ApiCall) -> Iterator[Needed]:
    request = written(call.service, call.operation, call.params)
    stem = f"arn:aws:apigateway:{call.region}::"
    tags = request_tags(call)
    yield Needed(f"apigateway:{request.method}", stem + request.path, tags)
    if tags and "/tags/" not in request.path:
        yield Needed("apigateway:PUT", f"{stem}/tags/*", tags)
    patched: dict[str, str | None] = {parts[0]: value for _, parts, value in patches(call)}
    if "policy" in call.params or "policy" in patched:
        which = f"/{call.params.get('restApiId', '*')}"
        yield Needed("apigateway:UpdateRestApiPolicy", f"{stem}/restapis{which}")
    for role in (
        *(call.params.get(name) for name in _PASSED),
        *(patched.get(name) for name in (*_PASSED, "cloudwatchRoleArn")),
    ):
        if role and str(role).startswith("arn:"):
            context = {"iam:PassedToService": "apigateway.amazonaws.com"}
            yield Needed("iam:PassRole", str(role), context)


def _does(
    answer: Callable[[RestApis, ApiCall], Thing], takes: frozenset[str] | str
) -> Operation[RestApis]:
    names = frozenset(takes.split()) if isinstance(takes, str) else takes
    return Operation(_needed, answer, names)


_METHOD = "restApiId resourceId httpMethod"
_PATCH = "patchOperations"

OPERATIONS: Mapping[str, Operation[RestApis]] = {
    "CreateRestApi": _does(apis.create_rest_api, apis.CREATES),
    "GetRestApi": _does(apis.get_rest_api, "restApiId"),
    "GetRestApis": _does(apis.get_rest_apis, "limit"),
    "UpdateRestApi": _does(apis.update_rest_api, f"restApiId {_PATCH}"),
    "DeleteRestApi": _does(apis.delete_rest_api, "restApiId"),
    "GetAccount": _does(apis.get_account, ""),
    "UpdateAccount": _does(apis.update_account, _PATCH),
    "TagResource": _does(apis.tag, "resourceArn tags"),
    "UntagResource": _does(apis.untag, "resourceArn tagKeys"),
    "GetTags": _does(apis.get_tags, "resourceArn"),
    "CreateResource": _does(paths.create_resource, "restApiId parentId pathPart"),
    "GetResource": _does(paths.get_resource, "restApiId resourceId embed"),
    "GetResources": _does(paths.get_resources, "restApiId limit embed"),
    "DeleteResource": _does(paths.delete_resource, "restApiId resourceId"),
    "PutMethod": _does(paths.put_method, paths.METHODS),
    "GetMethod": _does(paths.get_method, _METHOD),
    "DeleteMethod": _does(paths.delete_method, _METHOD),
    "PutIntegration": _does(paths.put_integration, paths.INTEGRATIONS),
    "GetIntegration": _does(paths.get_integration, _METHOD),
    "DeleteIntegration": _does(paths.delete_integration, _METHOD),
    "PutMethodResponse": _does(paths.put_method_response, paths.RESPONSES),
    "PutIntegrationResponse": _does(paths.put_integration_response, paths.RESPONSES),
    "CreateAuthorizer": _does(authorizers.create_authorizer, authorizers.AUTHORIZERS),
    "GetAuthorizer": _does(authorizers.get_authorizer, "restApiId authorizerId"),
    "GetAuthorizers": _does(authorizers.get_authorizers, "restApiId limit"),
    "UpdateAuthorizer": _does(
        authorizers.update_authorizer, f"restApiId authorizerId {_PATCH}"
    ),
    "DeleteAuthorizer": _does(authorizers.delete_authorizer, "restApiId authorizerId"),
    "CreateRequestValidator": _does(
        authorizers.create_validator,
        "restApiId name validateRequestBody validateRequestParameters",
    ),
    "GetRequestValidator": _does(authorizers.get_validator, "restApiId requestValidatorId"),
    "UpdateRequestValidator": _does(
        authorizers.update_validator, f"restApiId requestValidatorId {_PATCH}"
    ),
    "DeleteRequestValidator": _does(
        authorizers.delete_validator, "restApiId requestValidatorId"
    ),
    "CreateDeployment": _does(deployments.create_deployment, deployments.DEPLOYS),
    "GetDeployment": _does(deployments.get_deployment, "restApiId deploymentId embed"),
    "GetDeployments": _does(deployments.get_deployments, "restApiId limit"),
    "UpdateDeployment": _does(
        deployments.update_deployment, f"restApiId deploymentId {_PATCH}"
    ),
    "DeleteDeployment": _does(deployments.delete_deployment, "restApiId deploymentId"),
    "CreateStage": _does(stages.create_stage, stages.STAGES),
    "GetStage": _does(stages.get_stage, "restApiId stageName"),
    "GetStages": _does(stages.get_stages, "restApiId deploymentId"),
    "UpdateStage": _does(stages.update_stage, f"restApiId stageName {_PATCH}"),
    "DeleteStage": _does(stages.delete_stage, "restApiId stageName"),
    "PutGatewayResponse": _does(responses.put_response, responses.RESPONSES),
    "GetGatewayResponse": _does(responses.get_response, "restApiId responseType"),
    "DeleteGatewayResponse": _does(responses.delete_response, "restApiId responseType"),
}


def apigateway_service(store: RestApis) -> ModelledService[RestApis]:
    """The emulated API Gateway over `store`."""
    return ModelledService("apigateway", store, OPERATIONS, unknown="BadRequestException")
