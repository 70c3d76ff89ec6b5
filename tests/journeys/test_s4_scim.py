"""S4-02 by SCIM: whom the provider sends is in, belongs somewhere, opens, and is out at once."""

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.kit.organisation import Organisation
from tests.kit.starting import STUDIOGATE

NAME, PASSWORD = "grace-hopper", "GraceHopper1!"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Provider:
    """The corporate provider's SCIM client, with the secret an administrator gave it."""

    def __init__(self, acme: Organisation) -> None:
        secrets = acme.client("shared-services", "secretsmanager")
        self.token = secrets.get_secret_value(SecretId="studiogate/scim/corporate")[
            "SecretString"
        ]
        self._acme = acme
        self.made: list[str] = []

    def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self._acme.http.request(
            method,
            f"{self._acme.api}/scim/v2/{path}",
            json=body,
            headers={"authorization": f"Bearer {self.token}"},
        )

    def make(self, kind: str, body: Any) -> str:
        answer = self("POST", kind, body)
        assert answer.status_code == 201, answer.text
        id_: str = answer.json()["id"]
        self.made.insert(0, f"{kind}/{id_}")
        return id_


def apply(acme: Organisation) -> str:
    ran = subprocess.run(
        [str(STUDIOGATE), "apply", str(acme.landscape)],
        env=os.environ
        | {"AWS_CONFIG_FILE": acme.up["aws_config_file"], "AWS_PROFILE": "management"},
        cwd=acme.state.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture
def provider(acme: Organisation) -> Iterator[Provider]:
    """What it sent is gone afterwards, and what was deployed for it."""
    found = Provider(acme)
    yield found
    for path in found.made:
        found("DELETE", path)
    if found.made:
        apply(acme)


@pytest.fixture
def account(acme: Organisation) -> Iterator[None]:
    """Grace has an account at the provider, with which she signs in."""
    cognito = acme.client("shared-services", "cognito-idp")
    pool = acme.up["user_pool_id"]
    cognito.admin_create_user(UserPoolId=pool, Username=NAME, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=NAME, Password=PASSWORD, Permanent=True
    )
    yield
    cognito.admin_delete_user(UserPoolId=pool, Username=NAME)


@pytest.mark.usefixtures("account")
def test_s4_02_whom_the_provider_sends_opens_after_a_deployment_and_is_out_at_once(
    acme: Organisation, provider: Provider
) -> None:
    token = acme.token(NAME, PASSWORD)

    def said() -> tuple[int, str]:
        answer = acme.ask("/open/forecasting", token)
        return answer.status_code, "" if answer.is_redirect else answer.json()["reason"]

    assert said() == (403, "unknown-person")
    user = provider.make("Users", {"schemas": [USER], "userName": NAME, "active": True})
    assert said() == (403, "no-lob")
    group = {"schemas": [GROUP], "displayName": "ml-lob-a", "members": [{"value": user}]}
    provider.make("Groups", group)
    assert said() == (404, "profile-not-made")

    assert "1 changed" in apply(acme)
    assert said() == (302, "")
    assert "Nothing to do" in apply(acme)

    off = {"op": "replace", "value": {"active": False}}
    answer = provider("PATCH", f"Users/{user}", {"schemas": [PATCH], "Operations": [off]})
    assert answer.json()["active"] is False
    assert said() == (403, "revoked")

    deeds = [one["about"] for one in acme.records() if one.get("way") == "scim"]
    assert deeds[-3:] == ["create user", "create group ml-lob-a: +1", "patch user: deactivate"]


def test_nobody_else_sends_anybody(acme: Organisation, provider: Provider) -> None:
    before = len(acme.records())
    body = {"schemas": [USER], "userName": "mallory"}
    shown = {"authorization": f"Bearer {provider.token[:-1]}x"}
    person = {"authorization": f"Bearer {acme.token('user-lob-a')}"}

    answers = [
        acme.http.post(f"{acme.api}/scim/v2/Users", json=body, headers=headers)
        for headers in ({}, shown, person)
    ]

    assert [one.status_code for one in answers] == [401, 401, 401]
    assert len(acme.records()) == before + 3
    assert provider.token not in (acme.state / "gateway.log").read_text(encoding="utf-8")
