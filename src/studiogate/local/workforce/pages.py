"""What a person sees of the access portal."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

from starlette.responses import HTMLResponse

from studiogate.local.sites.pages import Pages, origin

STYLE = "portal.css"

_TEMPLATES = Path(__file__).parent / "templates"
_GO = "document.forms[0].submit();"
"""The one script: it presses Continue.  Without it the person does."""


class PortalPages(Pages):
    """The access portal's pages."""

    def __init__(self, organisation: str) -> None:
        super().__init__(_TEMPLATES, organisation=organisation, go=_GO)

    def leaving(
        self, consumer: str, *, leads_to: Iterable[str], message: bytes, relay: str | None
    ) -> HTMLResponse:
        """The page that posts `message` to `consumer`, by itself or by a click.

        `leads_to` are the origins that answer may lead on to.
        """
        targets = " ".join(sorted({origin(consumer), *leads_to}))
        digest = base64.b64encode(hashlib.sha256(_GO.encode("ascii")).digest()).decode("ascii")
        shown = {
            "consumer": consumer,
            "message": base64.b64encode(message).decode("ascii"),
            "relay": relay,
        }
        policy = f"form-action {targets}; script-src 'sha256-{digest}'"
        return self.answer("leaving.html", policy, 200, shown)
