"""A server with nothing behind it: the least that Starlette on uvicorn costs."""

import asyncio
import gc

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def redirecting() -> Starlette:
    """A redirect to one place, whoever asks."""

    async def answer(_request: Request) -> Response:
        return redirect("https://d-a.studio.eu-west-1.sagemaker.aws/auth?token=x")

    return Starlette(routes=[Route("/open/{domain}", answer)])


def redirect(url: str) -> Response:
    return Response(status_code=302, headers={"location": url})


def serve(app: Starlette, port: int) -> None:
    """Serve `app` exactly as the gateway is served."""
    config = uvicorn.Config(
        app,
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())
