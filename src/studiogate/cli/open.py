"""`studiogate open`: Studio in the browser, from a terminal, without a URL to copy."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from studiogate.cli.acting import Acting, GatewayOption, PersonOption, acting
from studiogate.cli.browser import is_web, opened_once
from studiogate.cli.front_door import words
from studiogate.cli.present import note, show, show_json
from studiogate.cli.tokens import Kept
from studiogate.errors import NotThere, SettingsError

_LONGEST_LIFE_S = 300
"""Seconds: what AWS allows a URL at most (CreatePresignedDomainUrl, ExpiresInSeconds)."""


def open(  # noqa: A001 - the command's name
    domain: Annotated[
        str | None, typer.Argument(help="The domain to open; the only one, if there is one.")
    ] = None,
    *,
    gateway: GatewayOption = None,
    person: PersonOption = None,
    app: Annotated[str | None, typer.Option(help="The app to land in.")] = None,
    space: Annotated[str | None, typer.Option(help="The space to open.")] = None,
    print_url: Annotated[
        bool,
        typer.Option("--print-url", help="Print the URL, a secret, and open no browser."),
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Sign in with a code, in a browser elsewhere.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
) -> None:
    """Sign in if need be, and open your Studio in the browser."""
    run = acting(gateway, person, no_browser=no_browser)
    wish = {name: value for name, value in (("app", app), ("space", space)) if value}
    said = run.done(lambda kept: _opened(run, kept, domain, wish, print_url=print_url))
    if as_json:
        show_json(said)
    else:
        show(said.get("url") or said.get("portal") or _told(said))


def _opened(
    run: Acting, kept: Kept, domain: str | None, wish: Mapping[str, str], *, print_url: bool
) -> dict[str, Any]:
    """What was done, for whom and where."""
    name = domain or _only_one(run, kept)
    done: dict[str, Any] = {
        "gateway": run.door.address,
        "person": kept.person,
        "domain": name,
        "opened": False,
    }
    query = f"?{urlencode(wish)}" if wish else ""
    if run.is_without_browser and not print_url:
        return done | {"portal": _way(run, kept, name) + query}
    url, lasts_s = _url(run, kept, f"/api/open/{quote(name, safe='')}{query}")
    if print_url:
        _warn(lasts_s)
        return done | {"url": url, "expires_in_s": lasts_s}
    opened_once(url, run.signing_in.folder, within_s=lasts_s)
    return done | {"opened": True}


def _url(run: Acting, kept: Kept, path: str) -> tuple[str, int]:
    """The URL that opens Studio once, and for how many seconds it can.

    Raises:
        SettingsError: what answers gave something else.
    """
    said = run.door.post(path, kept.token)
    url, lasts_s = said.get("url"), said.get("expires_in_s")
    if not isinstance(url, str) or not is_web(url) or not isinstance(lasts_s, int):
        raise SettingsError(
            f"what answers at {run.door.address} gave no URL that a browser may be led to",
            remedy="Give --gateway as people open the portal.",
        )
    return url, max(1, min(lasts_s, _LONGEST_LIFE_S))


def _only_one(run: Acting, kept: Kept) -> str:
    """The name of the only domain they have.

    Raises:
        NotThere: they have none.
        SettingsError: they have several.
    """
    found = _domains(run, kept)
    if not found:
        raise NotThere(
            f"there is no domain for {kept.person} to open",
            remedy="Ask the platform team to enter you in the landscape.",
            reason="no-domain",
        )
    if len(found) > 1:
        raise SettingsError(
            f"{kept.person} has several domains: {', '.join(found)}",
            remedy="Name the one to open: studiogate open DOMAIN.",
        )
    return found[0]


def _way(run: Acting, kept: Kept, name: str) -> str:
    """Where a browser elsewhere opens the domain `name`.

    Raises:
        NotThere: they have no domain of that name.
    """
    found = _domains(run, kept)
    if name not in found:
        raise NotThere(
            f"{kept.person} has no domain of that name",
            remedy=f"Name one of: {', '.join(found) or 'none yet'}.",
            reason="unknown-domain",
        )
    note("There is no browser here.  In one that is signed in at the portal, open:")
    return f"{run.door.address}/open/{quote(name, safe='')}"


def _domains(run: Acting, kept: Kept) -> list[str]:
    rows = run.door.get("/api/domains", kept.token).get("domains")
    found = rows if isinstance(rows, list) else []
    return [words(row["name"]) for row in found if isinstance(row, dict) and "name" in row]


def _warn(lasts_s: int) -> None:
    """Say what a printed URL is, where it does not get into what is piped."""
    note(
        "What is printed opens your Studio: whoever uses it first is you there.  It works "
        f"once, within {lasts_s} seconds, and only from networks that the domain opens from.  "
        "Terminals, their logs and whatever they are copied to keep it."
    )


def _told(said: Mapping[str, Any]) -> str:
    return f"Opened {said['domain']} in your browser, as {said['person']}."
