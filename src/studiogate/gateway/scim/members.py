"""What a change of people or groups means: everybody it reaches is put where they belong.

A group's row names the people a change of it has not reached yet, before the first of them is
touched.  So a change that is cut short, by a failure or by the time one answer may take, is
taken up by the provider's next attempt and lost by none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from studiogate.errors import Busy
from studiogate.foundation.provisioned import lob_of
from studiogate.gateway.ports import Clock
from studiogate.gateway.scim.lobs import LobGroups
from studiogate.gateway.scim.people import People
from studiogate.gateway.scim.refused import Wrong, refused
from studiogate.gateway.scim.resources import MOST_MEMBERS, Kind, Resource, is_id
from studiogate.gateway.scim.store import Store, busy
from studiogate.gateway.turns import all_of

_TRIES: Final = 8
_AT_ONCE: Final = 8
_IN_ONE_GO: Final = 64
_ASKED_AT_ONCE: Final = 20
"""People of one question: an answer may hold a megabyte, and each of them some 20 KB."""

_ANSWERS_WITHIN: Final = timedelta(seconds=18)
"""API Gateway waits 29 seconds for a function."""


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in which group, and what follows from it."""

    store: Store
    people: People
    lobs: LobGroups
    clock: Clock

    async def settle(self, user: Resource) -> None:
        """Have the directory say of `user` what their provider says.

        Looked at again afterwards: what was told may have been out of date by then, and
        whoever changed it may have found nothing yet to correct.

        Raises:
            Malformed: the name is somebody's whom another provider answers for.
            AwsError: a table did not answer or refused; sent again, it is done.
        """
        for _ in range(_TRIES):
            lob = lob_of(user.groups.values(), await self.lobs.all())
            await self.people.enter(user, lob)
            fresh = await self.store.find(Kind.USER, user.idp, user.id)
            if fresh is None or fresh.name != user.name:
                await self.people.leave(user, user.name)
            if fresh is None or fresh.version == user.version:
                return
            user = fresh
        raise busy(self.store.table)

    async def check(self, idp: str, ids: Iterable[str]) -> None:
        """Return if all of `ids` are people that `idp` sent.

        Raises:
            Malformed: one is not, or they are too many.
            AwsError: the table did not answer, or refused.
        """
        asked = sorted(set(ids))
        if len(asked) > MOST_MEMBERS:
            raise refused(Wrong.TOO_LARGE, f"a group has more than {MOST_MEMBERS:,} members")
        for at in range(0, len(asked), _ASKED_AT_ONCE):
            some = asked[at : at + _ASKED_AT_ONCE]
            if not all(map(is_id, some)) or await self.store.known(idp, some) != set(some):
                raise refused(Wrong.VALUE, "a member is nobody this provider has sent")

    async def follow(self, group: Resource) -> Resource:
        """Reach everybody `group` still names as pending; the group as it is then.

        Raises:
            Busy: there was not time for everybody; sent again, it goes on.
            AwsError: a table did not answer or refused; sent again, it goes on.
        """
        ends = self.clock() + _ANSWERS_WITHIN
        while group.pending:
            if self.clock() >= ends:
                raise _unfinished(len(group.pending))
            some = sorted(group.pending)[:_IN_ONE_GO]
            await all_of((self._reach(group, one) for one in some), at_once=_AT_ONCE)
            group = await self._reached(group, frozenset(some))
        return group

    async def drop(self, user: Resource) -> None:
        """Take `user`, who is going, out of every group they are in.

        Raises:
            AwsError: a table did not answer, or refused.
        """
        for id_ in user.groups:
            for _ in range(_TRIES):
                group = await self.store.find(Kind.GROUP, user.idp, id_)
                if group is None or user.id not in group.members | group.pending:
                    break
                left = self.changed(
                    group,
                    members=group.members - {user.id},
                    pending=group.pending - {user.id},
                )
                if await self.store.save(group, left):
                    break
            else:
                raise busy(self.store.table)

    def changed(
        self, group: Resource, *, members: frozenset[str], pending: frozenset[str]
    ) -> Resource:
        """`group` as its next version, with other members."""
        return replace(
            group,
            members=members,
            pending=pending,
            version=group.version + 1,
            changed=self.clock(),
        )

    async def _reached(self, group: Resource, done: frozenset[str]) -> Resource:
        """`group` without `done` among the pending.

        Where somebody changed the group in the meantime, what was done may be out of date, and
        is done again.
        """
        after = replace(group, pending=group.pending - done, version=group.version + 1)
        if await self.store.save(group, after):
            return after
        fresh = await self.store.find(Kind.GROUP, group.idp, group.id)
        if fresh is not None:
            return replace(fresh, pending=fresh.pending | done)
        gone = replace(group, members=frozenset(), pending=frozenset())
        for one in sorted(done):
            await self._reach(gone, one)
        return gone

    async def _reach(self, group: Resource, id_: str) -> None:
        """Have one person know whether they are in `group`, and the directory what follows."""
        for _ in range(_TRIES):
            user = await self.store.find(Kind.USER, group.idp, id_)
            if user is None:
                return
            after = _knowing(user, group)
            if after is None or await self.store.save(user, after):
                await self.settle(after or user)
                return
        raise busy(self.store.table)


def _knowing(user: Resource, group: Resource) -> Resource | None:
    """`user` as their next version, who knows about `group`; `None`: they do already."""
    known = dict(user.groups)
    if user.id in group.members:
        known[group.id] = group.name
    else:
        known.pop(group.id, None)
    if known == user.groups:
        return None
    return replace(user, groups=known, version=user.version + 1)


def _unfinished(left: int) -> Busy:
    return Busy(
        f"a change of a group has {left} people still to reach",
        remedy="Send it again: it goes on where it stopped.",
        action="dynamodb:PutItem",
        about="studiogate-provisioned",
        code="Unfinished",
    )
