"""S2, a program's way: token, private API, redirect, and every published refusal."""

import base64
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.kit.organisation import Organisation

OUTSIDE = "Auth token containing insufficient permissions"
LATE = "Invalid or Expired Auth Token"


def aws(acme: Organisation, environment: dict[str, str], *words: str) -> dict[str, object]:
    """What the unmodified AWS CLI answers, configured by the written file alone."""
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("aws")), *words],
        env=environment | {"AWS_CONFIG_FILE": acme.up["aws_config_file"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    answer: dict[str, object] = json.loads(ran.stdout)
    return answer


def test_s2_05_s2_06_s2_32_s4_03_the_published_token_command_works_with_the_unmodified_cli(
    acme: Organisation, clean_environment: dict[str, str]
) -> None:
    answer = aws(
        acme, clean_environment,
        "cognito-idp", "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH",
        "--client-id", acme.up["user_pool_client_id"],
        "--auth-parameters", "USERNAME=user-lob-a,PASSWORD=UserLobA1!",
        "--region", acme.up["region"],
    )  # fmt: skip
    result = answer["AuthenticationResult"]

    assert isinstance(result, dict)
    assert acme.ask("/user-lob-a", result["AccessToken"]).status_code == 302


def test_s2_05_s2_32_a_wrong_password_gives_no_token(acme: Organisation) -> None:
    pool = acme.client("shared-services", "cognito-idp")

    with pytest.raises(pool.exceptions.NotAuthorizedException):
        pool.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=acme.up["user_pool_client_id"],
            AuthParameters={"USERNAME": "user-lob-a", "PASSWORD": "UserLobB1!"},
        )


@pytest.mark.parametrize(
    ("person", "password"), [("user-lob-a", "UserLobA1!"), ("user-lob-b", "UserLobB1!")]
)
def test_s2_05_s2_27_s4_03_the_published_people_sign_in_with_the_published_passwords(
    acme: Organisation, person: str, password: str
) -> None:
    claims = acme.token(person, password).split(".")[1]

    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))

    assert (said["username"], said["token_use"]) == (person, "access")


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer not.a.token"}])
def test_s2_06_s2_33_without_a_good_token_the_answer_is_401(
    acme: Organisation, headers: dict[str, str]
) -> None:
    answer = acme.http.get(f"{acme.api}/user-lob-a", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["remedy"]
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "location" not in answer.headers


def test_what_the_api_does_not_declare_is_not_there_whoever_asks(acme: Organisation) -> None:
    token = acme.token("user-lob-a")

    answers = [acme.ask(path, token) for path in ("/user-lob-a/more", "/open", "/saml")]

    assert [one.status_code for one in answers] == [404, 404, 404]
    assert {one.json()["reason"] for one in answers} == {"no-such-page"}
    # A word below the root is somebody's name, and nobody else's.
    assert acme.ask("/metrics", token).status_code == 403
    assert acme.ask("/metrics").status_code == 401


def test_s2_06_s2_34_with_a_token_the_answer_is_a_redirect_nobody_may_keep(
    acme: Organisation,
) -> None:
    answer = acme.ask("/user-lob-a", acme.token("user-lob-a"))

    location = urlsplit(answer.headers["location"])
    assert answer.status_code == 302
    assert location.hostname is not None
    assert location.hostname.startswith("d-")
    assert location.path == "/auth"
    assert len(parse_qs(location.query)["token"][0]) > 40
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_s2_35_the_other_person_is_sent_to_a_different_domain(acme: Organisation) -> None:
    hosts = {urlsplit(acme.presigned(who)).hostname for who in ("user-lob-a", "user-lob-b")}

    assert len(hosts) == 2


def test_s2_01_s2_36_both_domains_are_usable_at_the_same_time(acme: Organisation) -> None:
    with acme.studio() as a, acme.studio() as b:
        url_a, url_b = acme.presigned("user-lob-a"), acme.presigned("user-lob-b")
        opened = [a.get(url_a), b.get(url_b)]
        again = [a.get(opened[0].next_request.url), b.get(opened[1].next_request.url)]  # type: ignore[union-attr]  # a redirect has a next request

    assert [one.status_code for one in opened] == [302, 302]
    assert {one.status_code for one in again} <= {200, 302, 503}
    assert all(OUTSIDE not in one.text and LATE not in one.text for one in again)


def test_s2_38_s4_06_own_token_and_anothers_path_is_forbidden_whoever_it_is(
    acme: Organisation,
) -> None:
    token, before = acme.token("user-lob-a"), len(acme.records())

    answers = [acme.ask(path, token) for path in ("/user-lob-b", "/nobody-at-all")]

    assert [one.status_code for one in answers] == [403, 403]
    assert answers[0].json() == answers[1].json()
    assert (
        answers[0]
        .json()["detail"]
        .endswith("not authorized to access this resource with an explicit deny")
    )
    # API Gateway refuses what the authorizer denied: the function is not invoked.
    assert {one.headers["x-amzn-errortype"] for one in answers} == {"AccessDeniedException"}
    assert acme.records()[before:] == []


@pytest.mark.parametrize("network", ["internet"])
def test_s2_13_s2_39_s4_10_s5_01_s5_14_the_right_url_from_outside_is_refused_in_awss_words(
    acme: Organisation, network: str
) -> None:
    url = acme.presigned("user-lob-a")

    outside = acme.browse(url, network)
    inside = acme.browse(url)

    assert outside.status_code == 403
    assert OUTSIDE in outside.text
    assert inside.status_code == 302


def test_s2_40_a_url_used_too_late_is_refused_in_awss_words(acme: Organisation) -> None:
    url = acme.presigned(
        "user-lob-b"
    )  # the journeys' landscape gives fraud AWS's shortest: 5 s
    time.sleep(5.2)  # there is no other way for real time to pass

    late = acme.browse(url)

    assert late.status_code == 403
    assert LATE in late.text


def test_s2_40_a_url_opens_once(acme: Organisation) -> None:
    url = acme.presigned("user-lob-b")

    first, second = acme.browse(url), acme.browse(url)

    assert first.status_code == 302
    assert second.status_code == 403
    assert LATE in second.text
