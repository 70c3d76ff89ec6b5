"""A build in AWS while it runs: what it says, and how it ends.

Sources: CodeBuild API Reference, BatchGetBuilds and StopBuild; CloudWatch Logs API Reference,
GetLogEvents, whose token stays the same at the end of what there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from studiogate import names
from studiogate.aws.patience import passing
from studiogate.errors import Absent, AwsError, Denied, ImageError
from studiogate.images.world import Account

_LONGEST_S: Final = 5 * 3600.0
"""Seconds after which nobody waits on: longer than `apply` lets a build be queued and run."""

_LACKS: Final = "The role of builds lacks a permission: `studiogate apply` gives it."
_REMEDIES: Final[Mapping[str, str]] = {
    "ACCESS_DENIED": _LACKS,
    "BUILD_TIMED_OUT": "Have the Dockerfile do less, or install packages that are compiled.",
    "CLIENT_ERROR": _LACKS,
    "COMMAND_EXECUTION_ERROR": "The lines above say why; mend it, and build again.",
}
_OTHERWISE: Final = "Look at the build in CodeBuild's console, and build again."
_ENDED: Final[Mapping[str, str]] = {
    "FAILED": "failed",
    "STOPPED": "was stopped",
    "TIMED_OUT": "ran out of time",
}


@dataclass(slots=True)
class _Log:
    """What was read of a build's log so far."""

    account: Account
    token: str | None = None
    silent: bool = False
    """Whether it may not be read, which was told once."""

    def more(self, build: Mapping[str, Any]) -> None:
        """Tell every line that is new; a log that may not be read is no reason to stop."""
        where = build.get("logs") or {}
        if self.silent or not where.get("streamName"):
            return
        try:
            while self._page(where):
                pass
        except Absent:
            return
        except Denied as error:
            self.silent = True
            self.account.world.tell(f"The log of the build cannot be read: {error}")

    def _page(self, where: Mapping[str, Any]) -> bool:
        """Tell one page; whether there may be another."""
        told: dict[str, Any] = {} if self.token is None else {"nextToken": self.token}
        answer = self.account.ask(
            "logs",
            "get_log_events",
            about=str(where["groupName"]),
            logGroupName=where["groupName"],
            logStreamName=where["streamName"],
            startFromHead=True,
            **told,
        )
        for event in answer["events"]:
            self.account.world.tell(_plain(str(event["message"])))
        before, self.token = self.token, answer["nextForwardToken"]
        return bool(before != self.token)


def followed(account: Account, build_id: str) -> None:
    """Tell what a build says until it has ended well; end it where the waiting is given up.

    Raises:
        ImageError: it failed: in which phase, and with which words.
        AwsError: AWS refused, or did not answer.
    """
    log = _Log(account)
    try:
        for _ in passing(account.world, within_s=_LONGEST_S):
            build = _build(account, build_id)
            log.more(build)
            if build.get("buildComplete"):
                _hold_success(build)
                return
    except KeyboardInterrupt:
        _stop(account, build_id)
        raise
    raise ImageError(
        f"build {build_id} is not done after {_LONGEST_S / 3600:.0f} hours", remedy=_OTHERWISE
    )


def _build(account: Account, build_id: str) -> Mapping[str, Any]:
    found = account.ask(
        "codebuild", "batch_get_builds", about=names.IMAGE_PROJECT, ids=[build_id]
    )["builds"]
    if not found:
        raise ImageError(f"build {build_id} is not there any more", remedy=_OTHERWISE)
    build: Mapping[str, Any] = found[0]
    return build


def _hold_success(build: Mapping[str, Any]) -> None:
    """Return when the build succeeded.

    Raises:
        ImageError: with the first phase that did not, which is the reason for the others.
    """
    if build["buildStatus"] == "SUCCEEDED":
        return
    ended = f"build {build['id']} {_ENDED.get(build['buildStatus'], 'did not end well')}"
    for phase in build.get("phases") or ():
        if phase.get("phaseStatus") not in {None, "SUCCEEDED"}:
            context = (phase.get("contexts") or [{}])[0]
            code = context.get("statusCode") or phase["phaseStatus"]
            said = _plain(context.get("message") or "")
            raise ImageError(
                f"{ended} in {phase['phaseType']}: {code}: {said}",
                remedy=_REMEDIES.get(code, _OTHERWISE),
            )
    raise ImageError(ended, remedy=_OTHERWISE)


def _stop(account: Account, build_id: str) -> None:
    """End the build, as far as that is allowed: it is given up in any case."""
    try:
        account.ask("codebuild", "stop_build", about=names.IMAGE_PROJECT, id=build_id)
    except AwsError as error:
        account.world.tell(f"The build goes on: {error}")
    else:
        account.world.tell(f"The build {build_id} was stopped.")


def _plain(text: str) -> str:
    """A line of somebody else's program, without what would steer a terminal."""
    return "".join(one for one in text.rstrip() if one.isprintable() or one == "\t")
