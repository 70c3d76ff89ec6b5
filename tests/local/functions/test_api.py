"""Lambda as unmodified clients meet it: everything but running a function."""

import base64
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.kit.front import LOB_A, LOB_B, REGION, World, allow, policy, root_of, trusting

SERVICE = {"Service": "lambda.amazonaws.com"}


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def zipped(text: str = "def handler(e, c): ...") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py"), text)
    return held.getvalue()


def role(org: World, *statements: dict[str, Any]) -> str:
    trust = policy(trusting(SERVICE))
    return org.role(LOB_A, trust=trust, can=policy(*statements) if statements else None)


def told(org: World, **more: Any) -> dict[str, Any]:
    """What makes a function, in the form of a request."""
    said = {
        "FunctionName": org.name("fn"),
        "Runtime": "python3.13",
        "Handler": "handler.handler",
        "Code": {"ZipFile": zipped()},
    }
    return {**said, **({} if "Role" in more else {"Role": role(org)}), **more}


def function(org: World, **more: Any) -> tuple[Any, dict[str, Any]]:
    client = org.admin(LOB_A, "lambda")
    return client, client.create_function(**told(org, **more))


class TestFunctions:
    def test_a_function_is_what_it_was_told(self, org: World) -> None:
        code = zipped()
        client, made = function(
            org,
            Code={"ZipFile": code},
            Architectures=["arm64"],
            MemorySize=1769,
            Environment={"Variables": {"STUDIOGATE_A": "b"}},
            Tags={"a": "b"},
        )

        found = client.get_function(FunctionName=made["FunctionArn"])

        configuration = found["Configuration"]
        name = made["FunctionName"]
        assert (
            configuration["FunctionArn"] == f"arn:aws:lambda:{REGION}:{LOB_A}:function:{name}"
        )
        digest = base64.b64encode(hashlib.sha256(code).digest()).decode()
        assert (configuration["CodeSha256"], configuration["CodeSize"]) == (digest, len(code))
        assert configuration["Environment"] == {"Variables": {"STUDIOGATE_A": "b"}}
        assert (configuration["State"], configuration["Version"]) == ("Active", "$LATEST")
        assert configuration["LoggingConfig"]["LogGroup"] == f"/aws/lambda/{name}"
        assert found["Tags"] == {"a": "b"}
        with pytest.raises(ClientError) as caught:
            client.create_function(**told(org, FunctionName=name))
        assert refusal(caught)[0] == "ResourceConflictException"
        client.delete_function(FunctionName=name)
        with pytest.raises(ClientError) as caught:
            client.get_function(FunctionName=name)
        assert refusal(caught)[0] == "ResourceNotFoundException"

    @pytest.mark.parametrize(
        ("more", "word"),
        [
            ({"Runtime": "python3.8"}, "no longer supported"),
            ({"Runtime": "cobol85"}, "enum value set"),
            ({"Code": {"ZipFile": b"not a zip"}}, "Could not unzip"),
            ({"Code": {"S3Bucket": "no-such-bucket-here", "S3Key": "k"}}, "NoSuchBucket"),
            ({"Role": f"arn:aws:iam::{LOB_A}:role/absent"}, "cannot be assumed by Lambda"),
            ({"Timeout": 901}, "timeout"),
            ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "reserved keys"),
            ({"Environment": {"Variables": {"A1": "x" * 5000}}}, "4KB limit"),
            ({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": []}}, "both empty"),
            ({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}, "does not exist"),
            ({"FileSystemConfigs": [{"Arn": "a", "LocalMountPath": "/mnt/a"}]}, "not offered"),
        ],
    )  # fmt: skip
    def test_what_lambda_would_not_make_is_not_made(
        self, org: World, more: dict[str, Any], word: str
    ) -> None:
        with pytest.raises(ClientError) as caught:
            function(org, **more)

        assert refusal(caught)[0] == "InvalidParameterValueException"
        assert word in refusal(caught)[1]

    def test_a_role_that_does_not_let_lambda_in_is_refused(self, org: World) -> None:
        other = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))))

        with pytest.raises(ClientError) as caught:
            function(org, Role=other)

        assert "cannot be assumed by Lambda" in refusal(caught)[1]

    def test_in_a_vpc_the_role_must_be_able_to_make_interfaces(self, org: World) -> None:
        ec2 = org.admin(LOB_A, "ec2")
        vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.6.0.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(VpcId=vpc, GroupName="fn", Description="d")["GroupId"]
        network = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}

        with pytest.raises(ClientError) as caught:
            function(org, VpcConfig=network)
        assert "permissions to call CreateNetworkInterface on EC2" in refusal(caught)[1]
        _, made = function(org, VpcConfig=network, Role=role(org, allow("ec2:*")))
        assert made["VpcConfig"]["VpcId"] == vpc

    def test_code_comes_from_s3_with_the_callers_permissions(self, org: World) -> None:
        s3, name = org.admin(LOB_A, "s3"), org.name("code")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=name, Key="a.zip", Body=zipped())
        code = {"S3Bucket": name, "S3Key": "a.zip"}
        statements = [allow("lambda:*"), allow("iam:PassRole")]
        arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=policy(*statements))
        client = org.client("lambda", org.assume(arn, org.founded.explorers[LOB_A]))

        with pytest.raises(ClientError) as caught:
            client.create_function(**told(org, Code=code))
        assert f"s3:GetObject on resource: arn:aws:s3:::{name}/a.zip" in refusal(caught)[1]
        with pytest.raises(ClientError) as caught:
            function(org, Code={**code, "S3Key": "b.zip"})
        assert "S3 Error Code: NoSuchKey" in refusal(caught)[1]
        _, made = function(org, Code=code)
        digest = hashlib.sha256(zipped()).digest()
        assert base64.b64decode(made["CodeSha256"]) == digest

    def test_code_and_settings_change(self, org: World) -> None:
        client, made = function(org)
        name, other = made["FunctionName"], zipped("other")

        client.update_function_code(FunctionName=name, ZipFile=other)
        client.update_function_configuration(
            FunctionName=name, Timeout=9, Environment={"Variables": {"B2": "c"}}
        )

        found = client.get_function_configuration(FunctionName=name)
        assert (found["Timeout"], found["CodeSize"]) == (9, len(other))
        assert found["Handler"] == "handler.handler"
        assert found["CodeSha256"] != made["CodeSha256"]
        with pytest.raises(ClientError) as caught:
            client.update_function_configuration(FunctionName=name, Runtime="python2.7")
        assert "no longer supported" in refusal(caught)[1]

    def test_versions_stay_as_they_were_and_aliases_move(self, org: World) -> None:
        client, made = function(org)
        name = made["FunctionName"]
        one = client.publish_version(FunctionName=name)
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        client.update_function_configuration(FunctionName=name, Timeout=8)
        two = client.publish_version(FunctionName=name)

        assert (one["Version"], two["Version"]) == ("1", "2")
        assert client.publish_version(FunctionName=name)["Version"] == "2"  # nothing differs
        assert client.get_function_configuration(FunctionName=f"{name}:live")["Timeout"] == 3
        with pytest.raises(ClientError) as caught:
            client.delete_function(FunctionName=name, Qualifier="1")
        assert refusal(caught)[0] == "ResourceConflictException"
        client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
        client.delete_function(FunctionName=name, Qualifier="1")
        assert client.get_function_configuration(FunctionName=f"{name}:live")["Timeout"] == 8

    def test_what_is_sealed_is_shown_to_who_may_unseal(self, org: World) -> None:
        key = org.admin(LOB_A, "kms").create_key()["KeyMetadata"]["Arn"]
        secret = {"Variables": {"COOKIE_KEYS": "do-not-tell"}}
        client, made = function(org, KMSKeyArn=key, Environment=secret)
        arn = org.role(
            LOB_A, trust=policy(trusting(root_of(LOB_A))), can=policy(allow("lambda:*"))
        )
        other = org.client("lambda", org.assume(arn, org.founded.explorers[LOB_A]))

        shown = client.get_function(FunctionName=made["FunctionName"])["Configuration"]
        hidden = other.get_function(FunctionName=made["FunctionName"])["Configuration"]

        assert shown["Environment"] == secret
        assert hidden["Environment"]["Error"]["ErrorCode"] == "AccessDeniedException"
        assert "do-not-tell" not in repr(org.events)

    def test_nothing_is_run(self, org: World) -> None:
        client, made = function(org)

        with pytest.raises(ClientError) as caught:
            client.invoke(FunctionName=made["FunctionName"])

        assert "The operation Invoke of lambda is not offered" in refusal(caught)[1]


