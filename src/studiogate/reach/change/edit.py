"""One change that might turn an answer round; it promises nothing until it is tried."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from studiogate.reach.world import World

Kind = Literal["question", "landscape", "directory", "account", "network", "policy"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change, not yet tried."""

    kind: Kind
    where: str
    """A key of the landscape, a policy's statement, the option of a question, the network."""

    value: str
    """What to write there."""

    said: str
    """One sentence: what it means, and what else it brings."""

    made: Callable[[], World | None]
    """The world after it; `None` where the change is one that may not be made."""

    network: str | None = None
    """Where to ask from, where that is the change."""
