"""Who may begin a session: users that are there or are made, and groups for the session.

PostgreSQL knows no membership for one session, so it is given at a user's first session and
taken back when their last ends; while one lives, the same user cannot have another set.
"""

import asyncio
import hashlib
import hmac
from collections import Counter

from studiogate.local.redshift.engine.server import OWNER
from studiogate.local.redshift.engine.setup import quoted
from studiogate.local.redshift.engine.talk import Talk
from studiogate.local.redshift.parts import Failed, Grant

_LONGEST_NAME_BYTES = 63
"""PostgreSQL cuts names after this (NAMEDATALEN); Redshift's may have 127."""

_LOGIN_REFUSED, _NO_SUCH, _NOT_HERE = "28000", "42704", "0A000"

# What the owner gave to a user who may log in, of a group that is not the system's own.
_LEFT_OVER = """
select g.rolname, m.rolname from pg_auth_members a
join pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member
where a.grantor = 10 and g.oid >= 16384 and not g.rolcanlogin and m.rolname <> $1
"""

_DIGEST = """
select rolpassword from pg_authid where rolname = $1 and rolcanlogin and not rolsuper
and rolpassword like 'md5%' and coalesce(rolvaliduntil, 'infinity') > now()
"""


class Users:
    """The users and groups of one seat, and who of them is in a session."""

    def __init__(self, owner: Talk, master: str) -> None:
        self._owner, self._master = owner, master
        self._sessions: Counter[str] = Counter()
        self._groups: dict[str, frozenset[str]] = {}
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Take back what a process that was killed could not."""
        for group, user in (await self._owner.ask(_LEFT_OVER, self._master)).rows:
            await self._owner.script(f"revoke {quoted(str(group))} from {quoted(str(user))}")

    async def enter(self, grant: Grant) -> None:
        """Let the user of `grant` begin a session, with its groups.

        Raises:
            Failed: there is no such user or group, or the groups are not those of the user's
                other sessions.
        """
        groups = frozenset(grant.groups)
        async with self._turn:
            await self._there(grant)
            if self._sessions[grant.user] and self._groups[grant.user] != groups:
                raise Failed(
                    f'user "{grant.user}" has sessions with other groups; end them first: the '
                    "emulation keeps one set of groups for all sessions of a user",
                    code=_NOT_HERE,
                )
            for group in groups:
                if not await self._is_group(group):
                    raise Failed(f'group "{group}" does not exist', code=_NO_SUCH)
            if not self._sessions[grant.user]:
                await self._joined(grant.user, groups)
            self._groups[grant.user] = groups
            self._sessions[grant.user] += 1

    async def leave(self, grant: Grant) -> None:
        """End one session of the user; with the last go their groups."""
        async with self._turn:
            self._sessions[grant.user] -= 1
            if self._sessions[grant.user] == 0:
                del self._sessions[grant.user]
                for group in self._groups.pop(grant.user):
                    if await self._is_group(group):  # it may have been dropped
                        await self._membership("revoke", group, grant.user)

    async def own(self, login: str, salt: bytes, answer: bytes) -> Grant | None:
        """What a user's own password lets them do, proved as an md5 challenge asks."""
        found = (await self._owner.ask(_DIGEST, login)).rows
        if not found:
            return None
        kept = str(found[0][0]).removeprefix("md5").encode()
        proof = b"md5" + hashlib.md5(kept + salt, usedforsecurity=False).hexdigest().encode()
        return Grant(login, login) if hmac.compare_digest(proof, answer) else None

    async def administer(self, password: str) -> None:
        """Let the administrator in by `password`; only its digest gets to the database."""
        digest = hashlib.md5(f"{password}{self._master}".encode(), usedforsecurity=False)
        await self._owner.script(
            f"alter role {quoted(self._master)} password 'md5{digest.hexdigest()}'"
        )

    async def _there(self, grant: Grant) -> None:
        name = grant.user
        if not name or "\0" in name or len(name.encode()) > _LONGEST_NAME_BYTES:
            raise Failed(
                f"a user's name of more than {_LONGEST_NAME_BYTES} bytes is not emulated",
                code=_NOT_HERE,
            )
        found = await self._owner.ask(
            "select rolcanlogin and not rolsuper from pg_roles where rolname = $1", name
        )
        if found.rows == [["t"]]:
            return
        if found.rows or not grant.creates or name == OWNER:
            raise Failed(f'user "{name}" does not exist', code=_LOGIN_REFUSED)
        await self._owner.script(
            f"create role {quoted(name)} login;"
            f"grant {quoted(name)} to {quoted(self._master)}"
            " with admin true, inherit true, set false"
        )

    async def _is_group(self, name: str) -> bool:
        found = await self._owner.ask(
            "select from pg_roles where rolname = $1 and not rolcanlogin and oid >= 16384", name
        )
        return bool(found.rows)

    async def _joined(self, user: str, groups: frozenset[str]) -> None:
        for group in groups:
            await self._membership("grant", group, user)

    async def _membership(self, verb: str, group: str, user: str) -> None:
        # Nobody can be a group, as in Redshift: what it owned would stay when they leave it.
        way = ("to", "with inherit true, set false") if verb == "grant" else ("from", "")
        await self._owner.script(f"{verb} {quoted(group)} {way[0]} {quoted(user)} {way[1]}")
