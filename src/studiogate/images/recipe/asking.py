"""GET over HTTP, as far as a recipe needs it: answers of a registry, and files to be hashed.

Proxies and certificates are those of the environment (`HTTPS_PROXY`, `SSL_CERT_FILE`).  What
does not answer, what refuses and what is not there are three different errors.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from studiogate.errors import ImageError

TIMEOUT_S = 30
"""Seconds without a byte after which nobody is there."""

_ABSENT = frozenset({404, 410})


class _Onward(HTTPRedirectHandler):
    """Follows a redirect, but never off TLS, and never with what was meant for another host."""

    def redirect_request(  # noqa: PLR0917 - the signature is that of what it overrides
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        was, now = urlsplit(req.full_url), urlsplit(newurl)
        if was.scheme == "https" and now.scheme != "https":
            raise HTTPError(req.full_url, code, "it leads off TLS", headers, fp)
        onward = super().redirect_request(req, fp, code, msg, headers, newurl)
        if onward is not None and was.netloc != now.netloc:
            onward.remove_header("Authorization")
        return onward


@contextmanager
def answer(url: str, headers: Mapping[str, str] | None = None) -> Iterator[HTTPResponse]:
    """The answer to a GET of `url`, to be read until the block ends; a 401 counts as one.

    Raises:
        ImageError: nobody answered, or the answer is another refusal; its text has no header.
    """
    if urlsplit(url).scheme not in {"https", "http"}:
        raise ImageError(f"{_shown(url)} is no web address", remedy="Write it with https://.")
    asked = Request(url, headers=dict(headers or {}))  # noqa: S310 - the scheme is checked above
    try:
        with _opener().open(asked, timeout=TIMEOUT_S) as response:
            yield response
    except HTTPError as error:
        with error:
            raise _refused(url, error.code) from error
    except (URLError, OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ImageError(
            f"{_shown(url)} was not reached: {reason}",
            remedy="Run it where the world is reached; HTTPS_PROXY and SSL_CERT_FILE say how.  "
            "A base can be given with its digest: `--base NAME@sha256:…`.",
        ) from error


class _Answers(HTTPErrorProcessor):
    """Takes a 401 for the answer it is to a registry's client: where the token is."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        if response.status == 401:  # noqa: PLR2004 - the status itself
            return response
        done: HTTPResponse = super().http_response(request, response)
        return done

    https_response = http_response


def _opener() -> OpenerDirector:
    """HTTP and HTTPS only: no file, no FTP."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(context=ssl.create_default_context()),
        _Onward(),
        _Answers(),
        HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _refused(url: str, status: int) -> ImageError:
    if status in _ABSENT:
        return ImageError(
            f"{_shown(url)} is not there (HTTP {status})",
            remedy="See whether that version exists for that system, and name one that does.",
        )
    return ImageError(
        f"{_shown(url)} refused it (HTTP {status})",
        remedy="Try it in a browser; what it says there is why.",
    )


def _shown(url: str) -> str:
    """`url` without what may be secret in it: user, password, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
