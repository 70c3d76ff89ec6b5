"""Where a presigned URL lands: `studio::path` or `app:TYPE:path`, and where that is here."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from studiogate.local.sagemaker.model import CODE_EDITOR, DEFAULT_APP, JUPYTERLAB, RSTUDIO

DEFAULT_LANDING = "studio::"
LANDING_APPS = ("JupyterServer", "JupyterLab", "RStudioServerPro", "CodeEditor", "Canvas")
"""Apps a LandingUri can name (API reference, CreatePresignedDomainUrl)."""

BASE = f"/jupyterlab/{DEFAULT_APP}"
"""Where JupyterLab lives under a domain's host name, as in Studio."""

EDITOR_BASE = f"/codeeditor/{DEFAULT_APP}"
"""Where Code Editor lives.  AWS's documentation writes it `CodeEditor/default` as well, so an
image may serve either; both lead to it."""

RSTUDIO_BASE = f"/rstudio/{DEFAULT_APP}"
"""Where RStudio's home is."""

HOME = "/"
"""Studio's own page: its applications, each with what it can be started with."""

STUDIO = "Studio"
_LANDS = {STUDIO: HOME, CODE_EDITOR: f"{EDITOR_BASE}/", RSTUDIO: RSTUDIO_BASE}
"""Where applications begin that a path within means nothing to, or nothing that is kept."""

_FORM = re.compile(r"(?:studio:|app:(?P<app>[A-Za-z]+)):(?P<path>[^\x00-\x20\x7f\\]*)\Z")


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing place that has been read."""

    app: str
    """`Studio`, or the type of an app."""

    path: str
    """Relative; never starts with a slash, never climbs."""

    @property
    def offered(self) -> bool:
        """Whether this emulation has such a place."""
        return self.app == JUPYTERLAB or self.app in _LANDS

    @property
    def location(self) -> str:
        """The path in the browser; a place within Studio's own pages becomes their first."""
        if self.app == JUPYTERLAB:
            return f"{BASE}/{quote(self.path or 'lab', safe='/-._~')}"
        return _LANDS.get(self.app, HOME)


def landing(uri: str) -> Landing | None:
    """What a `LandingUri` means; `None` when AWS would not know it."""
    found = _FORM.match(uri)
    if found is None:
        return None
    app, path = found["app"] or STUDIO, found["path"]
    climbs = path.startswith("/") or ".." in path.split("/")
    if climbs or (found["app"] and app not in LANDING_APPS):
        return None
    return Landing(app, path)
