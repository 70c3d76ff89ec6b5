"""What a person sees of the access portal."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from studiogate.local.idp.pages import origin

_ROOM = Path(__file__).parent
_NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_GO = "document.forms[0].submit();"
"""The one script: it presses Continue.  Without it the person does."""


class Pages:
    """The access portal's pages; every value in them is escaped."""

    def __init__(self, organisation: str) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_ROOM / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self._templates.globals |= {"organisation": organisation, "go": _GO}

    def page(self, template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
        """The page `template`, whose forms end here."""
        return self._answer(template, "form-action 'self'", status, shown)

    def leaving(
        self, consumer: str, *, leads_to: Iterable[str], message: bytes, relay: str | None
    ) -> HTMLResponse:
        """The page that posts `message` to `consumer`, by itself or by a click.

        `leads_to` are the origins that answer may lead on to: Chromium holds `form-action`
        against every redirect that follows a form.
        """
        targets = " ".join(sorted({origin(consumer), *leads_to}))
        digest = base64.b64encode(hashlib.sha256(_GO.encode("ascii")).digest()).decode("ascii")
        shown = {
            "consumer": consumer,
            "message": base64.b64encode(message).decode("ascii"),
            "relay": relay,
        }
        policy = f"form-action {targets}; script-src 'sha256-{digest}'"
        return self._answer("leaving.html", policy, 200, shown)

    def complaint(self, title: str, words: str, *, status: int = 400) -> HTMLResponse:
        """A page that says why it goes no further."""
        return self.page("stopped.html", status=status, title=title, words=words)

    def _answer(
        self, template: str, policy: str, status: int, shown: dict[str, Any]
    ) -> HTMLResponse:
        html = self._templates.get_template(template).render(**shown)
        headers = {"content-security-policy": f"{_NOTHING}; style-src 'self'; {policy}"}
        return HTMLResponse(html, status, headers)


def stylesheet() -> bytes:
    """The one style sheet."""
    return (_ROOM / "templates" / "portal.css").read_bytes()
