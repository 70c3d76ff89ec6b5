"""Letters that people read from one screen and type, or compare, on another.

Twenty consonants: no vowel, so that no word comes about, and nothing that looks like a digit
(RFC 8628 §6.1).  The command line shows the same letters as the page; it imports this module,
so nothing heavy may be imported here.
"""

import secrets
from hashlib import sha256

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
"""Letters of a code that is typed: 20 to the 8th, 34 bits."""

_CHECK_LENGTH = 4


def new_code() -> str:
    """Eight random letters, without the hyphen they are shown with."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def spaced(code: str) -> str:
    """`code` as it is shown: two halves and a hyphen."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def typed(text: str) -> str | None:
    """The code somebody meant by `text`; `None` if it cannot be one.

    Case, spaces and punctuation do not count.
    """
    found = "".join(letter for letter in text.upper() if letter.isalnum())
    is_code = len(found) == LENGTH and set(found) <= set(ALPHABET)
    return found if is_code else None


def check(challenge: str) -> str:
    """Four letters that tell one PKCE challenge from another, for two screens to be compared.

    They keep nobody out who can try: they let a person see that the page asks for the program
    in front of them, and not for somebody else's.
    """
    number = int.from_bytes(sha256(challenge.encode("utf-8")).digest())
    found = ""
    for _ in range(_CHECK_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        found += ALPHABET[place]
    return found
