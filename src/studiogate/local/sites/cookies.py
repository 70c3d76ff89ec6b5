"""The cookies of one site, and how a browser is known again by them."""

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response


class Cookies:
    """The cookies of the site `of`, each for one browser session."""

    def __init__(self, of: str, *, https: bool = False) -> None:
        # Browsers share cookies between the ports of one host, so the name says whose it is.
        self._before = f"{'__Host-' if https else ''}studiogate-{of}-"
        self._https = https

    def value(self, request: Request, name: str) -> str:
        """The value of one of ours; empty where there is none."""
        return request.cookies.get(self._before + name, "")

    def value_or_new(self, request: Request, name: str) -> str:
        """The value of one of ours, or one for a browser that has none: nobody guesses it."""
        return self.value(request, name) or secrets.token_urlsafe(32)

    def is_from(self, request: Request, name: str, kept: str) -> bool:
        """Whether `request` has the cookie whose fingerprint was `kept`."""
        return hmac.compare_digest(kept, fingerprint(self.value(request, name)))

    def give(
        self, response: Response, name: str, value: str, *, from_elsewhere: bool = False
    ) -> None:
        """Set a cookie.

        Lax, not Strict: the browser comes from the application's own address.  What comes back
        `from_elsewhere`, with a form of another site, would not bring even that; without TLS
        browsers refuse anything else, and everything here is of one site.
        """
        response.set_cookie(
            self._before + name,
            value,
            path="/",
            secure=self._https,
            httponly=True,
            samesite="none" if from_elsewhere and self._https else "lax",
        )

    def take(self, response: Response, name: str) -> None:
        """Have the browser forget a cookie."""
        response.delete_cookie(self._before + name, path="/", secure=self._https, httponly=True)


def fingerprint(cookie: str) -> str:
    """What is kept of a cookie, so that reading the memory does not give the cookie."""
    return hashlib.sha256(cookie.encode("utf-8")).hexdigest()
