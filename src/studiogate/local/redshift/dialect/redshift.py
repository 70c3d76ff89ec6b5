"""Redshift's SQL for PostgreSQL: every statement of a text rewritten, or refused by name.

What is not known here is passed on as it is, and PostgreSQL says what is wrong with it.
"""

from collections.abc import Callable, Mapping, Sequence

from studiogate.local.redshift.dialect.calls import called
from studiogate.local.redshift.dialect.identifiers import identified
from studiogate.local.redshift.dialect.parameters import positioned
from studiogate.local.redshift.dialect.queries import queried
from studiogate.local.redshift.dialect.reading import Tokens, keywords, parted, solid, written
from studiogate.local.redshift.dialect.reflection import reflected
from studiogate.local.redshift.dialect.refusals import refuse
from studiogate.local.redshift.dialect.said import said
from studiogate.local.redshift.dialect.secret import discreet
from studiogate.local.redshift.dialect.settings import named
from studiogate.local.redshift.dialect.showing import shown
from studiogate.local.redshift.dialect.tables import altered, created
from studiogate.local.redshift.dialect.tokens import Token, joined, tokens
from studiogate.local.redshift.dialect.types import without_max
from studiogate.local.redshift.dialect.users import granted, user

_BY_HEAD: dict[tuple[str, ...], Callable[[Sequence[Token]], Tokens]] = {
    ("create", "user"): user,
    ("alter", "user"): user,
    ("alter", "table"): altered,
    ("grant",): granted,
    ("revoke",): granted,
    ("alter", "default"): granted,
    ("set",): named,
    ("reset",): named,
}


class RedshiftDialect:
    """The dialect that the wire front asks (`wire/ports.py`); it keeps nothing."""

    def rewritten(self, sql: str) -> str:
        """What PostgreSQL is asked in place of `sql`; as many statements as there were.

        Raises:
            Refused: Redshift has no such statement, or the emulation cannot do it.
        """
        return ";".join(joined(_statement(part)) for part in parted(tokens(sql), ";"))

    def positioned(self, sql: str, parameters: Mapping[str, str]) -> tuple[str, Sequence[str]]:
        """`sql` with parameters by number, and their values in that order.

        Raises:
            Refused: a name has no value, or a value no name.
        """
        return positioned(sql, parameters)

    def worded(self, message: str, code: str) -> str:
        """An error's text as Redshift would say it."""
        return said(message, code)

    def shown(self, sql: str) -> str:
        """`sql` as a log may hold it: with `'***'` for passwords and keys."""
        return discreet(sql)


def _statement(pieces: Tokens) -> Tokens:
    head = tuple(keywords(pieces, 2))
    if not head:
        return pieces
    refuse(pieces)
    pieces = identified(pieces)
    if head[0] == "cancel":
        return _cancelling(pieces)
    if head[0] == "show":
        return shown(pieces) or named(pieces)
    for opening, rewriting in _BY_HEAD.items():
        if head[: len(opening)] == opening:
            pieces = rewriting(pieces)
    if head[0] == "create" and "table" in keywords(pieces, 4):
        pieces = created(pieces)
    return queried(called(reflected(without_max(pieces))))


def _cancelling(pieces: Tokens) -> Tokens:
    """`CANCEL pid ['message']`."""
    at = solid(pieces, (solid(pieces) or 0) + 1)
    if at is None or pieces[at].kind not in {"number", "parameter"}:
        return pieces
    return written(f"select pg_catalog.pg_cancel_backend({pieces[at].text})")
