"""Finding one's way in the tokens of a statement: brackets, arguments, keywords."""

from collections.abc import Iterator, Sequence

from studiogate.local.redshift.dialect.tokens import Token, joined, tokens

Tokens = list[Token]

_DEPTH = {"(": 1, "[": 1, ")": -1, "]": -1}


def written(sql: str) -> Tokens:
    """Tokens of a text of ours."""
    return tokens(sql)


def solid(pieces: Sequence[Token], at: int = 0, *, step: int = 1) -> int | None:
    """Index of the first token from `at` on that is neither space nor comment."""
    while 0 <= at < len(pieces):
        if not pieces[at].blank:
            return at
        at += step
    return None


def after(pieces: Sequence[Token], at: int) -> Token | None:
    """The next token behind `at` that says something."""
    found = solid(pieces, at + 1)
    return None if found is None else pieces[found]


def before(pieces: Sequence[Token], at: int) -> Token | None:
    """The last token ahead of `at` that says something."""
    found = solid(pieces, at - 1, step=-1)
    return None if found is None else pieces[found]


def depth_change(token: Token) -> int:
    """One for an opening bracket, minus one for a closing one."""
    return _DEPTH.get(token.text, 0) if token.kind == "mark" else 0


def closing(pieces: Sequence[Token], at: int) -> int | None:
    """Index of the bracket that closes the one at `at`; `None` when nothing does."""
    depth = 0
    for index in range(at, len(pieces)):
        depth += depth_change(pieces[index])
        if depth == 0:
            return index
    return None


def outer(pieces: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens outside all brackets, with their indices; brackets themselves are told."""
    depth = 0
    for index, piece in enumerate(pieces):
        change = depth_change(piece)
        if depth == 0 or (depth == 1 and change < 0):
            yield index, piece
        depth = max(0, depth + change)


def parted(pieces: Sequence[Token], mark: str = ",") -> list[Tokens]:
    """The tokens between commas (or another mark) that stand outside all brackets."""
    parts: list[Tokens] = [[]]
    cuts = {
        index for index, piece in outer(pieces) if piece.kind == "mark" and piece.text == mark
    }
    for index, piece in enumerate(pieces):
        if index in cuts:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def keywords(pieces: Sequence[Token], most: int = 6) -> list[str]:
    """The first tokens that say something, as they are compared."""
    said = [piece.low for piece in pieces if not piece.blank]
    return said[:most]


def trimmed(pieces: Sequence[Token]) -> Tokens:
    """The tokens without blank ones around them."""
    first = solid(pieces)
    last = solid(pieces, len(pieces) - 1, step=-1)
    return [] if first is None or last is None else list(pieces[first : last + 1])


def bare(pieces: Sequence[Token]) -> str:
    """The text of tokens without blank ones around them."""
    return joined(trimmed(pieces))


def unquoted(token: Token) -> str:
    """The name that a word or a quoted name stands for."""
    if token.kind == "name":
        return token.text.strip('"').replace('""', '"')
    return token.low


def literal(text: str) -> str:
    """`text` as a literal that is read the same with and without backslash escapes."""
    doubled = text.replace("'", "''")
    return (
        "'" + doubled + "'" if "\\" not in text else "E'" + doubled.replace("\\", "\\\\") + "'"
    )
