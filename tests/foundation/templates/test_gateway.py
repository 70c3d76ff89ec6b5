"""The gateway's template: what is proved is what is deployed, and nothing is said that is secret."""

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.routing import Route

from studiogate import names
from studiogate.foundation.openings import DAY, MOMENT
from studiogate.foundation.templates.api import AUTHORIZED, PATHS, STAGE
from studiogate.foundation.templates.artifacts import artifacts
from studiogate.foundation.templates.gateway import API_LOG, gateway, keeps
from studiogate.gateway.app import create_app
from studiogate.gateway.entrance import Stores, build
from studiogate.gateway.function.authorizer import authorizer
from studiogate.gateway.function.entry import gateway as started
from studiogate.gateway.present import Answer
from studiogate.gateway.settings import Settings
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.policy import sizes
from studiogate.topology import attached
from studiogate.topology.ids import Ids
from tests.kit.entrance import tables
from tests.kit.function import blocking, event
from tests.kit.gateway import Clock, House
from tests.kit.large import large
from tests.kit.templates import of_type, outputs, resolved

ROOT = Path(__file__).parents[3]
TWO = (ROOT / "examples" / "two-lobs.yaml").read_text(encoding="utf-8")
API_ID, VPCE = "a1b2c3d4e5", "vpce-0a1b2c3d4e5f60718"
GIVEN: dict[str, str | list[str]] = {
    "VpcId": "vpc-0a1b2c3d",
    "SubnetIds": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"],
    "VpceExecuteApi": VPCE,
    "BundleBucket": "studiogate-artifacts-111111111111-eu-west-1",
    "BundleKey": "function/abc-python3.13-arm64.zip",
}
KNOWN = {
    "Api": API_ID,
    "Tokens": "tok123",
    "PeopleTable": names.PEOPLE_TABLE,
    "LobsTable": names.LOBS_TABLE,
    "OpeningsTable": names.OPENINGS_TABLE,
    "CookieKeys": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:studiogate/cookie-keys-x",
    "People.ProviderURL": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool",
    "PeopleClient": "client123",
}
SECRET = {"first": "x" * 42, "rest": "A="}
"""As Secrets Manager makes it: 42 letters and digits."""


def landscape(text: str = TWO, **changes: str) -> Landscape:
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return read(text)


def with_pool() -> Landscape:
    found = landscape()
    return found.model_copy(
        update={"gateway": found.gateway.model_copy(update={"user_pool": True})}
    )


def stood(known: Landscape, **more: str) -> dict[str, Any]:
    return resolved(gateway(known).text, {**GIVEN, **more}, KNOWN)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return stood(landscape())


def environment(template: dict[str, Any], function: str = "Gateway") -> dict[str, str]:
    """What the function is told, once CloudFormation has asked for the secret."""
    told = of_type(template, "AWS::Lambda::Function")[function]["Environment"]["Variables"]
    reference = re.compile(r"\{\{resolve:secretsmanager:[^{}]+:SecretString:(\w+)\}\}")
    return {name: reference.sub(lambda m: SECRET[m[1]], value) for name, value in told.items()}


LAMBDA = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
}
"""What Lambda itself adds."""


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


