"""One PostgreSQL: made once in a folder that stays, run while it is needed.

Each seat has a server of its own (17 MB, a third of a second), because users and groups belong
to a whole server: two seats have none in common, and every error text, `current_user` and grant
shows their plain names.

It listens on a unix socket only, and lets in whoever the kernel says is us (`peer`), as
any user: who one is was decided in front of it.
"""

import asyncio
import os
import pwd
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from studiogate.errors import StartError
from studiogate.local.children import Child, start
from studiogate.local.redshift.engine.programs import Programs, at_work_in, environment, run
from studiogate.local.redshift.engine.talk import Talk
from studiogate.local.redshift.parts import Failed

OWNER = "rdsdb"
"""The user that owns the system's objects, in Redshift as here; no client is ever it."""

HARVEST = "padb_harvest"
"""The database of the system's own, in Redshift as here; no client gets into it."""

TEMPLATE = "template1"
"""What every new database begins as."""

_OWNERS = {
    "search_path": "pg_catalog, pg_temp",
    "default_transaction_read_only": "off",
    "default_transaction_isolation": "read committed",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "transaction_timeout": "0",
}
"""Settings of the owner's sessions.  They are said each time, because an administrator may set
others for a database of theirs: with a search path, their functions would run as the owner."""

_SOCKET = ".s.PGSQL.5432"

_STARTS_WITHIN_S = 30.0
_WAIT_S = 0.01

# Backslashes in plain literals are escapes in Redshift ("LIKE": `'%start\\_%'`); a user's own
# password is kept as what an md5 challenge can be checked against; whoever makes a user or a
# group has its rights, as a Redshift superuser has everybody's; statements, which may hold
# passwords, stay out of the server's log.  Nothing here must survive a loss of power.
_SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 120
client_connection_check_interval = '1s'
shared_buffers = 64MB
io_method = sync
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_logical_replication_workers = 0
max_parallel_workers_per_gather = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
standard_conforming_strings = off
escape_string_warning = off
password_encryption = md5
md5_password_warnings = off
createrole_self_grant = 'inherit'
log_min_error_statement = panic
log_min_messages = fatal
"""


class Server:
    """PostgreSQL in one folder."""

    def __init__(self, programs: Programs, home: Path, sockets: Path) -> None:
        """It keeps its data below `home`; `sockets` will be a short name for where it listens.

        The socket lies among the data, whose path may be longer than the name of a socket.
        """
        self._programs = programs
        self._home, self._data, self._sockets = home, home / "data", sockets
        self._child: Child | None = None

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._sockets / _SOCKET

    async def start(self) -> None:
        """Make it, where it was never made, and wait until it answers.

        Raises:
            StartError: it does not start, and what it printed last.
        """
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sockets.parent.mkdir(parents=True, exist_ok=True)
        if not (self._data / "PG_VERSION").exists():
            await self._make()
        await self._cleared()
        self._configure(self._data)
        self._sockets.unlink(missing_ok=True)
        self._sockets.symlink_to(self._data)
        log = self._home / "postgres.log"
        here = self._programs.here(self._data)
        place = here if self._programs.linux else self._sockets
        wanted = f"unix_socket_directories={place}"
        command = self._programs.command(self._data, "postgres", "-D", here, "-c", wanted)
        self._child = start(command, environment=environment(), log=log)
        await self._answers(log)

    async def _make(self) -> None:
        """A new server, whole or not at all."""
        draft = self._home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._programs.own(draft)
        here = self._programs.here(draft)
        options = [f"--username={OWNER}", "--auth=peer", "--encoding=UTF8", "--locale=C"]
        options += ["--no-data-checksums", "--no-sync", "--no-instructions"]
        code, printed = await run(
            self._programs.command(draft, "initdb", f"--pgdata={here}", *options)
        )
        if code:
            raise _failed(printed)
        draft.rename(self._data)

    async def _cleared(self) -> None:
        """End what a process that was killed has left: nobody else may have this folder.

        The server's own locks name a process, which may be a dead one that nobody buried.
        """
        if not self._programs.linux:
            return
        while left := at_work_in(self._data):
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(_WAIT_S)
        for name in ("postmaster.pid", _SOCKET, f"{_SOCKET}.lock"):
            (self._data / name).unlink(missing_ok=True)

    def _configure(self, data: Path) -> None:
        us = pwd.getpwuid(os.geteuid()).pw_name
        for name, content in (
            ("postgresql.auto.conf", _SETTINGS),
            ("pg_hba.conf", "local all all peer map=front\n"),
            ("pg_ident.conf", f'front "{us}" all\n'),
        ):
            (data / name).write_text(content, encoding="ascii")

    async def _answers(self, log: Path) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _STARTS_WITHIN_S
        while True:
            try:
                talk = await self.owner_in(TEMPLATE)
            except (OSError, Failed) as refused:
                if (self._child and self._child.ended is not None) or loop.time() > deadline:
                    await self.stop()
                    printed = await asyncio.to_thread(log.read_text, encoding="utf-8")
                    raise _failed(printed) from refused
                await asyncio.sleep(_WAIT_S)
            else:
                await talk.close()
                return

    async def owner_in(self, database: str) -> Talk:
        """A session of the owner's in a database, whatever is set for that.

        Raises:
            Failed: the server does not let it in.
            OSError: it does not listen.
        """
        return await Talk.begun(self.socket, user=OWNER, database=database, settings=_OWNERS)

    async def stop(self) -> None:
        """End it, and every session; what it holds stays."""
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGINT)  # at once: sessions are not waited for
            await self._child.stop()
            self._child = None
        self._sockets.unlink(missing_ok=True)

    async def drop(self) -> None:
        """Delete all it holds; it has been stopped."""
        await asyncio.to_thread(shutil.rmtree, self._home, ignore_errors=True)


def _failed(printed: str) -> StartError:
    last = printed.strip().splitlines()[-1:] or ["it printed nothing"]
    return StartError(
        f"PostgreSQL, which stands in for Redshift, does not start: {last[0]}",
        remedy="Free memory or disk space, or take the warehouses out of the landscape",
    )
