"""The browser of whoever runs this, led somewhere without telling anybody else on the machine.

What a browser is started with is in its arguments, which every user of the machine can read.
So it is given the path of a file that its owner alone can read, and the file leads on.  A URL
that opens Studio is not even in the file: the file leads to a door of this process, which is
opened once, by a word that only the file has, and leads on from there.  So the URL is on no
disk, and this process knows when it was used.
"""

import hmac
import os
import secrets
import stat
import sys
import threading
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from studiogate.cli.front_door import is_here
from studiogate.cli.listener import Listener, Reply
from studiogate.errors import SettingsError, Unreachable

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="0; url={url}">
<title>studiogate</title>
<p><a href="{url}" rel="noreferrer">Continue</a></p>
</html>
"""


def has_browser(environ: Mapping[str, str]) -> bool:
    """Whether a browser can be shown to whoever sits in front of this terminal.

    Not over SSH, whatever `BROWSER` says: it would open elsewhere, where nothing of this
    computer can be read.
    """
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False
    if environ.get("BROWSER") or sys.platform == "darwin":
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def is_web(url: str) -> bool:
    """Whether a browser may be led to `url`: over TLS, or to this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_here(host))
    return is_safe and bool(host) and url.isascii() and url.isprintable() and " " not in url


class Shown:
    """A browser that is being started; it may take its time, and may never come."""

    def __init__(self, page: Path) -> None:
        self._has_failed = False
        thread = threading.Thread(target=self._open, args=(page.as_uri(),), daemon=True)
        thread.start()

    def has_failed(self) -> bool:
        """Whether there is none that could be started."""
        return self._has_failed

    def _open(self, uri: str) -> None:
        try:
            self._has_failed = not webbrowser.open(uri)
        except (webbrowser.Error, OSError):
            self._has_failed = True


def opened_once(url: str, folder: Path, *, within_s: float) -> None:
    """Lead the browser to `url`, a secret, and return when it has gone there.

    Raises:
        Unreachable: it did not come within so many seconds, the life of `url`.
        SettingsError: the page cannot be written where nobody else can read it.
    """
    word = f"/{secrets.token_urlsafe(32)}"

    def expected(target: str) -> Reply | None:
        is_ours = hmac.compare_digest(target.encode("utf-8"), word.encode("ascii"))
        return Reply("Opening Studio.", leads_to=url) if is_ours else None

    with Listener() as here, leading_to(here.address + word[1:], folder) as page:
        shown = Shown(page)
        try:
            here.expect(expected, within_s=within_s, unless=shown.has_failed)
        except Unreachable as late:
            raise Unreachable(
                f"the browser did not open Studio within {within_s:.0f} seconds, and the URL "
                "is not good for longer",
                remedy="Run it again: a browser that runs already is faster.  One from a Snap "
                "or Flatpak may not read hidden folders: point XDG_CACHE_HOME at one it can.",
                action="studiogate:browser",
            ) from late


@contextmanager
def leading_to(url: str, folder: Path) -> Iterator[Path]:
    """A page in `folder` that leads to `url` at once, readable by nobody else; gone after.

    Raises:
        SettingsError: it cannot be written, or somebody else could read it.
    """
    page = _private(folder) / f"{secrets.token_hex(16)}.html"
    try:
        descriptor = os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as exc:
        raise _unwritable(folder, exc.strerror) from exc
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(_PAGE.format(url=escape(url)))
        yield page
    finally:
        page.unlink(missing_ok=True)


def _private(folder: Path) -> Path:
    """`folder`, which is ours and nobody else's; made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = folder.lstat()
        if there.st_uid != os.geteuid() or not stat.S_ISDIR(there.st_mode):
            raise _unwritable(folder, "it is somebody else's")
        if stat.S_IMODE(there.st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as exc:
        raise _unwritable(folder, exc.strerror) from exc
    return folder


def _unwritable(folder: Path, why: str | None) -> SettingsError:
    return SettingsError(
        f"no page for the browser can be written in {folder}: {why}",
        remedy="Set XDG_CACHE_HOME to a folder of your own, or use --no-browser.",
    )