class TestWhatIsProvedIsDeployed:
    def test_s2_11_the_roles_are_the_proved_ones_word_for_word(
        self, template: dict[str, Any]
    ) -> None:
        known = landscape()
        roles = of_type(template, "AWS::IAM::Role")

        for logical, made_of in (
            ("GatewayRole", attached.gateway(known)),
            ("AuthorizerRole", attached.authorizer(known)),
        ):
            found = roles[logical]
            assert found["RoleName"] == made_of.name
            assert found["AssumeRolePolicyDocument"] == plain(made_of.trust)
            assert {
                one["PolicyName"]: one["PolicyDocument"] for one in found["Policies"]
            } == plain(made_of.policies)

    def test_s2_14_the_api_lets_in_who_is_proved_to_come_in(
        self, template: dict[str, Any]
    ) -> None:
        known = landscape()
        ids = Ids(domains={}, endpoints=_Everywhere(), vpcs=_Everywhere(), api=API_ID)
        proved = attached.attached(known, ids).api
        own = f"arn:aws:execute-api:eu-west-1:{known.hub_account}:{API_ID}/"

        found = of_type(template, "AWS::ApiGateway::RestApi")["Api"]["Policy"]

        assert json.loads(json.dumps(found).replace("execute-api:/", own)) == plain(proved)
        assert {one["Effect"] for one in found["Statement"]} == {"Allow", "Deny"}

    def test_a_thousand_lobs_fit(self) -> None:
        made = gateway(read(large(1000, people=0)))
        body = yaml.safe_load(made.text)

        assert len(made.text.encode()) < 1_000_000
        role = body["Resources"]["GatewayRole"]["Properties"]
        inline = sum(sizes.characters(one["PolicyDocument"]) for one in role["Policies"])
        assert inline <= sizes.ROLE_INLINE
        assert 1 <= len(role["ManagedPolicyArns"]) <= sizes.MANAGED_POLICIES + 10


class _Everywhere(dict[str, str]):
    """Every endpoint by one id."""

    def __missing__(self, key: str) -> str:
        return VPCE


