"""A browser for `$BROWSER`: opens the page it is given, and clicks as its variables say.

It writes down what it was started with, what it read and where it was led: one line of JSON.
"""

import html
import json
import os
import re
import stat
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

LOG, COOKIE, ANSWER = "CLICKING_LOG", "CLICKING_COOKIE", "CLICKING_ANSWER"
STAYS_AWAY = "stay-away"
"""An answer: the page is looked at and never followed."""


def command() -> str:
    """The value of `BROWSER` that starts this."""
    return f"{sys.executable} {__file__} %s"


def visited(log: Path) -> list[dict[str, Any]]:
    """What each browser wrote down, in order."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines]


def _main(uri: str) -> None:
    page = Path(urlsplit(uri).path)
    text = page.read_text(encoding="utf-8")
    found = re.search(r'content="0; url=([^"]+)"', text)
    assert found is not None, "the page leads nowhere"
    url = html.unescape(found[1])
    answer = os.environ.get(ANSWER, "allow")
    seen = {
        "arguments": sys.argv[1:],
        "page": text,
        "modes": [stat.S_IMODE(one.stat().st_mode) for one in (page, page.parent)],
        "url": url,
    }
    if answer != STAYS_AWAY:
        seen["led_to"] = _clicked(url, answer)
    with Path(os.environ[LOG]).open("a", encoding="utf-8") as log:
        log.write(json.dumps(seen) + "\n")


def _clicked(url: str, answer: str) -> str:
    """Where the last redirect leads, or what the last page says."""
    to, text = _asked("GET", url)
    if to is not None:
        return to
    form = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', text))
    form = {name: html.unescape(value) for name, value in form.items()}
    back, _ = _asked("POST", url.partition("?")[0], urlencode(form | {"answer": answer}))
    assert back is not None, "the page did not believe its own form"
    return _asked("GET", back)[1]


def _asked(method: str, url: str, body: str | None = None) -> tuple[str | None, str]:
    """Where the answer leads, if it does, and what it says."""
    parts = urlsplit(url)
    headers = {
        "Accept": "text/html",
        "Cookie": os.environ.get(COOKIE, ""),
        "Origin": f"http://{parts.netloc}",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    found = answer.headers.get("Location"), answer.read().decode("utf-8")
    connection.close()
    return found


if __name__ == "__main__":
    _main(sys.argv[1])
