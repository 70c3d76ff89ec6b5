"""Where the metadata of providers is kept, for every instance of the gateway.

`apply` writes a row for each provider; the gateway reads it anew at most once a minute, so that
certificates are rolled over without a restart.  What was read last stays good for a day while
the table does not answer; a row that is gone is gone at once.
"""

from datetime import timedelta
from typing import Protocol

from studiogate import names
from studiogate.errors import Invalid, NotThere
from studiogate.foundation.directory import Item
from studiogate.gateway.ports import Clock
from studiogate.gateway.signin.kept import Ages, Fetched, Kept

COLUMN = "METADATA"
REREAD = timedelta(seconds=60)
GOOD_FOR = timedelta(hours=24)
_AGES = Ages(soft=GOOD_FOR, hard=GOOD_FOR, cool_down=REREAD)


class Documents(Protocol):
    """Knows what providers published."""

    async def document(self, idp: str) -> bytes:
        """The metadata of the provider `idp`, as XML.

        Raises:
            NotThere: there is none.
            AwsError: it cannot be had.
        """
        ...


class Rows(Protocol):
    """The one DynamoDB call this makes."""

    async def get_item(self, table: str, key: Item) -> Item | None:
        """The item under `key`, or `None` where there is none.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        ...


class TableDocuments:
    """Metadata as rows of the table of providers."""

    def __init__(self, items: Rows, clock: Clock, *, table: str = names.IDPS_TABLE) -> None:
        self._items = items
        self._clock = clock
        self._table = table
        self._kept: dict[str, Kept[bytes]] = {}

    async def document(self, idp: str) -> bytes:
        """The metadata of `idp`, not older than a minute while the table answers.

        Raises:
            NotThere: there is no row of that name.
            AwsError: the table did not answer for a day, or refused; or the row is malformed.
        """
        kept = self._kept.get(idp) or self._kept.setdefault(idp, self._keeping(idp))
        await kept.value()
        found = await kept.renewed()
        if not found:
            raise unpublished(idp)
        return found

    async def close(self) -> None:
        """Stop what is being read."""
        for kept in self._kept.values():
            await kept.close()

    def _keeping(self, idp: str) -> Kept[bytes]:
        return Kept(
            lambda: self._ask(idp), self._clock, _AGES, about=f"the metadata of the idp {idp!r}"
        )

    async def _ask(self, idp: str) -> Fetched[bytes]:
        """The document; empty where there is no row, which is an answer as well."""
        item = await self._items.get_item(self._table, {"PK": {"S": idp}})
        if item is None:
            return Fetched(b"")
        text = item.get(COLUMN, {}).get("S")
        if not isinstance(text, str) or not text:
            raise Invalid(
                f"the row {idp!r} of {self._table} has no {COLUMN}",
                remedy="Run `studiogate apply`: it writes the rows of identity providers.",
                action="dynamodb:GetItem",
                about=f"{self._table}/{idp}",
                code="MalformedRow",
            )
        return Fetched(text.encode("utf-8"))


def unpublished(idp: str) -> NotThere:
    """The refusal where a provider's metadata is not there."""
    return NotThere(
        f"the identity provider {idp!r} is not set up yet",
        remedy="Ask the platform team to run `studiogate apply` with its metadata.",
        reason="idp-not-ready",
    )
