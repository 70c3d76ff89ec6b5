"""What is in a seat's PostgreSQL before anybody comes: its administrator, databases, the log.

A script runs once in every database, and again when its words change; the template has them
all, so that a database made later has them too.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from studiogate.local.redshift.engine.server import HARVEST, TEMPLATE
from studiogate.local.redshift.engine.talk import Talk
from studiogate.local.redshift.parts import Failed, Seat

TalkTo = Callable[[str], Awaitable[Talk]]
"""Begins a session of the owner's in a database."""

_FIRST = "postgres"
"""The database that PostgreSQL is made with."""

_SAMPLE = "sample"
"""What is noted when a seat's own database was filled."""

_NO_SUCH_TABLE = "42P01"
_POWERS = ("pg_read_all_data", "pg_write_all_data", "pg_monitor", "pg_signal_backend")

# The tables can be read by nobody, not even the administrator, who may read all data: row
# security lets only their owner through, whose views show everybody what is theirs.
# Its schema is called as a system's own, so that no client takes it for somebody's.
# What `sees` asks is bound when it is made: in text, `=` would be whatever stands first in the
# search path of whoever reads.
_LOG = """
set allow_system_table_mods = on;
create schema pg_journal;
reset allow_system_table_mods;
create table pg_journal.scripts (digest text primary key);
create function pg_journal.done(digest text) returns void language sql as
    $$ insert into pg_journal.scripts values (digest) $$;
create table pg_journal.statements (
    query bigint generated always as identity primary key,
    at timestamptz not null,
    ended timestamptz not null,
    usename text not null,
    pid int not null,
    database text not null,
    text text not null,
    status text not null,
    seconds float8 not null,
    rows bigint not null,
    network text not null,
    source_identity text,
    caller text not null,
    details jsonb not null
);
create table pg_journal.connections (
    event text not null,
    at timestamptz not null,
    usename text not null,
    pid int not null,
    database text not null,
    network text not null,
    application text not null,
    source_identity text,
    caller text not null
);
create function pg_journal.sees(usename text) returns bool stable language sql
    return usename = session_user
        or pg_catalog.pg_has_role(session_user, 'pg_read_all_data', 'member');
alter table pg_journal.scripts enable row level security;
alter table pg_journal.statements enable row level security;
alter table pg_journal.connections enable row level security;
grant usage on schema pg_journal to public;
grant all on schema public to public;
comment on schema pg_journal is 'Read the views of the system tables.';
"""


def quoted(name: str) -> str:
    """`name` as an identifier of SQL, whatever is in it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


async def made(talk_to: TalkTo, seat: Seat, scripts: Sequence[str]) -> None:
    """Make what `seat` needs, where it is not there yet.

    Raises:
        Failed: a script is wrong.
    """
    talk = await talk_to(TEMPLATE)
    try:
        await _scripted(talk, scripts)
        await _administrator(talk, seat)
        standing = await _databases(talk)
    finally:
        await talk.close()  # nobody may be in a template that is copied
    if not {HARVEST, seat.database} <= standing:
        await _filled(talk_to, seat, standing)
    for database in standing - {TEMPLATE, HARVEST, _FIRST}:
        await _in(talk_to, database, scripts)


async def sampled(talk_to: TalkTo, socket: Path, seat: Seat, scripts: Sequence[str]) -> None:
    """Fill the seat's own database by `scripts`, as its administrator; all of them, once.

    Raises:
        Failed: a script is wrong; none of them was done.
    """
    owner = await talk_to(seat.database)
    try:
        if scripts and _SAMPLE not in await _done(owner):
            master = await Talk.begun(socket, user=seat.master, database=seat.database)
            try:
                await master.script(";\n".join(scripts))
            finally:
                await master.close()
            await owner.ask("select pg_journal.done($1)", _SAMPLE)
    finally:
        await owner.close()


async def _in(talk_to: TalkTo, database: str, scripts: Sequence[str]) -> None:
    talk = await talk_to(database)
    try:
        await _scripted(talk, scripts)
    finally:
        await talk.close()


async def _filled(talk_to: TalkTo, seat: Seat, standing: set[str]) -> None:
    talk = await talk_to(TEMPLATE if _FIRST in standing else HARVEST)
    try:
        if _FIRST in standing:
            for database in (_FIRST, TEMPLATE):
                await talk.script(f"revoke all on database {database} from public")
            await talk.script(f"alter database {_FIRST} rename to {HARVEST}")
    finally:
        await talk.close()
    talk = await talk_to(HARVEST)
    try:
        if seat.database not in standing:
            owner = quoted(seat.master)
            await talk.script(f"create database {quoted(seat.database)} owner {owner}")
    finally:
        await talk.close()


async def _databases(talk: Talk) -> set[str]:
    found = await talk.ask("select datname from pg_database where datallowconn")
    return {str(name) for (name,) in found.rows}


async def _administrator(talk: Talk, seat: Seat) -> None:
    there = await talk.ask("select from pg_roles where rolname = $1", seat.master)
    if not there.rows:
        name = quoted(seat.master)
        await talk.script(
            f"create role {name} login createrole createdb;"
            f"grant {', '.join(_POWERS)} to {name} with inherit true, set false"
        )


async def _scripted(talk: Talk, scripts: Sequence[str]) -> None:
    done = await _done(talk)
    for script in scripts:
        digest = hashlib.sha256(script.encode()).hexdigest()
        if digest not in done:
            await talk.script(f"{script};\nselect pg_journal.done('{digest}')")


async def _done(talk: Talk) -> set[str]:
    try:
        found = await talk.ask("select digest from pg_journal.scripts")
    except Failed as missing:
        if missing.code != _NO_SUCH_TABLE:
            raise
        await talk.script(_LOG)
        return set()
    return {str(digest) for (digest,) in found.rows}
