"""Builds the emulated organisation as any organisation is built: by plan and apply.

What differs from the command is who asks: the operator of the emulation, whose every call goes
over the same wire as anybody's.
"""

import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from studiogate.aws.session import Accounts
from studiogate.deploy.applying import Applied, Wish, apply
from studiogate.deploy.bundled import bundle_here
from studiogate.deploy.keep.lock import Holder
from studiogate.deploy.world import Doing, World
from studiogate.foundation.composed import composed
from studiogate.landscape.model import Landscape

Tell = Callable[[str], None]


def build(accounts: Accounts, landscape: Landscape, tell: Tell) -> Applied:
    """Apply `landscape`; what is done is told to `tell`, a line at a time.

    Raises:
        DeployError: it did not become what it should.
        AwsError: the emulated AWS refused a step; a defect of ours.
    """

    def said(doing: Doing) -> None:
        tell(f"{doing.about}: {doing.what}")

    world = World(
        accounts=accounts,
        region=landscape.region,
        clock=lambda: datetime.now(UTC),  # noqa: TID251 - as the command makes its own
        ticks=time.monotonic,
        pause=time.sleep,
        chance=secrets.SystemRandom().random,
        token=lambda: secrets.token_hex(8),
        tell=said,
    )
    whole = composed(landscape)
    wish = Wish(
        landscape=landscape,
        compose=lambda one: composed(one).stacks,
        holder=Holder("the emulation", f"process {os.getpid()}", secrets.token_hex(16)),
        bundle=bundle_here(),
        afterwards=whole.afterwards,
    )
    return apply(world, wish, show=lambda _: None)
