"""Studio's home and RStudio's: what can be started, what runs, and buttons for both.

No script: a launch list is a form with a button for each image.
"""

from html import escape

from starlette.responses import HTMLResponse, Response

from studiogate.local.sagemaker.model import LIVE, Status
from studiogate.local.studio.kinds import SESSIONS
from studiogate.local.studio.pages import QUIET, framed
from studiogate.local.studio.rsession import RSession
from studiogate.local.studio.shelf import Choice, Shelf

START, STOP = "/apps/start", "/apps/stop"
"""Where the forms go."""

_STYLE = """\
body { place-items: start center; }
main { max-width: 46rem; margin: clamp(0rem, 5vh, 4rem) 0; }
h1 + p { overflow-wrap: anywhere; }
section { margin-top: 1.75rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.name { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 0.75rem; }
h2 { margin: 0; font-size: 1.15rem; line-height: 1.3; }
.state { margin: 0; color: var(--soft); }
.state.runs::before { content: "● "; color: var(--runs); }
section > p { margin: 0.25rem 0 0; color: var(--soft); overflow-wrap: anywhere; }
.list { margin: 0.75rem 0 0; padding: 0; list-style: none; }
.list li {
  display: flex; align-items: center; justify-content: space-between; gap: 0.75rem 1rem;
  padding: 0.6rem 0; border-bottom: 1px solid var(--line);
}
.list li:last-child { border-bottom: 0; }
.list span { min-width: 0; overflow-wrap: anywhere; }
.list small { display: block; color: var(--soft); font-size: 0.875rem; }
.list button { flex: none; }
.does { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1rem; }
.does form { margin: 0; }
section > .does + p { margin-top: 0.75rem; }
button, .open {
  display: inline-block; min-height: 2.75rem; padding: 0.55rem 1.1rem; font: inherit;
  font-weight: 600; text-decoration: none; cursor: pointer; border-radius: 0.5rem;
  border: 1px solid var(--blue); background: var(--blue); color: var(--sheet);
}
button.quiet { background: transparent; color: var(--blue); }
.why { padding: 0.75rem 1rem; border-left: 4px solid var(--stop); }
section > p.why { margin-top: 0.9rem; color: var(--ink); }
dl { margin: 1rem 0 0; }
dt { color: var(--soft); }
dd { margin: 0 0 0.75rem; overflow-wrap: anywhere; }
code { font-size: 0.95em; }
:root { --runs: #1b7f4b; --stop: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --runs: #6fd39b; --stop: #ff8a80; } }
"""

_POSTS = {
    **QUIET,
    # With `no-referrer`, browsers say `Origin: null` of the page's own forms (Fetch, 3.3).
    "referrer-policy": "same-origin",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
}
_SAYS = {
    Status.PENDING: "starting",
    Status.IN_SERVICE: "running",
    Status.FAILED: "could not be started",
    Status.DELETING: "ending",
}


def home(whose: str, domain: str, shelves: tuple[Shelf, ...]) -> Response:
    """Studio's home."""
    lead = f"<p>{escape(whose)}, in the domain {escape(domain)}.</p>\n"
    body = lead + "".join(map(_section, shelves))
    return _shown("Applications", body, shelves)


def rstudio_home(whose: str, shelf: Shelf, session: RSession | None, service: str) -> Response:
    """RStudio's home: the images a session can be started with, and the session there is."""
    lead = (
        f"<p>{escape(whose)}. Posit Workbench {escape(service)} itself is not part of this "
        "emulation. A session started here pulls its image, compares it with the service and "
        "runs its R; its development environment is not shown.</p>\n"
    )
    heard = _heard(session) if session else ""
    to_home = '<p class="home"><a href="/">Studio’s home</a></p>\n'
    return _shown("RStudio", lead + _section(shelf, opens=False) + heard + to_home, (shelf,))


def _shown(title: str, body: str, shelves: tuple[Shelf, ...]) -> Response:
    waits = any(one.app and one.app.progress is Status.PENDING for one in shelves)
    again = {"refresh": "2"} if waits else {}
    return HTMLResponse(framed(title, body, more_style=_STYLE), 200, _POSTS | again)


def _section(shelf: Shelf, *, opens: bool = True) -> str:
    kind, app = shelf.kind, shelf.app
    state = _SAYS[app.progress] if app else "not running"
    runs = " runs" if app and app.progress is Status.IN_SERVICE else ""
    title = kind.title if opens else "Session"
    made = f"<p>{_named(shelf.image)}</p>\n" if app and shelf.image else ""
    why = f'<p class="why">{escape(app.failure)}</p>\n' if app and app.failure else ""
    lives = app is not None and app.progress in LIVE
    if kind is SESSIONS and opens:
        does = f'<div class="does">{_link("Open", shelf)}</div>'
    elif lives:
        does = _living(shelf, opens=opens)
    else:
        does = _launch_list(shelf)
    return (
        f'<section aria-labelledby="{kind.type}">\n<div class="name">'
        f'<h2 id="{kind.type}">{title}</h2><p class="state{runs}">{state}</p></div>\n'
        f"<p>{kind.what}</p>\n{made}{why}{does}\n</section>\n"
    )


def _named(choice: Choice | None) -> str:
    if choice is None:
        return ""
    detail = f" ({escape(choice.detail)})" if choice.detail else ""
    return f"Image: {escape(choice.label)}{detail}" if choice.label else ""


def _living(shelf: Shelf, *, opens: bool) -> str:
    link = _link("Open", shelf) if opens else ""
    stop = (
        f'<form method="post" action="{STOP}">'
        f'<input type="hidden" name="app" value="{shelf.kind.type}">'
        f'<button class="quiet" aria-label="Stop {shelf.kind.title}">Stop</button></form>'
    )
    others = len(shelf.choices) > 1
    hint = "<p>To start it with another image, stop it first.</p>\n" if others else ""
    return f'<div class="does">{link}{stop}</div>\n{hint}'


def _link(what: str, shelf: Shelf) -> str:
    title = shelf.kind.title
    return f'<a class="open" href="{shelf.kind.begins}" aria-label="{what} {title}">{what}</a>'


def _launch_list(shelf: Shelf) -> str:
    kind = shelf.kind
    if not shelf.choices:
        return (
            f"<p>No custom image for {kind.title} is attached, and SageMaker’s own is not "
            "part of this emulation.</p>"
        )
    rows = "".join(_row(kind.title, one) for one in shelf.choices)
    return (
        f'<form method="post" action="{START}">'
        f'<input type="hidden" name="app" value="{kind.type}">\n'
        f'<ul class="list">\n{rows}</ul>\n</form>'
    )


def _row(title: str, choice: Choice) -> str:
    """An entry of a launch list, with its own button."""
    detail = f"<small>{escape(choice.detail)}</small>" if choice.detail else ""
    called = escape(f"Start {title} with {choice.label}, {choice.detail}".removesuffix(", "))
    return (
        f"<li><span>{escape(choice.label)}{detail}</span>"
        f'<button name="image" value="{escape(choice.value)}" aria-label="{called}">'
        "Start</button></li>\n"
    )


def _heard(session: RSession) -> str:
    heard = session.heard
    rows = "".join(
        f"<dt><code>{escape(command)}</code></dt><dd>{escape(said)}</dd>\n"
        for command, said in heard.programs
    )
    return (
        '<section aria-labelledby="heard">\n<h2 id="heard">What its image said</h2>\n'
        f"<dl><dt>Session components</dt><dd>{escape(heard.components)}</dd>\n{rows}</dl>\n"
        "</section>\n"
    )
