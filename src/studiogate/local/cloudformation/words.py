"""CloudFormation's own words for a no: one function each, so that they are said one way.

Texts as the API answers them (CloudFormation API Reference, "Common errors", and the errors of
each operation); codes are those of the service model.
"""

from collections.abc import Iterable

from studiogate.local.call import ApiError

NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
"""Why a change set without a change has failed; `UpdateStack` says it shorter."""


def invalid(message: str) -> ApiError:
    """The error of nearly everything that is wrong with a request."""
    return ApiError("ValidationError", message)


def malformed(what: str) -> ApiError:
    """A template that cannot be read as one."""
    return invalid(f"Template format error: {what}")


def misused(what: str) -> ApiError:
    """A template with a function that is not written as functions are."""
    return invalid(f"Template error: {what}")


def not_offered(what: str) -> ApiError:
    """Something AWS has and this emulation has not; nothing is skipped or pretended."""
    return invalid(f"{what} is not offered by this emulation of CloudFormation.")


def unresolved(names: Iterable[str], block: str) -> ApiError:
    """References that lead nowhere; `block` is `Resources` or `Outputs`."""
    return malformed(
        f"Unresolved resource dependencies [{_listed(names)}] in the {block} block of the "
        "template"
    )


def circular(names: Iterable[str]) -> ApiError:
    """Resources that wait for each other."""
    return invalid(f"Circular dependency between resources: [{_listed(names)}]")


def no_stack(name: str) -> ApiError:
    """The stack that is described, changed or listed is not there."""
    return invalid(f"Stack with id {name} does not exist")


def no_stack_to_change(name: str) -> ApiError:
    """The stack a change is asked for is not there."""
    return invalid(f"Stack [{name}] does not exist")


def no_change_set(name: str) -> ApiError:
    """There is no such change set."""
    return ApiError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", status=404)


def stack_exists(name: str) -> ApiError:
    """The name is taken."""
    return ApiError("AlreadyExistsException", f"Stack [{name}] already exists")


def not_updatable(stack_id: str, status: str) -> ApiError:
    """The stack is in a state that no update starts from."""
    return invalid(f"Stack:{stack_id} is in {status} state and can not be updated.")


def not_deletable(stack_id: str, status: str) -> ApiError:
    """The stack is in the middle of something."""
    return invalid(f"Stack [{stack_id}] cannot be deleted while in status {status}")


def capabilities(needed: Iterable[str]) -> ApiError:
    """The template does what has to be acknowledged, and it was not."""
    return ApiError(
        "InsufficientCapabilitiesException", f"Requires capabilities : [{_listed(needed)}]"
    )


def constraint(member: str, rule: str, value: str | None = None) -> ApiError:
    """A member of the request that breaks a rule of the service model."""
    shown = "Value" if value is None else f"Value '{value}'"
    return invalid(
        f"1 validation error detected: {shown} at '{member[:1].lower()}{member[1:]}' failed to "
        f"satisfy constraint: Member must {rule}"
    )


def token_used(token: str) -> ApiError:
    """The client's token was used for another request."""
    return ApiError(
        "TokenAlreadyExistsException",
        f"ClientRequestToken [{token}] was already used for another request.",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