class TestTheApi:
    def test_s3_17_it_is_private_and_behind_one_endpoint(
        self, template: dict[str, Any]
    ) -> None:
        api = of_type(template, "AWS::ApiGateway::RestApi")["Api"]

        assert api["EndpointConfiguration"] == {
            "Types": ["PRIVATE"],
            "VpcEndpointIds": [VPCE],
        }

    def test_every_route_of_the_application_has_a_path_but_the_metrics(self) -> None:
        house = House()
        settings = Settings.from_environment({**LAMBDA, **environment(stood(landscape()))})
        with blocking() as transport:
            stores = Stores(house.marks, tables(transport, Clock()))
            routes = build(settings, transport, Clock(), stores).routes
        app = create_app(house.ports, routes)

        missing = {
            route.path
            for route in app.routes
            if isinstance(route, Route)
            and not any(
                _matches(path, route.path)
                and ("ANY" in methods or {*(route.methods or ())} & {*methods})
                for path, methods in PATHS.items()
            )
        }
        assert missing == {"/metrics"}

    def test_no_path_has_two_variable_parts_below_it(self, template: dict[str, Any]) -> None:
        # API Gateway: "only one unique variable path part is allowed" below a resource.
        below: dict[str, list[str]] = {}
        for one in of_type(template, "AWS::ApiGateway::Resource").values():
            if one["PathPart"].startswith("{"):
                below.setdefault(one["ParentId"], []).append(one["PathPart"])

        assert all(len(parts) == 1 for parts in below.values())

    def test_s2_07_the_authorizer_guards_the_path_of_programs_and_no_other(
        self, template: dict[str, Any]
    ) -> None:
        methods = of_type(template, "AWS::ApiGateway::Method")
        kinds = {name: one["AuthorizationType"] for name, one in methods.items()}

        assert [name for name, kind in kinds.items() if kind != "NONE"] == ["GetPerson"]
        assert methods["GetPerson"]["AuthorizerId"] == KNOWN["Tokens"]
        assert kinds["PostSaml"] == "NONE"
        assert all(one["Integration"]["Type"] == "AWS_PROXY" for one in methods.values())

    def test_f_09_no_verdict_of_the_authorizer_is_kept(self, template: dict[str, Any]) -> None:
        (one,) = of_type(template, "AWS::ApiGateway::Authorizer").values()

        assert one["AuthorizerResultTtlInSeconds"] == 0
        assert one["Type"] == "REQUEST"
        assert one["IdentitySource"] == "method.request.header.Authorization"

    def test_f_12_a_test_in_the_console_may_not_call_the_gateway(
        self, template: dict[str, Any]
    ) -> None:
        sources = {
            name: one["SourceArn"]
            for name, one in of_type(template, "AWS::Lambda::Permission").items()
        }

        where = f"arn:aws:execute-api:eu-west-1:111111111111:{API_ID}"
        assert sources == {
            "GatewayIsCalled": f"{where}/{STAGE}/*",
            "AuthorizerIsCalled": f"{where}/authorizers/tok123",
        }

    def test_f_01_the_access_log_has_neither_headers_nor_queries_nor_whole_paths(
        self, template: dict[str, Any]
    ) -> None:
        (stage,) = of_type(template, "AWS::ApiGateway::Stage").values()
        said = json.loads(stage["AccessLogSetting"]["Format"])

        assert "person" in said
        assert not re.search(
            r"header|querystring|\.path|authorization", str(said), re.IGNORECASE
        )
        (setting,) = stage["MethodSettings"]
        assert setting["DataTraceEnabled"] is False
        assert setting["LoggingLevel"] == "ERROR"
        assert setting["ThrottlingRateLimit"] > 0

    def test_another_api_is_deployed_anew_and_the_same_one_is_not(self) -> None:
        def deployed(known: Landscape) -> list[str]:
            body = yaml.safe_load(gateway(known).text)["Resources"]
            return [n for n, one in body.items() if one["Type"].endswith("::Deployment")]

        renamed = landscape(**{"name: acme": "name: acme-too"})

        assert deployed(landscape()) == deployed(landscape())
        assert deployed(landscape()) != deployed(renamed)

    def test_it_is_deployed_after_every_method_and_refusal(
        self, template: dict[str, Any]
    ) -> None:
        body = yaml.safe_load(gateway(landscape()).text)["Resources"]
        (after,) = [
            one["DependsOn"] for one in body.values() if one["Type"].endswith("::Deployment")
        ]

        methods = of_type(template, "AWS::ApiGateway::Method")
        assert {*after} == {*methods, *of_type(template, "AWS::ApiGateway::GatewayResponse")}

    def test_s2_33_what_it_says_itself_are_problems_with_a_remedy(
        self, template: dict[str, Any]
    ) -> None:
        said = {
            one["ResponseType"]: one
            for one in of_type(template, "AWS::ApiGateway::GatewayResponse").values()
        }

        assert {kind: one["StatusCode"] for kind, one in said.items()} == {
            "UNAUTHORIZED": "401",
            "ACCESS_DENIED": "403",
            "MISSING_AUTHENTICATION_TOKEN": "404",
        }
        for one in said.values():
            (words,) = one["ResponseTemplates"].values()
            problem = json.loads(
                words.replace("$context.error.messageString", '"AWS\'s words"')
            )
            assert problem["status"] == int(one["StatusCode"])
            assert problem["remedy"]
            # As the gateway writes the same refusal.
            shown = Answer(problem["status"], problem["reason"], "", "").problem()
            assert (problem["title"], problem["type"]) == (shown["title"], shown["type"])
            assert (
                one["ResponseParameters"]["gatewayresponse.header.Cache-Control"]
                == "'no-store'"
            )
        asked = said["UNAUTHORIZED"]["ResponseParameters"]
        assert asked["gatewayresponse.header.WWW-Authenticate"] == "'Bearer'"


def _matches(path: str, route: str) -> bool:
    """Whether `path` of the API is for `route`; a person's is for no other page."""
    if path == AUTHORIZED:
        return route == path
    pattern = re.sub(r"\\\{\w+\\\+\\\}", ".+", re.escape(path))
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
    return re.fullmatch(pattern, route) is not None


