"""Builds really run: as their role, phase by phase, and what they say is in their log."""

import asyncio
import contextlib
import os
import secrets
from pathlib import Path

import pytest

from studiogate.local.call import ApiError
from studiogate.local.codebuild.runs.commands import Shell
from tests.kit.codebuild import PROJECT, Door, Workshop, spec, workshop
from tests.kit.front import LOB_A, REGION, World, allow, deny
from tests.kit.processes import lives
from tests.kit.waiting import until

ENDED = [
    *("SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD"),
    *("BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS", "FINALIZING", "COMPLETED"),
]


def phases(build: dict[str, object]) -> dict[str, str]:
    found = build["phases"]
    assert isinstance(found, list)
    return {one["phaseType"]: one.get("phaseStatus", "") for one in found}


def why(build: dict[str, object], phase: str) -> tuple[str, str]:
    found = build["phases"]
    assert isinstance(found, list)
    [context] = next(one["contexts"] for one in found if one["phaseType"] == phase)
    return context["statusCode"], context["message"]


async def test_a_build_runs_its_source_and_every_phase_of_it(shop: Workshop) -> None:
    text = spec({"install": ["cd sub"], "build": ["X=1", 'cat file; echo "$X $PWD"']})
    source = await shop.put("a.zip", {"buildspec.yml": text, "sub/file": "from the zip\n"})
    by_itself = {"Bool": {"aws:ViaAWSService": "false"}}
    project = await shop.project(shop.role(allow("*", **by_itself)))

    build = await shop.build(project, sourceLocationOverride=source)

    assert (build["buildStatus"], build["currentPhase"]) == ("SUCCEEDED", "COMPLETED")
    assert list(phases(build)) == ENDED
    assert set(phases(build).values()) == {"SUCCEEDED", ""}
    said = await shop.log(build)
    assert "from the zip" in said
    assert "/src/sub\n" in said, "a folder is kept from one command to the next"
    assert "\n1 /" in said, "and so is a variable"
    assert "Phase complete: BUILD State: SUCCEEDED" in said
    assert build["id"] == f"{project}:{build['logs']['streamName']}"
    assert build["logs"]["groupName"] == f"/aws/codebuild/{project}"


async def test_a_build_knows_what_it_is_and_nothing_of_who_runs_the_emulation(
    shop: Workshop,
) -> None:
    given = [{"name": "TAG", "value": "a b"}]

    build = await shop.build(
        await shop.project(), {"build": ["env"]}, environmentVariablesOverride=given
    )

    said = await shop.log(build)
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    assert found["TAG"] == "a b"
    assert found["CODEBUILD_BUILD_ARN"] == build["arn"]
    assert (found["AWS_REGION"], found["CODEBUILD_BUILD_NUMBER"]) == (REGION, "1")
    assert found["HOME"] != os.environ.get("HOME")
    assert "PYTEST_CURRENT_TEST" not in found


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        pytest.param("pre_build", "", id="before the build: nothing follows"),
        pytest.param("build", "succeeding=0\n", id="in the build: what follows is told"),
    ],
)
async def test_a_command_that_fails_ends_its_phase(
    shop: Workshop, phase: str, told: str
) -> None:
    after = ["echo succeeding=$CODEBUILD_BUILD_SUCCEEDING"]
    commands = {phase: ["exit 3", "echo not reached"], "post_build": after}

    build = await shop.build(await shop.project(), commands)

    assert build["buildStatus"] == "FAILED"
    assert phases(build)[phase.upper()] == "FAILED"
    assert why(build, phase.upper()) == (
        "COMMAND_EXECUTION_ERROR",
        "Error while executing command: exit 3. Reason: exit status 3",
    )
    said = await shop.log(build)
    assert "not reached\n" not in said.replace("command echo not reached", "")
    assert told in said
    assert ("POST_BUILD" in phases(build)) is bool(told)


