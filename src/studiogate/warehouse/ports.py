"""What this room needs of AWS: `aws.notebook` gives it, and a fake of the tests does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from studiogate.aws.notebook import Caller, Password, Standing


class Role(Protocol):
    """Redshift's API as a reader role; see `aws.notebook.Reader`."""

    def caller(self) -> "Caller":
        """Who the role's session is."""
        ...

    def cluster(self, name: str) -> "Standing":
        """A provisioned cluster of the role's account."""
        ...

    def cluster_password(
        self, name: str, *, user: str, database: str, groups: Sequence[str]
    ) -> "Password":
        """A password for one database user of a cluster."""
        ...

    def workgroup(self, name: str) -> "Standing":
        """A serverless workgroup of the role's account."""
        ...

    def workgroup_password(self, name: str, *, database: str) -> "Password":
        """A password for the database user that the role itself is."""
        ...


class Aws(Protocol):
    """AWS with the notebook's own keys; see `aws.notebook.Notebook`."""

    def caller(self) -> "Caller":
        """Who the notebook is."""
        ...

    def reader(self, role_arn: str, *, profile: str) -> Role:
        """Redshift's API as a role, in a session called like the profile."""
        ...
