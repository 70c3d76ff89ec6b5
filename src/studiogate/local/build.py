"""Builds the emulated organisation as any organisation is built: by plan and apply.

What differs from the command is who asks: the operator of the emulation, whose every call goes
over the same wire as anybody's.
"""

import os
import secrets
from collections.abc import Callable

from studiogate.aws.session import Accounts
from studiogate.deploy.applying import Applied, apply
from studiogate.deploy.here import wish_here, world_here
from studiogate.deploy.keep.lock import Holder
from studiogate.foundation.composed import composed
from studiogate.landscape.model import Landscape

Tell = Callable[[str], None]


def build(accounts: Accounts, landscape: Landscape, tell: Tell) -> Applied:
    """Apply `landscape`; what is done is told to `tell`, a line at a time.

    Raises:
        DeployError: it did not become what it should.
        AwsError: the emulated AWS refused a step; a defect of ours.
    """
    holder = Holder("the emulation", f"process {os.getpid()}", secrets.token_hex(16))
    world = world_here(accounts, landscape.region, tell)
    return apply(world, wish_here(composed(landscape), holder), show=lambda _: None)
