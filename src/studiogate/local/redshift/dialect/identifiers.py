"""Names as Redshift reads them: quoted ones fold to lower case, `#name` is a temporary table.

`enable_case_sensitive_identifier` is off, as it is at AWS until somebody turns it on, so that
`"Total"` and `total` are one name (AWS's "Names and identifiers").  Names of users are left as
they are: who one is was decided before the database is asked.
"""

from collections.abc import Sequence

from studiogate.local.redshift.dialect.reading import Tokens, before, keywords, outer, written
from studiogate.local.redshift.dialect.tokens import Token

_OF_USERS = {
    (verb, kind)
    for verb in ("create", "alter", "drop", "set")
    for kind in ("user", "group", "role", "session", "default")
}
_BEFORE_A_USER = {
    "grant": ("to",),
    "revoke": ("from",),
    "alter": ("owner",),
    "create": ("authorization",),
}
_BEFORE_A_TABLE = (
    "table", "from", "join", "into", "update", "exists", "truncate", "using", "analyze", ",",
)  # fmt: skip


def identified(pieces: Sequence[Token]) -> Tokens:
    """The statement with its names as PostgreSQL is to read them."""
    marked = any(piece.says("#") for piece in pieces)
    return _folded(_temporary(pieces) if marked else list(pieces))


def _folded(pieces: Tokens) -> Tokens:
    words = keywords(pieces, 2)
    if tuple(words) in _OF_USERS:
        return pieces
    marks = _BEFORE_A_USER.get(words[0], ())
    end = next((index for index, piece in outer(pieces) if piece.says(*marks)), len(pieces))
    return [
        Token("name", piece.text.lower()) if piece.kind == "name" and index < end else piece
        for index, piece in enumerate(pieces)
    ]


def _temporary(pieces: Sequence[Token]) -> Tokens:
    done: Tokens = []
    creates = keywords(pieces, 2) == ["create", "table"]
    for index, piece in enumerate(pieces):
        ahead = before(pieces, index)
        opens = piece.says("#") and ahead is not None and ahead.says(*_BEFORE_A_TABLE)
        follows = pieces[index + 1] if index + 1 < len(pieces) else piece
        if opens and follows.kind == "word":
            done.append(Token("name", f'"#{follows.low}"'))
            if creates:
                place = next(at for at, kept in enumerate(done) if kept.says("table"))
                done[place:place] = written("temp ")
                creates = False
        elif not (done and done[-1].text == f'"#{piece.low}"' and pieces[index - 1].says("#")):
            done.append(piece)
    return done