async def test_s6_06_the_build_is_its_role_and_nobody_else(shop: Workshop) -> None:
    role = shop.role(allow("logs:*"), allow("sts:*"))
    ask = "aws sts get-caller-identity --query Arn --output text"

    build = await shop.build(await shop.project(role), {"build": [ask, "aws s3 ls"]})

    said = await shop.log(build)
    name, uid = role.rpartition("/")[2], build["logs"]["streamName"]
    assert f"arn:aws:sts::{LOB_A}:assumed-role/{name}/AWSCodeBuild-{uid}\n" in said
    assert "AccessDenied" in said
    assert why(build, "BUILD")[0] == "COMMAND_EXECUTION_ERROR"


async def test_a_role_that_may_not_log_has_no_build(shop: Workshop) -> None:
    role = shop.role(allow("*"), deny("logs:CreateLogStream"))

    build = await shop.build(await shop.project(role), {"build": ["true"]})

    code, message = why(build, "SUBMITTED")
    assert (build["buildStatus"], code) == ("FAILED", "ACCESS_DENIED")
    assert message.startswith(
        f"Service role {role} does not allow AWS CodeBuild to create Amazon CloudWatch Logs "
        f"log streams for build {build['arn']}. Error message: User: arn:aws:sts::"
    )
    assert "logs:CreateLogStream" in message
    assert list(phases(build)) == ["SUBMITTED", "COMPLETED"]


async def test_a_role_that_may_not_write_into_the_stream_builds_silently(
    shop: Workshop,
) -> None:
    role = shop.role(allow("*"), deny("logs:PutLogEvents"))

    build = await shop.build(await shop.project(role), {"build": ["echo hello"]})

    assert build["buildStatus"] == "SUCCEEDED"
    assert await shop.log(build) == ""


async def test_a_role_that_may_not_read_the_source_has_none(shop: Workshop) -> None:
    role = shop.role(allow("logs:*"))
    source = await shop.put("b.zip", {"buildspec.yml": spec({"build": ["true"]})})

    build = await shop.build(await shop.project(role), sourceLocationOverride=source)

    code, message = why(build, "DOWNLOAD_SOURCE")
    assert (build["buildStatus"], code) == ("FAILED", "CLIENT_ERROR")
    assert message.startswith("AccessDenied: ")
    assert message.endswith(f"for primary source and source version arn:aws:s3:::{source}")


async def test_a_role_that_trusts_codebuild_for_another_project_is_not_taken_on(
    shop: Workshop,
) -> None:
    own = {"ArnEquals": {"aws:SourceArn": PROJECT}}

    with pytest.raises(ApiError, match="not authorized to perform: sts:AssumeRole on arn"):
        await shop.project(shop.role(**own))

    name = PROJECT.rpartition("/")[2]
    assert await shop.project(shop.role(**own), name=name) == name


@pytest.mark.parametrize(
    ("files", "code", "message"),
    [
        pytest.param({"a": ""}, "YAML_FILE_ERROR", "no such file or directory", id="none"),
        pytest.param({"buildspec.yml": "- a"}, "YAML_FILE_ERROR", "container tags", id="list"),
        pytest.param(
            {"buildspec.yml": "version: 0.2\nphases: {build: {commands: [a]}}\nbatch: {}"},
            "YAML_FILE_ERROR",
            "batch is not offered",
            id="what is not done here",
        ),
        pytest.param({"../x": "y"}, "CLIENT_ERROR", "is outside of it", id="out of the folder"),
    ],
)
async def test_a_source_that_cannot_be_built_fails_before_any_command(
    shop: Workshop, files: dict[str, str], code: str, message: str
) -> None:
    source = await shop.put("c.zip", files)

    build = await shop.build(await shop.project(), sourceLocationOverride=source)

    found = why(build, "DOWNLOAD_SOURCE")
    assert found[0] == code
    assert message in found[1]
    assert "INSTALL" not in phases(build)


