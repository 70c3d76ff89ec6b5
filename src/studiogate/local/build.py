"""Builds the emulated organisation as any organisation is built: by plan and apply.

What differs from the command is who asks: the operator of the emulation, whose every call goes
over the same wire as anybody's.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from studiogate.aws.session import Accounts
from studiogate.deploy.applying import Applied, apply
from studiogate.deploy.documents import documents
from studiogate.deploy.here import wish_here, world_here
from studiogate.deploy.keep.lock import Holder
from studiogate.deploy.provisioned import close, provisioned
from studiogate.foundation.composed import composed
from studiogate.landscape.model import Landscape

Tell = Callable[[str], None]


def build(accounts: Accounts, landscape: Landscape, file: Path, tell: Tell) -> Applied:
    """Apply `landscape`, read from `file`; what is done is told to `tell`, a line at a time.

    Raises:
        DeployError: it did not become what it should.
        AwsError: the emulated AWS refused a step; a defect of ours.
    """
    holder = Holder("the emulation", f"process {os.getpid()}", secrets.token_hex(16))
    world = world_here(accounts, landscape.region, tell)
    published = documents(landscape, beside=file)
    sent = provisioned(world, landscape)
    close(world, landscape.hub_account, sent)
    wish = wish_here(composed(sent.landscape), holder, documents=published)
    return apply(world, wish, show=lambda _: None)


def unless(stopped: Callable[[], bool], tell: Tell) -> Tell:
    """`tell`, but that it breaks whoever tells off once `stopped` says so.

    Building runs in threads, which nobody else can end: they tell of each step.

    Raises:
        KeyboardInterrupt: at the first step after that.
    """

    def told(doing: str) -> None:
        if stopped():
            raise KeyboardInterrupt
        tell(doing)

    return told
