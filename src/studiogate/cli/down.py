"""`studiogate down`: stop an organisation that runs in the background."""

import os
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.present import note
from studiogate.errors import StartError
from studiogate.local.statedir import StateDir

_PATIENCE_S = 60.0


def down(
    state: Annotated[
        Path, typer.Option(help="State directory of the organisation to stop.")
    ] = Path(".studiogate"),
) -> None:
    """Stop the organisation that `studiogate up` started, and everything it started."""
    found = StateDir(state)
    holder = found.holder()
    if holder is None:
        if found.published() is not None:  # it was killed, and could not withdraw it
            found.take()
            found.release()
        note(f"Nothing runs in {found.path}.")
        return
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE_S
    while found.holder() is not None:
        if time.monotonic() > deadline:
            raise StartError(
                f"process {holder} did not end within {_PATIENCE_S:.0f} s",
                remedy=f"`kill -9 {holder}` ends it and its children; {found / 'up.log'} says "
                "what it was doing.",
            )
        time.sleep(0.05)
    note("Stopped.")
