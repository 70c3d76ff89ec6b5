"""S4-17 and ASVS 10.x: a browser brings the command line a code, and the code brings a token."""

from urllib.parse import urlencode

import httpx
import pytest

from studiogate.audit.signing_in import Deed, Result
from studiogate.errors import Unreachable
from studiogate.gateway.program.letters import check
from tests.kit.gateway import HOST, Stage, aws_error
from tests.kit.program_room import (
    ADA,
    LISTENS,
    STATE,
    Browser,
    ProgramHouse,
    asking,
    bearing,
    brought,
    challenge,
    hidden,
    redeemed,
    token_of,
)


def test_s4_17_a_code_becomes_a_token_that_acts_for_whoever_allowed_it(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    answer = redeemed(program, ada.allowed())

    said = answer.json()
    assert said | {"access_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 8 * 3600,
        "person": ADA,
    }
    assert answer.headers["cache-control"] == "no-store"
    me = program.get("/api/me", headers=bearing(said["access_token"])).json()
    assert (me["person"], me["idp"], me["way"]) == (ADA, "corporate", "program")
    record = home.house.ledger.sign_ins[-1]
    assert (record.deed, record.outcome, record.way) == (Deed.SIGN_IN, Result.DONE, "program")
    assert (record.person, record.idp) == (ADA, "corporate")
    assert record.about == f"allowed from {home.house.source_ip}"


def test_the_page_asks_in_words_and_does_nothing_by_itself(
    home: ProgramHouse, ada: Browser
) -> None:
    shown = ada.look("/cli", **asking())

    assert f"act for {ADA}?" in shown.text
    assert "8 hours" in shown.text
    assert check(challenge()) in shown.text
    assert hidden(shown.text).keys() == {*asking(), "csrf"}
    assert home.house.ledger.sign_ins == []
    assert home.house.marks.there == {}


def test_the_browser_is_led_to_the_loopback_with_code_state_and_issuer(ada: Browser) -> None:
    answer = ada.send(ada.look("/cli", **asking()), "/cli", answer="allow")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{LISTENS}?")
    assert brought(answer).keys() == {"code", "state", "iss"}
    assert brought(answer)["state"] == STATE
    assert brought(answer)["iss"] == f"http://{HOST}"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_a_no_brings_a_no_and_no_code(ada: Browser) -> None:
    answer = ada.send(ada.look("/cli", **asking()), "/cli", answer="deny")

    assert answer.headers["location"].startswith(f"{LISTENS}?")
    assert brought(answer) == {
        "error": "access_denied", "state": STATE, "iss": f"http://{HOST}",
    }  # fmt: skip


def test_the_form_may_lead_to_that_one_address_besides_to_us(ada: Browser) -> None:
    policy = ada.look("/cli", **asking()).headers["content-security-policy"]

    assert "form-action 'self' http://127.0.0.1:43210;" in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"redirect_uri": "http://localhost:43210/"}, id="a name"),
        pytest.param({"redirect_uri": "https://127.0.0.1:43210/"}, id="another scheme"),
        pytest.param({"redirect_uri": "http://127.0.0.1/"}, id="no port"),
        pytest.param({"redirect_uri": "http://127.0.0.1:80/"}, id="a port of the system"),
        pytest.param({"redirect_uri": "http://127.0.0.1:70000/"}, id="no such port"),
        pytest.param({"redirect_uri": "http://127.0.0.1:43210/?x=1"}, id="a query"),
        pytest.param({"redirect_uri": "http://127.0.0.1:43210/#x"}, id="a fragment"),
        pytest.param({"redirect_uri": "http://127.0.0.1:43210@evil.example/"}, id="user info"),
        pytest.param({"redirect_uri": "http://127.0.0.1:43210.evil.example/"}, id="a suffix"),
        pytest.param({"redirect_uri": "http://127.0.0.2:43210/"}, id="another loopback"),
        pytest.param({"redirect_uri": "http://127.0.0.1:43210/\n"}, id="a line's end"),
        pytest.param({"redirect_uri": "https://evil.example/"}, id="somebody else"),
        pytest.param({"code_challenge_method": "plain"}, id="a plain challenge"),
        pytest.param({"code_challenge_method": ""}, id="no method"),
        pytest.param({"code_challenge": "short"}, id="a short challenge"),
        pytest.param({"code_challenge": ""}, id="no challenge"),
        pytest.param({"state": ""}, id="no state"),
        pytest.param({"state": "x" * 65}, id="a long state"),
        pytest.param({"state": '"><script>alert(1)</script>'}, id="markup for a state"),
    ],
)
def test_nobody_is_led_to_anywhere_else_or_without_pkce(
    ada: Browser, other: dict[str, str]
) -> None:
    looked = ada.look("/cli", **asking(**other))
    form = hidden(ada.look("/cli", **asking()).text) | other | {"answer": "allow"}
    sent = ada.post("/cli", form)

    assert (looked.status_code, sent.status_code) == (400, 400)
    assert "location" not in looked.headers
    assert "location" not in sent.headers
    assert "<script>" not in looked.text


def test_a_parameter_that_comes_twice_is_refused(ada: Browser) -> None:
    query = f"{urlencode(asking())}&redirect_uri=http%3A%2F%2F127.0.0.1%3A55555%2F"

    assert ada.look(f"/cli?{query}").status_code == 400


def test_ipv6_loopback_is_a_loopback(ada: Browser, program: httpx.Client) -> None:
    there = "http://[::1]:43210/"

    code = ada.allowed(redirect_uri=there)

    assert redeemed(program, code, redirect_uri=there).status_code == 200


