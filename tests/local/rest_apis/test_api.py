"""API Gateway as unmodified clients meet it: a private API said, deployed and staged."""

import json
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from studiogate.aws.wire.call import Credentials, WireRequest
from studiogate.aws.wire.signer import sign
from studiogate.local.call import ApiCall, ApiError, Arrival
from studiogate.local.rest_apis.patching import patches
from tests.kit.front import LOB_A, LOB_B, REGION, World, allow, deny, policy, root_of, trusting

FUNCTION = f"arn:aws:lambda:{REGION}:{LOB_A}:function:gateway"
INVOKED = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
OPEN = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "execute-api:Invoke",
    "Resource": "execute-api:/*",
}


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def api(org: World, **more: Any) -> tuple[Any, dict[str, Any]]:
    client = org.admin(LOB_A, "apigateway")
    said = {
        "name": org.name("api"),
        "endpointConfiguration": {"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-0a"]},
        "policy": policy(OPEN),
    }
    return client, client.create_rest_api(**{**said, **more})


def answered(client: Any, made: dict[str, Any]) -> None:
    """Give the API one method that a function answers."""
    where = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    client.put_method(**where, authorizationType="NONE")
    client.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=INVOKED)


class TestApis:
    def test_the_policy_of_a_private_api_names_the_api_itself(self, org: World) -> None:
        client, made = api(org)

        held = org.apis.find(made["id"])

        assert held is not None
        assert held.policy is not None
        (statement,) = json.loads(held.policy)["Statement"]
        arn = f"arn:aws:execute-api:{REGION}:{LOB_A}:{made['id']}/*"
        assert statement["Resource"] == arn
        # API Gateway escapes the quotes of the policy it shows.
        shown = client.get_rest_api(restApiId=made["id"])["policy"]
        assert json.loads(json.loads(f'"{shown}"'))["Statement"] == [statement]
        client.update_rest_api(
            restApiId=made["id"],
            patchOperations=[
                {
                    "op": "replace",
                    "path": "/policy",
                    "value": policy({**OPEN, "Resource": "execute-api:/prod/GET/me"}),
                }
            ],
        )
        assert f"{made['id']}/prod/GET/me" in str(held.policy)

    @pytest.mark.parametrize(
        "more",
        [
            {"policy": '{"Statement": []}'},
            {"policy": "not json"},
            {"endpointConfiguration": {"types": ["PRIVATE", "EDGE"]}},
            {"endpointConfiguration": {"types": ["REGIONAL"], "vpcEndpointIds": ["vpce-0a"]}},
            {"name": " "},
        ],
    )
    def test_an_api_that_cannot_be_is_refused(self, org: World, more: dict[str, Any]) -> None:
        with pytest.raises(ClientError) as caught:
            api(org, **more)

        assert refusal(caught)[0] == "BadRequestException"

    def test_an_api_is_its_accounts_own(self, org: World) -> None:
        client, made = api(org)
        other = org.admin(LOB_B, "apigateway")

        with pytest.raises(ClientError) as caught:
            other.get_rest_api(restApiId=made["id"])
        assert refusal(caught)[0] == "NotFoundException"
        assert made["id"] not in [one["id"] for one in other.get_rest_apis()["items"]]
        client.delete_rest_api(restApiId=made["id"])
        with pytest.raises(ClientError):
            client.get_rest_api(restApiId=made["id"])

    def test_a_change_is_made_whole_or_not_at_all(self, org: World) -> None:
        client, made = api(org)

        with pytest.raises(ClientError) as caught:
            client.update_rest_api(
                restApiId=made["id"],
                patchOperations=[
                    {"op": "replace", "path": "/name", "value": "other"},
                    {"op": "replace", "path": "/nothing", "value": "x"},
                ],
            )
        assert "Invalid patch path" in refusal(caught)[1]
        assert client.get_rest_api(restApiId=made["id"])["name"] == made["name"]
        client.update_rest_api(
            restApiId=made["id"],
            patchOperations=[
                {
                    "op": "add",
                    "path": "/endpointConfiguration/vpcEndpointIds",
                    "value": "vpce-0b",
                },
                {"op": "remove", "path": "/endpointConfiguration/vpcEndpointIds/vpce-0a"},
            ],
        )
        found = client.get_rest_api(restApiId=made["id"])["endpointConfiguration"]
        assert found["vpcEndpointIds"] == ["vpce-0b"]

    def test_endpoints_are_taken_off_by_their_value_as_well(self, org: World) -> None:
        client, made = api(org)
        where = {"path": "/endpointConfiguration/vpcEndpointIds"}

        changed = client.update_rest_api(
            restApiId=made["id"],
            patchOperations=[
                {"op": "add", "value": "vpce-0b", **where},
                {"op": "remove", "value": "vpce-0a", **where},
            ],
        )

        assert changed["endpointConfiguration"]["vpcEndpointIds"] == ["vpce-0b"]
        with pytest.raises(ClientError, match="Invalid patch path"):
            client.update_rest_api(
                restApiId=made["id"],
                patchOperations=[{"op": "remove", "value": "vpce-0a", **where}],
            )

    def test_tags_are_on_the_api(self, org: World) -> None:
        client, made = api(org, tags={"a": "b"})
        arn = f"arn:aws:apigateway:{REGION}::/restapis/{made['id']}"

        client.tag_resource(resourceArn=arn, tags={"c": "d"})
        client.untag_resource(resourceArn=arn, tagKeys=["a"])

        assert client.get_tags(resourceArn=arn)["tags"] == {"c": "d"}


