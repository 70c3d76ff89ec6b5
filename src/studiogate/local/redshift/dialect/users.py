"""Users, groups, roles and grants as Redshift writes them."""

from collections.abc import Sequence

from studiogate.local.redshift.dialect.reading import (
    Tokens,
    after,
    before,
    keywords,
    solid,
    written,
)
from studiogate.local.redshift.dialect.refusals import NOT_DONE
from studiogate.local.redshift.dialect.tokens import Token
from studiogate.local.redshift.wire.ports import Refused

_REFUSED_OPTIONS = {
    "createuser": "CREATEUSER: the emulated warehouse has one superuser, its administrator",
    "externalid": "EXTERNALID: identity providers of the database are not emulated",
    "timeout": "SESSION TIMEOUT is not emulated",
    "unrestricted": "SYSLOG ACCESS UNRESTRICTED is not emulated",
}


def user(pieces: Sequence[Token]) -> Tokens:
    """CREATE USER and ALTER USER in PostgreSQL's words.

    Raises:
        Refused: an option that would be lost.
    """
    alters = keywords(pieces, 1) == ["alter"]
    done: Tokens = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        follows = solid(pieces, at + 1)
        if piece.kind == "word" and piece.low in _REFUSED_OPTIONS:
            raise Refused(_REFUSED_OPTIONS[piece.low], code=NOT_DONE)
        if piece.says("password") and follows is not None and pieces[follows].says("disable"):
            done += written("password null") if alters else []
            at = follows + 1
        elif piece.says("nocreateuser", "syslog", "access", "restricted"):
            at += 1
        else:
            done.append(piece)
            at += 1
    return done


def granted(pieces: Sequence[Token]) -> Tokens:
    """GRANT and REVOKE: `ROLE` before a name goes, for roles are roles in PostgreSQL."""
    words = [piece.low for piece in pieces if not piece.blank]
    if "assumerole" in words or "scoped" in words:
        raise Refused("GRANT ASSUMEROLE is not emulated", code=NOT_DONE)
    done: Tokens = []
    for index, piece in enumerate(pieces):
        ahead = before(pieces, index)
        follows = after(pieces, index)
        names = follows is not None and follows.kind in {"word", "name"}
        behind = ahead is not None and ahead.says("to", "from", ",", "grant", "revoke", "for")
        if piece.says("role", "user") and behind and names:
            continue
        done.append(piece)
    return done
