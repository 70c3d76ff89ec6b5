"""What AWS refuses on the way to a password, told to whoever sits in front of a notebook.

The family stays what it was: denied is not absent, and neither is out of reach.  AWS's own
words stay in the message, because they name the action; what is added is who asked whom, and
what to do.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from studiogate.errors import Absent, AwsError, Busy, Denied, StudioGateError, Unreachable
from studiogate.warehouse.ports import Aws, Role
from studiogate.warehouse.settings import Listed

if TYPE_CHECKING:
    from studiogate.aws.notebook import Caller


def explained(
    error: AwsError, listed: Listed, profile: str, aws: Aws, role: Role | None
) -> AwsError:
    """`error` again, of the same class, with what it means for this notebook."""
    if error.code.startswith(("ExpiredToken", "RequestExpired")):
        return _again(error, "the app's own keys have run out", _STALE)
    if isinstance(error, Denied):
        return _denied(error, listed, profile, aws)
    if isinstance(error, Absent):
        return _absent(error, listed, role)
    if isinstance(error, Unreachable):
        return _again(
            error,
            f"nobody answered at the endpoint of {error.action.partition(':')[0]}",
            "Ask the platform team to run `studiogate doctor`: the lob's network needs a way "
            "to the endpoints of sts and redshift, and their names.",
        )
    return error


_STALE: Final = "Stop this app and start it again; if it stays so, look at its clock."


def _denied(error: Denied, listed: Listed, profile: str, aws: Aws) -> AwsError:
    if error.action == "sts:AssumeRole":
        return _no_hop(error, listed, profile, aws)
    for action, told in _TOLD.items():
        if f":{action}" in str(error):
            return _again(error, *told(listed, profile))
    return _again(error, *_not_oneself(listed, profile))


def _no_hop(error: Denied, listed: Listed, profile: str, aws: Aws) -> AwsError:
    arn = listed.role_arn(profile)
    who = _known(aws.caller)
    asked = f"{who.arn} of account {who.account}" if who else "this notebook"
    what = f"{asked} may not become {arn} of account {listed.account} as {profile!r}"
    if "SetSourceIdentity" in str(error):
        return _again(
            error,
            what,
            "sts:SetSourceIdentity is needed beside sts:AssumeRole, in the execution role's "
            "policy and in the reader role's trust policy. Ask the platform team to run "
            "`studiogate apply`, and whether an SCP denies it.",
        )
    return _again(
        error,
        what,
        "The role admits sessions that carry a source identity, from the execution roles of "
        "its readers. If the domain does not propagate it "
        "(ExecutionRoleIdentityConfig is not USER_PROFILE_NAME), the platform team switches it "
        "on while no app runs; if this account is not one of the readers', ask them to add "
        f"your line of business to the readers of {listed.title}.",
    )


def _absent(error: Absent, listed: Listed, role: Role | None) -> AwsError:
    """The account of whoever asked is the tell: a cluster of another account is not there."""
    who = _known(role.caller) if role else None
    if who is not None and who.account != listed.account:
        return _again(
            error,
            f"asked in account {who.account}, as {who.arn}; but {listed.kind} "
            f"{listed.name!r} stands in account {listed.account}",
            "The call ran in the wrong account: the reader role in the list of warehouses has "
            "to be one of the warehouse's account. Ask the platform team to run `studiogate "
            "apply`; then stop this app and start it again.",
        )
    asked = f" as {who.arn}" if who else ""
    return _again(
        error,
        f"account {listed.account} was asked{asked}, and has no {listed.kind} "
        f"{listed.name!r} in this Region",
        "Ask whoever runs it: it was deleted, renamed, never made, or is in another Region.",
    )


def _known(ask: "Callable[[], Caller]") -> "Caller | None":
    """Who asks, or `None`: not to be told that must not hide the error in hand."""
    try:
        return ask()
    except StudioGateError:
        return None


def _no_group(listed: Listed, profile: str) -> tuple[str, str]:
    return (
        f"{profile!r} may not join {', '.join(listed.groups)} of {listed.title}",
        (
            "The landscape's `readers` says which groups a line of business joins: ask the "
            "platform team, who change it and run `studiogate apply`."
        ),
    )


def _no_new_user(listed: Listed, profile: str) -> tuple[str, str]:
    return (
        f"the database user {profile!r} may not be made in {listed.title}",
        f'Ask an administrator of the database: CREATE USER "{profile}" PASSWORD DISABLE;',
    )


def _not_oneself(listed: Listed, profile: str) -> tuple[str, str]:
    return (
        f"AWS does not let {profile!r} into the database {listed.database!r} of {listed.title}",
        (
            "One may be nobody but oneself: the database user has to be the source identity of "
            "the session, and the database the one of the landscape. Ask the platform team "
            "whether the domain propagates the source identity (ExecutionRoleIdentityConfig), "
            "and to run `studiogate apply`."
        ),
    )


def _unseen(listed: Listed, profile: str) -> tuple[str, str]:
    return (
        f"{profile!r} may not look up where {listed.title} is",
        (
            "The reader role has to carry a source identity for that, and its policy has to "
            "allow it: ask the platform team to run `studiogate apply`."
        ),
    )


_TOLD: Final[Mapping[str, Callable[[Listed, str], tuple[str, str]]]] = {
    "JoinGroup": _no_group,
    "CreateClusterUser": _no_new_user,
    "DescribeClusters": _unseen,
    "GetWorkgroup": _unseen,
}


def _again(error: AwsError, what: str, remedy: str) -> AwsError:
    """An error of the same class and code, which says `what` before AWS's own words."""
    text = f"{what} ({error})"
    if isinstance(error, Busy):
        return error  # its remedy is to wait, wherever one sits
    return type(error)(
        text, remedy=remedy, action=error.action, about=error.about, code=error.code
    )
