"""Statements without the passwords and keys in them, as Redshift's own logs have them.

A secret is a literal behind a word that announces it; also where the statement is itself in a
literal (EXECUTE) or in the body of a procedure.
"""

from collections.abc import Iterator, Sequence

from studiogate.local.redshift.dialect.tokens import Token, joined, tokens

_WORDS = ("password", "credentials", "access_key_id", "secret_access_key", "session_token")
_LITERALS = frozenset({"string", "dollar"})
_HIDDEN = Token("string", "'***'")
_DEEPEST = 3
"""Literals within literals that are looked into; deeper ones are hidden whole."""


def discreet(sql: str, *, deep: int = 0) -> str:
    """`sql` with `'***'` for every secret."""
    return joined(list(_pieces(tokens(sql), deep))) if _tells(sql) else sql


def _tells(text: str) -> bool:
    low = text.lower()
    return any(word in low for word in _WORDS)


def _pieces(pieces: Sequence[Token], deep: int) -> Iterator[Token]:
    announced = False
    for piece in pieces:
        if piece.kind in _LITERALS:  # a literal may go on in the next one
            yield _HIDDEN if announced else _within(piece, deep)
            continue
        yield piece
        if not piece.blank:
            announced = piece.says(*_WORDS) or (announced and piece.says("as", "u", "&"))


def _within(piece: Token, deep: int) -> Token:
    """A literal without the secrets of the statement it holds."""
    if not _tells(piece.text):
        return piece
    if deep >= _DEEPEST or "\\" in piece.text:
        return _HIDDEN
    if piece.kind == "string":
        start, _, rest = piece.text.partition("'")
        body, end = rest.removesuffix("'"), "'" if rest.endswith("'") else ""
        inner = discreet(body.replace("''", "'"), deep=deep + 1).replace("'", "''")
        return Token("string", f"{start}'{inner}{end}")
    tag = piece.text[: piece.text.index("$", 1) + 1]
    body, end = piece.text[len(tag) :], tag if piece.text.endswith(tag) else ""
    return Token("dollar", f"{tag}{discreet(body.removesuffix(tag), deep=deep + 1)}{end}")