class TestPaths:
    def test_paths_are_built_part_by_part(self, org: World) -> None:
        client, made = api(org)
        open_ = client.create_resource(
            restApiId=made["id"], parentId=made["rootResourceId"], pathPart="open"
        )
        domain = client.create_resource(
            restApiId=made["id"], parentId=open_["id"], pathPart="{domain}"
        )

        assert domain["path"] == "/open/{domain}"
        for part, code in (("open", "ConflictException"), ("a b", "BadRequestException")):
            with pytest.raises(ClientError) as caught:
                client.create_resource(
                    restApiId=made["id"], parentId=made["rootResourceId"], pathPart=part
                )
            assert refusal(caught)[0] == code
        with pytest.raises(ClientError) as caught:
            client.create_resource(
                restApiId=made["id"], parentId=open_["id"], pathPart="{other}"
            )
        assert "only one unique variable path part is allowed" in refusal(caught)[1]
        client.delete_resource(restApiId=made["id"], resourceId=open_["id"])
        assert [one["path"] for one in client.get_resources(restApiId=made["id"])["items"]] == [
            "/"
        ]
        with pytest.raises(ClientError) as caught:
            client.delete_resource(restApiId=made["id"], resourceId=made["rootResourceId"])
        assert "Root resource cannot be deleted" in refusal(caught)[1]

    def test_a_custom_authorizer_is_made_before_the_method_that_asks_it(
        self, org: World
    ) -> None:
        client, made = api(org)
        where = {
            "restApiId": made["id"],
            "resourceId": made["rootResourceId"],
            "httpMethod": "GET",
        }

        with pytest.raises(ClientError) as caught:
            client.put_method(**where, authorizationType="CUSTOM", authorizerId="nobody")
        assert "Invalid authorizer ID specified" in refusal(caught)[1]
        with pytest.raises(ClientError) as caught:
            client.create_authorizer(
                restApiId=made["id"], name="a", type="REQUEST", authorizerUri="http://x"
            )
        assert "Invalid Authorizer URI" in refusal(caught)[1]
        authorizer = client.create_authorizer(
            restApiId=made["id"],
            name="tokens",
            type="REQUEST",
            authorizerUri=INVOKED,
            identitySource="method.request.header.Authorization",
            authorizerResultTtlInSeconds=0,
        )
        client.put_method(**where, authorizationType="CUSTOM", authorizerId=authorizer["id"])
        assert client.get_method(**where)["authorizerId"] == authorizer["id"]
        with pytest.raises(ClientError) as caught:
            client.delete_authorizer(restApiId=made["id"], authorizerId=authorizer["id"])
        assert refusal(caught)[0] == "ConflictException"

    @pytest.mark.parametrize(
        "said",
        [
            {"type": "AWS_PROXY", "uri": INVOKED},
            {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": "https://x"},
            {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": "arn:aws:s3:::b"},
            {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "ftp://x"},
            {"type": "MOCK", "timeoutInMillis": 30_000},
        ],
    )
    def test_an_integration_that_cannot_be_is_refused(
        self, org: World, said: dict[str, Any]
    ) -> None:
        client, made = api(org)
        where = {
            "restApiId": made["id"],
            "resourceId": made["rootResourceId"],
            "httpMethod": "GET",
        }
        client.put_method(**where, authorizationType="NONE")

        with pytest.raises(ClientError) as caught:
            client.put_integration(**where, **said)

        assert refusal(caught)[0] == "BadRequestException"


class TestStages:
    @pytest.mark.parametrize(
        ("more", "method", "word"),
        [
            ({"policy": ""}, True, "doesn't have a resource policy"),
            ({}, False, "doesn't contain any methods"),
        ],
    )
    def test_what_cannot_be_served_is_not_deployed(
        self, org: World, more: dict[str, Any], word: str, *, method: bool
    ) -> None:
        client, made = api(org, **more)
        if method:
            answered(client, made)

        with pytest.raises(ClientError) as caught:
            client.create_deployment(restApiId=made["id"])

        assert word in refusal(caught)[1]

    def test_a_stage_serves_a_deployment_and_logs_once_the_account_can(
        self, org: World
    ) -> None:
        client, made = api(org)
        answered(client, made)
        deployed = client.create_deployment(restApiId=made["id"])["id"]
        stage = {"restApiId": made["id"], "stageName": "prod"}
        with pytest.raises(ClientError):
            client.create_stage(**stage, deploymentId="nothing")
        client.create_stage(**stage, deploymentId=deployed)
        log = f"arn:aws:logs:{REGION}:{LOB_A}:log-group:/studiogate/access"
        says = [
            {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": log},
            {
                "op": "replace",
                "path": "/accessLogSettings/format",
                "value": "$context.requestId",
            },
            {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "100"},
            {"op": "replace", "path": "/*/*/logging/loglevel", "value": "ERROR"},
            {"op": "replace", "path": "/~1open~1{domain}/GET/metrics/enabled", "value": "true"},
        ]

        with pytest.raises(ClientError) as caught:
            client.update_stage(**stage, patchOperations=says)
        assert "CloudWatch Logs role ARN must be set" in refusal(caught)[1]
        assert client.get_stage(**stage).get("methodSettings", {}) == {}
        trust = policy(trusting({"Service": "apigateway.amazonaws.com"}))
        role = org.role(LOB_A, trust=trust)
        wrong = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))))
        for arn in (wrong, "arn:aws:iam::1:role/absent"):
            with pytest.raises(ClientError):
                client.update_account(
                    patchOperations=[
                        {"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}
                    ]
                )
        client.update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
        )
        client.update_stage(**stage, patchOperations=says)

        found = client.get_stage(**stage)
        assert found["methodSettings"]["*/*"] == {
            "throttlingRateLimit": 100.0,
            "loggingLevel": "ERROR",
        }
        assert found["methodSettings"]["open~1{domain}/GET"] == {"metricsEnabled": True}
        assert found["accessLogSettings"]["destinationArn"] == log
        with pytest.raises(ClientError) as caught:
            client.delete_deployment(restApiId=made["id"], deploymentId=deployed)
        assert "Active stages" in refusal(caught)[1]
        client.delete_stage(**stage)
        client.delete_deployment(restApiId=made["id"], deploymentId=deployed)

    def test_the_words_of_a_refusal_can_be_chosen(self, org: World) -> None:
        client, made = api(org)
        which = {"restApiId": made["id"], "responseType": "UNAUTHORIZED"}

        assert client.get_gateway_response(**which)["defaultResponse"] is True
        client.put_gateway_response(
            **which, statusCode="401", responseTemplates={"application/json": "{}"}
        )
        assert client.get_gateway_response(**which)["statusCode"] == "401"
        client.delete_gateway_response(**which)
        assert client.get_gateway_response(**which)["defaultResponse"] is True

    @pytest.mark.parametrize(
        "said",
        [
            {"responseTemplates": {"application/json": '{"who":"$context.identity.sourceIp"}'}},
            {"responseTemplates": {"application/json": '{"what":"$stageVariables.colour"}'}},
            {"responseParameters": {"gatewayresponse.header.x": "method.request.header.y"}},
            {"responseParameters": {"method.response.header.x": "'y'"}},
        ],
    )
    def test_words_that_could_not_be_said_here_are_refused(
        self, org: World, said: dict[str, Any]
    ) -> None:
        client, made = api(org)

        with pytest.raises(ClientError) as caught:
            client.put_gateway_response(
                restApiId=made["id"], responseType="UNAUTHORIZED", **said
            )

        assert "is not offered here" in refusal(caught)[1]


