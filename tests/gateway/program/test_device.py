"""RFC 8628: a command line without a browser waits until somebody types its code elsewhere."""

import httpx
import pytest

from studiogate.audit.signing_in import Result
from studiogate.errors import Unreachable
from studiogate.gateway.program.letters import new_code, spaced
from studiogate.gateway.program.tries import BEGUN_AT_AN_ADDRESS, FROM_AN_ADDRESS, OF_A_PERSON
from tests.kit.gateway import ELSEWHERE_IP, HOST, OFFICE_IP, Stage, aws_error
from tests.kit.program_room import (
    ADA,
    Browser,
    ProgramHouse,
    bearing,
    hidden,
    polled,
    token_of,
)

NOBODY = "BBBB-BBBB"


def begun(program: httpx.Client) -> dict[str, str]:
    answer = program.post("/api/device")
    assert answer.status_code == 200, answer.text
    said: dict[str, str] = answer.json()
    return said


def test_the_command_line_is_told_what_to_show_and_how_often_to_ask(
    program: httpx.Client,
) -> None:
    answer = program.post("/api/device")

    said = answer.json()
    assert said["verification_uri"] == f"http://{HOST}/device"
    assert (said["expires_in"], said["interval"]) == (600, 5)
    assert len(said["user_code"]) == 9
    assert said["user_code"][4] == "-"
    assert said["user_code"].replace("-", "") not in said["device_code"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_code_that_is_allowed_becomes_a_token_at_any_instance(
    home: ProgramHouse, program: httpx.Client, ada: Browser, stage: Stage
) -> None:
    device = begun(program)
    assert polled(program, device["device_code"]).json() == {"error": "authorization_pending"}
    assert home.house.ledger.sign_ins == []

    stage.app = home.another_instance()
    home.house.source_ip = ELSEWHERE_IP
    done = ada.allowed_device(device["user_code"])
    stage.app = home.another_instance()
    home.house.clock.forward(seconds=5)
    answer = polled(program, device["device_code"])

    assert "goes on by itself" in done.text
    assert answer.json()["person"] == ADA
    me = program.get("/api/me", headers=bearing(token_of(answer))).json()
    assert (me["person"], me["way"]) == (ADA, "program")
    assert home.refusals == ["ok"]
    assert home.house.ledger.sign_ins[0].about == f"allowed from {ELSEWHERE_IP}"


def test_the_page_says_who_asks_from_where_and_since_when(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    home.house.source_ip = ELSEWHERE_IP
    device = begun(program)
    home.house.source_ip = OFFICE_IP
    home.house.clock.forward(minutes=3)

    shown = ada.send(ada.look("/device"), "/device", user_code=device["user_code"].lower())

    assert ELSEWHERE_IP in shown.text
    assert "3 minutes ago" in shown.text
    assert "from another address than yours" in shown.text
    assert device["user_code"] in shown.text


def test_a_no_is_heard_and_recorded(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    device = begun(program)

    done = ada.allowed_device(device["user_code"], answer="deny")

    assert "Nothing was given to it" in done.text
    assert polled(program, device["device_code"]).json() == {"error": "access_denied"}
    assert home.ends == [(Result.REFUSED, "device-denied")]


def test_whoever_asks_too_often_is_told_to_slow_down(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    device = begun(program)
    polled(program, device["device_code"])
    ada.allowed_device(device["user_code"])

    early = polled(program, device["device_code"])
    home.house.clock.forward(seconds=5)
    later = polled(program, device["device_code"])

    assert early.json() == {"error": "slow_down"}
    assert later.status_code == 200


def test_a_token_is_given_once(home: ProgramHouse, program: httpx.Client, ada: Browser) -> None:
    device = begun(program)
    ada.allowed_device(device["user_code"])
    assert polled(program, device["device_code"]).status_code == 200
    home.house.clock.forward(seconds=5)

    assert polled(program, device["device_code"]).json() == {"error": "invalid_grant"}
    assert home.refusals == ["ok", "device-used"]


def test_a_code_is_over_after_ten_minutes(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    device = begun(program)
    home.house.clock.forward(minutes=10)

    typed = ada.send(ada.look("/device"), "/device", user_code=device["user_code"])

    assert "Nobody waits under that code" in typed.text
    assert polled(program, device["device_code"]).json() == {"error": "expired_token"}


@pytest.mark.parametrize("shown", ["", "v1.aaaa.bbbb", "x" * 5000, "sgp_v1.aa.bb"])
def test_a_device_code_of_nobodys_is_refused(
    home: ProgramHouse, program: httpx.Client, shown: str
) -> None:
    assert polled(program, shown).json() == {"error": "invalid_grant"}
    assert home.refusals == ["device-unknown"]


def test_only_the_first_answer_counts(program: httpx.Client, ada: Browser, bo: Browser) -> None:
    device = begun(program)
    pages = [
        one.send(one.look("/device"), "/device", user_code=device["user_code"])
        for one in (ada, bo)
    ]
    ada.send(pages[0], "/device", answer="deny")

    late = bo.send(pages[1], "/device", answer="allow")

    assert late.status_code == 400
    assert polled(program, device["device_code"]).json() == {"error": "access_denied"}


def test_a_page_that_was_shown_to_one_session_answers_for_no_other(
    program: httpx.Client, ada: Browser, bo: Browser
) -> None:
    device = begun(program)
    shown = hidden(ada.send(ada.look("/device"), "/device", user_code=device["user_code"]).text)
    own = hidden(bo.look("/device").text)["csrf"]

    theirs = bo.post("/device", {"csrf": own, "ticket": shown["ticket"], "answer": "allow"})
    none = ada.post("/device", {"csrf": shown["csrf"], "ticket": "v1.a.b", "answer": "allow"})
    perhaps = ada.post("/device", shown | {"answer": "perhaps"})

    assert (theirs.status_code, none.status_code, perhaps.status_code) == (400, 400, 400)
    assert polled(program, device["device_code"]).json() == {"error": "authorization_pending"}


def test_asvs_3_5_1_another_page_types_no_code(program: httpx.Client, ada: Browser) -> None:
    device = begun(program)
    form = hidden(ada.look("/device").text) | {"user_code": device["user_code"]}

    assert ada.post("/device", form, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert ada.post("/device", form | {"csrf": "x"}).status_code == 403


@pytest.mark.parametrize("text", [NOBODY, "", "AAAA-EEEE", "1234", "<b>x</b>", "B" * 20])
def test_a_code_that_is_none_is_asked_for_again_and_recorded(
    home: ProgramHouse, ada: Browser, text: str
) -> None:
    shown = ada.send(ada.look("/device"), "/device", user_code=text)

    assert shown.status_code == 400
    assert 'role="alert"' in shown.text
    assert "<b>x" not in shown.text
    (record,) = home.house.ledger.sign_ins
    assert (record.reason, record.person) == ("device-unknown", ADA)


def test_rfc_8628_5_1_a_person_guesses_ten_times_in_ten_minutes_at_all_instances(
    home: ProgramHouse, program: httpx.Client, ada: Browser, bo: Browser, stage: Stage
) -> None:
    device = begun(program)
    for _ in range(OF_A_PERSON):
        stage.app = home.another_instance()
        assert ada.send(ada.look("/device"), "/device", user_code=NOBODY).status_code == 400

    anew = Browser(program, home.signed_in())
    for browser in (ada, anew):
        right = browser.send(browser.look("/device"), "/device", user_code=device["user_code"])
        assert right.status_code == 403
    assert bo.send(bo.look("/device"), "/device", user_code=NOBODY).status_code == 400
    home.house.clock.forward(minutes=10)
    assert ada.send(ada.look("/device"), "/device", user_code=NOBODY).status_code == 400


def test_rfc_8628_5_1_many_people_at_one_address_guess_forty_times(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    people = ["no-lob", "of-bare", "two-domains", "sam-security", "lob-admin"]
    form = {"user_code": NOBODY}
    statuses = []
    for number in range(FROM_AN_ADDRESS + 1):
        browser = Browser(program, home.signed_in(people[number // OF_A_PERSON]))
        statuses.append(browser.send(browser.look("/device"), "/device", **form).status_code)

    assert statuses == [400] * FROM_AN_ADDRESS + [403]
    home.house.source_ip = ELSEWHERE_IP
    assert ada.send(ada.look("/device"), "/device", **form).status_code == 400


def test_codes_are_asked_for_so_often_from_one_address_and_no_more(
    home: ProgramHouse, program: httpx.Client
) -> None:
    for _ in range(BEGUN_AT_AN_ADDRESS):
        begun(program)

    refused = program.post("/api/device")

    assert refused.status_code == 403
    assert refused.json()["reason"] == "too-many-codes"
    home.house.source_ip = ELSEWHERE_IP
    assert program.post("/api/device").status_code == 200


def test_nothing_is_given_while_the_table_does_not_answer(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    device = begun(program)
    page = ada.look("/device")
    home.house.marks.fails = aws_error(Unreachable, "dynamodb:PutItem")

    statuses = [
        program.post("/api/device").status_code,
        polled(program, device["device_code"]).status_code,
        ada.send(page, "/device", user_code=device["user_code"]).status_code,
    ]

    assert statuses == [503, 503, 503]


def test_whoever_is_not_signed_in_comes_back_to_type_the_code(program: httpx.Client) -> None:
    looked = program.get("/device", headers={"accept": "text/html"})

    portal = program.get(looked.headers["location"], headers={"accept": "text/html"})

    assert looked.headers["location"] == "/?next=%2Fdevice"
    assert "/signin/corporate?next=%2Fdevice" in portal.text


def test_no_code_is_kept_or_recorded_as_it_is_typed(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    device = begun(program)
    ada.allowed_device(device["user_code"])
    token = token_of(polled(program, device["device_code"]))
    kept = repr(home.house.marks.there) + "".join(
        one.value for one in home.house.marks.there.values()
    )
    said = repr(home.house.ledger.sign_ins)

    for secret in (device["user_code"].replace("-", ""), device["device_code"], token):
        assert secret not in kept
        assert secret not in said
    assert spaced(new_code()) not in kept
