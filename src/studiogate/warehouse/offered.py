"""What a notebook is offered: `connect`, and a `Warehouse` that answers statements.

Everything slow to import (pandas, Arrow, the driver, boto3) is imported by what needs it, so
that importing this costs a notebook nothing.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from studiogate.warehouse import identity, settings
from studiogate.warehouse.connection import Opened, Session, opened
from studiogate.warehouse.credentials import Clock, Credentials
from studiogate.warehouse.login import Login
from studiogate.warehouse.ports import Aws
from studiogate.warehouse.query import BATCH_ROWS, Params, Query
from studiogate.warehouse.settings import Listed

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_TABLES: Final = """
select n.nspname as "schema", c.relname as "name",
       case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
                      else 'table' end as "kind",
       case when c.reltuples < 0 then null else cast(c.reltuples as bigint) end as "rows",
       has_schema_privilege(n.oid, 'usage')
           and has_table_privilege(c.oid, 'select') as "readable"
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'v', 'm', 'p')
   and n.nspname not like 'pg!_%' escape '!'
   and n.nspname not in ('information_schema', 'catalog_history')
 order by 1, 2
"""
"""In the words of PostgreSQL 8, which Redshift knows as well (Redshift Database Developer
Guide, "System catalog tables")."""


class Warehouse:
    """A warehouse, as the person whose notebook this is.

    One session, in which statements run one after another: what one makes temporary, the next
    can read.  `with` closes it, and so does the end of the kernel.

    Every method that runs a statement raises a `WarehouseError` that says what to do, an
    `AwsError` where AWS gives no password, and `KeyboardInterrupt` when the person presses
    stop, once the statement is stopped in the database, too.
    """

    def __init__(self, listed: Listed, session: Session, *, user: str) -> None:
        """See `connect`."""
        self._listed = listed
        self._session = session
        self.name: str = listed.title
        self.user: str = user
        """The database user one is: the profile; on serverless, the role."""

        self.account: str = listed.account
        self.database: str = listed.database
        self.groups: Sequence[str] = listed.groups

    def __repr__(self) -> str:
        """What it is, and who one is there."""
        groups = f" in {', '.join(self.groups)}" if self.groups else ""
        return (
            f"<warehouse {self.name}: database {self.database} of {self._listed.kind} "
            f"{self._listed.name} in account {self.account}, as {self.user}{groups}>"
        )

    def __enter__(self) -> Self:
        """Itself; the session is closed at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the session."""
        self.close()

    def query(self, sql: str, params: Params | None = None) -> Query:
        """`sql` with its values, to be read as one likes; nothing runs yet.

        Values are bound by name, because a name can be checked both ways: `:id` without a
        value and a value without its `:id` are refused, where positions would shift.
        """
        return Query(self._session, self.name, sql, params)

    def read(self, sql: str, params: Params | None = None) -> "pd.DataFrame":
        """What `sql` gives, as a pandas data frame.

        `sales.read("select * from users where id = :id", {"id": 7})`
        """
        return self.query(sql, params).read()

    def arrow(self, sql: str, params: Params | None = None) -> "pa.Table":
        """What `sql` gives, as an Arrow table."""
        return self.query(sql, params).arrow()

    def polars(self, sql: str, params: Params | None = None) -> "pl.DataFrame":
        """What `sql` gives, as a polars data frame, where polars is installed."""
        return self.query(sql, params).polars()

    def batches(
        self, sql: str, params: Params | None = None, *, rows: int = BATCH_ROWS
    ) -> "Iterator[pa.RecordBatch]":
        """What `sql` gives, so many `rows` at a time; see `Query.batches`."""
        return self.query(sql, params).batches(rows=rows)

    def execute(self, sql: str, params: Params | None = None) -> int:
        """Run `sql` for what it does; how many rows it touched, 0 where it touches none.

        Each statement counts at once, unless `begin` was one; then until `commit`.
        """
        return self._session.affected(self.query(sql, params).text)

    def tables(self) -> "pd.DataFrame":
        """What there is: schema, name, kind, about how many rows, and whether one may read it.

        `rows` is the planner's estimate, and missing where it has none.  External tables of
        other catalogues are not among them.
        """
        return self.read(_TABLES)

    def close(self) -> None:
        """End the session; a statement that comes later opens another one."""
        self._session.close()


def names(*, environ: Mapping[str, str] | None = None, home: Path | None = None) -> list[str]:
    """The warehouses that this notebook may read, in order.

    Raises:
        NotSetUp: there is no list of them, or none that can be read.
    """
    return sorted(_settings(environ, home).warehouses)


def connect(
    name: str,
    *,
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    aws: Callable[[str], Aws] | None = None,
    clock: Clock | None = None,
    opened: Callable[[Login], Opened] = opened,
) -> Warehouse:
    """The warehouse called `name`, as the person whose notebook this is.

    The notebook's role becomes the warehouse's reader, asks for a password of one's own
    database user, and signs in.  Everything beside `name` is for tests.

    Raises:
        NotSetUp: this is a shared space, or no app of Studio, or has no list of warehouses.
        NoSuchWarehouse: there is no such warehouse for this notebook.
        AwsError: AWS refuses: the role, the user, the group; or does not answer.
        WarehouseError: the warehouse does not answer, or does not let one in.
    """
    known = os.environ if environ is None else environ
    found = _settings(known, home)
    listed = found.of(name)
    profile = identity.profile(identity.place(known))
    now = clock or _now
    account = (aws or _aws)(found.region)
    credentials = Credentials(listed, profile=profile, aws=account, clock=now)
    user = _user(listed, profile)
    session = Session(credentials, listed=listed, user=user, clock=now, opened=opened)
    session.open()
    return Warehouse(listed, session, user=user)


def _user(listed: Listed, profile: str) -> str:
    """Who the database knows: the profile, or the role of the person's own on serverless."""
    if listed.kind == "cluster":
        return profile
    return f"IAMR:{listed.role_arn(profile).rpartition('/')[2]}"


def _settings(environ: Mapping[str, str] | None, home: Path | None) -> settings.Settings:
    known = os.environ if environ is None else environ
    return settings.settings(settings.place(known, home or Path.home()))


def _aws(region: str) -> Aws:
    from studiogate.aws.notebook import Notebook  # noqa: PLC0415 - boto3 is slow to import

    return Notebook(region)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the notebook's clock is made here