class TestTheFunctions:
    def test_what_the_gateway_is_told_starts_it_and_it_answers(
        self, template: dict[str, Any]
    ) -> None:
        told = {**LAMBDA, **environment(template)}
        with blocking() as transport:
            handler = started(told, clock=Clock(), transport=transport)
            host = f"{API_ID}-{VPCE}.execute-api.eu-west-1.amazonaws.com"

            said = handler(event("/", headers={"Host": host}, endpoint=VPCE), None)
            other = handler(event("/", headers={"Host": "evil.example"}), None)

        assert (said["statusCode"], other["statusCode"]) == (200, 421)

    def test_what_the_authorizer_is_told_starts_it_and_is_no_secret(
        self, template: dict[str, Any]
    ) -> None:
        told = environment(template, "Authorizer")

        authorizer(told, clock=Clock())
        assert {*told} == {"STUDIOGATE_IDPS"}

    def test_the_keys_of_sessions_are_in_no_template(self) -> None:
        text = gateway(landscape()).text
        body = yaml.safe_load(text)["Resources"]
        secret = body["CookieKeys"]["Properties"]

        assert "SecretString" not in secret
        made = secret["GenerateSecretString"]
        assert json.loads(made["SecretStringTemplate"]) == {"rest": "A="}
        assert (made["GenerateStringKey"], made["PasswordLength"]) == ("first", 42)
        keys = environment(stood(landscape()))["STUDIOGATE_COOKIE_KEYS"]
        assert len(b64decode(keys, validate=True)) == 32

    def test_keys_are_turned_over_by_writing_a_new_one_before_the_old(self) -> None:
        old = "y" * 42 + "A="
        joined = f"{'z' * 42}A=,{old}"  # {"first": "z…", "rest": "A=,y…A="}
        told = {**LAMBDA, **environment(stood(landscape())), "STUDIOGATE_COOKIE_KEYS": joined}

        assert len(Settings.from_environment(told).cookie_keys) == 2

    def test_f_08_both_are_in_the_vpc_and_nobody_comes_in(
        self, template: dict[str, Any]
    ) -> None:
        functions = of_type(template, "AWS::Lambda::Function")
        (door,) = of_type(template, "AWS::EC2::SecurityGroup").values()

        assert {*functions} == {"Gateway", "Authorizer"}
        for one in functions.values():
            assert one["VpcConfig"]["SubnetIds"] == GIVEN["SubnetIds"]
            assert one["KmsKeyArn"]
            assert one["Timeout"] >= 10  # F-20
            assert one["Architectures"] == ["arm64"]
        assert "SecurityGroupIngress" not in door
        assert [(one["FromPort"], one["ToPort"]) for one in door["SecurityGroupEgress"]] == [
            (443, 443)
        ]

    def test_every_log_is_kept_for_a_while_under_our_key(
        self, template: dict[str, Any]
    ) -> None:
        groups = of_type(template, "AWS::Logs::LogGroup")

        assert {one["LogGroupName"] for one in groups.values()} == {
            "/aws/lambda/studiogate-gateway",
            "/aws/lambda/studiogate-authorizer",
            API_LOG,
        }
        assert all(one["RetentionInDays"] > 0 and one["KmsKeyId"] for one in groups.values())


class TestTheTables:
    @pytest.mark.parametrize(
        ("logical", "keys"),
        [("PeopleTable", ["PK"]), ("LobsTable", ["PK"]), ("OpeningsTable", [DAY, MOMENT])],
    )
    def test_s2_09_s2_10_they_are_sealed_restorable_and_not_deleted_by_accident(
        self, template: dict[str, Any], logical: str, keys: list[str]
    ) -> None:
        table = of_type(template, "AWS::DynamoDB::Table")[logical]

        assert [one["AttributeName"] for one in table["KeySchema"]] == keys
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["SSESpecification"]["SSEType"] == "KMS"
        assert table["DeletionProtectionEnabled"] is True

    def test_what_cannot_be_made_again_is_named(self) -> None:
        for known in (landscape(), with_pool()):
            resources = yaml.safe_load(gateway(known).text)["Resources"]
            assert {*keeps(known)} <= {*resources}
        assert "People" in keeps(with_pool())