async def test_a_build_that_is_stopped_leaves_no_process(
    shop: Workshop, tmp_path: Path
) -> None:
    mark = f"300.{secrets.randbits(60)}"
    project = await shop.project()
    command = f"sleep {mark} & wait"
    started = await shop.started(project, buildspecOverride=spec({"build": [command]}))

    async def begun() -> bool:
        return sleeps(mark)

    await until(begun)

    await shop.cloud().call("codebuild", "StopBuild", id=started["id"])
    build = await shop.ended(started["id"])

    assert build["buildStatus"] == "STOPPED"
    assert phases(build)["BUILD"] == "STOPPED"
    assert not sleeps(mark)
    assert not (tmp_path / "codebuild" / started["logs"].get("streamName", "-")).exists()


@pytest.mark.parametrize("by", ["sleep", *(["setsid sleep"] if os.geteuid() == 0 else [])])
async def test_what_a_command_leaves_running_ends_with_it(shop: Workshop, by: str) -> None:
    """As root also what begins a session of its own; the command has begun it when it ends."""
    mark = f"300.{secrets.randbits(60)}"
    left = f"{by} {mark} >/dev/null 2>&1 & until grep -qs {mark} /proc/$!/cmdline; do :; done"

    build = await shop.build(await shop.project(), {"build": [left]})

    assert build["buildStatus"] == "SUCCEEDED"

    async def gone() -> bool:
        return not sleeps(mark)

    await until(gone)


def sleeps(mark: str) -> bool:
    """Whether a process of this machine sleeps for so long."""
    wanted = b"sleep\0" + mark.encode() + b"\0"
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if file.read_bytes() == wanted:
                return True
    return False


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5])
async def test_a_command_that_is_given_up_while_it_begins_leaves_nothing(
    tmp_path: Path, turns: int
) -> None:
    (tmp_path / "own").mkdir()
    shell = Shell(tmp_path / "own", tmp_path, "sh", {"PATH": "/usr/bin:/bin"})
    pids = tmp_path / "pids"
    task = asyncio.ensure_future(shell.run(f"sleep 300 & echo $! > {pids}; wait", print))
    for _ in range(turns):
        await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not pids.exists() or not lives(int(pids.read_text() or "0"))


async def test_a_build_ends_with_its_timeout(org: World, door: Door, tmp_path: Path) -> None:
    async with workshop(org, door, tmp_path, minute_s=0.3) as shop:
        project = await shop.project()

        build = await shop.build(project, {"build": ["sleep 300"]}, timeoutInMinutesOverride=5)

    assert build["buildStatus"] == "TIMED_OUT"
    assert why(build, "BUILD") == ("BUILD_TIMED_OUT", "Build has timed out.")
    assert "POST_BUILD" not in phases(build)


async def test_more_builds_than_the_machine_takes_wait_and_closing_ends_them(
    org: World, door: Door, tmp_path: Path
) -> None:
    async with workshop(org, door, tmp_path, at_once=1) as shop:
        project = await shop.project()
        several = [
            await shop.started(project, buildspecOverride=spec({"build": ["sleep 300"]}))
            for _ in range(2)
        ]

        async def waiting() -> bool:
            ids = [one["id"] for one in several]
            answer = await shop.cloud().call("codebuild", "BatchGetBuilds", ids=ids)
            return {one["currentPhase"] for one in answer["builds"]} == {"BUILD", "QUEUED"}

        await until(waiting)
        await shop.service.close()
        left = [await shop.ended(one["id"]) for one in several]

    assert [one["buildStatus"] for one in left] == ["STOPPED", "STOPPED"]
    assert list((tmp_path / "codebuild").iterdir()) == []


async def test_a_project_that_is_not_privileged_has_no_daemon(shop: Workshop) -> None:
    build = await shop.build(
        await shop.project(), {"build": ["docker build ."]}, privilegedModeOverride=False
    )

    assert build["buildStatus"] == "FAILED"
    assert "Cannot connect to the Docker daemon" in await shop.log(build)


async def test_a_machine_without_a_builder_says_so(
    org: World, door: Door, tmp_path: Path
) -> None:
    async with workshop(org, door, tmp_path, builder=None, aws=None) as shop:
        commands = {"build": ["docker build ."]}

        build = await shop.build(await shop.project(), commands)

        assert build["buildStatus"] == "FAILED"
        assert "this machine has no builder" in await shop.log(build)
