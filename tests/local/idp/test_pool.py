"""The pool through the AWS API, by unmodified boto3 over the library's in-process service."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.cognitoidp.models import cognitoidp_backends

from studiogate.errors import StartError
from studiogate.local.idp.pool import Pool, found_pool
from studiogate.local.idp.site import idp_site
from tests.kit.boto import boto_session
from tests.kit.idp import (
    ADA,
    BASE,
    BO,
    CALLBACK,
    CLIENT_ID,
    ISSUER,
    POOL_ID,
    Browser,
    StandingClock,
    answered,
    landscape,
    spare_keys,
    ticket,
    verified,
)


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111111111111")
    with mock_aws():
        yield


@pytest.fixture
def pool(aws: None, clock: StandingClock) -> Pool:  # noqa: ARG001  # the library must be up
    return found_pool(landscape(), callback_urls=[CALLBACK], clock=clock, make_key=spare_keys())


@pytest.fixture
def public() -> Any:
    """What anybody can call, as the published token command does."""
    config = Config(signature_version=UNSIGNED)
    return boto_session().client("cognito-idp", "eu-west-1", config=config)


@pytest.fixture
def admin() -> Any:
    session = boto_session("AKIAEXAMPLE", "secret")
    return session.client("cognito-idp", "eu-west-1")


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def sign_in(public: Any, name: str, password: str) -> Any:
    return public.initiate_auth(
        ClientId=CLIENT_ID,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )


async def test_the_published_token_command_gives_tokens_the_published_keys_verify(
    pool: Pool, public: Any
) -> None:
    result = sign_in(public, *ADA)["AuthenticationResult"]

    keys = await Browser(idp_site(pool, base=BASE, name="Acme")).keys()
    access = verified(result["AccessToken"], keys)
    assert access["iss"] == ISSUER
    assert access["username"] == ADA[0]
    assert access["cognito:groups"] == ["all-ml", "ml-lob-a"]
    assert access["scope"] == "aws.cognito.signin.user.admin"
    assert "aud" not in access
    assert verified(result["IdToken"], keys)["email"] == ADA[0]
    assert (result["ExpiresIn"], result["TokenType"]) == (3600, "Bearer")


@pytest.mark.parametrize("name", [ADA[0], "nobody", ADA[0].upper(), "no-password", "elsewhere"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_words(
    pool: Pool, public: Any, name: str
) -> None:
    assert pool.client_id == CLIENT_ID
    with pytest.raises(ClientError) as refused:
        sign_in(public, name, "Wrong-Password-1!")

    assert code_of(refused) == ("NotAuthorizedException", "Incorrect username or password.")


def test_after_five_wrong_passwords_the_right_one_must_wait(
    pool: Pool, public: Any, clock: StandingClock
) -> None:
    for _ in range(5):
        assert pool.pool.check(ADA[0], "wrong").standing.value == "wrong"
    with pytest.raises(ClientError) as refused:
        sign_in(public, *ADA)
    assert code_of(refused) == ("NotAuthorizedException", "Password attempts exceeded")

    clock.wait(seconds=1)
    assert "AuthenticationResult" in sign_in(public, *ADA)


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("operation", "given", "code"),
    [
        (
            "initiate_auth",
            {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": {"USERNAME": ADA[0], "SRP_A": "1"}},
            "InvalidParameterException",
        ),
        (
            "initiate_auth",
            {"AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": ADA[0]}},
            "InvalidParameterException",
        ),
        (
            "respond_to_auth_challenge",
            {
                "ChallengeName": "PASSWORD_VERIFIER",
                "ChallengeResponses": {
                    "USERNAME": ADA[0],
                    "PASSWORD_CLAIM_SECRET_BLOCK": "x",
                    "PASSWORD_CLAIM_SIGNATURE": "x",
                    "TIMESTAMP": "x",
                },
            },
            "InvalidParameterException",
        ),
        (
            "respond_to_auth_challenge",
            {
                "ChallengeName": "NEW_PASSWORD_REQUIRED",
                "Session": "a-session-of-twenty-characters",
                "ChallengeResponses": {"USERNAME": ADA[0], "NEW_PASSWORD": "Stolen-1234!"},
            },
            "NotAuthorizedException",
        ),
        ("sign_up", {"Username": "eve", "Password": "Eve-12345678!"}, "NotAuthorizedException"),
        (
            "confirm_sign_up",
            {"Username": ADA[0], "ConfirmationCode": "1"},
            "NotAuthorizedException",
        ),
        ("forgot_password", {"Username": ADA[0]}, "NotAuthorizedException"),
        (
            "confirm_forgot_password",
            {"Username": ADA[0], "ConfirmationCode": "1", "Password": "Stolen-1234!"},
            "ExpiredCodeException",
        ),
    ],
)
def test_no_way_around_the_password_is_open(
    public: Any, operation: str, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(public, operation)(ClientId=CLIENT_ID, **given)

    assert code_of(refused)[0] == code
    assert "AuthenticationResult" in sign_in(public, *ADA)


def test_the_administrators_flow_is_not_enabled_for_the_client(pool: Pool, admin: Any) -> None:
    with pytest.raises(ClientError) as refused:
        admin.admin_initiate_auth(
            UserPoolId=pool.pool.id,
            ClientId=CLIENT_ID,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": ADA[0], "PASSWORD": ADA[1]},
        )

    assert code_of(refused)[0] == "InvalidParameterException"


def test_the_holder_of_one_temporary_password_cannot_set_anothers(
    pool: Pool, admin: Any, public: Any
) -> None:
    admin.admin_create_user(
        UserPoolId=pool.pool.id, Username="eve", TemporaryPassword="Temporary-1!"
    )
    session = sign_in(public, "eve", "Temporary-1!")["Session"]

    with pytest.raises(ClientError) as refused:
        public.respond_to_auth_challenge(
            ClientId=CLIENT_ID,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=session,
            ChallengeResponses={"USERNAME": ADA[0], "NEW_PASSWORD": "Stolen-1234!"},
        )

    assert code_of(refused)[0] == "NotAuthorizedException"
    assert "AuthenticationResult" in sign_in(public, *ADA)


def test_a_temporary_password_is_replaced_once(pool: Pool, admin: Any, public: Any) -> None:
    admin.admin_create_user(
        UserPoolId=pool.pool.id, Username="eve", TemporaryPassword="Temporary-1!"
    )
    sessions = [sign_in(public, "eve", "Temporary-1!")["Session"] for _ in range(2)]
    answer = {
        "ClientId": CLIENT_ID,
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": {"USERNAME": "eve", "NEW_PASSWORD": "My-own-one-1!"},
    }

    done = public.respond_to_auth_challenge(Session=sessions[0], **answer)
    assert "AccessToken" in done["AuthenticationResult"]
    for spent in sessions:
        with pytest.raises(ClientError):
            public.respond_to_auth_challenge(Session=spent, **answer)


def test_no_second_factor_can_be_pretended(pool: Pool, admin: Any, public: Any) -> None:
    token = sign_in(public, *ADA)["AuthenticationResult"]["AccessToken"]

    with pytest.raises(ClientError) as associate:
        public.associate_software_token(AccessToken=token)
    with pytest.raises(ClientError) as none_at_all:
        admin.set_user_pool_mfa_config(UserPoolId=pool.pool.id, MfaConfiguration="ON")

    assert {code_of(associate)[0], code_of(none_at_all)[0]} == {"InvalidParameterException"}


def test_a_password_is_enough_only_where_no_second_factor_is_wanted(
    pool: Pool, admin: Any, public: Any
) -> None:
    wanted = {"UserPoolId": pool.pool.id, "SoftwareTokenMfaConfiguration": {"Enabled": True}}

    admin.set_user_pool_mfa_config(**wanted, MfaConfiguration="OPTIONAL")
    assert "AccessToken" in sign_in(public, *ADA)["AuthenticationResult"]

    admin.set_user_pool_mfa_config(**wanted, MfaConfiguration="ON")
    with pytest.raises(ClientError) as refused:
        sign_in(public, *ADA)
    assert "no second factor" in code_of(refused)[1]


def test_a_refresh_keeps_the_time_of_the_sign_in(
    pool: Pool, public: Any, clock: StandingClock
) -> None:
    first = sign_in(public, *ADA)["AuthenticationResult"]
    clock.wait(hours=5)

    again = public.initiate_auth(
        ClientId=CLIENT_ID,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": first["RefreshToken"]},
    )["AuthenticationResult"]

    assert "RefreshToken" not in again
    old, new = (
        pool.pool.book.holder(again["AccessToken"]),
        pool.pool.book.holder(first["AccessToken"]),
    )
    assert (old and old.at, new) == (clock.now.replace(hour=9), None)


@pytest.mark.parametrize("way", ["disabled", "deleted", "signed out", "expired"])
def test_a_refresh_token_dies_with_what_it_stands_for(
    pool: Pool, public: Any, admin: Any, clock: StandingClock, way: str
) -> None:
    token = sign_in(public, *ADA)["AuthenticationResult"]["RefreshToken"]
    person = {"UserPoolId": pool.pool.id, "Username": ADA[0]}
    match way:
        case "disabled":
            admin.admin_disable_user(**person)
        case "deleted":
            admin.admin_delete_user(**person)
        case "signed out":
            admin.admin_user_global_sign_out(**person)
        case _:
            clock.wait(days=30)

    with pytest.raises(ClientError) as refused:
        public.initiate_auth(
            ClientId=CLIENT_ID,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": token},
        )

    assert code_of(refused)[0] == "NotAuthorizedException"


def test_an_expired_access_token_asks_nothing_more(
    pool: Pool, public: Any, clock: StandingClock
) -> None:
    token = sign_in(public, *BO)["AuthenticationResult"]["AccessToken"]
    assert public.get_user(AccessToken=token)["Username"] == BO[0]

    clock.wait(hours=1)
    assert len(pool.pool.access_tokens) == 0
    with pytest.raises(ClientError) as refused:
        public.get_user(AccessToken=token)

    assert code_of(refused)[0] == "NotAuthorizedException"


async def test_somebody_an_administrator_creates_can_sign_in_at_the_page(
    pool: Pool, admin: Any
) -> None:
    person = {"UserPoolId": pool.pool.id, "Username": "newcomer"}
    admin.admin_create_user(**person, MessageAction="SUPPRESS")
    admin.admin_set_user_password(**person, Password="Newcomer-2026!", Permanent=True)

    browser = Browser(idp_site(pool, base=BASE, name="Acme"))

    assert await browser.code(("newcomer", "Newcomer-2026!"))


async def test_a_temporary_password_is_replaced_at_the_page(pool: Pool, admin: Any) -> None:
    admin.admin_create_user(
        UserPoolId=pool.pool.id, Username="newcomer", TemporaryPassword="Temporary-1!"
    )
    browser = Browser(idp_site(pool, base=BASE, name="Acme"))
    page = await browser.login(await browser.begin(), "newcomer", "Temporary-1!")
    assert "Choose a password" in page.text

    weak = {"ticket": ticket(page), "password": "short", "again": "short"}
    assert "too weak" in (await browser.http.post("/new-password", data=weak)).text
    typo = {"ticket": ticket(page), "password": "Mine-alone-1!", "again": "Mine-alone-2!"}
    assert "not the same" in (await browser.http.post("/new-password", data=typo)).text
    good = {**typo, "again": "Mine-alone-1!"}
    assert answered(await browser.http.post("/new-password", data=good))["code"]
    assert pool.pool.check("newcomer", "Mine-alone-1!").standing.value == "signed in"


def test_the_pool_is_what_the_landscape_says(pool: Pool, admin: Any) -> None:
    found = admin.describe_user_pool(UserPoolId=POOL_ID)["UserPool"]
    client = admin.describe_user_pool_client(UserPoolId=POOL_ID, ClientId=CLIENT_ID)
    users = {user["Username"] for user in admin.list_users(UserPoolId=POOL_ID)["Users"]}

    assert pool.issuer == ISSUER
    assert found["Arn"] == f"arn:aws:cognito-idp:eu-west-1:111111111111:userpool/{POOL_ID}"
    assert found["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert client["UserPoolClient"]["AllowedOAuthFlows"] == ["code"]
    assert "ClientSecret" not in client["UserPoolClient"]
    assert users == {ADA[0], BO[0]}


@pytest.mark.usefixtures("pool")
def test_other_accounts_get_pools_that_are_as_strict() -> None:
    backend = cognitoidp_backends["222222222222"]["eu-west-1"]

    other = backend.create_user_pool("theirs", {})

    assert other.json_web_key is None
    with pytest.raises(NotImplementedError):
        other.create_jwt("client", "eve", "access")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"environment": "prod"}, id="demo people outside a demo"),
        pytest.param(
            {"idps": {"x": {"kind": "oidc", "issuer": "https://a.example", "client_id": "c"}}},
            id="no Cognito pool",
        ),
        pytest.param({"gateway": {"network": "office"}}, id="a gateway outside AWS"),
        pytest.param(
            {
                "people": {
                    "ada": {"lob": "lob-a", "profile": "ada", "demo_password": "tooshort"}
                }
            },
            id="a weak demo password",
        ),
    ],
)
def test_a_landscape_it_cannot_found_a_pool_for_is_refused(
    changed: dict[str, Any], clock: StandingClock
) -> None:
    with pytest.raises(StartError) as refused:
        found_pool(
            landscape(**changed), callback_urls=[CALLBACK], clock=clock, make_key=spare_keys()
        )

    assert refused.value.remedy
    assert "tooshort" not in str(refused.value)
