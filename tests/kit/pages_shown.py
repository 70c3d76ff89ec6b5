"""Every page there is, and how somebody comes to it: the gateway's, and those beside it.

None runs a script of ours, so people walk to each with scripts switched off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Response, expect

from tests.kit.looked import complaints
from tests.kit.organisation import PASSWORD, Organisation
from tests.kit.starting import ROOT
from tests.kit.waiting import PATIENCE_S, awaited

PERSON, DOMAIN = "user-lob-a", "forecasting"
ADMINISTRATOR = "sam-security"
NEWCOMER, LEFT = "nora.new", "rita.revoked"
SOURCE = ROOT / "src" / "studiogate"
OURS, POOL, WORKFORCE = (
    SOURCE / "gateway" / "pages" / "templates",
    SOURCE / "local" / "idp" / "templates",
    SOURCE / "local" / "workforce" / "templates",
)
PARTS = {
    OURS / "frame.html", OURS / "signed_in.html", OURS / "signout.html", POOL / "frame.html",
    WORKFORCE / "frame.html", WORKFORCE / "person.html",
}  # fmt: skip
"""Templates that are pieces of others."""

CLI = (
    "/cli?redirect_uri=http%3A%2F%2F127.0.0.1%3A54321%2F&state=0123456789abcdef0123"
    f"&code_challenge={'A' * 43}&code_challenge_method=S256"
)


Jar = list[dict[str, Any]]
"""The cookies of somebody who has signed in."""


class Visitor:
    """Somebody with a browser in which no script runs, until the page is looked at."""

    def __init__(
        self, acme: Organisation, context: BrowserContext, jars: dict[str, Jar]
    ) -> None:
        self.acme, self._context, self._jars = acme, context, jars
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_S * 1000)
        self._devtools = context.new_cdp_session(self.page)
        self.answer: Response | None = None
        """That the page came with."""

        self.page.on("response", self._answered)
        self._scripts(run=False)

    def complaints(self) -> list[str]:
        """What is wrong with the page; to look at it takes a script."""
        self._scripts(run=True)
        return complaints(self.page)

    def at(self, where: str, path: str = "/", network: str = "office") -> None:
        """Go to `path` of the `portal`, the `access_portal` or `studio`, in that network."""
        self.page.goto(self.acme.up["networks"][network][where] + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def gives(self, person: str, password: str | None = None) -> None:
        """Give a name and a password where they are asked for."""
        known = self.acme.people.get(person)
        right = known.password if known else PASSWORD
        self.page.get_by_label("Name").fill(person)
        self.page.get_by_label("Password").fill(password or right)
        self.press("Sign in")

    def arrives(self, person: str, network: str = "office") -> None:
        """Sign in at the portal."""
        self.at("portal", network=network)
        self.follow("Sign in")
        self.gives(person)
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Sign in")

    def is_in(self, person: str, path: str = "/", network: str = "office") -> None:
        """Be signed in since before, and go to `path` of the portal."""
        if person not in self._jars:
            self.arrives(person)
            self._jars[person] = [dict(one) for one in self._context.cookies()]
        self._context.clear_cookies()
        self._context.add_cookies(self._jars[person])  # type: ignore[arg-type]  # the same keys
        self.at("portal", path, network)

    def sends(self, path: str, name: str, value: str) -> None:
        """Post a form of somebody else's page to the gateway."""
        there = self.acme.up["portal"] + path
        self.page.set_content(
            f'<form method="post" action="{there}"><input type="hidden" name="{name}" '
            f'value="{value}"><button>Go</button></form>'
        )
        self.press("Go")

    def types(self, code: str) -> None:
        self.page.get_by_role("textbox", name="Code").fill(code)
        self.press("Next")

    def types_code(self) -> None:
        """Type the letters that a command line without a browser shows."""
        told = self.acme.http.post(f"{self.acme.api}/api/device")
        assert told.status_code == 200, told.text
        self.is_in(PERSON, "/device")
        self.types(told.json()["user_code"])

    def _scripts(self, *, run: bool) -> None:
        self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": not run})

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.answer = response


def signed_out(visitor: Visitor) -> None:
    visitor.arrives(PERSON)
    visitor.press("Sign out")


def remembered_by_the_pool(visitor: Visitor) -> None:
    signed_out(visitor)
    visitor.at("portal")
    visitor.follow("Sign in")


def asked_by_the_pool(visitor: Visitor, person: str = "", password: str = "") -> None:
    visitor.at("portal")
    visitor.follow("Sign in")
    if person:
        visitor.gives(person, password)


def lost_at_the_pool(visitor: Visitor) -> None:
    asked_by_the_pool(visitor)
    visitor.page.goto(visitor.page.url.partition("?")[0])


def asked_by_the_access_portal(visitor: Visitor, person: str = "", path: str = "/") -> None:
    visitor.at("access_portal", path)
    if person:
        visitor.gives(person)


def certificates(visitor: Visitor) -> None:
    asked_by_the_access_portal(visitor, ADMINISTRATOR)
    visitor.follow("Certificates")


def with_an_app(visitor: Visitor) -> None:
    """The portal of somebody who has just opened a domain."""
    visitor.acme.browse(visitor.acme.presigned(PERSON))
    visitor.is_in(PERSON)

    def shown() -> int:
        visitor.at("portal")
        return visitor.page.locator(".apps li").count()

    awaited(shown)


def looking_at_reach(visitor: Visitor) -> None:
    visitor.is_in(ADMINISTRATOR)
    visitor.follow("Look")


