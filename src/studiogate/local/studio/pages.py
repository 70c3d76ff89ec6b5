"""The few pages the Studio front shows by itself; no script, nothing from elsewhere."""

from html import escape

from starlette.responses import HTMLResponse, Response

from studiogate.local.studio.gate import INSUFFICIENT, INVALID

STYLE = """\
:root {
  --ground: #eef0f6; --sheet: #ffffff; --ink: #1f2440; --soft: #596080;
  --line: #d5d9e8; --blue: #3d4fb8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12141f; --sheet: #1b1e2d; --ink: #e9ebf6; --soft: #a4abc8;
    --line: #313650; --blue: #98a6ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 1.25rem; display: grid; place-items: center;
  background: var(--ground); color: var(--ink);
  font: 1rem/1.55 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main {
  position: relative; width: 100%; max-width: 34rem; overflow: hidden;
  padding: clamp(1.5rem, 6vw, 2.75rem);
  background: var(--sheet); border: 1px solid var(--line); border-radius: 0.75rem;
}
.from {
  display: flex; align-items: center; gap: 0.6rem; margin: 0 0 1.5rem; color: var(--soft);
}
svg {
  width: 1.6rem; height: 1.6rem; flex: none;
  fill: none; stroke: var(--blue); stroke-width: 2;
}
h1 {
  margin: 0; font-size: clamp(1.35rem, 4.5vw, 1.75rem); line-height: 1.25;
  letter-spacing: -0.015em; font-weight: 650; overflow-wrap: anywhere; text-wrap: balance;
}
h1 + p, h1 + p + p { margin: 0.75rem 0 0; color: var(--soft); overflow-wrap: anywhere; }
.busy { position: absolute; inset: auto 0 0 0; height: 4px; background: var(--line); }
.busy::after {
  content: ""; position: absolute; inset: 0; background: var(--blue);
  animation: breathe 1s ease-in-out infinite;
}
@keyframes breathe { 50% { opacity: 0.25; } }
@media (prefers-reduced-motion: reduce) { .busy::after { animation: none; } }
.home { margin: 1.5rem 0 0; }
a { color: var(--blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
"""
"""What every page of this front looks like."""

_FRAME = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
<p class="from"><svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
<rect x="5" y="3" width="15" height="18" rx="2"/>
<path d="M9 3v18M3 8h4M3 12h4M3 16h4M12.5 8h4"/>
</svg>Studio, emulated on this machine</p>
<h1>{title}</h1>
{body}</main>
</body>
</html>
"""

_SOON_S = 30.0
"""Seconds after which a start is no quick one."""

_BUSY = '<div class="busy" aria-hidden="true"></div>\n'
_TO_HOME = '<p class="home"><a href="/">Studio’s home</a></p>\n'

_NEXT = {
    INVALID: "A link opens once, and for a short while. Go back to the portal and open the "
    "domain again.",
    INSUFFICIENT: "Go back to the portal: it says from which networks the domain opens. Then "
    "open it again from there.",
}
"""What to do after a refusal: the same for all that gets the same words."""

QUIET = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
}
"""Headers of everything the front says itself: a token may stand in the address bar."""


def framed(title: str, body: str, *, more_style: str = "") -> str:
    """A whole page: `title` is text, `body` is HTML."""
    return _FRAME.format(title=escape(title), body=body, style=STYLE + more_style)


def page(
    status: int,
    title: str,
    *texts: str,
    again_in_s: int | None = None,
    to_home: bool = False,
) -> Response:
    """A page with a paragraph for each of `texts`.

    With `again_in_s` a browser asks again by itself, and a program is told when.
    """
    headers = dict(QUIET)
    body = "".join(f"<p>{escape(text)}</p>\n" for text in texts)
    body += _TO_HOME if to_home else ""
    if again_in_s is not None:
        body += _BUSY
        headers |= {"retry-after": str(again_in_s), "refresh": str(again_in_s)}
    return HTMLResponse(framed(title, body), status, headers)


def refused(words: str) -> Response:
    """AWS's own words for a refusal, and nothing that says why."""
    return page(403, words, _NEXT[words])


def starting(what: str, waited_s: float) -> Response:
    """What is starting, and for how long."""
    return page(
        503,
        f"Starting {what}",
        f"It has been starting for {waited_s:.0f} s. {_long(waited_s)} "
        "This page opens it as soon as it answers.",
        again_in_s=1,
        to_home=True,
    )


def _long(waited_s: float) -> str:
    """What to make of having waited that long."""
    if waited_s < _SOON_S:
        return "The first start takes a few seconds."
    return "It takes longer than others: what its image runs may be busy, or not listen."


def failed(what: str, why: str) -> Response:
    """Why an app did not start."""
    return page(
        502,
        f"{what} could not be started",
        why,
        "Open the domain again to retry, or choose another image on Studio’s home.",
        to_home=True,
    )


def stopped(what: str) -> Response:
    """An app that was ended while a session was open, or never begun."""
    return page(
        409,
        f"{what} is stopped",
        "Open the domain again, or start it from Studio’s home.",
        to_home=True,
    )


def not_offered(app: str) -> Response:
    """An app Studio has and this emulation has not."""
    return page(
        501,
        f"{app} is not offered by this emulation",
        "Studio’s home shows what can be. On AWS this address opens the app itself.",
    )


def wrong_host() -> Response:
    """A name that is not ours."""
    return page(421, "Unknown host", "This address does not belong to any Studio domain.")


def which_session() -> Response:
    """Two sessions, and nothing that says which is meant."""
    return page(
        409,
        "Two Studio sessions meet at this address",
        "Use the host name of the domain, as the link you opened did. If you did, clear the "
        "cookies of this address and open the domain again.",
    )


def cross_site() -> Response:
    """A request that another site's page made the browser send."""
    return page(403, "Cross-site request refused", "Only Studio's own pages may do that.")
