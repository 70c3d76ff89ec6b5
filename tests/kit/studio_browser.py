"""A browser at the Studio front, as far as it sends and keeps things."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import aiohttp
from yarl import URL

from studiogate.local.sagemaker.landing import BASE
from tests.kit.studio import Studio
from tests.kit.waiting import until

LAB = f"{BASE}/lab"


class Browser:
    """Sends what a browser would: the host name of the domain, its cookies, no redirects."""

    def __init__(self, client: aiohttp.ClientSession, studio: Studio, host: str) -> None:
        self.client = client
        self.studio = studio
        self.host = host
        self.cookies: dict[str, str] = {}
        self.landed = ""
        """Where the link led to that it opened."""

    def headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"host": self.host, "cookie": cookie, **(more or {})}

    async def send(
        self, path: str, *, method: str = "GET", data: object = None, **more: str
    ) -> tuple[int, str, Mapping[str, str]]:
        async with self.client.request(
            method,
            URL(f"http://127.0.0.1:{self.studio.port}{path}", encoded=True),
            headers=self.headers({name.replace("_", "-"): text for name, text in more.items()}),
            data=data,
            allow_redirects=False,
        ) as answer:
            self.cookies |= {name: morsel.value for name, morsel in answer.cookies.items()}
            return answer.status, await answer.text(), answer.headers

    async def open(self, url: str) -> tuple[int, str, Mapping[str, str]]:
        parts = urlsplit(url)
        return await self.send(f"{parts.path}?{parts.query}")

    async def lab(self) -> None:
        """Wait until the Lab answers."""
        await until(self._answers)

    async def _answers(self) -> bool:
        return (await self.send(LAB))[0] != 503

    def socket(
        self, *, protocols: tuple[str, ...] = (), **more: str
    ) -> "aiohttp.client._WSRequestContextManager":
        return self.client.ws_connect(
            f"http://127.0.0.1:{self.studio.port}{BASE}/echo",
            headers=self.headers(more),
            protocols=protocols,
            max_msg_size=0,
        )

    async def press(self, path: str, **form: str) -> tuple[int, str, Mapping[str, str]]:
        """Send a form of a page of this very address."""
        return await self.send(
            path,
            method="POST",
            data=urlencode(form),
            content_type="application/x-www-form-urlencoded",
            origin=f"http://{self.host}",
        )
