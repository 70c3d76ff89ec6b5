"""The page of the gateway's interface, made from its own OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from studiogate.gateway.openapi import DOCUMENT
from tools.markdown import table

_HEAD = """\
# The gateway's interface

<!-- Made from the OpenAPI document by tools.http_page: `make docs` writes it anew. -->

`GET /api/openapi.json` gives the same to a program. Every answer carries `X-Request-Id`, the
number under which the log and [the record](../how-to/read-the-record.md) have the request.

## Routes
"""

_WAYS = """\

**session**: the cookie a browser has after signing in on the portal. **bearer**: the header
`Authorization: Bearer TOKEN` with an access token of one of the gateway's identity providers.
A header that is there decides, good or bad: a bad token is never answered as whoever the
cookie says. A `POST` with a cookie must also come from the portal's own page.
"""

_ANSWERS = """\

## Answers
"""

_PROBLEM = """\

Everything that is not a yes is [problem details](https://www.rfc-editor.org/rfc/rfc9457),
unless `text/html` is preferred: then it is a page with the same words.

| member | meaning |
| --- | --- |
| `type` | `urn:studiogate:problem:REASON` |
| `title` | The status in words. |
| `status` | The HTTP status. |
| `detail` | What is the matter, for a person. |
| `reason` | The code to branch on; [the list](reasons.md). |
| `remedy` | What to do about it, for a person. |
| `incident` | Where the failure is not yours: the number to tell the platform team. |

## Signing in with a browser

| address | what happens |
| --- | --- |
| `GET /signin/{idp}` | Sends the browser to the provider; `?next=` is where to come back. |
| `GET /signin/{idp}/callback` | Takes it back, begins the session, and goes to that path. |
| `POST /signout` | Ends the session here; the provider's own session is the provider's. |
"""


def reference() -> str:
    """The page, in Markdown."""
    return "".join(
        [
            f"{_HEAD}\n",
            table(("address", "who", "what", "asks", "answers"), _routes()),
            _WAYS,
            f"{_ANSWERS}\n",
            table(("address", "status", "meaning"), _yes()),
            "\nand for those that ask who you are:\n\n",
            table(("status", "meaning"), _no()),
            _PROBLEM,
        ]
    )


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation, under its method and path."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"`{method.upper()} {path}`", operation


def _routes() -> Iterator[tuple[str, ...]]:
    for address, said in _operations():
        ways = [name for way in said.get("security", ()) for name in way]
        asked = [_asked(one) for one in said.get("parameters", ()) if one["in"] == "query"]
        statuses = sorted(said["responses"])
        yield (
            address,
            " or ".join(ways) or "anybody",
            said["summary"],
            "; ".join(asked),
            ", ".join(statuses),
        )


def _asked(parameter: dict[str, Any]) -> str:
    choices = ", ".join(f"`{one}`" for one in parameter["schema"].get("enum", ()))
    return f"`?{parameter['name']}=`" + (f" one of {choices}" if choices else "")


def _yes() -> Iterator[tuple[str, ...]]:
    for address, said in _operations():
        for status, answer in said["responses"].items():
            if status < "400":
                yield address, status, answer["description"] + _members(answer)


def _members(answer: dict[str, Any]) -> str:
    body = answer.get("content", {}).get("application/json", {}).get("schema", {})
    names = ", ".join(f"`{name}`" for name in body.get("properties", ()))
    return f" JSON with {names}." if names else ""


def _no() -> Iterator[tuple[str, ...]]:
    asking = [said for _, said in _operations() if "security" in said]
    refusals = {
        (status, answer["description"])
        for said in asking
        for status, answer in said["responses"].items()
        if status >= "400"
    }
    yield from sorted(refusals)
