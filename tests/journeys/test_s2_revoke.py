"""S2: somebody is cut off, and it is seen that nothing of theirs answers; then let in again."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from tests.kit.organisation import Organisation
from tests.kit.revocation import Suspect, Switch, forbidden, suspect
from tests.kit.studio_session import OUTSIDE, Session, asks, printed, until_closed
from tests.kit.waiting import awaited

LOB_B = "333333333333"

BECOME_READER = """\
import boto3, json
keys = boto3.client("sts").assume_role(
    RoleArn="arn:aws:iam::444444444444:role/StudioReader-sales.lob-a", RoleSessionName="eve"
)["Credentials"]
print(json.dumps([keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]]))
"""
"""What a notebook does to read a warehouse: it has the session from then on, for an hour."""


def asks_for_a_password(acme: Organisation, keys: list[str]) -> str:
    """The database user a password is given for, or what AWS has against it."""
    id_, secret, token = keys
    redshift = boto3.Session(id_, secret, token, acme.up["region"]).client(
        "redshift", endpoint_url=acme.up["aws_endpoint"]
    )
    try:
        return str(
            redshift.get_cluster_credentials(
                ClusterIdentifier="sales", DbUser="eve", DbName="dev", AutoCreate=True
            )["DbUser"]
        )
    except ClientError as error:
        return str(error)


@pytest.fixture
def switch(acme: Organisation, clean_environment: dict[str, str], tmp_path: Path) -> Switch:
    return Switch(acme, clean_environment, tmp_path / "revocations.jsonl")


@pytest.fixture
def eve(acme: Organisation) -> Iterator[Suspect]:
    with suspect(acme, "eve.revoked", "eve", "lob-a") as one:
        yield one


@pytest.fixture
def mover(acme: Organisation) -> Iterator[Suspect]:
    """Somebody who has a profile in both lines of business."""
    with suspect(acme, "mia.moved@acme.example", "mia", "lob-a", "lob-b") as one:
        yield one


@pytest.fixture
def noah(acme: Organisation) -> Iterator[Suspect]:
    """Somebody of the other line of business, who has been in this one."""
    with suspect(acme, "noah.of-both", "noah", "lob-b", "lob-a") as one:
        yield one


async def test_s2_20_a_revoked_persons_next_request_next_frame_and_next_opening_are_refused(
    acme: Organisation, switch: Switch, eve: Suspect
) -> None:
    with acme.studio() as browser:
        session = eve.opened(browser)
        session.lab()
        async with session.channel(session.kernel()) as socket:
            before = await printed(socket, "print('open')")
            ran = await asyncio.to_thread(switch.revoke, eve.name, "--apps")
            request = session.get("/api/status")
            with pytest.raises(ConnectionClosed):
                await until_closed(socket)
    again = eve.ask()

    assert before == "open\n"
    assert (ran.code, ran.answer["verdict"]) == (0, "dead"), ran
    assert request.status_code == 403
    assert OUTSIDE in request.text
    assert (again.status_code, again.json()["reason"]) == (403, "revoked")
    assert eve.apps("lob-a") == ["Deleted"]
    assert 0 < ran.answer["dead_after_s"] < 30
    assert float(eve.row()["DEAD_AFTER_S"]["S"]) == pytest.approx(
        ran.answer["dead_after_s"], abs=0.1
    )
    (line,) = switch.lines()
    assert line == {key: ran.answer[key] for key in line}
    assert line["by"] == "sam-security"


async def test_s2_20_a_deny_of_one_person_closes_their_socket_and_nobody_elses(
    acme: Organisation, switch: Switch, eve: Suspect
) -> None:
    with acme.studio() as theirs, acme.studio() as others:
        session = eve.opened(theirs)
        session.lab()
        colleague = Session(acme, "user-lob-a", others)
        colleague.lab()
        async with session.channel(session.kernel()) as socket:
            ran = await asyncio.to_thread(switch.revoke, eve.name)
            await socket.send(asks("print('still open?')"))
            with pytest.raises(ConnectionClosedError) as closed:
                await until_closed(socket)
        other = colleague.get("/api/status")

    assert ran.code == 0
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, OUTSIDE)
    assert other.status_code == 200
    assert ran.answer["notes"] == ["1 of their apps still runs: --apps ends them"]


async def test_s2_20_a_readers_session_that_somebody_holds_is_refused_until_they_are_restored(
    acme: Organisation, switch: Switch, eve: Suspect
) -> None:
    with acme.studio() as browser:
        session = eve.opened(browser)
        session.lab()
        async with session.channel(session.kernel()) as socket:
            keys = json.loads(await printed(socket, BECOME_READER))
    before = asks_for_a_password(acme, keys)
    revoked = await asyncio.to_thread(switch.revoke, eve.name)
    denied = {lob: eve.reader_policies(lob) for lob in ("lob-a", "lob-b")}
    meanwhile = asks_for_a_password(acme, keys)
    restored = await asyncio.to_thread(switch.restore, eve.name)
    after = asks_for_a_password(acme, keys)

    assert (revoked.code, restored.code) == (0, 0), (revoked, restored)
    assert denied == {"lob-a": {"revoked-eve"}, "lob-b": {"revoked-eve"}}
    assert (before, after) == ("IAMA:eve", "IAMA:eve")
    assert "AccessDenied" in meanwhile
    assert "explicit deny" in meanwhile
    assert eve.reader_policies("lob-a") | eve.reader_policies("lob-b") == set()


def test_s2_26_somebody_who_moved_is_cut_off_in_both_lines_of_business(
    acme: Organisation, switch: Switch, mover: Suspect
) -> None:
    with acme.studio() as old, acme.studio() as new:
        sessions = [mover.opened(old)]
        mover.move("lob-b")
        awaited(lambda: "fraud" in mover.domains())  # the gateway remembers a row for seconds
        sessions.append(mover.opened(new))
        ran = switch.revoke(mover.name)
        answers = [one.get("/api/status").status_code for one in sessions]

    assert (ran.code, ran.answer["verdict"]) == (0, "dead"), ran
    assert answers == [403, 403]
    seen = {one["lob"]: (one["before"], one["session"]) for one in ran.answer["domains"]}
    assert seen == {"lob-a": ("alive", "refused"), "lob-b": ("alive", "refused")}
    assert all(one["dead_after_s"] > 0 for one in ran.answer["domains"])


def test_s2_26_a_failure_half_way_is_not_reported_as_dead_and_a_rerun_finishes_it(
    acme: Organisation, switch: Switch, noah: Suspect
) -> None:
    with acme.studio() as browser:
        session = noah.opened(browser)
        session.lab()
        with forbidden(acme, LOB_B, "iam:PutRolePolicy"):
            ran = switch.revoke(noah.name, "--within", "2")
        still = session.get("/api/status").status_code
        again = switch.revoke(noah.name)
        now = session.get("/api/status").status_code

    assert (ran.code, ran.answer["verdict"], ran.answer["ok"]) == (4, "answers", False)
    assert {one["where"] for one in ran.answer["faults"]} == {"lob-b"}
    assert all("iam:PutRolePolicy" in one["said"] for one in ran.answer["faults"])
    assert all(one["remedy"] for one in ran.answer["faults"])
    states = {one["lob"]: one["session"] for one in ran.answer["domains"]}
    assert states == {"lob-a": "refused", "lob-b": "alive"}
    assert "dead_after_s" not in ran.answer
    assert still == 200
    assert (again.code, again.answer["verdict"], now) == (0, "dead", 403)


def test_s2_20_without_a_token_everything_is_cut_and_nothing_is_proved(
    acme: Organisation, switch: Switch, eve: Suspect
) -> None:
    switch.token = ""
    with acme.studio() as browser:
        session = eve.opened(browser)
        ran = switch.revoke(eve.name)
        answer = session.get("/api/status")

    assert (ran.code, ran.answer["verdict"], ran.answer["ok"]) == (3, "not proved", False)
    assert "STUDIOGATE_TOKEN" in ran.noise
    assert answer.status_code == 403
    assert ran.answer["by"].startswith("arn:aws:")


def test_s2_20_a_token_of_somebody_else_proves_nothing_and_is_recorded(
    acme: Organisation, switch: Switch, eve: Suspect
) -> None:
    switch.token = acme.token("user-lob-b")
    before = len(acme.records())
    ran = switch.revoke(eve.name)

    refused = [one for one in acme.records()[before:] if one["reason"] == "not-administrator"]
    assert (ran.code, ran.answer["verdict"]) == (3, "not proved")
    assert "the gateway answered 403: This is for administrators." in ran.answer["doubts"]
    assert {one["person"] for one in refused} == {"user-lob-b"}
    assert switch.token not in json.dumps(ran.answer) + ran.noise


def test_s2_20_a_canary_is_in_the_record_and_its_url_nowhere(
    acme: Organisation, switch: Switch, eve: Suspect
) -> None:
    before = len(acme.records())
    ran = switch.revoke(eve.name)

    mine = [one for one in acme.records()[before:] if one.get("person") == eve.name]
    canaries = [one for one in mine if one.get("way") == "canary"]
    assert {one["asked_by"] for one in canaries} == {"sam-security"}
    assert [one["outcome"] for one in canaries if one["domain"] == "forecasting"] == [
        "opened",
        "failed",
    ]
    log = (acme.state / "gateway.log").read_text(encoding="utf-8")
    shown = json.dumps([ran.answer, mine]) + ran.noise + log
    assert "token=" not in shown
    assert "studio-session-" not in shown
    assert "sealed" not in json.dumps(ran.answer)


def test_s2_20_somebody_restored_opens_again_and_nothing_is_left(
    acme: Organisation, switch: Switch, eve: Suspect
) -> None:
    before = eve.row()
    switch.revoke(eve.name)
    refused = eve.ask()

    ran = switch.restore(eve.name)
    opens = eve.ask()

    assert refused.status_code == 403
    assert (ran.code, ran.answer["verdict"]) == (0, "restored")
    assert opens.status_code == 302
    assert acme.browse(opens.headers["location"]).status_code == 302
    assert eve.row() == before
    assert eve.policies("lob-a") | eve.policies("lob-b") == set()
    assert [one["action"] for one in switch.lines()] == ["revoke", "restore"]


def test_s2_20_a_restoration_that_fails_leaves_the_flag_and_a_rerun_finishes_it(
    acme: Organisation, switch: Switch, eve: Suspect
) -> None:
    switch.revoke(eve.name)
    with forbidden(acme, LOB_B, "iam:DeleteRolePolicy"):
        ran = switch.restore(eve.name)
    still = eve.ask()
    again = switch.restore(eve.name)

    assert (ran.code, ran.answer["verdict"]) == (4, "incomplete")
    assert {one["where"] for one in ran.answer["faults"]} == {"lob-b", "directory"}
    assert (still.status_code, still.json()["reason"]) == (403, "revoked")
    assert (again.code, eve.ask().status_code) == (0, 302)


def test_s2_20_two_people_revoked_at_once_do_not_disturb_each_other(
    switch: Switch, eve: Suspect, mover: Suspect
) -> None:
    runs = [switch.start(one.name) for one in (eve, mover)]
    answers = [json.loads(run.communicate(timeout=90)[0]) for run in runs]

    assert [run.returncode for run in runs] == [0, 0]
    assert {one["person"]: one["verdict"] for one in answers} == {
        eve.name: "dead",
        mover.name: "dead",
    }
    assert eve.policies("lob-a") == {
        f"PresignedUrlGenerator/revoked-{eve.name}",
        "StudioExecution/revoked-eve",
        f"PresignedUrlGenerator/revoked-{mover.name}",
        "StudioExecution/revoked-mia",
    }
    assert switch.restore(eve.name).code == 0
    assert (eve.ask().status_code, mover.ask().status_code) == (302, 403)


@pytest.mark.parametrize("person", ["eve.revoke", "*"])
def test_s2_20_nobody_is_revoked_by_a_name_that_is_nobodys(switch: Switch, person: str) -> None:
    ran = switch.revoke(person)

    assert (ran.code, ran.answer) == (2, {})
    assert not switch.record.exists()
