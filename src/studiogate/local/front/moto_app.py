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
from urllib.parse import urlencode

from moto.moto_server.werkzeug_app import create_backend_app

from studiogate.errors import StartError
from studiogate.local.call import ApiAnswer, ApiCall, ApiError
from studiogate.local.front.protocols import WIRES, Protocol, Received, form_pairs

_GLOBAL = {"iam": "us-east-1", "organizations": "us-east-1"}
"""Services without regions, and the region AWS signs them for."""

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
            app = self._apps[call.service] = create_backend_app(call.service)
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


def not_offered(call: ApiCall) -> ApiError:
    """The refusal of an operation nobody here can do."""
    code = (
        "UnknownOperationException"
        if WIRES[call.service].protocol is Protocol.JSON
        else "InvalidAction"
    )
    return ApiError(
        code,
        f"The operation {call.operation} of {call.service} is not offered by this emulation.",
        status=501,
    )


def _environ(call: ApiCall, account: str) -> dict[str, Any]:
    """The WSGI request: written from what was understood, not copied from what was sent."""
    body, content_type = _body(call)
    region = _GLOBAL.get(call.service, call.region)
    key = call.caller.access_key if call.caller else "AKIAIOSFODNN7EXAMPLE"
    scope = f"{key}/20300101/{region}/{call.service}/aws4_request"
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "moto",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": f"{call.service}.{region}.amazonaws.com",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host",
        "HTTP_X_MOTO_ACCOUNT_ID": account,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if target := WIRES[call.service].target:
        environ["HTTP_X_AMZ_TARGET"] = f"{target}.{call.operation}"
    return environ


def _body(call: ApiCall) -> tuple[bytes, str]:
    wire = WIRES[call.service]
    if wire.protocol is Protocol.JSON:
        return json.dumps(call.params).encode(), wire.content_type
    pairs = form_pairs(Received(call.method, call.path, call.query, call.headers, call.body))
    return urlencode(pairs).encode(), "application/x-www-form-urlencoded; charset=utf-8"


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
