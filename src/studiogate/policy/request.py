"""What is asked: an action on a resource, by a principal, in a context of condition keys.

Names of condition keys fold case here, once; their values never do (IAM User Guide, "IAM JSON
policy elements: Condition").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ContextValue = str | tuple[str, ...]
"""A condition key's value: one text, or several for a multivalued key such as `aws:TagKeys`."""

PrincipalKind = Literal["root", "user", "assumed-role", "service", "federated", "anonymous"]

_ARN_ACCOUNT = 4
"""Position of the account among the parts of an ARN."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    For a role it is one session of it: `arn` is the session's and `role_arn` the role's own,
    path included.  For a service `arn` is its name (`sagemaker.amazonaws.com`), for a federated
    principal the ARN or name of the provider, and `*` for an anonymous one.
    """

    kind: PrincipalKind
    arn: str
    account: str
    """12 digits; empty for a service, a federated or an anonymous principal."""

    role_arn: str | None = None

    def __post_init__(self) -> None:
        # Without it a Deny that names the role would pass the session by.
        if self.kind == "assumed-role" and self.role_arn is None:
            raise ValueError("a role session needs the ARN of its role")


ANONYMOUS = Principal(kind="anonymous", arn="*", account="")
"""Somebody who signed nothing that AWS reads: a bearer token counts as nothing here."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the policies."""

    action: str
    """As `sagemaker:CreatePresignedDomainUrl`; case does not matter."""

    resource: str
    """An ARN, or `*` for an action that knows no resources."""

    principal: Principal
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    """Condition keys.  A key that is not here is missing, which is itself an answer."""

    resource_account: str | None = None
    """Whose resource it is; `None` takes it from the ARN, or the caller's if that is silent."""

    keys: Mapping[str, ContextValue] = field(init=False, repr=False, compare=False)
    """The context with its names in lower case: what conditions look into."""

    folded_action: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # An empty set of values is a key that is not there.
        keys = {name.lower(): value for name, value in self.context.items() if value != ()}
        if len(keys) < len(self.context) and _collide(self.context):
            raise ValueError("two condition keys differ only in case")
        object.__setattr__(self, "keys", keys)
        object.__setattr__(self, "folded_action", self.action.lower())

    @property
    def owner(self) -> str:
        """The account the resource belongs to; the caller's where nothing says otherwise."""
        if self.resource_account is not None:
            return self.resource_account
        parts = self.resource.split(":", 5)
        named = parts[_ARN_ACCOUNT] if parts[0] == "arn" and len(parts) > _ARN_ACCOUNT else ""
        return named or self.principal.account


def _collide(context: Mapping[str, ContextValue]) -> bool:
    return len({name.lower() for name in context}) < len(context)