class TestPermissions:
    def test_a_statement_is_written_as_lambda_writes_it(self, org: World) -> None:
        client, made = function(org)
        name, arn = made["FunctionName"], made["FunctionArn"]
        source = f"arn:aws:execute-api:{REGION}:{LOB_A}:abc/prod/*"

        said = {
            "FunctionName": name,
            "StatementId": "api",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": source,
            "SourceAccount": LOB_A,
        }
        statement = json.loads(client.add_permission(**said)["Statement"])

        assert statement == {
            "Sid": "api",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": arn,
            "Condition": {
                "StringEquals": {"AWS:SourceAccount": LOB_A},
                "ArnLike": {"AWS:SourceArn": source},
            },
        }
        with pytest.raises(ClientError) as caught:
            client.add_permission(**said)
        assert refusal(caught)[0] == "ResourceConflictException"
        assert json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"] == [
            statement
        ]
        client.remove_permission(FunctionName=name, StatementId="api")
        with pytest.raises(ClientError) as caught:
            client.get_policy(FunctionName=name)
        assert refusal(caught)[0] == "ResourceNotFoundException"

    def test_another_account_needs_the_functions_policy(self, org: World) -> None:
        client, made = function(org)
        other = org.admin(LOB_B, "lambda")

        with pytest.raises(ClientError) as caught:
            other.get_function(FunctionName=made["FunctionArn"])
        assert "no resource-based policy" in refusal(caught)[1]
        client.add_permission(
            FunctionName=made["FunctionName"],
            StatementId="b",
            Action="lambda:GetFunction",
            Principal=LOB_B,
        )
        assert other.get_function(FunctionName=made["FunctionArn"])["Configuration"]

    def test_handing_over_a_role_takes_the_right_to(self, org: World) -> None:
        arn = org.role(
            LOB_A, trust=policy(trusting(root_of(LOB_A))), can=policy(allow("lambda:*"))
        )
        client = org.client("lambda", org.assume(arn, org.founded.explorers[LOB_A]))

        with pytest.raises(ClientError) as caught:
            client.create_function(**told(org))

        code, message = refusal(caught)
        assert code == "AccessDeniedException"
        assert "iam:PassRole" in message