class TestPermissions:
    def acting(self, org: World, *statements: dict[str, Any]) -> Any:
        arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=policy(*statements))
        return org.client("apigateway", org.assume(arn, org.founded.explorers[LOB_A]))

    def test_permission_is_a_method_on_a_path(self, org: World) -> None:
        _, made = api(org)
        arn = f"arn:aws:apigateway:{REGION}::/restapis/{made['id']}"
        client = self.acting(org, allow("apigateway:GET", on=[arn, f"{arn}/*"]))

        client.get_rest_api(restApiId=made["id"])
        client.get_resource(restApiId=made["id"], resourceId=made["rootResourceId"])
        with pytest.raises(ClientError) as caught:
            client.delete_rest_api(restApiId=made["id"])
        code, message = refusal(caught)
        assert code == "AccessDeniedException"
        assert f"apigateway:DELETE on resource: {arn} because" in message

    def test_the_policy_of_an_api_and_its_tags_take_their_own_rights(self, org: World) -> None:
        apis = f"arn:aws:apigateway:{REGION}::/restapis"
        client = self.acting(org, allow("apigateway:POST", on=apis))

        client.create_rest_api(name="plain")
        for more, missing in (
            ({"policy": policy(OPEN)}, "apigateway:UpdateRestApiPolicy"),
            ({"tags": {"a": "b"}}, "apigateway:PUT"),
        ):
            with pytest.raises(ClientError) as caught:
                client.create_rest_api(name="more", **more)
            assert missing in refusal(caught)[1]

    def test_a_path_spelt_otherwise_is_the_same_path(self, org: World) -> None:
        _, made = api(org)
        arn = f"arn:aws:apigateway:{REGION}::/restapis/{made['id']}"
        can = policy(allow("apigateway:*"), deny("apigateway:GET", on=arn))
        role = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=can)
        keys = org.assume(role, org.founded.explorers[LOB_A])
        spelt = f"%{ord(made['id'][0]):02x}{made['id'][1:]}"
        request = sign(
            WireRequest("GET", f"{org.doors['internet']}/restapis/{spelt}", {}, b""),
            Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]),
            service="apigateway",
            region=REGION,
            now=org.clock(),
        )

        answer = httpx.get(request.url, headers=dict(request.headers))

        assert answer.status_code == 403
        assert "explicit deny" in answer.json()["message"]


@given(st.lists(st.dictionaries(st.sampled_from(["op", "path", "value", "from"]), st.text())))
def test_no_patch_breaks_the_reader(said: list[dict[str, str]]) -> None:
    call = ApiCall(
        "apigateway",
        "UpdateStage",
        {"patchOperations": said},
        REGION,
        None,
        Arrival("x", "", {}),
    )
    try:
        found = patches(call)
    except ApiError:
        return
    assert len(found) == len(said)
