"""A whole run: what is cut, what is seen, and what may be said of it."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from studiogate import names
from studiogate.audit.revocation import Verdict, Vital
from studiogate.landscape.read import read
from studiogate.policy.documents import compact
from studiogate.policy.guardrails import revocation_policy
from studiogate.revoke.gateway_api import NoWord
from studiogate.revoke.in_time import beside
from studiogate.revoke.plan import plan
from studiogate.revoke.report import Report
from studiogate.revoke.restoring import restore
from studiogate.revoke.revoking import revoke
from studiogate.revoke.row import Row
from studiogate.revoke.sightings import Canary
from studiogate.revoke.watching import NO_GATEWAY
from tests.kit.revoke import (
    DATA,
    HUB,
    LOBS,
    NOW,
    PERSON,
    READERS,
    FakeGateway,
    Town,
    planned,
    refusal,
    world_of,
)
from tests.kit.starting import EXAMPLE

LOB_A, LOB_B = LOBS["lob-a"], LOBS["lob-b"]
BOTH = {"lob-a": {"ada"}, "lob-b": {"ada"}}


@pytest.fixture
def gateway(town: Town) -> FakeGateway:
    return FakeGateway(town, {"lob-a": {"ada"}})


def run(town: Town, gateway: FakeGateway | None, **how: Any) -> Report:
    within_s = how.pop("within_s", 60.0)
    return revoke(planned(town), world_of(town, gateway, within_s=within_s), by="arn:op", **how)


def denied(
    town: Town, account: str, operation: str = "put_role_policy", times: int = 9
) -> None:
    town.refuses[account] = {operation: [refusal(operation) for _ in range(times)]}


def test_a_person_is_cut_off_everywhere_and_seen_dead(town: Town, gateway: FakeGateway) -> None:
    report = run(town, gateway)

    assert report.verdict is Verdict.DEAD
    assert report.by == "sam-security"
    assert (report.faults, report.doubts) == ([], [])
    assert report.dead_after_s is not None
    assert 0 < report.dead_after_s < 1
    assert town.row(PERSON)["REVOKED"] == {"BOOL": True}
    assert float(town.row(PERSON)["DEAD_AFTER_S"]["S"]) == pytest.approx(
        report.dead_after_s, abs=0.1
    )
    for lob in LOBS:
        assert town.policies(lob) == [f"revoked-{PERSON}"]
        assert town.policies(lob, names.EXECUTION_ROLE) == ["revoked-ada"]
        assert town.reading(lob) == ["revoked-ada"]
    before = {(one["lob"], one["before"], one["session"]) for one in report.domains()}
    assert before == {("lob-a", "alive", "refused"), ("lob-b", "absent", "absent")}


def test_sessions_in_two_lobs_are_each_watched_until_they_are_dead(town: Town) -> None:
    report = run(town, FakeGateway(town, BOTH))

    assert report.verdict is Verdict.DEAD
    times = {one.lob: one.dead_after_s for one in report.canaries}
    assert all(times.values())
    assert report.dead_after_s == max(one for one in times.values() if one)


def test_the_seconds_count_until_nothing_answers_any_more(town: Town) -> None:
    at_once = run(town, FakeGateway(town, {"lob-a": {"ada"}})).dead_after_s
    restore(planned(town), world_of(town, None), by="arn:op")
    late = run(town, FakeGateway(town, {"lob-a": {"ada"}}, late=8)).dead_after_s
    restore(planned(town), world_of(town, None), by="arn:op")
    relapsed = run(town, FakeGateway(town, {"lob-a": {"ada"}}, relapse=3)).dead_after_s

    assert at_once is not None
    assert late is not None
    assert relapsed is not None
    assert late > at_once + 8 * 0.25
    assert relapsed > at_once + 3 * 0.25


def test_what_still_answers_when_time_is_up_is_not_dead(town: Town) -> None:
    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}, late=10_000), within_s=5)

    assert report.verdict is Verdict.ANSWERS
    assert report.dead_after_s is None
    assert "DEAD_AFTER_S" not in town.row(PERSON)
    assert any("a living session was not seen refused" in doubt for doubt in report.doubts)


def test_a_failure_half_way_leaves_the_rest_cut_and_nobody_dead(town: Town) -> None:
    denied(town, LOB_B)
    gateway = FakeGateway(town, BOTH)

    report = run(town, gateway, within_s=3)

    assert report.verdict is Verdict.ANSWERS
    assert [(step.where, step.by_aws) for step in report.faults] == [("lob-b", True)] * 2
    assert all("AccessDenied" in step.said and step.remedy for step in report.faults)
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]
    states = {one.lob: one.now for one in report.canaries}
    assert states == {"lob-a": Vital.REFUSED, "lob-b": Vital.ALIVE}
    assert town.row(PERSON)["REVOKED"] == {"BOOL": True}

    town.refuses.clear()
    again = run(town, gateway)

    assert again.verdict is Verdict.DEAD
    assert {one.lob: one.state for one in again.canaries} == {
        "lob-a": Vital.REFUSED,
        "lob-b": Vital.ALIVE,
    }


def test_a_failure_where_nothing_lives_is_a_failure_all_the_same(
    town: Town, gateway: FakeGateway
) -> None:
    denied(town, LOB_B)

    report = run(town, gateway)

    assert report.verdict is Verdict.INCOMPLETE
    assert report.dead_after_s is None


def test_a_directory_that_refuses_does_not_stop_the_cutting(
    town: Town, gateway: FakeGateway
) -> None:
    there = planned(town)
    denied(town, HUB, "update_item")

    report = revoke(there, world_of(town, gateway), by="arn:op")

    assert report.verdict is Verdict.INCOMPLETE
    assert [step.where for step in report.faults] == ["directory"]
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]
    assert "the gateway would say 'ok' to a new opening" in report.doubts


def test_without_a_gateway_everything_is_cut_and_nothing_proved(town: Town) -> None:
    report = run(town, None)

    assert report.verdict is Verdict.UNPROVED
    assert report.doubts == [NO_GATEWAY]
    assert report.by == "arn:op"
    assert town.policies("lob-b") == [f"revoked-{PERSON}"]


@pytest.mark.parametrize("answers", [0, 1, 2, 4])
def test_a_gateway_that_falls_silent_proves_nothing(town: Town, answers: int) -> None:
    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}, silent_after=answers))

    assert report.verdict in {Verdict.UNPROVED, Verdict.ANSWERS}
    assert "the gateway does not answer: TimeoutError" in report.doubts
    assert report.dead_after_s is None
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]


def test_somebody_without_a_row_is_cut_in_aws_and_it_is_said(town: Town) -> None:
    there = planned(town, "user-lob-b")

    report = revoke(there, world_of(town, FakeGateway(town, {"lob-b": {"user-lob-b"}})), by="x")

    (step,) = (one for one in report.steps if one.where == "directory")
    assert (step.state, "no row" in step.said) == ("nothing", True)
    assert report.verdict is Verdict.DEAD
    assert town.row("user-lob-b") == {}


def test_a_lob_the_landscape_does_not_name_keeps_them_from_being_dead(town: Town) -> None:
    town.enter(PERSON, LOB="lob-z", PROFILE="ada")

    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.INCOMPLETE
    assert [(step.where, step.by_aws) for step in report.faults] == [("lob-z", False)]


def test_a_lob_without_roles_has_nothing_to_cut_and_holds_nobody_alive(town: Town) -> None:
    iam = town.client(LOB_B, "iam")
    for role in (names.PRESIGN_ROLE, names.EXECUTION_ROLE):
        iam.delete_role(RoleName=role)

    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.DEAD
    states = [step.state for step in report.steps if step.where == "lob-b"]
    assert states == ["nothing", "nothing", "done"]


def test_a_reader_that_cannot_be_cut_keeps_them_from_being_dead(town: Town) -> None:
    denied(town, DATA)

    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.INCOMPLETE
    assert [(step.where, step.what) for step in report.faults] == [
        (lob, f"end reading of ada ({READERS[lob]})") for lob in LOBS
    ]
    assert all("AccessDenied" in step.said and step.remedy for step in report.faults)
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]

    town.refuses.clear()
    assert run(town, FakeGateway(town, {"lob-a": {"ada"}})).verdict is not Verdict.INCOMPLETE
    assert town.reading("lob-a") == ["revoked-ada"]


def test_a_warehouse_that_is_not_there_yet_holds_nobody_alive(town: Town) -> None:
    iam = town.client(DATA, "iam")
    for role in READERS.values():
        iam.delete_role(RoleName=role)

    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.DEAD


def test_who_is_restored_reads_again_and_the_flag_waits_for_it(town: Town) -> None:
    run(town, FakeGateway(town, {"lob-a": {"ada"}}))
    denied(town, DATA, "delete_role_policy", times=2)

    held = restore(planned(town), world_of(town, None), by="arn:op")
    flag = town.row(PERSON)["REVOKED"]
    done = restore(planned(town), world_of(town, None), by="arn:op")

    assert (held.verdict, done.verdict) == (Verdict.INCOMPLETE, Verdict.RESTORED)
    assert flag == {"BOOL": True}
    assert town.reading("lob-a") == town.reading("lob-b") == []


def test_a_full_reader_role_makes_room_whatever_still_runs(town: Town) -> None:
    for role in READERS.values():
        town.client(DATA, "iam").put_role_policy(
            RoleName=role,
            PolicyName="revoked-bob",
            PolicyDocument=compact(revocation_policy("bob", at=NOW - timedelta(hours=99))),
        )
    town.studios[LOB_A].runs("UserProfileName", "bob")
    town.refuses[DATA] = {"put_role_policy": [refusal("PutRolePolicy", "LimitExceeded", 409)]}

    assert run(town, FakeGateway(town, {"lob-a": {"ada"}})).faults == []
    left = [*town.reading("lob-a"), *town.reading("lob-b")]
    assert sorted(left) == ["revoked-ada", "revoked-ada", "revoked-bob"]


def test_a_home_without_a_canary_is_said_and_a_second_run_proves_it(town: Town) -> None:
    slow = FakeGateway(town, {"lob-a": {"ada"}}, slow=("lob-a",))

    report = run(town, slow)

    assert report.verdict is Verdict.UNPROVED
    assert report.missing == {"lob-a": "too slow"}
    assert any("no session was had before the Denies" in doubt for doubt in report.doubts)
    assert any("lob-a: too slow" in note for note in report.notes)
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]

    slow.slow = ()
    assert run(town, slow).verdict is Verdict.DEAD


def test_elsewhere_openings_refused_again_and_again_will_do_and_it_is_said(town: Town) -> None:
    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}, slow=("lob-b",)))

    assert report.verdict is Verdict.DEAD
    assert any("lob-b: too slow" in note for note in report.notes)
    seen = {one.lob: [state for _, state in one.seen] for one in report.fresh}
    assert seen["lob-b"] == [Vital.REFUSED] * 3


def test_another_account_than_the_directorys_was_cut_for_nothing(town: Town) -> None:
    elsewhere = FakeGateway(town, {"lob-a": {"ada"}}, accounts={"lob-a": "444444444444"})

    report = run(town, elsewhere)

    assert report.verdict is Verdict.UNPROVED
    assert any("the directory leads to 444444444444" in doubt for doubt in report.doubts)


def test_a_home_is_looked_into_although_an_old_profile_is_somebody_elses_there(
    town: Town,
) -> None:
    town.enter(PERSON, LOB="lob-b", PROFILE="ada-of-b")
    landscape = read(
        EXAMPLE.read_text("utf-8")
        .replace("people:\n", "people:\n  other: {lob: lob-b, profile: ada, idp: corporate}\n")
        .replace(", lob-b: [analysts]", "")  # whose database users could not tell the two apart
    )
    row = Row(town.client(HUB, "dynamodb"), PERSON).read()
    gateway = FakeGateway(town, {"lob-a": {"ada"}, "lob-b": {"ada-of-b"}}, late=10_000)

    report = revoke(plan(landscape, PERSON, row), world_of(town, gateway, within_s=3), by="x")

    assert report.verdict is Verdict.ANSWERS
    assert ("lob-b", "fraud", "ada-of-b") in {one.place for one in report.canaries}
    assert town.policies("lob-b", names.EXECUTION_ROLE) == ["revoked-ada-of-b"]


def test_a_deny_that_somebody_takes_away_meanwhile_is_put_back_and_told(town: Town) -> None:
    class Meddling(FakeGateway):
        """While it is asked, somebody restores the person in lob-b."""

        def look(self, canary: Canary, *, within_s: float) -> tuple[Vital, str]:
            if town.policies("lob-b"):
                town._accounts.client(LOB_B, "iam").delete_role_policy(
                    RoleName=names.PRESIGN_ROLE, PolicyName=f"revoked-{PERSON}"
                )
            return super().look(canary, within_s=within_s)

    report = run(town, Meddling(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.INCOMPLETE
    assert [(step.where, step.by_aws) for step in report.faults] == [("lob-b", False)]
    assert "put back" in report.faults[0].said
    assert town.policies("lob-b") == [f"revoked-{PERSON}"]


def test_a_role_that_comes_into_being_meanwhile_is_cut_and_told(town: Town) -> None:
    iam = town.client(LOB_B, "iam")
    iam.delete_role(RoleName=names.PRESIGN_ROLE)

    class Building(FakeGateway):
        """While it is asked, somebody makes the role of lob-b anew."""

        def look(self, canary: Canary, *, within_s: float) -> tuple[Vital, str]:
            if not any(
                one["RoleName"] == names.PRESIGN_ROLE for one in iam.list_roles()["Roles"]
            ):
                iam.create_role(RoleName=names.PRESIGN_ROLE, AssumeRolePolicyDocument="{}")
            return super().look(canary, within_s=within_s)

    report = run(town, Building(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.INCOMPLETE
    assert [step.where for step in report.faults] == ["lob-b"]
    assert town.policies("lob-b") == [f"revoked-{PERSON}"]


def test_one_look_that_is_not_answered_is_no_reason_to_give_up(town: Town) -> None:
    class Blinking(FakeGateway):
        blinks = 1

        def look(self, canary: Canary, *, within_s: float) -> tuple[Vital, str]:
            if self.blinks:
                self.blinks -= 1
                raise NoWord("the gateway answered 503: not right now")
            return super().look(canary, within_s=within_s)

    report = run(town, Blinking(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.DEAD
    (living,) = (one for one in report.canaries if one.lived)
    assert living.seen[0][1] is Vital.UNREACHABLE


@pytest.mark.parametrize("answers", [1, 2])
def test_a_gateway_with_other_keys_or_of_a_revoked_administrator_proves_nothing(
    town: Town, answers: int
) -> None:
    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}, refusing=answers))

    assert report.verdict is Verdict.UNPROVED
    assert "the gateway answered 403: not yours" in report.doubts
    assert report.dead_after_s is None


def test_keys_that_run_out_half_way_are_a_failed_step_and_stop_no_other(town: Town) -> None:
    town.refuses[LOB_B] = {"put_role_policy": [NoCredentialsError(), NoCredentialsError()]}

    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.INCOMPLETE
    assert {(step.where, step.by_aws) for step in report.faults} == {("lob-b", False)}
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]


def test_a_run_that_is_interrupted_says_so_and_nobody_is_dead(town: Town) -> None:
    class Impatient(FakeGateway):
        def _answer(self) -> None:
            super()._answer()
            if self.asked > 1:
                raise KeyboardInterrupt

    report = run(town, Impatient(town, {"lob-a": {"ada"}}))

    assert report.verdict is Verdict.INCOMPLETE
    assert "interrupted" in report.faults[-1].said
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]
    assert town.row(PERSON)["REVOKED"] == {"BOOL": True}


def test_a_profile_of_one_letter_stops_nothing_and_is_told(town: Town) -> None:
    town.enter(PERSON, LOB="lob-a", PROFILE="a")

    report = run(town, FakeGateway(town, {"lob-a": {"a"}}))

    assert report.verdict is Verdict.DEAD
    assert town.policies("lob-a", names.EXECUTION_ROLE) == ["revoked-ada"]
    assert any("Notebooks of a cannot be told apart" in note for note in report.notes)


def test_two_administrators_at_once_each_see_them_dead(town: Town) -> None:
    gateway = FakeGateway(town, {"lob-a": {"ada"}})
    worlds = [world_of(town, gateway, within_s=1e6, beside=beside) for _ in range(2)]
    there = planned(town)

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda world: revoke(there, world, by="arn:op"), worlds))

    assert {one.verdict for one in reports} == {Verdict.DEAD}
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]


@pytest.mark.parametrize("runs", [True, False])
def test_a_full_role_of_notebooks_loses_no_deny_of_one_that_still_runs(
    town: Town, *, runs: bool
) -> None:
    iam = town.client(LOB_A, "iam")
    run(town, FakeGateway(town, {"lob-a": {"ada"}}))
    iam.delete_role_policy(RoleName=names.EXECUTION_ROLE, PolicyName="revoked-ada")
    iam.put_role_policy(
        RoleName=names.EXECUTION_ROLE,
        PolicyName="revoked-bob",
        PolicyDocument=compact(revocation_policy("bob", at=NOW - timedelta(hours=99))),
    )
    if runs:
        town.studios[LOB_A].runs("UserProfileName", "bob")
    town.refuses[LOB_A] = {"put_role_policy": [refusal("PutRolePolicy", "LimitExceeded", 409)]}

    report = run(town, FakeGateway(town, {"lob-a": {"ada"}}))

    left = town.policies("lob-a", names.EXECUTION_ROLE)
    if runs:
        assert (report.verdict, left) == (Verdict.INCOMPLETE, ["revoked-bob"])
    else:
        assert (report.verdict, left) == (Verdict.DEAD, ["revoked-ada"])


class Waiting(Town):
    """The directory, or an account, that answers only when somebody lets it."""

    def __init__(self, town: Town, account: str, service: str) -> None:
        self._town = town
        self._held = account, service
        self.let = threading.Event()

    def client(self, account_id: str | None, service: Any) -> Any:
        found = self._town.client(account_id, service)
        return Held(found, self.let) if (account_id, service) == self._held else found


class Held:
    """A client whose every call waits."""

    def __init__(self, client: Any, let: threading.Event) -> None:
        self._client = client
        self._let = let

    def __getattr__(self, name: str) -> Any:
        assert self._let.wait(20)
        return getattr(self._client, name)


@pytest.mark.parametrize(
    ("account", "service"),
    [
        pytest.param(HUB, "dynamodb", id="a directory that hangs"),
        pytest.param(LOB_B, "iam", id="an account that hangs"),
        pytest.param(DATA, "iam", id="the account of a warehouse that hangs"),
        pytest.param(LOB_B, "sagemaker", id="a Studio that hangs"),
    ],
)
def test_nothing_that_hangs_keeps_a_session_in_another_account_alive(
    town: Town, account: str, service: str
) -> None:
    slow = Waiting(town, account, service)

    class Seeing(FakeGateway):
        """Lets the slow one go on once the session of lob-a was seen refused."""

        def look(self, canary: Canary, *, within_s: float) -> tuple[Vital, str]:
            answer = super().look(canary, within_s=within_s)
            if answer[0] is Vital.REFUSED:
                slow.let.set()
            return answer

    world = world_of(slow, Seeing(town, {"lob-a": {"ada"}}), within_s=1e6, beside=beside)

    report = revoke(planned(town), world, by="arn:op", end_apps=True)

    assert slow.let.is_set()
    assert report.verdict is Verdict.DEAD


class TestApps:
    @pytest.fixture
    def busy(self, town: Town) -> Town:
        """Two apps of the person and two of others, one of those in a space they share."""
        studio = town.studios[LOB_A]
        studio.spaces = [
            {
                "SpaceName": f"space-of-{owner}-{sharing}".lower(),
                "OwnershipSettingsSummary": {"OwnerUserProfileName": owner},
                "SpaceSharingSettingsSummary": {"SharingType": sharing},
            }
            for owner, sharing in [("ada", "Private"), ("ada", "Shared"), ("bob", "Private")]
        ]
        studio.runs("UserProfileName", "ada")
        studio.runs("UserProfileName", "bob")
        for space in studio.spaces:
            studio.runs("SpaceName", space["SpaceName"])
        return town

    def states(self, town: Town) -> dict[str, str]:
        return {
            one.get("UserProfileName") or one["SpaceName"]: one["Status"]
            for one in town.studios[LOB_A].apps
        }

    def test_the_persons_own_apps_are_ended_and_nobody_elses(self, busy: Town) -> None:
        busy.studios[LOB_A].slow = 3

        report = run(busy, FakeGateway(busy, {"lob-a": {"ada"}}), end_apps=True)

        assert report.verdict is Verdict.DEAD
        assert len(report.apps) == 2
        assert self.states(busy) == {
            "ada": "Deleted",
            "space-of-ada-private": "Deleted",
            "space-of-ada-shared": "InService",
            "space-of-bob-private": "InService",
            "bob": "InService",
        }

    def test_without_being_asked_no_app_is_ended_and_it_is_said_that_some_run(
        self, busy: Town
    ) -> None:
        report = run(busy, FakeGateway(busy, {"lob-a": {"ada"}}))

        assert report.verdict is Verdict.DEAD
        assert report.notes == ["2 of their apps still run: --apps ends them"]
        assert set(self.states(busy).values()) == {"InService"}

    def test_an_app_that_does_not_end_keeps_the_run_from_being_done(self, busy: Town) -> None:
        busy.studios[LOB_A].slow = 10_000

        report = run(busy, FakeGateway(busy, {"lob-a": {"ada"}}), end_apps=True)

        assert report.verdict is Verdict.INCOMPLETE
        assert all("is there still" in step.said for step in report.faults)

    def test_apps_that_cannot_be_seen_are_not_taken_for_none(self, busy: Town) -> None:
        denied(busy, LOB_A, "list_domains", times=1)

        report = run(busy, FakeGateway(busy, {"lob-a": {"ada"}}), end_apps=True)

        assert report.verdict is Verdict.INCOMPLETE
        assert [step.what for step in report.faults] == ["end their apps"]


class TestRestore:
    def test_everything_is_undone(self, town: Town, gateway: FakeGateway) -> None:
        before = town.row(PERSON)
        run(town, gateway)

        report = restore(planned(town), world_of(town, None), by="arn:op")

        assert report.verdict is Verdict.RESTORED
        assert town.row(PERSON) == before
        assert {policy for lob in LOBS for policy in town.policies(lob)} == set()

    def test_the_flag_stays_until_every_deny_is_gone(
        self, town: Town, gateway: FakeGateway
    ) -> None:
        run(town, gateway)
        denied(town, LOB_B, "delete_role_policy")

        report = restore(planned(town), world_of(town, None), by="arn:op")

        assert report.verdict is Verdict.INCOMPLETE
        assert [step.where for step in report.faults] == ["lob-b", "lob-b", "directory"]
        assert town.policies("lob-a") == []
        assert town.row(PERSON)["REVOKED"] == {"BOOL": True}

        town.refuses.clear()
        again = restore(planned(town), world_of(town, None), by="arn:op")

        assert again.verdict is Verdict.RESTORED
        assert "REVOKED" not in town.row(PERSON)

    def test_somebody_nobody_revoked_is_as_they_were(self, town: Town) -> None:
        report = restore(planned(town), world_of(town, None), by="arn:op")

        assert report.verdict is Verdict.RESTORED
        assert {step.state for step in report.steps if step.where != "directory"} == {"nothing"}


def test_what_is_recorded_is_json_and_holds_no_session(
    town: Town, gateway: FakeGateway
) -> None:
    report = run(town, gateway)
    for one in report.canaries:
        one.sealed = "SEALED-SECRET"

    text = json.dumps(report.revocation().line())

    assert "SEALED-SECRET" not in text + repr(report)
    assert json.loads(text)["verdict"] == "dead"
    assert json.loads(text)["dead_after_s"] == report.dead_after_s
