"""The way to one running app: a unix socket, what proves us to the app, one HTTP client."""

from pathlib import Path

import aiohttp
from pydantic import SecretStr

_CONNECT_S = 10.0
_READ_BYTES = 256 * 1024

HOST = "http://localhost"
"""What the app sees as its own address; the socket decides where the bytes go."""


class Upstream:
    """One app's client, made at first use inside the event loop and closed with the app."""

    def __init__(self, socket: Path, token: SecretStr | None) -> None:
        """Remember where the app listens, and the token it wants to be shown.

        An app of an image wants none (SageMaker Developer Guide, "Custom image
        specifications"): who reaches it has been let in, as in Studio.
        """
        self.socket = socket
        self.base: str | None = None
        """Of the paths at which its kind of app may answer, the one where it does."""

        self._token = token
        self._client: aiohttp.ClientSession | None = None

    @property
    def keeps_cookies(self) -> bool:
        """Whether the app knows its visitors by its own cookies, as without a token it must."""
        return self._token is None

    def headers(self) -> dict[str, str]:
        """What lets us in; never sent to the browser, never logged."""
        if self._token is None:
            return {}
        return {"authorization": f"token {self._token.get_secret_value()}"}

    def client(self) -> aiohttp.ClientSession:
        """The client: keeps no cookies, decompresses nothing, lets a body take its time."""
        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(path=str(self.socket), limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
                auto_decompress=False,
                read_bufsize=_READ_BYTES,
            )
        return self._client

    async def close(self) -> None:
        """Close the client and every connection it holds."""
        if self._client is not None:
            await self._client.close()
            self._client = None