class TestTheAlarms:
    def test_without_a_topic_they_tell_nobody_and_with_one_they_tell_it(self) -> None:
        topic = "arn:aws:sns:eu-west-1:111111111111:on-call"

        silent = of_type(stood(landscape()), "AWS::CloudWatch::Alarm")
        loud = of_type(stood(landscape(), AlarmTopicArn=topic), "AWS::CloudWatch::Alarm")

        assert all("AlarmActions" not in one for one in silent.values())
        assert all(one["AlarmActions"] == [topic] for one in loud.values())
        assert {one["MetricName"] for one in loud.values()} == {
            "5XXError", "Latency", "Errors", "Throttles",
            "ReadThrottleEvents", "WriteThrottleEvents",
        }  # fmt: skip

    def test_they_watch_what_is_there(self, template: dict[str, Any]) -> None:
        there = {
            *(
                one["FunctionName"]
                for one in of_type(template, "AWS::Lambda::Function").values()
            ),
            *(one["TableName"] for one in of_type(template, "AWS::DynamoDB::Table").values()),
            *(one["Name"] for one in of_type(template, "AWS::ApiGateway::RestApi").values()),
            STAGE,
        }

        watched = {
            dimension["Value"]
            for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
            for dimension in alarm["Dimensions"]
        }
        assert watched == there


class TestTheUserPool:
    def test_there_is_none_unless_it_is_asked_for(self, template: dict[str, Any]) -> None:
        assert of_type(template, "AWS::Cognito::UserPool") == {}
        assert "pool" not in environment(template)["STUDIOGATE_IDPS"].split('"')

    def test_f_23_nobody_signs_up_and_no_token_is_in_a_url(self) -> None:
        template = stood(with_pool())
        (pool,) = of_type(template, "AWS::Cognito::UserPool").values()
        (client,) = of_type(template, "AWS::Cognito::UserPoolClient").values()

        assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
        assert client["AllowedOAuthFlows"] == ["code"]
        assert client["PreventUserExistenceErrors"] == "ENABLED"
        assert all(one.startswith("https://") for one in client["CallbackURLs"])
        assert all(one.endswith("/prod/signin/pool/callback") for one in client["CallbackURLs"])

    def test_f_24_two_spellings_of_a_name_are_one_person(self) -> None:
        (pool,) = of_type(stood(with_pool()), "AWS::Cognito::UserPool").values()

        assert pool["UsernameConfiguration"] == {"CaseSensitive": False}

    def test_s2_32_passwords_are_sent_by_commands_in_a_demo_only(self) -> None:
        demo = with_pool()
        serious = demo.model_copy(update={"environment": "prod"})

        for known, flows, factor in ((demo, True, "OPTIONAL"), (serious, False, "ON")):
            template = stood(known)
            (pool,) = of_type(template, "AWS::Cognito::UserPool").values()
            (client,) = of_type(template, "AWS::Cognito::UserPoolClient").values()
            assert ("ALLOW_USER_PASSWORD_AUTH" in client["ExplicitAuthFlows"]) is flows
            assert pool["MfaConfiguration"] == factor

    def test_the_gateway_takes_its_word(self) -> None:
        told = {**LAMBDA, **environment(stood(with_pool()))}

        idp = Settings.from_environment(told).idps["pool"]

        assert (idp.issuer, idp.client_id) == (
            KNOWN["People.ProviderURL"],
            KNOWN["PeopleClient"],
        )


def test_others_are_told_what_they_need(template: dict[str, Any]) -> None:
    given = outputs(template)

    assert given["ApiId"] == API_ID
    assert (given["PeopleTable"], given["LobsTable"], given["OpeningsTable"]) == (
        names.PEOPLE_TABLE,
        names.LOBS_TABLE,
        names.OPENINGS_TABLE,
    )
    assert {*given} >= {"GatewayRoleArn", "FunctionName"}


def test_the_same_landscape_gives_the_same_bytes() -> None:
    assert gateway(landscape()).text == gateway(landscape()).text


def test_what_is_deployed_comes_from_a_bucket_that_is_sealed_and_spoken_to_in_tls_only() -> (
    None
):
    template = resolved(artifacts().text)
    (bucket,) = of_type(template, "AWS::S3::Bucket").values()
    (policy,) = of_type(template, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {*outputs(template)} == {"BucketName", "BucketArn", "KeyArn"}