def answered(visitor: Visitor, answer: str) -> None:
    visitor.types_code()
    visitor.press(answer)


def nobody_waits(visitor: Visitor) -> None:
    visitor.is_in(PERSON, "/device")
    visitor.types("BBBB-BBBB")


def opened_outside(visitor: Visitor) -> None:
    """A good URL, used where the internet's DNS leads to."""
    url = urlsplit(visitor.acme.presigned(PERSON))
    port = urlsplit(visitor.acme.up["networks"]["internet"]["studio"]).port
    visitor.page.goto(url._replace(netloc=f"{url.hostname}:{port}").geturl())


@dataclass(frozen=True)
class Shown:
    """One page: whose template it is of, how it is known, and how somebody comes to it."""

    template: Path | None
    heading: str
    come: Callable[[Visitor], None]
    status: int = 200


GATEWAY = {
    "two ways to sign in": Shown(
        OURS / "signin.html", "behind this door", lambda one: one.at("portal")
    ),
    "sign in for a domain": Shown(
        OURS / "signin.html", DOMAIN, lambda one: one.at("portal", f"/open/{DOMAIN}")
    ),
    "open": Shown(OURS / "portal.html", "Your domains", lambda one: one.is_in(PERSON)),
    "shut": Shown(
        OURS / "portal.html", "Your domains", lambda one: one.is_in(PERSON, network="lob-a")
    ),
    "an app": Shown(OURS / "portal.html", "Your domains", with_an_app),
    "administrator": Shown(
        OURS / "portal.html", "Your domains", lambda one: one.is_in(ADMINISTRATOR)
    ),
    "reach": Shown(OURS / "reach.html", "Who can open what", looking_at_reach),
    "not yours": Shown(
        OURS / "problem.html", "Not allowed", lambda one: one.is_in(PERSON, "/open/fraud"), 403
    ),
    "revoked": Shown(OURS / "problem.html", "Not allowed", lambda one: one.is_in(LEFT), 403),
    "sign-in unfinished": Shown(
        OURS / "problem.html",
        "Sign in first",
        lambda one: one.at("portal", "/signin/corporate/callback?code=x"),
        401,
    ),
    "not there": Shown(
        OURS / "problem.html", "Not there", lambda one: one.at("portal", "/signin/nobody"), 404
    ),
    "malformed assertion": Shown(
        OURS / "problem.html",
        "cannot be read",
        lambda one: one.sends("/saml", "SAMLResponse", "rubbish"),
        400,
    ),
    "too much": Shown(
        OURS / "problem.html",
        "Too much",
        lambda one: one.sends("/signout", "csrf", "x" * 70_000),
        413,
    ),
    "command line": Shown(
        OURS / "cli.html", f"act for {PERSON}?", lambda one: one.is_in(PERSON, CLI)
    ),
    "device": Shown(
        OURS / "device.html", "Which code", lambda one: one.is_in(PERSON, "/device")
    ),
    "device, nobody waits": Shown(OURS / "device.html", "Which code", nobody_waits, 400),
    "device, asked": Shown(
        OURS / "device_asked.html", f"act for {PERSON}?", lambda one: one.types_code()
    ),
    "device, allowed": Shown(
        OURS / "device_done.html", "Allowed", lambda one: answered(one, "Allow")
    ),
    "device, not allowed": Shown(
        OURS / "device_done.html", "Not allowed", lambda one: answered(one, "No")
    ),
    "signed out": Shown(OURS / "signedout.html", "You are signed out here", signed_out),
}

BESIDE = {
    "pool": Shown(POOL / "sign-in.html", "Sign in", asked_by_the_pool),
    "pool, wrong password": Shown(
        POOL / "sign-in.html", "Sign in", lambda one: asked_by_the_pool(one, PERSON, "no"), 403
    ),
    "pool, first password": Shown(
        POOL / "new-password.html",
        "Choose a password",
        lambda one: asked_by_the_pool(one, NEWCOMER, PASSWORD),
    ),
    "pool, remembered": Shown(POOL / "known.html", "You are signed in", remembered_by_the_pool),
    "pool, not a link": Shown(
        POOL / "stopped.html",
        "",
        lost_at_the_pool,
        400,
    ),
    "access portal": Shown(WORKFORCE / "sign-in.html", "Sign in", asked_by_the_access_portal),
    "applications": Shown(
        WORKFORCE / "portal.html",
        "Applications",
        lambda one: asked_by_the_access_portal(one, PERSON),
    ),
    "no application": Shown(
        WORKFORCE / "portal.html",
        "Applications",
        lambda one: asked_by_the_access_portal(one, ADMINISTRATOR),
    ),
    "certificates": Shown(
        WORKFORCE / "certificates.html",
        "Certificates",
        certificates,
    ),
    "an application, without scripts": Shown(
        WORKFORCE / "leaving.html",
        "You are signed in",
        lambda one: asked_by_the_access_portal(one, PERSON, f"/applications/{DOMAIN}"),
    ),
    "access portal, nothing there": Shown(
        WORKFORCE / "stopped.html",
        "nothing here",
        lambda one: one.at("access_portal", "/nothing"),
        404,
    ),
    "studio, no session": Shown(
        None, "Invalid or Expired Auth Token", lambda one: one.at("studio"), 403
    ),
    "studio, from outside": Shown(
        None, "Auth token containing insufficient permissions", opened_outside, 403
    ),
}
