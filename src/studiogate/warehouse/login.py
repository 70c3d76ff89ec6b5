"""One way into a database, for a while: what the parts of this room hand to one another."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Login:
    """Where a warehouse answers, and who one is there, until when."""

    host: str
    port: int
    database: str
    user: str
    """As the database is to be told it: `IAM:ada`, `IAMA:ada`, `IAMR:…`."""

    password: str = field(repr=False)
    expires_at: datetime
    """Of the password, in UTC: a session that is open by then stays open."""
