"""The few pages the Studio front shows by itself; no script, nothing from elsewhere."""

from html import escape

from starlette.responses import HTMLResponse, Response

_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8">{refresh}<title>{title}</title>
<style>
body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}}
</style>
</head>
<body><h1>{title}</h1>
<p>{text}</p></body>
</html>
"""

QUIET = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
}
"""Headers of everything the front says itself: a token may stand in the address bar."""


def page(status: int, title: str, text: str, *, again_in_s: int | None = None) -> Response:
    """A page; with `again_in_s` a browser asks again by itself, and a program is told when."""
    headers = dict(QUIET)
    refresh = ""
    if again_in_s is not None:
        refresh = f'<meta http-equiv="refresh" content="{again_in_s}">'
        headers["retry-after"] = str(again_in_s)
    body = _PAGE.format(refresh=refresh, title=escape(title), text=escape(text))
    return HTMLResponse(body, status, headers)


def refused(words: str) -> Response:
    """AWS's own words for a refusal, and nothing that says more."""
    return page(403, words, "Go back to the portal and open the domain again.")


def starting(what: str, waited_s: float) -> Response:
    """What is starting, and for how long."""
    return page(
        503,
        f"Starting {what}",
        f"It has been starting for {waited_s:.0f} s. The first start takes a few seconds; "
        "this page opens it as soon as it answers.",
        again_in_s=1,
    )


def failed(what: str, why: str) -> Response:
    """Why an app did not start."""
    return page(502, f"{what} could not be started", f"{why} Open the domain again to retry.")


def stopped(what: str) -> Response:
    """An app that was ended while a session was open."""
    return page(409, f"{what} is stopped", "Open the domain again to start it.")


def not_offered(app: str) -> Response:
    """An app Studio has and this emulation has not."""
    return page(
        501,
        f"{app} is not offered by this emulation",
        "Only JupyterLab can be opened here. On AWS this address opens the app itself.",
    )


def wrong_host() -> Response:
    """A name that is not ours."""
    return page(421, "Unknown host", "This address does not belong to any Studio domain.")


def which_domain() -> Response:
    """Two sessions, and an address that names neither."""
    return page(
        409,
        "Two domains are open at this address",
        "Use the host name of the domain, as the link you opened did.",
    )


def cross_site() -> Response:
    """A request that another site's page made the browser send."""
    return page(403, "Cross-site request refused", "Only Studio's own pages may do that.")
