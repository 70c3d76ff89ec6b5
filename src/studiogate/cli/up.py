"""`studiogate up`: the whole product on one machine, without AWS."""

import gc
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import note, show, steps
from studiogate.errors import StartError
from studiogate.local.statedir import StateDir

DEMO = Path("examples/two-lobs.yaml")
FIRST_PORT = 8400
_PATIENCE_S = 120.0

_STOPPED = "it was stopped before it was ready"
_LINES = 10
"""Lines of a log that are shown: those of a complaint, and what was being done."""

_NEW_OBJECTS = 20_000
"""The emulator is made of some millions of objects that stay: looking for cycles among them
after every 700 new ones, as Python does, takes a sixth of its start."""


def up(
    file: Annotated[Path, typer.Argument(help="The landscape to emulate.")] = DEMO,
    *,
    port: Annotated[
        int, typer.Option(min=1024, max=65000, help="First of the ports to listen on.")
    ] = FIRST_PORT,
    state: Annotated[Path, typer.Option(help="Directory for state, logs and up.json.")] = Path(
        ".studiogate"
    ),
    detach: Annotated[
        bool, typer.Option("--detach", help="Return when it is ready; stop it with `down`.")
    ] = False,
    bare: Annotated[
        bool, typer.Option("--bare", help="Accounts with nothing in them: apply it yourself.")
    ] = False,
) -> None:
    """Start the emulated organisation, the gateway and the portal; Ctrl-C stops them."""
    began = time.monotonic()
    landscape = landscape_of(file)
    if detach:
        _show(
            _detached(file, port, StateDir(state), bare=bare),
            stop=f"studiogate down --state {state}",
        )
        return
    gc.set_threshold(_NEW_OBJECTS)
    from studiogate.local.organisation import (  # noqa: PLC0415 - loads the emulator: seconds
        Wanted,
        run,
    )

    with steps("Starting") as tell:

        def ready(document: Mapping[str, Any]) -> None:
            tell.stop()
            _show(document, stop="press Ctrl-C")

        wanted = Wanted(
            landscape,
            file,
            port,
            StateDir(state),
            began,
            tell=tell,
            build=not bare,
            ready=ready,
        )
        run(wanted)


def _detached(file: Path, port: int, state: StateDir, *, bare: bool) -> Mapping[str, Any]:
    """What `up.json` says once an organisation in the background is ready."""
    command = [sys.executable, "-m", "studiogate", "up", str(file), "--port", str(port)]
    command += ["--bare"] if bare else []
    state.make()
    state.refuse_if_held()  # before the log of the one that runs is written over
    with (state / "up.log").open("wb") as log:
        begun = subprocess.Popen(  # noqa: S603 - our own command line
            [*command, "--state", str(state.path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # it would print the demo people's passwords
            stderr=log,
            start_new_session=True,
        )
    try:
        with steps("Starting in the background"):
            found = _ready(begun, state)
    except KeyboardInterrupt:
        begun.terminate()
        raise
    if found is None:
        said = _STOPPED if begun.poll() == 128 + signal.SIGINT else _last_words(state)
        begun.terminate()
        raise StartError(said, remedy=f"All it said: {state / 'up.log'}")
    return found


def _ready(begun: "subprocess.Popen[bytes]", state: StateDir) -> Mapping[str, Any] | None:
    """What `begun` publishes when it is ready; `None` if it ends before, or takes too long."""
    deadline = time.monotonic() + _PATIENCE_S
    while begun.poll() is None and time.monotonic() < deadline:
        found = state.published()
        if found is not None and found["pid"] == begun.pid:
            return found
        time.sleep(0.05)
    return None


def _last_words(state: StateDir) -> str:
    """The end of what it said: a complaint and its remedy, behind what was done before."""
    said = (state / "up.log").read_text(encoding="utf-8", errors="replace").strip()
    return "\n".join(said.splitlines()[-_LINES:]) or "it did not become ready"


def _show(document: Mapping[str, Any], *, stop: str) -> None:
    """Print where things are, who can sign in, and how to stop."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("person", "password", "line of business", "domain"):
        table.add_column(heading)
    for one in document["people"]:
        table.add_row(*(Text(one[key]) for key in ("name", "password", "lob", "domain")))
    show(
        Text(f"Ready in {document['ready_s']:.1f} s.  Open {document['portal']}", "bold green")
    )
    show(table)
    if portal := _access_portal(document):
        show(f"They sign in at the portal, or at the access portal of the SAML idp: {portal}")
    show(f"AWS tools: export AWS_CONFIG_FILE={document['aws_config_file']}")
    show(f"Image builders, too: . {Path(document['aws_config_file']).parents[1] / 'env'}")
    note(f"To stop: {stop}")


def _access_portal(document: Mapping[str, Any]) -> str:
    """The SAML provider's own page, as the person at this machine reaches it; else nothing."""
    networks = document["networks"].values()
    at_home = next(one for one in networks if one["portal"] == document["portal"])
    return str(at_home.get("access_portal", ""))
