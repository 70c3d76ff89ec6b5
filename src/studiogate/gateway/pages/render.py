"""Pages: templates and one style sheet, read from the package when they are first needed."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, Response

if TYPE_CHECKING:
    from jinja2 import Environment

_KINDS = {
    "studiogate.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
}


def page(
    template: str,
    facts: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page `template` makes of `facts`; whatever people wrote is escaped."""
    html = _templates().get_template(template).render(facts, style=_style_path())
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


def static(name: str) -> Response | None:
    """The static file called `name`, to be kept for a day; `None` if there is none."""
    if name not in _KINDS:
        return None
    # The page asks for the sheet by its digest, so that a day-old copy is never a wrong one.
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(_static(name), media_type=_KINDS[name], headers=headers)


@cache
def _templates() -> "Environment":
    from jinja2 import (  # noqa: PLC0415 - an opening shows no page, and should not wait for it
        Environment,
        PackageLoader,
        StrictUndefined,
        select_autoescape,
    )

    return Environment(
        loader=PackageLoader("studiogate.gateway.pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def _static(name: str) -> bytes:
    return files("studiogate.gateway.pages").joinpath("static", name).read_bytes()


@cache
def _style_path() -> str:
    return f"/static/studiogate.css?v={sha256(_static('studiogate.css')).hexdigest()[:12]}"
