"""The emulated API as unmodified clients meet it: boto3, and the AWS command line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from studiogate.errors import StartError
from studiogate.local.iam.accounts import MANAGEMENT
from studiogate.local.kept.moto_app import MotoApp
from tests.kit.front import (
    LOB_A,
    LOB_B,
    REGION,
    SHARED,
    World,
    allow,
    deny,
    policy,
    root_of,
    send,
    trusting,
)

KEY = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def acting(org: World, service: str, *statements: dict[str, Any], account: str = LOB_A) -> Any:
    """A client of a new role that may do what `statements` say."""
    arn = org.role(account, trust=policy(trusting(root_of(account))), can=policy(*statements))
    return org.client(service, org.assume(arn, org.founded.explorers[account]))


def table(org: World, account: str = LOB_A) -> str:
    name = org.name("table")
    org.admin(account, "dynamodb").create_table(TableName=name, **KEY)
    return name


class TestAccounts:
    def test_each_account_has_its_own_tables(self, org: World) -> None:
        name = table(org, LOB_A)
        table(org, LOB_B)

        found = org.admin(LOB_A, "dynamodb").describe_table(TableName=name)["Table"]

        assert found["TableArn"] == f"arn:aws:dynamodb:{REGION}:{LOB_A}:table/{name}"
        assert name not in org.admin(LOB_B, "dynamodb").list_tables()["TableNames"]
        with pytest.raises(ClientError) as caught:
            org.admin(LOB_B, "dynamodb").describe_table(TableName=name)
        assert refusal(caught)[0] == "ResourceNotFoundException"

    @pytest.mark.parametrize("when", ["sign", "send"])
    def test_no_header_chooses_the_account(self, org: World, when: str) -> None:
        name = table(org, LOB_A)
        dynamo = org.admin(LOB_B, "dynamodb")

        def choose(request: Any, **_: Any) -> None:
            request.headers["x-moto-account-id"] = LOB_A

        dynamo.meta.events.register(f"before-{when}.dynamodb", choose)

        assert name not in dynamo.list_tables()["TableNames"]

    def test_no_user_agent_chooses_the_region(self, org: World) -> None:
        arn = f"arn:aws:dynamodb:{REGION}:{LOB_A}:table/*"
        arn_role = org.role(
            LOB_A,
            trust=policy(trusting(root_of(LOB_A))),
            can=policy(allow("dynamodb:*", on=arn)),
        )
        keys = org.assume(arn_role, org.founded.explorers[LOB_A])
        name = table(org)
        body = json.dumps({"TableName": name}).encode()
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": "DynamoDB_20120810.DescribeTable",
            "user-agent": "Boto3/1.0 region/us-west-2",
        }

        answer = send(org.raw(body, keys=keys, service="dynamodb", headers=headers))

        assert f":{REGION}:" in answer.json()["Table"]["TableArn"]

    def test_a_table_of_another_account_is_refused(self, org: World) -> None:
        name = table(org, LOB_B)
        foreign = f"arn:aws:dynamodb:{REGION}:{LOB_B}:table/{name}"

        with pytest.raises(ClientError) as caught:
            org.admin(LOB_A, "dynamodb").get_item(TableName=foreign, Key={"id": {"S": "1"}})

        code, message = refusal(caught)
        assert code == "AccessDeniedException"
        assert message == (
            f"User: arn:aws:iam::{LOB_A}:user/explorer is not authorized to perform: "
            f"dynamodb:GetItem on resource: {foreign} because no resource-based policy allows "
            "the dynamodb:GetItem action"
        )

    def test_every_account_of_the_landscape_is_a_member(self, org: World) -> None:
        found = org.client("organizations").list_accounts()["Accounts"]

        assert {one["Id"] for one in found} == {MANAGEMENT, SHARED, LOB_A, LOB_B}
        own = org.admin(LOB_A, "organizations").describe_organization()["Organization"]
        assert own["MasterAccountId"] == MANAGEMENT


class TestTables:
    def test_permission_is_for_one_table(self, org: World) -> None:
        mine, other = table(org), table(org)
        arn = f"arn:aws:dynamodb:{REGION}:{LOB_A}:table/{mine}"
        dynamo = acting(org, "dynamodb", allow("dynamodb:GetItem", on=arn))

        assert "Item" not in dynamo.get_item(TableName=mine, Key={"id": {"S": "1"}})
        assert "Item" not in dynamo.get_item(TableName=arn, Key={"id": {"S": "1"}})
        for operation, given in (
            ("get_item", {"TableName": other, "Key": {"id": {"S": "1"}}}),
            ("put_item", {"TableName": mine, "Item": {"id": {"S": "1"}}}),
            ("scan", {"TableName": mine}),
        ):
            with pytest.raises(ClientError) as caught:
                getattr(dynamo, operation)(**given)
            assert refusal(caught)[0] == "AccessDeniedException"

    def test_a_batch_needs_every_table_in_it(self, org: World) -> None:
        mine, other = table(org), table(org)
        arn = f"arn:aws:dynamodb:{REGION}:{LOB_A}:table/{mine}"
        dynamo = acting(org, "dynamodb", allow("dynamodb:Batch*", on=arn))
        put = [{"PutRequest": {"Item": {"id": {"S": "1"}}}}]

        assert dynamo.batch_write_item(RequestItems={mine: put})["UnprocessedItems"] == {}
        with pytest.raises(ClientError):
            dynamo.batch_write_item(RequestItems={mine: put, other: put})

    def test_a_transaction_needs_what_its_parts_need(self, org: World) -> None:
        name = table(org)
        dynamo = acting(org, "dynamodb", allow("dynamodb:PutItem"))
        put = {"Put": {"TableName": name, "Item": {"id": {"S": "1"}}}}
        delete = {"Delete": {"TableName": name, "Key": {"id": {"S": "2"}}}}

        dynamo.transact_write_items(TransactItems=[put])
        with pytest.raises(ClientError) as caught:
            dynamo.transact_write_items(TransactItems=[put, delete])
        assert "dynamodb:DeleteItem" in refusal(caught)[1]

    def test_permission_can_be_for_ones_own_items(self, org: World) -> None:
        name = table(org)
        org.admin(LOB_A, "dynamodb").put_item(TableName=name, Item={"id": {"S": "ada"}})
        own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ada"]}}
        dynamo = acting(org, "dynamodb", allow("dynamodb:GetItem", "dynamodb:Query", **own))

        def query(key: str) -> Any:
            return dynamo.query(
                TableName=name,
                KeyConditionExpression="#k = :k",
                ExpressionAttributeNames={"#k": "id"},
                ExpressionAttributeValues={":k": {"S": key}},
            )

        assert dynamo.get_item(TableName=name, Key={"id": {"S": "ada"}})["Item"]
        assert query("ada")["Count"] == 1
        with pytest.raises(ClientError):
            dynamo.get_item(TableName=name, Key={"id": {"S": "bo"}})
        with pytest.raises(ClientError):
            query("bo")

    def test_statements_in_another_language_are_not_offered(self, org: World) -> None:
        with pytest.raises(ClientError) as caught:
            org.admin(LOB_A, "dynamodb").execute_statement(Statement='SELECT * FROM "t"')

        assert refusal(caught)[0] == "UnknownOperationException"


class TestUnknown:
    @pytest.mark.parametrize(
        ("service", "operation", "given"),
        [
            ("glacier", "list_vaults", {}),
            ("redshift", "describe_clusters", {}),
            ("sns", "list_topics", {}),
            ("sagemaker", "list_domains", {}),
        ],
    )
    def test_a_service_that_is_not_here_is_refused(
        self, org: World, service: str, operation: str, given: dict[str, str]
    ) -> None:
        with pytest.raises(ClientError) as caught:
            getattr(org.client(service), operation)(**given)

        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in {404, 501}

    def test_the_refusal_names_what_is_offered(self, org: World) -> None:
        answer = send(org.raw(service="redshift"))

        assert answer.status_code == 501
        assert "offered: apigateway, cognito-idp, dynamodb, ec2" in answer.text

    @pytest.mark.parametrize(
        ("service", "operation", "given", "code"),
        [
            ("iam", "simulate_principal_policy", {"PolicySourceArn": "arn", "ActionNames": ["a"]}, "InvalidAction"),
            ("ec2", "create_network_insights_path", {"Source": "i", "Protocol": "tcp"}, "InvalidAction"),
            ("organizations", "describe_effective_policy", {"PolicyType": "TAG_POLICY"}, "UnknownOperationException"),
        ],
    )  # fmt: skip
    def test_an_operation_nobody_can_do_is_refused(
        self, org: World, service: str, operation: str, given: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(ClientError) as caught:
            getattr(org.client(service), operation)(**given)

        assert refusal(caught)[0] == code
        assert "not offered by this emulation" in refusal(caught)[1]

    @pytest.mark.parametrize(
        "path", ["moto-api/reset", "moto-api/data.json", "latest/meta-data/"]
    )
    def test_motos_own_pages_are_not_there(self, org: World, path: str) -> None:
        url = f"{org.doors['internet']}/{path}"

        assert httpx.get(url).status_code == 403
        assert httpx.post(url).status_code == 403
        assert org.client("sts").get_caller_identity()["Account"] == MANAGEMENT


def test_a_dry_run_changes_nothing(org: World) -> None:
    ec2 = org.admin(LOB_B, "ec2")

    with pytest.raises(ClientError) as caught:
        ec2.create_vpc(CidrBlock="10.9.0.0/16", DryRun=True)

    assert refusal(caught)[0] == "DryRunOperation"
    vpcs = ec2.describe_vpcs()["Vpcs"]
    assert all(vpc["CidrBlock"] != "10.9.0.0/16" for vpc in vpcs)


def test_ec2_refuses_in_its_own_words(org: World) -> None:
    vpc = f"arn:aws:ec2:{REGION}:{LOB_A}:vpc/{org.vpc_id}"
    ec2 = acting(org, "ec2", allow("ec2:*"), deny("ec2:DeleteVpc", on=vpc))

    assert ec2.describe_vpcs(VpcIds=[org.vpc_id])["Vpcs"]
    with pytest.raises(ClientError) as caught:
        ec2.delete_vpc(VpcId=org.vpc_id)

    code, message = refusal(caught)
    assert code == "UnauthorizedOperation"
    assert message.startswith(
        "You are not authorized to perform this operation. User: arn:aws:sts"
    )
    assert f"ec2:DeleteVpc on resource: {vpc} with an explicit deny" in message


def test_attaching_can_be_limited_to_a_policy(org: World) -> None:
    arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))))
    name = arn.rpartition("/")[2]
    read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam = acting(
        org,
        "iam",
        allow("iam:AttachRolePolicy", on=arn, ArnEquals={"iam:PolicyARN": read_only}),
    )

    iam.attach_role_policy(RoleName=name, PolicyArn=read_only)
    with pytest.raises(ClientError) as caught:
        iam.attach_role_policy(
            RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        )
    assert refusal(caught)[0] == "AccessDenied"


def test_a_password_is_changed_for_a_token_without_a_signature(org: World) -> None:
    admin = org.admin(SHARED, "cognito-idp")
    pool = admin.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = admin.create_user_pool_client(
        UserPoolId=pool, ClientName="portal", ExplicitAuthFlows=["USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    admin.admin_create_user(UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")
    admin.admin_set_user_password(
        UserPoolId=pool, Username="ada", Password="AdaLovelace1!", Permanent=True
    )
    anybody = org.client("cognito-idp", {"AccessKeyId": "none", "SecretAccessKey": "none"})

    def sign_in(client_id: str, password: str) -> Any:
        return anybody.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada", "PASSWORD": password},
        )

    assert sign_in(client, "AdaLovelace1!")["AuthenticationResult"]["AccessToken"]
    assert org.events[-1].account == ""
    with pytest.raises(ClientError) as wrong:
        sign_in(client, "guess")
    assert refusal(wrong)[0] == "NotAuthorizedException"
    with pytest.raises(ClientError) as absent:
        sign_in("0000000000000000000000000", "AdaLovelace1!")
    assert refusal(absent)[0] == "ResourceNotFoundException"
    with pytest.raises(ClientError) as unsigned:
        anybody.list_users(UserPoolId=pool)
    assert refusal(unsigned)[0] == "UnrecognizedClientException"


def test_a_body_too_large_is_refused(org: World) -> None:
    answer = httpx.post(org.doors["internet"], content=b"x" * (8 * 1024 * 1024 + 1))

    assert answer.status_code == 413


def test_the_trail_tells_who_asked_for_what_and_why_not(org: World) -> None:
    with pytest.raises(ClientError):
        acting(org, "iam", deny("*")).list_users()

    event = org.events[-1]
    assert event.asked == (("iam:ListUsers", "*"),)
    assert event.caller_arn.startswith(f"arn:aws:sts::{LOB_A}:assumed-role/")
    assert event.error == "AccessDenied"
    assert "denied by statement 0" in event.why


@pytest.mark.parametrize("name", ["MOTO_ACCOUNT_ID", "INITIAL_NO_AUTH_ACTION_COUNT"])
def test_an_environment_that_misleads_moto_stops_the_start(name: str) -> None:
    with pytest.raises(StartError, match=name):
        MotoApp({name: "0"})


def test_the_unmodified_command_line_says_who_one_is(org: World, tmp_path: Path) -> None:
    keys = org.founded.management
    answer = subprocess.run(
        [str(Path(sys.executable).parent / "aws"), "sts", "get-caller-identity"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": org.doors["internet"],
        },
        capture_output=True,
        check=True,
        timeout=60,
    )

    assert json.loads(answer.stdout)["Arn"] == f"arn:aws:iam::{MANAGEMENT}:user/operator"


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("TransactWriteItems", {"TransactItems": [{"Put": {"Item": {}}}]}),
        ("TransactWriteItems", {"TransactItems": ["Put"]}),
        ("TransactGetItems", {}),
        ("BatchGetItem", {"RequestItems": ["t"]}),
        ("BatchWriteItem", {"RequestItems": {"t": [{}]}}),
        ("CreateTable", {"TableName": "t", "ResourcePolicy": "{}"}),
    ],
)
def test_a_request_about_nothing_we_can_name_is_refused(
    org: World, operation: str, body: dict[str, Any]
) -> None:
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }

    answer = send(org.raw(json.dumps(body).encode(), service="dynamodb", headers=headers))

    assert answer.json()["__type"] == "ValidationException"


def test_a_region_that_does_not_exist_is_refused(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.client("dynamodb", region="xx-nowhere-1").list_tables()

    assert "valid region" in refusal(caught)[1]


def test_tags_that_differ_only_in_case_are_refused(org: World) -> None:
    pairs = [{"Key": "team", "Value": "a"}, {"Key": "Team", "Value": "b"}]

    with pytest.raises(ClientError) as caught:
        org.client("iam").create_user(UserName="twice", Tags=pairs)

    assert "Duplicate tag keys found" in refusal(caught)[1]


def test_a_boundary_that_would_be_forgotten_is_refused(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.client("iam").create_user(
            UserName="bounded", PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess"
        )

    assert "not offered by this emulation" in refusal(caught)[1]


def test_the_policies_aws_manages_can_be_read(org: World) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"

    assert org.admin(LOB_A, "iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn
