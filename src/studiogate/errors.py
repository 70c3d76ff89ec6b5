"""Every error studiogate raises on purpose.

One root, few families.  A caller branches on the family; a reader of logs counts the class and
the `reason`.  Nothing here knows who is asking: `cli.present` turns a family into an exit code
and `gateway.present` turns it into an HTTP status, each in one table.

    StudioGateError
    ├── LandscapeError     the file is wrong; carries every problem found, not the first
    ├── SettingsError      the environment is wrong; names variables, never values
    ├── PolicyError        a policy document cannot be read exactly; names its place
    ├── StartError         the emulated organisation could not start or stop
    ├── DeployError        what was to be built or taken down is not
    │   ├── StackFailed    one stack did not become what it should
    │   └── Locked         another run is at work on the same landscape
    ├── ImageError         a custom image is not built, published, attached or retired
    ├── Refusal            we decided no
    │   ├── Malformed      what was sent cannot be read as what it should be
    │   ├── NotSignedIn    we do not know who is asking
    │   ├── NotAllowed     we know, and the answer is no
    │   ├── NotThere       they may, but there is nothing to open
    │   └── PlanRefused    the plan breaks a promise, loses data or fits no quota
    ├── RecordError        what was decided could not be written down, so it is not done
    ├── WarehouseError     a notebook does not get what it asks of a warehouse
    │   ├── NotSetUp       the notebook does not know its warehouses, or whose it is
    │   ├── NoSuchWarehouse  none of that name is open to this notebook
    │   ├── NotAwake       it is there, and paused or changing
    │   ├── NoRoute        nobody answers where it should be
    │   ├── NotTrusted     what answers cannot prove that it is the warehouse
    │   ├── NotLetIn       the database refuses the sign-in
    │   ├── NotGranted     the person is in, and the database grants them too little
    │   ├── StatementFailed  the database refuses the statement itself
    │   ├── Cancelled      the statement was stopped before it was done
    │   ├── ConnectionLost  the connection ended while a statement ran
    │   ├── Unbound        a parameter is missing, not used, or cannot be written
    │   ├── Unreadable     the database gave what cannot be held exactly
    │   └── NotInstalled   a library is not in the notebook's app
    └── AwsError           AWS did not give what we asked for
        ├── Denied         we lack a permission
        ├── Absent         the thing is not there
        ├── Invalid        AWS says the request itself is wrong
        ├── Busy           the same call may work later
        └── Unreachable    nobody answered: name, route, endpoint or security group
"""

from collections.abc import Sequence
from dataclasses import dataclass


class StudioGateError(Exception):
    """Something a person can act on.

    `remedy` is required: an error we cannot suggest a next step for is a defect, and a
    defect should look like one (a traceback), not like advice.
    """

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback: IPython asks an exception for this."""
        return [f"{type(self).__name__}: {self}", f"→ {self.remedy}"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a landscape, where it is, and what to do about it."""

    where: str
    """The key, dotted: `domains.forecasting.network`."""

    what: str
    remedy: str
    line: int | None = None
    """Line of the file, counted from 1; absent when the key itself is absent."""

    def __str__(self) -> str:
        """The problem in one line, as `key (line 12): what is wrong`."""
        place = self.where if self.line is None else f"{self.where} (line {self.line})"
        return f"{place}: {self.what}"


class LandscapeError(StudioGateError):
    """The landscape is wrong; `problems` holds every finding, in the order of the file.

    `remedy` is for what was asked of a landscape that is sound: then no key is to be fixed.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        *,
        remedy: str = "Fix the keys named above and run the command again.",
    ) -> None:
        super().__init__(
            "\n".join(f"{problem}\n    {problem.remedy}" for problem in problems),
            remedy=remedy,
        )
        self.problems = tuple(problems)


class SettingsError(StudioGateError):
    """The environment is wrong.  Names variables, never values."""


class PolicyError(StudioGateError):
    """A policy document cannot be read exactly, and guessing would widen access."""

    def __init__(self, where: str, what: str, *, remedy: str) -> None:
        super().__init__(f"{where}: {what}", remedy=remedy)
        self.where = where
        """JSON path of the offending element, as `$.Statement[0].Condition.IpAddress`."""


class StartError(StudioGateError):
    """The emulated organisation could not start or stop."""


class DeployError(StudioGateError):
    """What was to be built, or taken down, is not; running the same command again goes on."""


class ImageError(StudioGateError):
    """A custom image is not built, published, attached or retired; the message says why."""


class StackFailed(DeployError):
    """One stack did not become what it should; the message has AWS's own words for it."""

    def __init__(self, message: str, *, remedy: str, stack: str, resource: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.stack = stack
        """As `222222222222/studiogate-studio`."""

        self.resource = resource
        """Logical id of the first resource that failed; empty where no event names one."""


class Locked(DeployError):
    """Another run is at work on the same landscape, or ended without letting go of it."""


class Refusal(StudioGateError):
    """We decided no.

    `reason` is the code a program may branch on, and is shown.  `recorded` is the code that
    goes into the record when saying it aloud would help an attacker; it defaults to `reason`.
    `contact` is whom the person can ask, where `remedy` names somebody.
    """

    def __init__(
        self,
        message: str,
        *,
        remedy: str,
        reason: str,
        recorded: str | None = None,
        contact: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason
        self.recorded = recorded or reason
        self.contact = contact


class Malformed(Refusal):
    """What was sent is not what it should be, so nothing in it was believed."""


class NotSignedIn(Refusal):
    """We do not know who is asking."""


class NotAllowed(Refusal):
    """We know who is asking, and the answer is no."""


class NotThere(Refusal):
    """They may, but what they would open does not exist or is not finished."""


class PlanRefused(Refusal):
    """The plan breaks a promise, loses data, or fits no quota or state; nothing is done."""


class RecordError(StudioGateError):
    """What was decided could not be written down.  No record, no URL."""


class WarehouseError(StudioGateError):
    """A notebook does not get what it asks of a warehouse.

    `reason` is the code a program may branch on; the classes below are for people to catch.
    """

    def __init__(self, message: str, *, remedy: str, reason: str) -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason


class NotSetUp(WarehouseError):
    """The notebook does not know which warehouses there are, or whose it is."""


class NoSuchWarehouse(WarehouseError):
    """No warehouse of that name is open to this notebook; the message names those that are."""


class NotAwake(WarehouseError):
    """The cluster or workgroup is there, but paused, or being changed."""


class NoRoute(WarehouseError):
    """Nobody answers where the warehouse should be: name, route, or security group."""


class NotTrusted(WarehouseError):
    """What answers cannot prove that it is the warehouse, so nothing was sent to it."""


class NotLetIn(WarehouseError):
    """The database refuses the sign-in: the password, the user or a group."""


class NotGranted(WarehouseError):
    """The person is in, and the database grants them too little.

    `grants` are the statements that an administrator of the database must run.
    """

    def __init__(
        self, message: str, *, remedy: str, reason: str, grants: Sequence[str] = ()
    ) -> None:
        super().__init__(message, remedy=remedy, reason=reason)
        self.grants = tuple(grants)


class StatementFailed(WarehouseError):
    """The database refuses the statement itself, in its own words."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str,
        reason: str,
        code: str = "",
        position: int | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy, reason=reason)
        self.code = code
        """SQLSTATE, five letters; empty where the statement never got to the database."""

        self.position = position
        """Character of the statement at which it fails, counted from 1."""


class Cancelled(WarehouseError):
    """The statement was stopped before it was done: by an administrator, or by a limit."""


class ConnectionLost(WarehouseError):
    """The connection ended while a statement ran; whether it was done is not known."""


class Unbound(WarehouseError):
    """A parameter of a statement is missing, is not used, or cannot be written into it."""


class Unreadable(WarehouseError):
    """The database gave what cannot be held exactly, or what is no result at all."""


class NotInstalled(WarehouseError):
    """A library that this needs is not in the notebook's app."""


class AwsError(StudioGateError):
    """AWS did not give what we asked for.

    `action` is the IAM action (`sts:AssumeRole`), `code` the error code as AWS spells it (empty
    when nobody answered), `about` what it was asked about.  The message may name accounts and
    roles: it is for the log, not for the person.
    """

    def __init__(
        self, message: str, *, remedy: str, action: str, about: str = "", code: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.action = action
        self.about = about
        self.code = code


class Denied(AwsError):
    """We lack a permission.  Never report this as absence: the thing may well be there."""


class Absent(AwsError):
    """The thing is not there."""


class Invalid(AwsError):
    """AWS says the request itself is wrong: its shape, a range, or the state of its target."""


class Busy(AwsError):
    """The same call may work later: throttled, or a passing fault of the service."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str,
        action: str,
        about: str = "",
        code: str = "",
        retry_after_s: int = 1,
    ) -> None:
        super().__init__(message, remedy=remedy, action=action, about=about, code=code)
        self.retry_after_s = retry_after_s


class Unreachable(AwsError):
    """Nobody answered: name, route, endpoint or security group."""
