"""What a person sees of a site, and the headers every answer of it carries."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OURS = Path(__file__).parent / "templates"

_NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"


class Pages:
    """The pages of one site; every value in them is escaped."""

    def __init__(self, templates: Path, **always: str) -> None:
        """Make pages of `templates` and of those every site has, with `always` in each."""
        self._folder = templates
        self._templates = Environment(
            loader=FileSystemLoader([templates, _OURS]),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self._templates.globals |= always

    def page(
        self, template: str, *, status: int = 200, leads_to: Iterable[str] = (), **shown: Any
    ) -> HTMLResponse:
        """The page `template`.

        `leads_to` are the origins its form may end at.  Chromium holds `form-action` against
        every redirect that follows a form, so the application's origin must be among them.
        """
        targets = " ".join(["'self'", *sorted(leads_to)])
        return self.answer(template, f"form-action {targets}", status, shown)

    def complaint(self, title: str, words: str, *, status: int = 400) -> HTMLResponse:
        """A page that says why it goes no further."""
        return self.page("stopped.html", status=status, title=title, words=words)

    def answer(
        self, template: str, policy: str, status: int, shown: Mapping[str, Any]
    ) -> HTMLResponse:
        """The page `template`, which may do what `policy` says besides."""
        html = self._templates.get_template(template).render(**shown)
        headers = {"content-security-policy": f"{_NOTHING}; style-src 'self'; {policy}"}
        return HTMLResponse(html, status, headers)

    def text(self, name: str) -> bytes:
        """A file beside the templates, such as the style sheet."""
        return (self._folder / name).read_bytes()


def origin(url: str) -> str:
    """Scheme, host and port of `url`, as a browser writes an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class SafeHeaders:
    """Puts on every answer the headers that keep it out of caches, frames and referrers."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = {
            "cache-control": "no-store",
            "content-security-policy": _NOTHING,
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }
        if https:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the site does, with the headers it did not set itself."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending)
