"""The boto3 wing: accounts and role chains against a moto server, refusals against a rude one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    UnknownKeyError,
)
from botocore.parsers import ResponseParserError
from moto.server import ThreadedMotoServer

from studiogate.aws.session import Accounts, calling, paged
from studiogate.errors import (
    Absent,
    AwsError,
    Busy,
    Denied,
    Invalid,
    SettingsError,
    StudioGateError,
    Unreachable,
)
from tests.kit.aws_server import RudeServer

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def accounts(endpoint: str) -> Accounts:
    return Accounts(
        REGION,
        endpoint=endpoint,
        access_key="AKIAMANAGEMENT",
        secret_key="hush-secret",
        operator="platform-engineer",
    )


@pytest.fixture(scope="module")
def member(endpoint: str) -> str:
    """The id of an account made through Organizations, with the role it makes there."""
    management = Accounts(REGION, endpoint=endpoint, access_key="AKIA", secret_key="x")
    organizations = management.client(None, "organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = organizations.create_account(Email="a@acme.example", AccountName="lob-a")
    return made["CreateAccountStatus"]["AccountId"]


def rude(server: RudeServer) -> Accounts:
    return Accounts(REGION, endpoint=server.url, access_key="AKIA", secret_key="hush-secret")


class TestAccounts:
    def test_a_member_account_is_entered_by_its_role(
        self, accounts: Accounts, member: str
    ) -> None:
        inside = accounts.client(member, "sts").get_caller_identity()

        assert inside["Account"] == member
        assert inside["Arn"].endswith(
            ":assumed-role/OrganizationAccountAccessRole/platform-engineer"
        )

    def test_accounts_do_not_see_each_others_things(
        self, accounts: Accounts, member: str
    ) -> None:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        accounts.client(member, "iam").create_role(
            RoleName="only-here", AssumeRolePolicyDocument=trust
        )

        there = paged(accounts.client(member, "iam"), "list_roles", "Roles")
        here = paged(accounts.client(None, "iam"), "list_roles", "Roles")

        assert "only-here" in {role["RoleName"] for role in there}
        assert "only-here" not in {role["RoleName"] for role in here}

    def test_a_client_is_made_once(self, accounts: Accounts, member: str) -> None:
        assert accounts.client(member, "ec2") is accounts.client(member, "ec2")
        assert accounts.client(member, "ec2") is not accounts.client(None, "ec2")

    def test_the_role_is_assumed_once_for_all_services_and_not_before_a_call(self) -> None:
        with RudeServer() as server:
            server.answers["/"] = (200, {"Content-Type": "text/xml"}, ASSUMED)
            accounts = rude(server)
            iam = accounts.client("222222222222", "iam")
            sts = accounts.client("222222222222", "sts")
            assert server.requests == []

            iam.list_roles()
            sts.get_caller_identity()

        assert len(server.requests) == 3

    def test_requests_are_counted_for_each_account(self) -> None:
        with RudeServer() as server:
            server.answers["/"] = (200, {"Content-Type": "text/xml"}, ASSUMED)
            accounts = rude(server)
            assert accounts.calls == {}

            for _ in range(2):
                accounts.client("222222222222", "sts").get_caller_identity()

        assert accounts.calls == {None: 1, "222222222222": 2}

    def test_an_account_that_was_let_go_of_is_entered_anew(self) -> None:
        with RudeServer() as server:
            server.answers["/"] = (200, {"Content-Type": "text/xml"}, ASSUMED)
            accounts = rude(server)
            management = accounts.client(None, "sts")
            before = accounts.client("222222222222", "sts")
            before.get_caller_identity()

            accounts.forget("222222222222")
            accounts.forget("333333333333")
            after = accounts.client("222222222222", "sts")
            after.get_caller_identity()

        assert after is not before
        assert accounts.client(None, "sts") is management
        assert accounts.calls == {None: 2, "222222222222": 2}

    def test_a_refused_role_is_a_denial_of_assume_role_wherever_it_was_needed(self) -> None:
        with RudeServer() as server:
            server.answers["/"] = (403, {}, refused_xml("AccessDenied"))
            client = rude(server).client("222222222222", "iam")

            with pytest.raises(Denied) as told, calling("iam:ListRoles"):
                client.list_roles()

        assert told.value.action == "sts:AssumeRole"
        assert (
            told.value.about == "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole"
        )
        assert "--profile" in told.value.remedy

    @pytest.mark.parametrize("account", ["", "2222", "22222222222a", "lob-a"])
    def test_an_account_is_twelve_digits(self, accounts: Accounts, account: str) -> None:
        with pytest.raises(ValueError, match="12 digits"):
            accounts.client(account, "iam")

    @pytest.mark.parametrize("name", ["", "x", "two words", "a/b", "é" * 3, "x" * 65])
    def test_an_operator_that_sts_would_not_take_is_refused_at_once(self, name: str) -> None:
        with pytest.raises(SettingsError):
            Accounts(REGION, operator=name)
        with pytest.raises(SettingsError):
            Accounts(REGION, source_identity=name or "x")

    def test_a_profile_nobody_wrote_is_a_wrong_setting(self) -> None:
        with pytest.raises(SettingsError, match="AWS_PROFILE"):
            Accounts(REGION, profile="nobody-wrote-this")

    def test_the_address_a_profile_gives_holds_in_every_account(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with RudeServer() as server:
            server.answers["/"] = (200, {"Content-Type": "text/xml"}, ASSUMED)
            config = tmp_path / "config"
            config.write_text(
                f"[profile management]\nendpoint_url = {server.url}\n"
                "aws_access_key_id = AKIA\naws_secret_access_key = x\n",
                encoding="utf-8",
            )
            monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
            accounts = Accounts(REGION, profile="management")

            accounts.client("222222222222", "iam").list_roles()

        assert len(server.requests) == 2

    def test_half_a_key_is_a_wrong_setting(self) -> None:
        with pytest.raises(SettingsError):
            Accounts(REGION, access_key="AKIA")

    def test_a_source_identity_is_sent_only_where_one_is_given(self) -> None:
        with RudeServer() as server:
            server.answers["/"] = (403, {}, refused_xml("AccessDenied"))
            for given, expected in ((None, False), ("platform-engineer", True)):
                accounts = Accounts(
                    REGION,
                    endpoint=server.url,
                    access_key="AKIA",
                    secret_key="x",
                    source_identity=given,
                )
                with pytest.raises(Denied):
                    accounts.client("222222222222", "iam").list_roles()
                assert ("SourceIdentity=platform-engineer" in server.bodies[-1]) is expected


class TestPaged:
    def test_gives_every_item_of_every_page(self, accounts: Accounts, member: str) -> None:
        iam = accounts.client(member, "iam")
        for number in range(7):
            iam.create_user(UserName=f"u{number}")

        found = paged(iam, "list_users", "Users", PaginationConfig={"PageSize": 2})

        assert {user["UserName"] for user in found} >= {f"u{n}" for n in range(7)}

    def test_asks_once_where_there_are_no_pages(self, accounts: Accounts) -> None:
        found = paged(
            accounts.client(None, "ec2"), "describe_availability_zones", "AvailabilityZones"
        )

        assert all(zone["RegionName"] == REGION for zone in found)

    def test_a_misspelt_key_does_not_look_like_none(self, accounts: Accounts) -> None:
        with pytest.raises(KeyError):
            list(paged(accounts.client(None, "iam"), "list_users", "Userz"))


class TestCalling:
    @pytest.mark.parametrize(
        ("code", "status", "family"),
        [
            ("AccessDenied", 403, Denied),
            ("ExpiredToken", 403, Denied),
            ("NoSuchEntity", 404, Absent),
            ("ValidationError", 400, Invalid),
            ("EntityAlreadyExists", 409, Invalid),
            ("NobodyKnows", 400, AwsError),
        ],
    )
    def test_a_refusal_over_the_wire_has_the_family_it_has_everywhere(
        self, code: str, status: int, family: type[AwsError]
    ) -> None:
        with RudeServer() as server:
            server.answers["/"] = (status, {}, refused_xml(code))
            iam = rude(server).client(None, "iam")

            with pytest.raises(AwsError) as told, calling("iam:GetRole", about="r"):
                iam.get_role(RoleName="r")

        assert type(told.value) is family
        assert (told.value.code, told.value.action, told.value.about) == (
            code,
            "iam:GetRole",
            "r",
        )
        assert "hush" not in f"{told.value} {told.value.remedy}"

    @pytest.mark.parametrize(
        ("raised", "family"),
        [
            (EndpointConnectionError(endpoint_url="https://x"), Unreachable),
            (ConnectTimeoutError(endpoint_url="https://x"), Unreachable),
            (ReadTimeoutError(endpoint_url="https://x"), Unreachable),
            (NoCredentialsError(), SettingsError),
            (UnknownKeyError(value="a", param="b", choices="c"), AwsError),
            (ResponseParserError("no XML\n<html>"), AwsError),
            (ClientError({"Error": {"Code": "Throttling", "Message": "m"}}, "X"), Busy),
            (ClientError({}, "X"), AwsError),
        ],
        ids=lambda case: getattr(case, "__name__", type(case).__name__),
    )
    def test_what_boto3_raises_becomes_one_of_ours(
        self, raised: Exception, family: type[StudioGateError]
    ) -> None:
        with pytest.raises(StudioGateError) as told, calling("a:B"):
            raise raised
        assert type(told.value) is family
        assert told.value.__cause__ is raised
        assert told.value.remedy

    def test_a_parameter_boto3_would_not_send_is_invalid(self, accounts: Accounts) -> None:
        with pytest.raises(Invalid, match="RoleName"), calling("iam:GetRole"):
            accounts.client(None, "iam").get_role(RoleName=7)  # type: ignore[arg-type] # the mistake

    def test_anything_else_is_a_defect_and_stays_one(self) -> None:
        with pytest.raises(ZeroDivisionError), calling("a:B"):
            raise ZeroDivisionError


def refused_xml(code: str) -> bytes:
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
        "<Message>said so</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    ).encode()


ASSUMED = b"""<R><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
<ListRolesResult><Roles/></ListRolesResult><GetCallerIdentityResult/></R>"""
