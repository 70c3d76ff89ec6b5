"""A build in AWS is followed: every line once, to the end, and it ends with the waiting."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.errors import AwsError, ImageError
from studiogate.images.following import followed
from studiogate.images.world import Account, World
from tests.kit.front import MovingClock

STREAM = {"groupName": "/builds", "streamName": "1"}
RUNS: dict[str, Any] = {"id": "p:1", "buildStatus": "IN_PROGRESS", "logs": STREAM}
DONE = RUNS | {"buildStatus": "SUCCEEDED", "buildComplete": True}


class Aws:
    """CodeBuild and Logs as a script: what is answered is said beforehand."""

    def __init__(self, *builds: Any, pages: Any = ()) -> None:
        self.builds = iter(builds)
        self.pages: list[Any] = list(pages)
        self.stopped: list[str] = []
        self.told: list[str] = []
        self.tokens: list[str | None] = []

    def client(self, _account: str | None, _service: Any, /) -> Any:
        return self

    def batch_get_builds(self, ids: list[str]) -> Any:
        assert ids == ["p:1"]
        answer = next(self.builds)
        if isinstance(answer, BaseException):
            raise answer
        return {"builds": [answer]}

    def get_log_events(self, nextToken: str | None = None, **_: Any) -> Any:  # noqa: N803 - AWS's
        self.tokens.append(nextToken)
        page = self.pages.pop(0) if self.pages else []
        if isinstance(page, BaseException):
            raise page
        token = f"t{len(self.pages)}" if page else nextToken or "t"
        return {"events": [{"message": one} for one in page], "nextForwardToken": token}

    def stop_build(self, id: str) -> Any:  # noqa: A002 - AWS's name
        self.stopped.append(id)
        return {}

    def follow(self) -> None:
        seconds = iter(range(10**6))
        world = World(
            accounts=self,
            region="eu-west-1",
            clock=MovingClock(),
            ticks=lambda: float(next(seconds)),
            pause=lambda _: None,
            chance=lambda: 0.5,
            tell=self.told.append,
        )
        followed(Account(world, "222222222222"), "p:1")


def refusal(code: str) -> ClientError:
    said: Any = {"Error": {"Code": code, "Message": "no"}}
    return ClientError(said, "GetLogEvents")


def test_every_page_is_told_once_and_the_last_lines_too() -> None:
    aws = Aws(RUNS, DONE, pages=[["a\n"], ["b\n"], [], ["the end\n"]])

    aws.follow()

    assert aws.told == ["a", "b", "the end"]
    assert aws.tokens[:3] == [None, "t3", "t2"]


def test_a_log_that_is_not_there_yet_or_too_busy_is_asked_again() -> None:
    absent, busy = refusal("ResourceNotFoundException"), refusal("ThrottlingException")
    aws = Aws(RUNS, DONE, pages=[absent, busy, ["a\n"]])

    aws.follow()

    assert aws.told == ["a"]


def test_a_log_that_may_not_be_read_is_said_once_and_the_build_is_followed() -> None:
    denied = refusal("AccessDeniedException")
    aws = Aws(RUNS, RUNS, DONE, pages=[denied, denied, denied])

    aws.follow()

    assert len(aws.told) == 1
    assert "cannot be read" in aws.told[0]


def test_no_line_of_a_build_steers_the_terminal() -> None:
    aws = Aws(DONE, pages=[["\x1b[2Jgone\x07\n"]])

    aws.follow()

    assert aws.told == ["[2Jgone"]


def test_giving_up_the_waiting_ends_the_build() -> None:
    aws = Aws(RUNS, KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        aws.follow()

    assert aws.stopped == ["p:1"]


def test_another_failure_leaves_the_build_alone() -> None:
    aws = Aws(RUNS, refusal("AccessDeniedException"))

    with pytest.raises(AwsError):
        aws.follow()

    assert aws.stopped == []


@pytest.mark.parametrize(
    ("status", "phase", "code", "says", "remedy"),
    [
        ("FAILED", "SUBMITTED", "ACCESS_DENIED", "failed in SUBMITTED", "studiogate apply"),
        ("TIMED_OUT", "BUILD", "BUILD_TIMED_OUT", "ran out of time in BUILD", "do less"),
        ("STOPPED", "BUILD", "", "was stopped in BUILD", "console"),
        ("FAULT", "PROVISIONING", "", "did not end well", "console"),
    ],
)
def test_a_build_that_did_not_succeed_names_the_phase_and_what_to_do(
    status: str, phase: str, code: str, says: str, remedy: str
) -> None:
    context = {"statusCode": code, "message": "why"}
    phases = [
        {"phaseType": "QUEUED", "phaseStatus": "SUCCEEDED"},
        {"phaseType": phase, "phaseStatus": status, "contexts": [context]},
        {"phaseType": "COMPLETED"},
    ]

    with pytest.raises(ImageError, match=says) as failed:
        Aws(DONE | {"buildStatus": status, "phases": phases}).follow()

    assert remedy in failed.value.remedy
