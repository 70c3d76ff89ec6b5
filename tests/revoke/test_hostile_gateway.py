"""Whatever stands where the gateway should: the cut does not wait for it, nor believe it."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studiogate.audit.revocation import Verdict
from studiogate.aws.wire.blocking import BlockingTransport
from studiogate.revoke.gateway_api import GatewayApi, Look, NoWord, gateway_api
from studiogate.revoke.in_time import asked_in_time
from studiogate.revoke.report import Report
from studiogate.revoke.revoking import revoke
from tests.kit import hostile
from tests.kit.hostile import Manner, of_nobody, says, standing
from tests.kit.revoke import LOBS, NOW, PERSON, Town, planned, world_of
from tests.kit.waiting import PATIENCE_S

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzYW0tU0VDUkVUIn0.c2lnbmF0dXJlLVNFQ1JFVA"
REDIRECT = says("302 Found", b"", "Location: http://127.0.0.1:1/steal")
NONSENSE: dict[str, Any] = {"asked_by": "x", "decision": "revoked", "canaries": [{"lob": []}]}


def api(url: str) -> GatewayApi:
    return gateway_api(url, TOKEN, lambda wait_s: BlockingTransport(timeout_s=wait_s))


ENDLESS = (hostile.hangs, hostile.drips, hostile.floods)
"""Whoever is not left behind in time would be waited for until the test fails."""

MANNERS = [
    pytest.param(hostile.hangs, "in time|no answer", id="hangs"),
    pytest.param(hostile.drips, "in time|no answer", id="drips"),
    pytest.param(hostile.floods, "larger than|in time|no answer", id="floods"),
    pytest.param(hostile.babbles, "BadStatusLine|RemoteDisconnected", id="babbles"),
    pytest.param(hostile.hangs_up, "Remote|Connection|BrokenPipe", id="hangs up"),
    pytest.param(REDIRECT, "answered 302", id="points elsewhere"),
    pytest.param(says("200 OK", b"<html>"), "can be read", id="a page"),
    pytest.param(says("200 OK", b"[" * 200_000), "can be read", id="deep"),
    pytest.param(says("200 OK", json.dumps(NONSENSE).encode()), "canaries", id="nonsense"),
    pytest.param(hostile.echoes, "answered 403", id="echoes"),
]


@pytest.mark.parametrize(("manner", "why"), MANNERS)
def test_nothing_is_believed_nothing_is_waited_for_and_no_token_is_told(
    manner: Manner, why: str
) -> None:
    # Who never comes to an end is given a moment; who does, as long as a machine at work takes.
    within_s = 1 if manner in ENDLESS else PATIENCE_S
    looks = [Look(f"lob-{n}", ()) for n in range(1000)]
    with standing(manner) as url, pytest.raises(NoWord, match=why) as silent:
        api(url).canaries(PERSON, looks, within_s=within_s)

    assert not any(part in str(silent.value) for part in TOKEN.split("."))
    assert str(silent.value).isprintable()


def test_a_certificate_of_nobodys_is_not_taken(tmp_path: Path) -> None:
    tls = of_nobody(tmp_path)
    with standing(says("200 OK", b"{}"), tls) as url, pytest.raises(NoWord, match="SSL"):
        api(url).canaries(PERSON, [], within_s=PATIENCE_S)


@pytest.mark.parametrize(("manner", "why"), MANNERS)
def test_everything_is_cut_at_once_and_nobody_is_dead(
    town: Town, manner: Manner, why: str
) -> None:
    with standing(manner) as url:
        world = world_of(town, api(url), within_s=0.5, canaries_s=0.5, openings_s=0.5)
        report = revoke(planned(town), world, by="arn:op")

    assert report.verdict is Verdict.UNPROVED
    assert why
    assert town.row(PERSON)["REVOKED"] == {"BOOL": True}
    assert {policy for lob in LOBS for policy in town.policies(lob)} == {f"revoked-{PERSON}"}
    assert set(report.missing) == set(LOBS)
    told = json.dumps(report.revocation().line()) + "".join([*report.doubts, *report.notes])
    assert not any(part in told for part in TOKEN.split("."))


@pytest.mark.parametrize(
    "said",
    [
        {"lob": "lob-a", "domain": "\x1b[2J", "state": "alive", "why": "\r\n" * 9},
        {"lob": "lob-a", "domain": {"a": 1}, "state": "alive", "why": TOKEN},
        {"lob": "lob-a", "domain": "x" * 9999, "profile": 7, "state": "refused", "why": []},
    ],
)
def test_what_it_says_is_short_and_printable_wherever_it_stands(said: dict[str, Any]) -> None:
    told = {"asked_by": f"Bearer {TOKEN}", "decision": "\x07revoked", "canaries": [said]}
    with standing(says("200 OK", json.dumps(told).encode())) as url:
        found = api(url).canaries(PERSON, [Look("lob-a", ())], within_s=PATIENCE_S)

    report = Report("revoke", PERSON, NOW, canaries=found.canaries, by=found.asked_by)
    report.decision = found.decision
    text = "".join(report.doubts) + "".join(
        str(value) for one in report.domains() for value in one.values()
    )
    assert (text + report.by).isprintable()
    assert len(text) < 3000
    assert not any(part in text + report.by for part in TOKEN.split("."))


def test_what_is_late_is_left_behind_and_what_is_not_begun_is_not_begun() -> None:
    begun: list[int] = []
    over = threading.Event()

    def question(number: int) -> Callable[[], int]:
        def asked() -> int:
            begun.append(number)
            if number == 1:
                assert over.wait(PATIENCE_S)
            return number

        return asked

    futures = asked_in_time([question(n) for n in range(4)], within_s=1, at_once=1)

    assert futures[0].result() == 0
    assert not futures[1].done()
    assert [one.cancelled() for one in futures[2:]] == [True, True]
    over.set()
    assert futures[1].result(PATIENCE_S) == 1
    assert begun == [0, 1]
