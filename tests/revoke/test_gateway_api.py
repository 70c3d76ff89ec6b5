"""What is asked of the gateway, where the token may go, and which answers are believed."""

import json
from typing import Any

import pytest

from studiogate.audit.revocation import Vital
from studiogate.aws.wire.call import NoAnswer, WireAnswer, WireRequest
from studiogate.errors import SettingsError
from studiogate.revoke.gateway_api import LOBS_AT_ONCE, GatewayApi, Look, NoWord, gateway_api
from studiogate.revoke.sightings import Canary

TOKEN = "header.SECRET.signature"
ORIGIN = "https://studio.acme.example"


class Scripted:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, *answers: WireAnswer | NoAnswer) -> None:
        self._answers = list(answers)
        self.asked: list[WireRequest] = []

    async def send(self, request: WireRequest) -> WireAnswer:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, NoAnswer):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is open."""


def says(status: int = 200, **members: Any) -> WireAnswer:
    return WireAnswer(status, {}, json.dumps(members).encode())


def about(*canaries: dict[str, Any]) -> WireAnswer:
    return says(asked_by="sam", decision="revoked", canaries=list(canaries))


ALIVE = {
    "lob": "lob-a",
    "domain": "d",
    "profile": "p",
    "state": "alive",
    "why": "x",
    "sealed": "s",
}


def asking(*answers: WireAnswer | NoAnswer) -> tuple[GatewayApi, Scripted]:
    transport = Scripted(*answers)
    return gateway_api(ORIGIN, TOKEN, lambda _s: transport), transport


def test_a_person_is_asked_about_in_the_path_and_by_the_token() -> None:
    api, transport = asking(about(ALIVE))

    told = api.canaries("ada+x@acme.example", [Look("lob-a", ("ada",))], within_s=9)

    (asked,) = transport.asked
    assert asked.url == f"{ORIGIN}/api/people/ada%2Bx%40acme.example/canaries"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(asked.body) == {"lobs": ["lob-a"], "profiles": ["ada"]}
    assert (told.asked_by, told.decision) == ("sam", "revoked")
    assert told.canaries == [Canary("lob-a", "d", "p", Vital.ALIVE, "x", "s")]
    assert TOKEN not in repr(api) + repr(asked)


def test_many_lobs_are_asked_about_in_several_requests() -> None:
    lobs = [f"lob-{n}" for n in range(LOBS_AT_ONCE * 2 + 1)]
    api, transport = asking(about(ALIVE), about(), about(ALIVE))

    told = api.canaries("ada", [Look(one, ()) for one in lobs], within_s=9)

    asked = [json.loads(one.body)["lobs"] for one in transport.asked]
    assert sorted(one for some in asked for one in some) == sorted(lobs)
    assert max(map(len, asked)) == LOBS_AT_ONCE
    assert len(told.canaries) == 2


def test_without_a_lob_the_gateway_is_asked_all_the_same() -> None:
    api, _ = asking(about())

    assert api.canaries("ada", [], within_s=9).decision == "revoked"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (NoAnswer("no answer within 35 s"), "does not answer: no answer within 35 s"),
        (says(403, detail="This is for administrators."), "403: This is for administrators."),
        (says(401), "401: nothing that can be read"),
        (WireAnswer(302, {"location": "https://evil.example"}, b""), "302"),
        (WireAnswer(200, {}, b"<html>"), "200: nothing that can be read"),
        (WireAnswer(200, {}, b"[1]"), "200"),
        (says(decision="revoked", canaries=[]), "asked_by"),
        (about({**ALIVE, "state": "well"}), "well"),
        (about({"state": "alive"}), "lob"),
    ],
)
def test_whatever_is_not_an_answer_about_canaries_is_no_word(
    answer: WireAnswer | NoAnswer, why: str
) -> None:
    api, _ = asking(answer)

    with pytest.raises(NoWord) as silent:
        api.canaries("ada", [Look("lob-a", ())], within_s=9)

    assert why in str(silent.value)
    assert "SECRET" not in str(silent.value)


def test_a_look_tells_how_the_canary_is() -> None:
    canary = Canary("lob-a", "d", "p", Vital.ALIVE, "x", "SEALED")
    api, transport = asking(says(state="refused", why="Studio answered 403"), says(state="?"))

    assert api.look(canary, within_s=9) == (Vital.REFUSED, "Studio answered 403")
    assert json.loads(transport.asked[0].body) == {"sealed": "SEALED"}
    with pytest.raises(NoWord):
        api.look(canary, within_s=9)


@pytest.mark.parametrize(
    "url",
    [
        "http://studio.acme.example",
        "ftp://localhost",
        "https://studio.acme.example/prod?x=1",
        "https://studio.acme.example/prod//x",
        "https://studio.acme.example/../prod",
        "https://studio.acme.example/%2e",
        "https://sam@studio.acme.example",
        "https://",
        "studio.acme.example",
        "https://[",
        "",
    ],
)
def test_a_token_goes_nowhere_else(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        gateway_api(url, TOKEN, lambda _s: Scripted())

    assert "SECRET" not in f"{refused.value}{refused.value.remedy}"


@pytest.mark.parametrize(
    "url", ["http://localhost:8400", "http://127.0.0.1:1", f"{ORIGIN}/", f"{ORIGIN}/prod/"]
)
def test_this_machine_and_tls_will_do(url: str) -> None:
    assert gateway_api(url, TOKEN, lambda _s: Scripted()).address == url.rstrip("/")


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ünicode"])
def test_what_cannot_be_a_token_is_not_sent(token: str) -> None:
    with pytest.raises(SettingsError, match="STUDIOGATE_TOKEN") as refused:
        gateway_api(ORIGIN, token, lambda _s: Scripted())

    assert token not in str(refused.value)
