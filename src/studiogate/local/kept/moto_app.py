"""moto, in this process, behind a door of one person's width.

moto keeps the objects (tables, roles, VPCs, pools); it decides nothing about access here.  It
is not thread-safe, so one thread runs all its calls; and it believes much of what a request
says (account, region, path), so a request is written anew: only the operation and the
parameters that the policies were asked about get in.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from moto.moto_server.werkzeug_app import create_backend_app

from studiogate.errors import StartError
from studiogate.local.call import ApiAnswer, ApiCall, ApiError
from studiogate.local.front.models import written
from studiogate.local.front.protocols import (
    REST,
    WIRES,
    Protocol,
    Received,
    form_pairs,
    received,
)
from studiogate.local.front.refusals import not_offered

_GLOBAL = {"iam": "us-east-1", "organizations": "us-east-1"}
"""Services without regions, and the region AWS signs them for."""

_MOTOS = {"monitoring": "cloudwatch", "elasticfilesystem": "efs"}
"""Signing names that are not moto's own."""

# moto would take the account from the first, and check access by itself from the second on.
_MISLEADING = ("MOTO_ACCOUNT_ID", "INITIAL_NO_AUTH_ACTION_COUNT")

_KEPT = ("content-type", "x-amzn-errortype", "x-amz-crc32")
_SERVERS_FAULT = 500
log = logging.getLogger(__name__)


class MotoApp:
    """Runs calls in moto, one at a time."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Take the environment only to refuse what would make moto ignore who signed.

        Raises:
            StartError: the environment changes whom moto takes a call to be from.
        """
        wrong = [name for name in _MISLEADING if name in environ]
        if wrong:
            raise StartError(
                f"The environment variable {wrong[0]} changes how moto tells accounts apart.",
                remedy=f"Unset {wrong[0]} and start again.",
            )
        self._apps: dict[str, Callable[..., Any]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="moto")

    async def answer(self, call: ApiCall, *, account: str) -> ApiAnswer:
        """What moto answers to `call` made in `account`.

        Raises:
            ApiError: moto does not offer the operation, or failed.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, call, account)

    def close(self) -> None:
        """Let go of the thread; a call in progress ends first."""
        self._thread.shutdown()

    def _run(self, call: ApiCall, account: str) -> ApiAnswer:
        app = self._apps.get(call.service)
        if app is None:
            app = self._apps[call.service] = create_backend_app(
                _MOTOS.get(call.service, call.service)
            )
        try:
            answer = _through(app, _environ(call, account))
        except NotImplementedError as exc:
            raise not_offered(call) from exc
        except Exception as exc:
            log.exception("moto failed in %s:%s", call.service, call.operation)
            raise ApiError("InternalFailure", "The emulation failed.", status=500) from exc
        if answer.status >= _SERVERS_FAULT:
            log.error("moto answered %d to %s:%s", answer.status, call.service, call.operation)
        return answer


def _environ(call: ApiCall, account: str) -> dict[str, Any]:
    """The WSGI request: written from what was understood, not copied from what was sent."""
    request = _rewritten(call)
    region = _GLOBAL.get(call.service, call.region)
    key = call.caller.access_key if call.caller else "AKIAIOSFODNN7EXAMPLE"
    scope = f"{key}/20300101/{region}/{call.service}/aws4_request"
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # WSGI wants the path decoded, its bytes as Latin-1 (PEP 3333).
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": "moto",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": request.headers.get("content-type", "application/json"),
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_HOST": f"{call.service}.{region}.amazonaws.com",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host",
        "HTTP_X_MOTO_ACCOUNT_ID": account,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if target := WIRES[call.service].target:
        environ["HTTP_X_AMZ_TARGET"] = f"{target}.{call.operation}"
    return environ


def _rewritten(call: ApiCall) -> Received:
    """The request that says `call.params` and nothing else."""
    wire = WIRES[call.service]
    if wire.protocol in REST:
        return written(call.service, call.operation, call.params)
    if wire.protocol is Protocol.JSON:
        body, kind = json.dumps(call.params), wire.content_type
    else:
        pairs = form_pairs(received(call))
        body, kind = urlencode(pairs), "application/x-www-form-urlencoded; charset=utf-8"
    return Received("POST", "/", "", {"content-type": kind}, body.encode())


def _through(app: Callable[..., Any], environ: dict[str, Any]) -> ApiAnswer:
    status = 500
    kept: dict[str, str] = {}

    def start_response(line: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        nonlocal status
        status = int(line.partition(" ")[0])
        kept.update((n.lower(), v) for n, v in headers if n.lower() in _KEPT)

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return ApiAnswer(status, body, kept)