def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(program: httpx.Client) -> None:
    looked = program.get(f"/cli?{urlencode(asking())}", headers={"accept": "text/html"})

    assert looked.status_code == 303
    portal = program.get(looked.headers["location"], headers={"accept": "text/html"})
    back = f"/cli?{urlencode(asking())}"
    assert f"/signin/corporate?{urlencode({'next': back})}" in portal.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ],
)
def test_asvs_3_5_1_another_page_cannot_say_yes(ada: Browser, headers: dict[str, str]) -> None:
    form = hidden(ada.look("/cli", **asking()).text) | {"answer": "allow"}

    assert ada.post("/cli", form, **headers).status_code == 403


def test_asvs_3_5_1_the_token_of_another_session_says_nothing(
    ada: Browser, bo: Browser
) -> None:
    form = hidden(bo.look("/cli", **asking()).text) | {"answer": "allow"}

    assert ada.post("/cli", form).status_code == 403
    assert ada.post("/cli", form | {"csrf": ""}).status_code == 403


def test_a_form_without_an_answer_is_no_yes(ada: Browser) -> None:
    form = hidden(ada.look("/cli", **asking()).text)

    assert ada.post("/cli", form).status_code == 400
    assert ada.post("/cli", form | {"answer": "perhaps"}).status_code == 400


def test_a_token_cannot_let_another_one_be_made(program: httpx.Client, ada: Browser) -> None:
    token = token_of(redeemed(program, ada.allowed()))

    looked = program.get(f"/cli?{urlencode(asking())}", headers=bearing(token))
    both = program.get(f"/cli?{urlencode(asking())}", headers={**ada.headers, **bearing(token)})

    assert (looked.status_code, both.status_code) == (401, 401)


@pytest.mark.parametrize(
    ("other", "error", "reason"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant", "code-verifier"),
        ({"code_verifier": "short"}, "invalid_grant", "code-verifier"),
        ({"code_verifier": "é" * 43}, "invalid_grant", "code-verifier"),
        ({"redirect_uri": "http://127.0.0.1:43211/"}, "invalid_grant", "code-redirect"),
        ({"code": "v1.0000.AAAA"}, "invalid_grant", "code-seal"),
        ({"code": "x" * 6000}, "invalid_grant", "code-seal"),
        ({"code": ""}, "invalid_request", "program-request"),
        ({"grant_type": "password"}, "unsupported_grant_type", "program-grant-type"),
        ({"grant_type": ""}, "invalid_request", "program-request"),
    ],
)  # fmt: skip
def test_rfc_6749_a_code_that_is_not_shown_as_it_was_given_is_refused_and_recorded(
    home: ProgramHouse, ada: Browser, other: dict[str, str], error: str, reason: str
) -> None:
    answer = redeemed(ada.client, ada.allowed(), **other)

    assert answer.status_code == 400
    assert answer.json() == {"error": error}
    assert answer.headers["cache-control"] == "no-store"
    assert home.ends == [(Result.REFUSED, reason)]


def test_a_verifier_that_was_wrong_once_does_not_use_the_code_up(
    program: httpx.Client, ada: Browser
) -> None:
    code = ada.allowed()
    redeemed(program, code, code_verifier="w" * 43)

    assert redeemed(program, code).status_code == 200


def test_a_parameter_of_the_form_that_comes_twice_is_refused(
    program: httpx.Client, ada: Browser
) -> None:
    body = urlencode(
        {"grant_type": "authorization_code", "code": ada.allowed(), "redirect_uri": LISTENS}
    )
    kind = {"content-type": "application/x-www-form-urlencoded"}

    answer = program.post("/api/token", content=f"{body}&code_verifier=a&code_verifier=b",
                          headers=kind)  # fmt: skip

    assert answer.json() == {"error": "invalid_request"}


def test_a_code_lives_for_a_minute(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    code, late = ada.allowed(), ada.allowed()

    home.house.clock.forward(seconds=59)
    assert redeemed(program, code).status_code == 200
    home.house.clock.forward(seconds=1)
    assert redeemed(program, late).json() == {"error": "invalid_grant"}
    assert home.refusals == ["ok", "code-over"]


def test_rfc_6749_4_1_2_a_code_works_once_at_all_instances_and_twice_ends_the_token(
    home: ProgramHouse, program: httpx.Client, ada: Browser, stage: Stage
) -> None:
    code = ada.allowed()
    token = token_of(redeemed(program, code))

    stage.app = home.another_instance()
    again = redeemed(program, code)

    assert again.json() == {"error": "invalid_grant"}
    assert home.refusals == ["ok", "code-used"]
    assert program.get("/api/me", headers=bearing(token)).status_code == 401


def test_no_record_no_token(home: ProgramHouse, program: httpx.Client, ada: Browser) -> None:
    code = ada.allowed()
    home.house.ledger.fail = True

    answer = redeemed(program, code)

    assert answer.status_code == 503
    assert "access_token" not in answer.text


def test_a_table_that_does_not_answer_gives_no_token(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    code = ada.allowed()
    home.house.marks.fails = aws_error(Unreachable, "dynamodb:PutItem")

    assert redeemed(program, code).status_code == 503
    assert home.house.ledger.sign_ins[-1].outcome is Result.FAILED


def test_whoever_was_signed_out_or_revoked_meanwhile_gets_no_token(
    home: ProgramHouse, program: httpx.Client, ada: Browser, bo: Browser
) -> None:
    of_ada, of_bo = ada.allowed(), bo.allowed()
    home.ended(ada.headers)
    home.directory.people.pop("user-lob-b")

    assert redeemed(program, of_ada).json() == {"error": "invalid_grant"}
    refused = redeemed(program, of_bo).json()

    assert refused["error"] == "invalid_grant"
    assert refused["error_description"]
    assert home.refusals == ["session-ended", "unknown-person"]
