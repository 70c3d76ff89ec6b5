"""Whom a person can ask: the owner of their line of business, or the platform team.

The landscape names both (`lobs.X.owner`, `contact`).  A refusal says the address where there is
one, and the role where there is none; it never says the owner of anybody else's line of
business, because that would tell that it exists.
"""

from dataclasses import dataclass

from studiogate.foundation.directory import LobRow


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody to ask; as text, what to call them in the middle of a sentence."""

    words: str
    """Who they are, where nobody wrote down how they are reached."""

    contact: str | None
    """A name or an address, as the landscape has it."""

    def __str__(self) -> str:
        """How they are reached, or else who they are."""
        return self.contact or self.words


def platform(contact: str | None) -> Whom:
    """The platform team, reached as `contact` says."""
    return Whom("the platform team", contact)


def owner(lob: LobRow | None, contact: str | None) -> Whom:
    """The owner of `lob`, a person's own; the platform team stands in for an unnamed one."""
    named = lob.owner if lob is not None else None
    return Whom("the owner of your line of business", named or contact)
