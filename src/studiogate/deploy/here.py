"""What a run on this machine is given: real clocks, real chance, and a landscape composed once.

The commands and the emulation's own building begin here, so that both deploy alike.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from studiogate.aws.session import Accounts
from studiogate.deploy.applying import Wish
from studiogate.deploy.bundled import bundle_here, library_here
from studiogate.deploy.keep.lock import Holder
from studiogate.deploy.plan import Limit
from studiogate.deploy.world import Doing, World
from studiogate.foundation.composed import Composed, composed
from studiogate.foundation.stacks import Stack
from studiogate.landscape.model import Landscape


def world_here(accounts: Accounts, region: str, tell: Callable[[str], None]) -> World:
    """The world as it is; what is done in it is told to `tell`, a line at a time."""
    one_at_a_time = threading.Lock()

    def said(doing: Doing) -> None:
        took = f" ({doing.seconds:.0f} s)" if doing.seconds else ""
        with one_at_a_time:
            tell(f"{doing.about}: {doing.what}{took}")

    return World(
        accounts=accounts,
        region=region,
        clock=lambda: datetime.now(UTC),  # noqa: TID251 - the clock of a run is made here
        ticks=time.monotonic,
        pause=time.sleep,
        chance=secrets.SystemRandom().random,
        token=lambda: secrets.token_hex(8),
        tell=said,
    )


def wish_here(
    whole: Composed,
    holder: Holder,
    *,
    limits: tuple[Limit, ...] = (),
    allowed: frozenset[str] = frozenset(),
    documents: Mapping[str, str] | None = None,
) -> Wish:
    """That `whole` is applied, with what is deployed of this very package.

    `documents` are what SAML providers published, by idp.
    """

    def compose(landscape: Landscape) -> tuple[Stack, ...]:
        """The stacks of `whole`, or of the landscape that was applied before it."""
        same = landscape is whole.landscape
        return whole.stacks if same else composed(landscape).stacks

    return Wish(
        landscape=whole.landscape,
        compose=compose,
        holder=holder,
        bundle=bundle_here(),
        notebooks=library_here(),
        limits=limits,
        allowed=allowed,
        afterwards=whole.afterwards,
        documents=documents or {},
    )
