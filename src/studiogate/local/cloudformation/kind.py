"""What the engine asks of a resource type, and what it offers it: values and promises.

A kind knows one type: which properties it has, and which calls make, change and end a resource.
It calls the emulated services as anybody does; nothing is made behind their back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

Properties = Mapping[str, Any]
"""Resolved: no intrinsic functions, no `AWS::NoValue`."""


class Cloud(Protocol):
    """The emulated AWS, as the caller of CloudFormation may use it."""

    @property
    def account(self) -> str:
        """Id of the account the stack is in."""
        ...

    @property
    def region(self) -> str:
        """The stack's Region."""
        ...

    async def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """The answer to one API call, parameters and answer as boto3 has them.

        Made with the permissions of whoever called CloudFormation, recorded in the trail, and
        decided by the same policies: `call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")`.

        Raises:
            ApiError: the service refused, in AWS's words; AccessDenied included.
        """
        ...


@dataclass(frozen=True, slots=True)
class Naming:
    """From which CloudFormation makes up a name where a template gives none."""

    stack: str
    stack_id: str
    logical_id: str
    token: str
    """Twelve capital letters and digits; another for each resource that is made."""

    def name(self, longest: int = 64) -> str:
        """As CloudFormation names: `STACK-LOGICALID-TOKEN`, cut to `longest`."""
        return f"{self.stack}-{self.logical_id}"[: longest - 13] + f"-{self.token}"


@dataclass(frozen=True, slots=True)
class Made:
    """A resource as it stands."""

    physical_id: str
    """What `Ref` gives."""

    attributes: Mapping[str, str | list[str]] = field(default_factory=dict)
    """What `Fn::GetAtt` gives, by attribute."""


class Kind(Protocol):
    """One resource type."""

    @property
    def name(self) -> str:
        """As `AWS::EC2::VPC`."""
        ...

    @property
    def properties(self) -> frozenset[str]:
        """Every property it takes here; a template with another is refused."""
        ...

    @property
    def required(self) -> frozenset[str]:
        """Properties it cannot do without."""
        ...

    @property
    def replaced_by(self) -> frozenset[str]:
        """Properties whose change makes a new resource ("Update requires: Replacement")."""
        ...

    async def create(self, cloud: Cloud, wanted: Properties, naming: Naming) -> Made:
        """Make one, and return when it is ready.

        Raises:
            ApiError: AWS's refusal; nothing of it is left.
        """
        ...

    async def update(
        self, cloud: Cloud, made: Made, before: Properties, wanted: Properties
    ) -> Made:
        """Change one in place; only called for properties outside `replaced_by`.

        Raises:
            ApiError: AWS's refusal.
        """
        ...

    async def delete(self, cloud: Cloud, made: Made, before: Properties) -> None:
        """End one, and return when it is gone; one that is gone already is no error.

        Raises:
            ApiError: AWS's refusal, such as something that still hangs on it.
        """
        ...

    async def live(self, cloud: Cloud, made: Made, known: Properties) -> Properties | None:
        """What of `known` AWS says now, for drift: the same keys; `None` when it is gone.

        Raises:
            NotImplementedError: this kind cannot tell; CloudFormation says `NOT_CHECKED`.
            ApiError: AWS's refusal.
        """
        ...


@runtime_checkable
class Snapshotting(Protocol):
    """A kind some of whose resources leave a last snapshot, where a policy says so."""

    @property
    def snapshots(self) -> bool:
        """Whether this one does; a template with the policy is refused otherwise."""
        ...

    async def delete_keeping(
        self, cloud: Cloud, made: Made, before: Properties, naming: Naming
    ) -> None:
        """End one like `delete`, and keep a last snapshot under a name of `naming`'s.

        Raises:
            ApiError: AWS's refusal.
        """
        ...


@runtime_checkable
class Assuming(Protocol):
    """A cloud whose caller can become somebody else, where a property names a role for it."""

    async def as_role(self, role_arn: str) -> Cloud:
        """The cloud as a session of that role, in the role's account and the same Region.

        Raises:
            ApiError: STS refused, in its words.
        """
        ...
