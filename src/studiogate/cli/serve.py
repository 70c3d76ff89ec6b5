"""`studiogate serve`: the gateway as a plain service (S3-26)."""

import os
from pathlib import Path
from typing import Annotated

import typer


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8080,
    uds: Annotated[
        Path | None, typer.Option(help="Unix socket to listen on, in place of host and port.")
    ] = None,
) -> None:
    """Serve the gateway; its settings come from the environment."""
    from studiogate.gateway.server import serve as run  # noqa: PLC0415 - the web framework
    from studiogate.gateway.settings import Settings  # noqa: PLC0415 - as above

    run(Settings.from_environment(os.environ), uds=uds, host=host, port=port)
