"""Pages: templates and one style sheet, read from the package when they are first needed."""

import re
from collections.abc import Mapping
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from studiogate.gateway.prefix import outward

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_KINDS = {
    "studiogate.css": "text/css; charset=utf-8",
    "reach.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}\Z")
_CODE = re.compile(r"`([^`]+)`")


def page(
    request: Request,
    template: str,
    facts: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page `template` makes of `facts`; whatever people wrote is escaped.

    Templates write our own paths for `/`; `way` leads to them from where `request` came.
    """
    ours = {"style": static_path("studiogate.css"), "way": partial(outward, request)}
    html = _templates().get_template(template).render(facts, **ours)
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

    made = Environment(
        loader=PackageLoader("studiogate.gateway.pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["linked"] = linked
    return made


@cache
def _static(name: str) -> bytes:
    if name == "reach.css":
        from studiogate.reach.map import page as landscape  # noqa: PLC0415 - no other page
        from studiogate.reach.picture import page as picture  # noqa: PLC0415 - needs them

        return (picture.sheet() + landscape.sheet()).encode("utf-8")
    return files("studiogate.gateway.pages").joinpath("static", name).read_bytes()


@cache
def static_path(name: str) -> str:
    """Our own path of the static file `name`, which changes when the file does."""
    return f"/static/{name}?v={sha256(_static(name)).hexdigest()[:12]}"


def linked(said: str, contact: str | None) -> "Markup":
    """`said` as markup: what is in backticks is code, `contact` a link if it is an address."""
    from markupsafe import Markup  # noqa: PLC0415 - as in `_templates`

    code = Markup('<code class="mono">{}</code>')
    return Markup().join(
        code.format(part) if number % 2 else _addressed(part, contact)
        for number, part in enumerate(_CODE.split(said))
    )


def _addressed(said: str, contact: str | None) -> "Markup":
    """`said` as markup; `contact` in it becomes a link if it is an e-mail address."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - as in `_templates`

    if contact is None or not _MAIL.match(contact):
        return escape(said)
    address = quote(contact, safe="@")
    link = Markup('<a href="mailto:{}">{}</a>').format(address, contact)
    return link.join(said.split(contact))
