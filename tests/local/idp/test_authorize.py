import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.local.idp.authorize import (
    Asked,
    Client,
    Complaint,
    address,
    read_request,
)
from tests.kit.idp import CALLBACK, CLIENT_ID, challenge, question

CLIENT = Client(CLIENT_ID, frozenset({CALLBACK}), frozenset({"openid", "email", "profile"}))


def test_an_honest_request_is_read_whole() -> None:
    asked = read_request(question(login_hint="ada"), CLIENT)

    assert asked == Asked(
        client_id=CLIENT_ID,
        redirect_uri=CALLBACK,
        scopes=("openid", "email"),
        state="state-0123456789",
        challenge=challenge(),
        nonce="nonce-0123456789",
        hint="ada",
    )


@pytest.mark.parametrize(
    "near_miss",
    [
        f"{CALLBACK}/",
        f"{CALLBACK}?a=b",
        f"{CALLBACK}#",
        CALLBACK.upper(),
        CALLBACK.replace("localhost", "localhost."),
        CALLBACK.replace("localhost", "localhost@evil.example"),
        CALLBACK.replace("http:", "https:"),
        CALLBACK.replace("/signin", "/x/../signin"),
        "http://evil.example/",
        "",
    ],
)
def test_a_redirect_address_that_is_nearly_right_is_told_to_the_person_only(
    near_miss: str,
) -> None:
    answer = read_request(question(redirect_uri=near_miss), CLIENT)

    assert isinstance(answer, Complaint)
    assert answer.redirect_uri is None


def test_an_unknown_client_is_told_to_the_person_only() -> None:
    answer = read_request(question(client_id="another"), CLIENT)

    assert isinstance(answer, Complaint)
    assert answer.redirect_uri is None


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="implicit"),
        pytest.param({"response_type": "id_token"}, "unsupported_response_type", id="id token"),
        pytest.param({"response_type": None}, "unsupported_response_type", id="none at all"),
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="plain PKCE"),
        pytest.param({"code_challenge_method": None}, "invalid_request", id="plain by default"),
        pytest.param({"code_challenge": None}, "invalid_request", id="no PKCE"),
        pytest.param({"code_challenge": "short"}, "invalid_request", id="no SHA-256"),
        pytest.param({"code_challenge": "a" * 42 + "\n"}, "invalid_request", id="newline"),
        pytest.param({"scope": "email"}, "invalid_scope", id="without openid"),
        pytest.param({"scope": "openid admin"}, "invalid_scope", id="more than registered"),
        pytest.param({"state": None}, "invalid_request", id="no state"),
        pytest.param({"state": "s" * 1025}, "invalid_request", id="a state too long"),
        pytest.param({"nonce": "n" * 1025}, "invalid_request", id="a nonce too long"),
        pytest.param({"prompt": "consent"}, "invalid_request", id="a prompt we do not know"),
    ],
)
def test_what_is_wrong_otherwise_is_told_to_the_application(
    changed: dict[str, str | None], error: str
) -> None:
    answer = read_request(question(**changed), CLIENT)

    assert isinstance(answer, Complaint)
    assert answer.error == error
    assert answer.redirect_uri == CALLBACK


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(question())), st.text(max_size=60)))
def test_nothing_that_can_be_asked_leads_to_an_address_nobody_registered(
    changed: dict[str, str],
) -> None:
    answer = read_request({**question(), **changed}, CLIENT)

    assert answer.redirect_uri in {CALLBACK, None}


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_state_can_leave_the_query_it_is_put_in(state: str) -> None:
    where = address(CALLBACK, state=state, code=None)

    assert where.startswith(f"{CALLBACK}?state=")
    assert where.isascii()
    assert not set("\r\n&#") & set(where.removeprefix(f"{CALLBACK}?state="))


def test_an_address_that_has_a_query_keeps_it() -> None:
    assert address("https://a.example/?b=c", code="1") == "https://a.example/?b=c&code=1"
