"""What the wire needs of others: the words a client's SQL is turned into before it is run."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Refused(Exception):
    """A statement that is not run, and why, in Redshift's words.

    Who sent it reads the message as the database's error; an open transaction fails by it.
    """

    def __init__(self, message: str, code: str = "0A000") -> None:
        """`code` is the SQLSTATE."""
        super().__init__(message)
        self.message = message
        self.code = code


class Dialect(Protocol):
    """Redshift's SQL, for PostgreSQL.  No method keeps anything from call to call."""

    def rewritten(self, sql: str) -> str:
        """What PostgreSQL is asked in place of `sql`, which may hold several statements.

        Parameters (`$1`, or a driver's `%s` already put in) keep their names and their order.

        Raises:
            Refused: Redshift has no such statement, or the emulation cannot do it.
        """
        ...

    def positioned(self, sql: str, parameters: Mapping[str, str]) -> tuple[str, Sequence[str]]:
        """`sql` with `$1`, `$2` … for the Data API's `:name`, and the values in that order.

        Raises:
            Refused: a name has no value, or a value no name.
        """
        ...

    def shown(self, sql: str) -> str:
        """`sql` as a log may hold it: without passwords and keys."""
        ...

    def worded(self, message: str, code: str) -> str:
        """An error's text as Redshift would say it, for PostgreSQL's `message` and SQLSTATE."""
        ...
