"""S4: the private API takes one kind of token, from one issuer, for one person's own path."""

import base64
import json

import pytest

from tests.kit.organisation import Organisation


def test_s4_04_s4_05_s4_06_s4_19_own_name_and_own_token_open(acme: Organisation) -> None:
    assert acme.ask("/user-lob-b", acme.token("user-lob-b")).status_code == 302


def test_s4_20_s4_13_an_insider_cannot_send_a_colleagues_name(acme: Organisation) -> None:
    answer = acme.ask("/user-lob-a", acme.token("user-lob-b"))

    assert answer.status_code == 403
    assert answer.json()["remedy"]


def test_s4_01_s4_12_a_user_made_with_the_published_commands_signs_in(
    acme: Organisation,
) -> None:
    with acme.colleague("fresh") as token:
        assert acme.ask("/fresh", token).status_code == 302


def test_s4_01_a_name_without_a_profile_is_404(acme: Organisation) -> None:
    token = acme.newcomer("unprofiled", {"LOB": "lob-a", "PROFILE": "unprofiled"})

    answer = acme.ask("/unprofiled", token)

    assert (answer.status_code, answer.json()["reason"]) == (404, "profile-missing")


def test_s4_05_the_id_token_is_not_an_access_token(acme: Organisation) -> None:
    answer = acme.http.post(
        acme.up["aws_endpoint"],
        headers={
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
        },
        json={
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": acme.up["user_pool_client_id"],
            "AuthParameters": {"USERNAME": "user-lob-a", "PASSWORD": "UserLobA1!"},
        },
    )
    id_token = answer.json()["AuthenticationResult"]["IdToken"]

    assert acme.ask("/user-lob-a", id_token).status_code == 401


def other(part: str, **changes: object) -> str:
    """A part of a token with some members changed."""
    text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    changed = json.dumps(json.loads(text) | changes).encode()
    return base64.urlsafe_b64encode(changed).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        pytest.param(1, {"username": "user-lob-b"}, id="another person"),
        pytest.param(1, {"exp": 4102444800}, id="longer life"),
        pytest.param(0, {"alg": "none"}, id="no algorithm"),
        pytest.param(0, {"alg": "HS256"}, id="the public key as a secret"),
        pytest.param(0, {"kid": "dummy"}, id="a published key"),
    ],
)
def test_s2_07_s4_05_a_token_somebody_touched_is_401(
    acme: Organisation, part: int, changes: dict[str, object]
) -> None:
    pieces = acme.token("user-lob-a").split(".")
    pieces[part] = other(pieces[part], **changes)

    answer = acme.ask("/user-lob-a", ".".join(pieces))

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_s2_07_s4_05_another_pools_token_is_401(acme: Organisation) -> None:
    pool = acme.client("lob-b", "cognito-idp")
    pool_id = pool.create_user_pool(PoolName="mine")["UserPool"]["Id"]
    client = pool.create_user_pool_client(
        UserPoolId=pool_id, ClientName="mine", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    pool.admin_create_user(UserPoolId=pool_id, Username="user-lob-a", MessageAction="SUPPRESS")
    secret = {"Password": "UserLobA1!", "Permanent": True}
    pool.admin_set_user_password(UserPoolId=pool_id, Username="user-lob-a", **secret)
    token = pool.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH", ClientId=client,
        AuthParameters={"USERNAME": "user-lob-a", "PASSWORD": "UserLobA1!"},
    )["AuthenticationResult"]["AccessToken"]  # fmt: skip

    assert acme.ask("/user-lob-a", token).status_code == 401


def test_s2_14_the_private_api_does_not_answer_the_internet(acme: Organisation) -> None:
    token = acme.token("user-lob-a")
    outside = acme.up["networks"]["internet"]["portal"]

    answer = acme.http.get(
        f"{outside}/user-lob-a", headers={"authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 403
    assert "User: anonymous is not authorized to perform: execute-api:Invoke" in answer.text


def test_s2_19_s3_24_s4_08_an_administrator_outside_the_endpoint_makes_no_url(
    acme: Organisation,
) -> None:
    sagemaker = acme.client("lob-a", "sagemaker")
    domain = sagemaker.list_domains()["Domains"][0]["DomainId"]

    with pytest.raises(sagemaker.exceptions.ClientError) as refused:
        sagemaker.create_presigned_domain_url(DomainId=domain, UserProfileName="user-lob-a")

    error = refused.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert "explicit deny in a service control policy" in error["Message"]


def test_the_domain_does_not_open_from_a_network_it_is_not_for(acme: Organisation) -> None:
    token = acme.token("user-lob-a")
    elsewhere = acme.up["networks"]["lob-b"]["portal"]

    answer = acme.http.get(
        f"{elsewhere}/user-lob-a", headers={"authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, answer.json()["reason"]) == (403, "network")
    assert "office" in answer.json()["remedy"]
