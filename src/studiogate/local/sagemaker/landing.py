"""Where a presigned URL lands: `studio::path` or `app:TYPE:path`, and where that is here."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from studiogate.local.sagemaker.model import DEFAULT_APP, JUPYTERLAB

DEFAULT_LANDING = "studio::"
LANDING_APPS = ("JupyterServer", "JupyterLab", "RStudioServerPro", "CodeEditor", "Canvas")
"""Apps a LandingUri can name (API reference, CreatePresignedDomainUrl)."""

BASE = f"/jupyterlab/{DEFAULT_APP}"
"""Where JupyterLab lives under a domain's host name, as in Studio."""

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
        """Whether this emulation has it: JupyterLab, which also stands in for Studio itself."""
        return self.app in {"Studio", JUPYTERLAB}

    @property
    def location(self) -> str:
        """The path in the browser; a place in Studio's own pages becomes the Lab's start."""
        path = self.path if self.app == JUPYTERLAB and self.path else "lab"
        return f"{BASE}/{quote(path, safe='/-._~')}"


def landing(uri: str) -> Landing | None:
    """What a `LandingUri` means; `None` when AWS would not know it."""
    found = _FORM.match(uri)
    if found is None:
        return None
    app, path = found["app"] or "Studio", found["path"]
    climbs = path.startswith("/") or ".." in path.split("/")
    if climbs or (found["app"] and app not in LANDING_APPS):
        return None
    return Landing(app, path)
